// range_profit twice, the HLS source and a Verilated module, for streams of whole records. The module is the shell, whose engine is
// then played by the HLS functions (EngineActor), or the whole kernel (NoActor). SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/range_profit.hpp"
#include "range_job.hpp"
#include "stream_beats.hpp"

#include <array>
#include <memory>
#include <random>
#include <vector>

namespace jitbox::test {

class HlsRange {
public:
    HlsRange() { reset(); }
    void reset() { state_->reset(); }
    std::vector<StreamBeat> run(const std::vector<StreamBeat>& input);
    hlsk::FreezeLine frozen{false};

private:
    std::unique_ptr<hlsk::RangeProfitState> state_ = std::make_unique<hlsk::RangeProfitState>();
};

/// Nothing beside the streams.
struct NoActor {
    template <typename Dut>
    void drive(Dut& /*dut*/, std::mt19937_64& /*random*/) {}
    template <typename Dut>
    void sample(Dut& /*dut*/) {}
    template <typename Dut>
    void reset(Dut& /*dut*/) {}
};

/// The engine: takes a job, reads its ticks, and answers after a while. Divides for the shell's tick_math beside that.
class EngineActor {
public:
    template <typename Dut>
    void reset(Dut& dut) {
        stage_ = Stage::rest;
        reads_.fill(-1);
        division_wait_ = -1;
        dut.job_ready = dut.tick_read = dut.md_ready = dut.md_out_valid = dut.result_valid = 0;
    }
    /// Inputs of the module for this clock.
    template <typename Dut>
    void drive(Dut& dut, std::mt19937_64& random) {
        dut.job_ready = stage_ == Stage::rest && random() % 3 != 0;
        dut.tick_read = stage_ == Stage::read && next_ < job_.window.count && random() % 4 != 0;
        dut.tick_pool = static_cast<std::uint16_t>(job_.pool_index);
        dut.tick_at = static_cast<std::uint8_t>(next_);
        if (stage_ == Stage::wait && wait_-- == 0) {
            stage_ = Stage::answer;
            answer_job(job_, memo_, &dut.result[0]);
        }
        if (stage_ != Stage::wait) wait_ = static_cast<int>(random() % 20);
        dut.result_valid = stage_ == Stage::answer;
        dut.md_ready = division_wait_ < 0 && random() % 2 != 0;
        dut.md_out_valid = division_wait_ == 0;
        if (division_wait_ == 0) std::memcpy(&dut.md_quotient, &quotient_, 32);
        if (division_wait_ >= 0) --division_wait_;
        new_wait_ = static_cast<int>(random() % 50);
    }
    /// What the module says in this clock; its inputs are settled.
    template <typename Dut>
    void sample(Dut& dut) {
        if (dut.md_valid && dut.md_ready) {
            hlsk::u256 d = 0;
            std::memcpy(&d, &dut.md_d, 32);
            quotient_ = hlsk::div_floor(hlsk::u256(~hlsk::u256(0)), d);
            division_wait_ = new_wait_;
        }
        if (reads_[2] >= 0) {
            job_.window.ticks[reads_[2]] = tick_from(&dut.tick_entry[0]);
            ++seen_;
        }
        reads_ = {dut.tick_read ? next_ : -1, reads_[0], reads_[1]};
        if (dut.tick_read) ++next_;
        if (stage_ == Stage::read && seen_ == job_.window.count) stage_ = Stage::wait;
        if (stage_ == Stage::answer && dut.result_ready) stage_ = Stage::rest;
        if (dut.job_valid && dut.job_ready) {
            job_ = job_from(&dut.job[0]);
            next_ = seen_ = 0;
            ++jobs_;
            stage_ = Stage::read;
        }
    }
    [[nodiscard]] bool works() const { return stage_ != Stage::rest; }
    [[nodiscard]] std::size_t jobs() const { return jobs_; }
    EngineActor() { memo_.clear(); }

private:
    enum class Stage : std::uint8_t { rest, read, wait, answer };
    Stage stage_ = Stage::rest;
    LegJob job_;
    hlsk::RatioMemo memo_{};
    std::array<int, 3> reads_{}; ///< places asked for one, two, three clocks ago; -1: none
    hlsk::u256 quotient_ = 0;
    int next_ = 0;
    int seen_ = 0;
    int wait_ = 0;
    int new_wait_ = 0;
    int division_wait_ = -1;
    std::size_t jobs_ = 0;
};

template <typename Dut, typename Actor>
class RangeBench {
public:
    RangeBench() { restart(); }

    /// A reset, as the card's soft reset gives it: everything is forgotten.
    void restart() {
        dut_.in_valid = dut_.out_ready = 0;
        actor.reset(dut_);
        reset(dut_);
    }
    void set_stalls(unsigned source_percent, unsigned sink_percent, std::uint64_t seed) {
        source_percent_ = source_percent;
        sink_percent_ = sink_percent;
        random_.seed(seed);
    }
    void freeze(bool on) { dut_.freeze = on; }
    /// Feeds all of it and takes `expected_beats` and whatever else comes within 300 clocks behind them. Stops when nothing moves
    /// for 20,000,000 clocks, or when `stop`, which is asked every clock, says so.
    template <typename Stop>
    std::vector<StreamBeat> run(const std::vector<StreamBeat>& input, std::size_t expected_beats, Stop stop) {
        constexpr std::uint64_t patience = 20'000'000; // dozens of candidates of up to 1,024 steps each take millions
        constexpr std::uint64_t aftermath = 300;
        Stalls source_stalls{random_, source_percent_};
        Stalls sink_stalls{random_, sink_percent_};
        std::vector<StreamBeat> output;
        given_ = barriers_given_ = 0;
        bool starts = true;
        std::uint64_t moved = clocks_;
        std::size_t next = 0;
        while (!stop() && clocks_ - moved < (next == input.size() && output.size() >= expected_beats ? aftermath : patience)) {
            if (!dut_.in_valid && next < input.size() && !source_stalls()) {
                put(dut_.in_data, input[next].data);
                dut_.in_last = input[next].last;
                dut_.in_valid = 1;
            }
            dut_.out_ready = !sink_stalls();
            actor.drive(dut_, random_);
            dut_.eval();
            actor.sample(dut_);
            const bool taken = dut_.in_valid && dut_.in_ready;
            if (dut_.out_valid && dut_.out_ready) {
                output.push_back({get<64>(dut_.out_data), dut_.out_last != 0});
                moved = clocks_;
                ++given_;
                if (starts && output.back().data[0] == static_cast<std::uint8_t>(records::Kind::barrier_done)) ++barriers_given_;
                starts = output.back().last;
            }
            clock(dut_);
            if (taken) {
                moved = clocks_;
                ++next;
                dut_.in_valid = 0;
            }
            ++clocks_;
        }
        return output;
    }
    std::vector<StreamBeat> run(const std::vector<StreamBeat>& input, std::size_t expected_beats) {
        return run(input, expected_beats, [] { return false; });
    }
    [[nodiscard]] std::uint64_t clocks() const { return clocks_; }

    /// Beats that the module has given in this run.
    [[nodiscard]] std::size_t given() const { return given_; }
    /// BARRIER_DONE records whose first beat is among them.
    [[nodiscard]] std::size_t barriers_given() const { return barriers_given_; }

    Actor actor;

private:
    Dut dut_;
    std::mt19937_64 random_{1};
    unsigned source_percent_ = 0;
    unsigned sink_percent_ = 0;
    std::uint64_t clocks_ = 0;
    std::size_t given_ = 0;
    std::size_t barriers_given_ = 0;
};

} // namespace jitbox::test
