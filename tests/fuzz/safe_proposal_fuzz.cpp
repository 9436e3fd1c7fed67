// Any bytes as a proposal file or as an owner's calldata: what is accepted is written back as the same thing.
// SPDX-License-Identifier: Apache-2.0
#include "safe/actions.hpp"
#include "safe/proposal.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jitbox;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto proposal = safe::proposal_from_json(text)) {
        const auto again = safe::proposal_from_json(safe::to_json(*proposal));
        if (!again || safe::to_json(*again) != safe::to_json(*proposal)) std::abort();
    }
    (void)safe::hash_of_fields(text);
    const BytesView calldata(data, size);
    if (const auto action = safe::decode_action(calldata)) {
        auto written = safe::encode_action(action->action.name, action->values);
        if (written && action->announced) written = safe::announce(*written);
        if (!written || !std::ranges::equal(*written, calldata)) std::abort();
    }
    return 0;
}
