// keccak_stream: the hash of every record's raw bytes, in order, whatever the stalls; one and two rounds a clock; its pace in
// clocks. SPDX-License-Identifier: Apache-2.0
#include "Vkeccak_stream.h"
#include "Vkeccak_stream2.h"
#include "clocked.hpp"
#include "hls/keccak.hpp"
#include "hls/records.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <vector>

namespace jitbox::test {
namespace {

using Message = std::vector<std::uint8_t>;
using Hash = std::array<std::uint8_t, 32>;

std::vector<BeatBytes> record_of(const Message& message, std::mt19937_64& random) {
    std::vector<BeatBytes> beats(records::beats_of(static_cast<std::uint32_t>(message.size())));
    for (auto& beat : beats) {
        for (auto& byte : beat) byte = static_cast<std::uint8_t>(random()); // bytes outside the message must not matter
    }
    const auto size = static_cast<std::uint32_t>(message.size());
    std::memcpy(beats[0].data() + records::header::payload_bytes, &size, sizeof size);
    for (std::size_t i = 0; i < message.size(); ++i) beats[(i + 16) / 64][(i + 16) % 64] = message[i];
    return beats;
}

Hash hash_of(const Message& message) {
    Hash hash{};
    hlsk::keccak256(message.data(), message.size(), hash.data());
    return hash;
}

/// Feeds all messages and checks all hashes; returns the clocks that it took.
template <typename Dut>
std::uint64_t check(const std::vector<Message>& messages, unsigned stall_percent, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    Dut dut;
    dut.in_valid = 0;
    dut.hash_ready = 0;
    reset(dut);
    std::vector<BeatBytes> beats;
    for (const Message& message : messages) {
        const auto record = record_of(message, random);
        beats.insert(beats.end(), record.begin(), record.end());
    }
    Stalls stall{random, stall_percent};
    std::size_t next = 0;
    std::size_t hashes = 0;
    std::uint64_t clocks = 0;
    const std::uint64_t limit = 40 * (beats.size() * 64 / 136 + 10 * messages.size()) * 100 / (100 - stall_percent);
    while (hashes < messages.size() && clocks < limit) {
        if (!dut.in_valid && next < beats.size() && !stall()) {
            put(dut.in_data, beats[next]);
            dut.in_valid = 1;
        }
        dut.hash_ready = !stall();
        dut.eval();
        const bool taken = dut.in_valid && dut.in_ready;
        if (dut.hash_valid && dut.hash_ready) {
            EXPECT_EQ(get<32>(dut.hash), hash_of(messages[hashes]))
                << "message " << hashes << " of " << messages[hashes].size() << " bytes";
            ++hashes;
        }
        clock(dut);
        ++clocks;
        if (taken) {
            ++next;
            dut.in_valid = 0;
        }
    }
    EXPECT_EQ(hashes, messages.size()) << "it stands still";
    return clocks;
}

Message random_message(std::size_t size, std::mt19937_64& random) {
    Message message(size);
    for (auto& byte : message) byte = static_cast<std::uint8_t>(random());
    return message;
}

TEST(KeccakStream, HashesEveryLengthAroundTheBlockSize) {
    const auto seed = jitbox::test::random_seed();
    std::mt19937_64 random{seed};
    std::vector<Message> messages;
    for (std::size_t size = 0; size <= 420; ++size) messages.push_back(random_message(size, random));
    check<Vkeccak_stream>(messages, 0, seed);
    check<Vkeccak_stream2>(messages, 40, seed);
}

TEST(KeccakStream, HashesLongMessagesUnderRandomStalls) {
    const auto seed = jitbox::test::random_seed();
    std::mt19937_64 random{seed};
    std::vector<Message> messages;
    for (int i = 0; i < 40; ++i) messages.push_back(random_message(random() % 5000, random));
    messages.push_back(random_message(records::max_transaction_bytes, random));
    check<Vkeccak_stream>(messages, 30, seed);
}

TEST(KeccakStream, KeepsThePaceOfItsRounds) {
    std::mt19937_64 random{1};
    const std::vector<Message> messages(1, random_message(136 * 100, random));
    EXPECT_LE(check<Vkeccak_stream>(messages, 0, 1), 101U * 24 + 20);
    EXPECT_LE(check<Vkeccak_stream2>(messages, 0, 1), 101U * 16 + 20);
}

} // namespace
} // namespace jitbox::test
