// Frames of a node: any bytes are read without harm; a transaction that is accepted hashes to what was announced.
// SPDX-License-Identifier: Apache-2.0
#include "chain/keccak.hpp"
#include "feed/frame_reader.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jitbox;
    feed::FrameReader reader(64);
    reader.add_subscription("0xaa", feed::Subscription::pending);
    reader.add_subscription("0xbb", feed::Subscription::heads);
    reader.add_subscription("0xcc", feed::Subscription::logs);
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    // As it is, and as the result of each subscription, so that the fuzzer need not find the envelope.
    for (const char* id : {"", "0xaa", "0xbb", "0xcc"}) {
        const std::string text = *id == '\0' ? std::string(input)
                                             : R"({"method":"eth_subscription","params":{"subscription":")" + std::string(id) +
                                                   R"(","result":)" + std::string(input) + "}}";
        const simdjson::padded_string padded(text);
        const feed::FrameContent content = reader.read({padded.data(), padded.size()}, 1);
        const auto* pending = std::get_if<feed::PendingTransaction>(&content);
        if (pending != nullptr && chain::keccak256(BytesView(pending->raw)) != pending->hash) std::abort();
    }
    return 0;
}
