// A unit of range_engine as the lanes see it (range_isa_pkg.sv): each lane's requests in their order, with pauses; answers, with
// stalls. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/types.hpp"
#include "rtl/clocked.hpp"
#include "rtl/packed_port.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

namespace jitbox::test {

constexpr int unit_word_bits = 260;
using UnitWord = ap_uint<unit_word_bits>;

struct UnitRequest { ///< request_t
    unsigned unit;
    unsigned option;
    unsigned target;
    unsigned thread;
    unsigned d; ///< word of the answer
    UnitWord a;
    UnitWord b;
    hlsk::u256 c;
};

struct UnitAnswer { ///< answer_t
    bool start;
    unsigned pc;
    unsigned lane;
    unsigned thread;
    unsigned d;
    UnitWord data;
    bool operator==(const UnitAnswer&) const = default;
};

struct UnitTaken {
    unsigned lane;
    UnitRequest request;
};

/// `Dut` has in_valid, in_ready, in_data, out_valid, out_ready, out_data; a clock is offer(), the bench's other inputs, eval(),
/// taken() and answers(), clock().
template <typename Dut>
class UnitPort {
public:
    static constexpr int request_bits = 4 + 8 + 13 + 4 + 5 + 2 * unit_word_bits + 256;
    static constexpr int answer_bits = 1 + 13 + 3 + 4 + 5 + unit_word_bits;

    /// Answers come out at `outlets` places.
    UnitPort(Dut& dut, std::mt19937_64& random, unsigned lanes, unsigned outlets = 1)
        : dut_(dut), random_(random), waiting_(lanes), outlets_(outlets) {
        dut_.in_valid = 0;
        dut_.out_ready = 0;
    }
    void eager(bool on) { eager_ = on; } ///< no pauses and no stalls
    void ask(unsigned lane, const UnitRequest& request) { waiting_.at(lane).push_back(request); }
    [[nodiscard]] bool waits(unsigned lane) const { return !waiting_.at(lane).empty(); } ///< for its requests to be taken
    [[nodiscard]] bool idle() const {
        return std::all_of(waiting_.begin(), waiting_.end(), [](const auto& queue) { return queue.empty(); });
    }
    [[nodiscard]] bool offers(unsigned lane) const { return (offered_ >> lane & 1U) != 0; }
    [[nodiscard]] const UnitRequest& first(unsigned lane) const { return waiting_.at(lane).front(); }

    /// The first request of each lane, now or later; one that is offered stands.
    void offer() {
        for (unsigned lane = 0; lane < waiting_.size(); ++lane) {
            if (waiting_[lane].empty() || offers(lane) || (!eager_ && random_() % 3 == 0)) continue;
            offered_ |= 1U << lane;
            put(lane, waiting_[lane].front());
        }
        dut_.in_valid = static_cast<std::uint8_t>(offered_);
        unsigned ready = 0;
        for (unsigned i = 0; i < outlets_; ++i) {
            const bool was = (dut_.out_ready >> i & 1U) != 0;
            const bool is = eager_ || (was ? random_() % 4 != 0 : random_() % 8 == 0);
            ready |= (is ? 1U : 0U) << i;
        }
        dut_.out_ready = static_cast<std::uint8_t>(ready);
    }

    /// Requests that are taken in this clock; once a clock.
    std::vector<UnitTaken> taken() {
        std::vector<UnitTaken> out;
        for (unsigned lane = 0; lane < waiting_.size(); ++lane) {
            if ((dut_.in_valid & dut_.in_ready) >> lane & 1U) {
                out.push_back({lane, waiting_[lane].front()});
                waiting_[lane].pop_front();
                offered_ &= ~(1U << lane);
            }
        }
        return out;
    }

    [[nodiscard]] bool answers(unsigned outlet = 0) const { return (dut_.out_valid & dut_.out_ready) >> outlet & 1U; }

    [[nodiscard]] UnitAnswer answer(unsigned outlet = 0) const {
        int at = static_cast<int>(outlet + 1) * answer_bits;
        const auto field = [&]<int Width>(ap_uint<Width> /*of*/) { return take_bits<Width>(dut_.out_data, at -= Width).to_uint(); };
        UnitAnswer out{};
        out.start = field(ap_uint<1>()) != 0;
        out.pc = field(ap_uint<13>());
        out.lane = field(ap_uint<3>());
        out.thread = field(ap_uint<4>());
        out.d = field(ap_uint<5>());
        out.data = take_bits<unit_word_bits>(dut_.out_data, at - unit_word_bits);
        return out;
    }

private:
    void put(unsigned lane, const UnitRequest& request) {
        int at = static_cast<int>(lane + 1) * request_bits;
        const auto field = [&]<int Width>(const ap_uint<Width>& value) { put_bits(dut_.in_data, at -= Width, value); };
        field(ap_uint<4>(request.unit));
        field(ap_uint<8>(request.option));
        field(ap_uint<13>(request.target));
        field(ap_uint<4>(request.thread));
        field(ap_uint<5>(request.d));
        field(request.a);
        field(request.b);
        field(request.c);
    }

    Dut& dut_;
    std::mt19937_64& random_;
    std::vector<std::deque<UnitRequest>> waiting_; ///< by lane
    unsigned outlets_;
    bool eager_ = false;
    unsigned offered_ = 0; ///< lanes
};

} // namespace jitbox::test
