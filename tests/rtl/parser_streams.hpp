// Streams for the parser: real and damaged transactions, calls of every form, records of every kind, good and bad.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"

#include <random>
#include <vector>

namespace jitbox::test {

class StreamMaker {
public:
    explicit StreamMaker(std::uint64_t seed) : random_(seed) {}
    /// Every record gets the next sequence number.
    Bytes transaction(BytesView raw);
    /// jitctl decode's built-in table.
    Bytes mainnet_routers();

    /// A transaction to make others of.
    void add_sample(const Bytes& raw) { samples_.push_back(raw); }
    /// One more record, or a few that belong together: mostly damaged transactions, now and then a change of the tables.
    void append_random(std::vector<Bytes>& records);

private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    Bytes sample() { return samples_[below(samples_.size())]; }
    Bytes damaged();
    void damage_words(Bytes& raw);
    void damage_bytes(Bytes& raw);
    Bytes handmade();
    Bytes plan_calldata(int depth);
    Bytes multicall_calldata(int depth);
    Bytes some_routers();
    Bytes some_pool();
    Bytes some_record();

    std::mt19937_64 random_;
    std::uint64_t sequence_ = 0;
    std::vector<Bytes> samples_;
    std::vector<Bytes20> called_;
};

} // namespace jitbox::test
