// Streams for range_profit: pools, ticks, parameters and legs that belong together, in any order, and damaged records of every kind
// between them. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"

#include <array>
#include <random>
#include <vector>

namespace jitbox::test {

class RangeStreams {
public:
    explicit RangeStreams(std::uint64_t seed) : random_(seed) {}

    /// One more record: a leg most often; one in six is damaged, but its frame is always whole.
    Bytes random_record();
    /// A fresh pool with ticks and parameters, and `legs` swaps on it.
    void append_case(std::vector<Bytes>& records, std::size_t legs);
    /// The same for the whole card: a fresh pool, and transactions that call it directly or through `router`, whose factory made
    /// it. Far: with and without a price limit, so that a few go a thousand steps, which take the model many seconds; near: each
    /// ends within one percent.
    enum class Reach { near, far };
    void append_card_case(std::vector<Bytes>& records, std::size_t legs, const accel::RouterEntry& router,
                          Reach reach = Reach::near);

private:
    struct Pool {
        accel::PoolRecord state;
        bool known = false;
    };
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    accel::u128 amount(unsigned most_bits);
    Pool& any_pool() { return pools_[below(pools_.size())]; }
    void append_pool(std::vector<Bytes>& records, Pool& pool);
    void draw(Pool& pool);
    void move(Pool& pool);
    Bytes pool_record();
    Bytes ticks_of(const Pool& pool);
    Bytes params_of(const Pool& pool);
    Bytes leg_on(const Pool& pool);
    Bytes transaction_on(const Pool& pool, const accel::RouterEntry& router, Reach reach);
    Bytes block();
    Bytes other();
    void damage(Bytes& record);

    std::mt19937_64 random_;
    std::array<Pool, 10> pools_{};
    std::uint64_t sequence_ = 1;
    std::uint64_t next_timestamp_ = 1000;
};

/// A record of `kind` with `payload` bytes, all zero.
Bytes blank_record(std::uint8_t kind, std::uint32_t payload, std::uint64_t sequence);

} // namespace jitbox::test
