// Raw transactions and RLP: any bytes are decoded or refused without harm; what is accepted encodes to the same bytes.
// SPDX-License-Identifier: Apache-2.0
#include "chain/executor_abi.hpp"
#include "chain/rlp.hpp"
#include "chain/transaction.hpp"

#include <cstdlib>

namespace {

using namespace jitbox;

void require(bool holds) {
    if (!holds) std::abort();
}

/// Reads items down to a depth; re-encoding a string gives its own bytes, because only the shortest form is accepted.
void read_items(BytesView bytes, int depth) {
    chain::RlpReader reader(bytes);
    while (!reader.at_end()) {
        const chain::RlpItem item = reader.item();
        if (reader.failed()) return;
        if (item.is_list) {
            if (depth > 0) read_items(item.payload, depth - 1);
            continue;
        }
        Bytes again;
        chain::RlpWriter(again).string(item.payload);
        require(std::ranges::equal(again, item.whole));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView input(data, size);
    read_items(input, 8);
    if (const auto transaction = chain::decode_transaction(input)) {
        require(std::ranges::equal(chain::encode_signed(*transaction), input));
        (void)chain::recover_sender(*transaction);
    }
    if (const auto own = chain::decode_unsigned(input)) require(std::ranges::equal(chain::unsigned_payload(*own), input));
    if (const auto mint = chain::decode_executor_mint(input)) require(std::ranges::equal(chain::encode(*mint).value(), input));
    if (const auto burn = chain::decode_executor_burn(input)) require(std::ranges::equal(chain::encode(*burn).value(), input));
    return 0;
}
