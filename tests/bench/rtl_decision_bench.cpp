// Clocks of both Verilated kernels from a transaction's last beat to its DECISION, stage by stage, for each form of a call, by
// steps of the swap and by what prices are known. Prints markdown tables, which docs/performance.md has; with --vcd FILE it writes
// one leg's events to FILE instead (docs/decision-waveform.svg is drawn of them). SPDX-License-Identifier: Apache-2.0
#include "../rtl/stream_beats.hpp"
#include "../unit/kernels/parser_harness.hpp"
#include "Vdecision_path.h"
#include "card/value_trace.hpp"
#include "decision_forms.hpp"
#include "dense_pool.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace jitbox::test {
namespace {

constexpr std::uint32_t candidates = 64;

/// Clocks behind the transaction's last beat.
struct Stages {
    std::uint64_t swap = 0;     ///< the SWAP's last beat has left the parser
    std::uint64_t job = 0;      ///< the engine has taken the leg
    std::uint64_t result = 0;   ///< and answered
    std::uint64_t decision = 0; ///< the DECISION's first beat
    std::uint64_t end = 0;      ///< and its last
};

/// The beats of a stream as records: which kind each beat belongs to.
class Framing {
public:
    std::uint8_t kind_of(const StreamBeat& beat) {
        if (begins_) kind_ = beat.data[records::header::kind];
        begins_ = beat.last;
        return kind_;
    }

private:
    bool begins_ = true;
    std::uint8_t kind_ = 0;
};

class DecisionPath {
public:
    DecisionPath() { restart(); }
    void restart() {
        dut_->in_valid = dut_->out_ready = 0;
        reset(*dut_);
    }
    /// Feeds a record without stalls, and waits until it has been dealt with.
    void feed(const Bytes& record) {
        auto beats = beats_of(record);
        const auto barrier = beats_of(accel::barrier_record(0, 0));
        beats.insert(beats.end(), barrier.begin(), barrier.end());
        const bool done = run(beats, [](std::uint8_t kind, bool last) {
            return last && kind == static_cast<std::uint8_t>(records::Kind::barrier_done);
        });
        if (!done) throw std::runtime_error("a record stands still");
    }
    /// Writes the next transaction's events; clock 0 is its first beat.
    void trace_to(const std::string& file) {
        trace_ = std::make_unique<sim::ValueTrace>(file, "decision_path", std::vector(traced.begin(), traced.end()));
    }
    /// A transaction with one leg, which has to end in a DECISION.
    Stages decide(const Bytes& transaction) {
        tracing_ = trace_ != nullptr;
        traced_from_ = clocks_;
        const bool answered = run(beats_of(transaction), [this](std::uint8_t kind, bool last) {
            if (kind == static_cast<std::uint8_t>(records::Kind::reject)) throw std::runtime_error("the leg was refused");
            if (kind != static_cast<std::uint8_t>(records::Kind::decision)) return false;
            if (at_.decision == 0) at_.decision = clocks_ - taken_at_;
            at_.end = clocks_ - taken_at_;
            return last;
        });
        if (!answered) throw std::runtime_error("no decision");
        trace_.reset();
        tracing_ = false;
        const Stages out = at_;
        feed({}); // TX_SEEN is out as well
        return out;
    }

private:
    static constexpr std::array<sim::TracedSignal, 8> traced{
        {{"TX", 1}, {"SWAP", 1}, {"job", 1}, {"swap_ended", 1}, {"seed", 1}, {"report", 1}, {"result", 1}, {"DECISION", 1}}};

    /// Until `ends` says so of a beat that came out, or nothing moves for a while: false.
    template <typename Ends>
    bool run(const std::vector<StreamBeat>& input, Ends ends) {
        constexpr std::uint64_t patience = 20'000;
        std::size_t next = 0;
        at_ = {};
        for (std::uint64_t still = 0; still < patience; ++still, ++clocks_) {
            dut_->in_valid = next < input.size() ? 1 : 0;
            if (next < input.size()) {
                put(dut_->in_data, input[next].data);
                dut_->in_last = input[next].last;
            }
            dut_->out_ready = 1;
            dut_->eval();
            if (dut_->in_valid && dut_->in_ready) {
                still = 0;
                if (++next == input.size()) taken_at_ = clocks_;
            }
            const std::uint8_t between = watch();
            bool ended = false;
            std::uint8_t out = 0;
            if (dut_->out_valid) {
                still = 0;
                const bool last = dut_->out_last != 0;
                out = out_.kind_of({get<64>(dut_->out_data), last});
                ended = ends(out, last);
            }
            if (tracing_) trace(between, out);
            clock(*dut_);
            if (ended) return true;
        }
        return false;
    }
    /// The kind of the record that leaves the parser in this clock, 0 without one.
    std::uint8_t watch() {
        const std::uint64_t since = clocks_ - taken_at_;
        std::uint8_t kind = 0;
        if (dut_->between_moves) {
            kind = between_.kind_of({get<64>(dut_->between_data), dut_->between_last != 0});
            if (kind == static_cast<std::uint8_t>(records::Kind::swap)) at_.swap = since;
        }
        if (dut_->job_taken) at_.job = since;
        if (dut_->result_given && at_.result == 0) at_.result = since;
        return kind;
    }
    void trace(std::uint8_t between, std::uint8_t out) {
        const auto is = [](std::uint8_t kind, records::Kind wanted) -> std::uint64_t {
            return kind == static_cast<std::uint8_t>(wanted) ? 1 : 0;
        };
        const std::array<std::uint64_t, traced.size()> now{dut_->in_valid && dut_->in_ready ? 1U : 0U,
                                                           is(between, records::Kind::swap),
                                                           dut_->job_taken,
                                                           dut_->swap_ended,
                                                           dut_->seed_found,
                                                           dut_->reported,
                                                           dut_->result_given,
                                                           is(out, records::Kind::decision)};
        trace_->sample(2 * (clocks_ - traced_from_), now);
    }

    std::unique_ptr<Vdecision_path> dut_ = std::make_unique<Vdecision_path>();
    Framing between_;
    Framing out_;
    std::uint64_t clocks_ = 0;
    std::uint64_t taken_at_ = 0;
    Stages at_;
    std::unique_ptr<sim::ValueTrace> trace_;
    bool tracing_ = false;
    std::uint64_t traced_from_ = 0;
};

template <typename To, typename From>
To same_number(const From& from) {
    To to = 0;
    static_assert(sizeof(to) == sizeof(from));
    std::memcpy(&to, &from, sizeof(to));
    return to;
}

/// What the host sends of dense_pool.
struct Service {
    accel::PoolRecord pool;
    accel::TicksRecord ticks;
    accel::ParamsRecord params;
};

Service service_of(const DensePool& dense) {
    Service out;
    accel::PoolRecord& pool = out.pool;
    pool.fee = dense.state.fee;
    pool.tick_spacing = dense.state.tick_spacing;
    pool.tick = dense.state.tick;
    pool.sqrt_price_x96 = same_number<accel::u256>(dense.state.sqrt_price_x96);
    pool.liquidity = same_number<accel::u128>(dense.state.liquidity);
    pool.max_liquidity_per_tick = same_number<accel::u128>(dense.state.max_liquidity_per_tick);
    pool.address = address_of(0x55);
    pool.token0 = address_of(0x11);
    pool.token1 = address_of(0x22);
    pool.factory = address_of(0xfa);
    pool.state_version = 1;
    out.ticks.state_version = 1;
    out.ticks.known_lower = dense.window.known_lower;
    out.ticks.known_upper = dense.window.known_upper;
    for (int i = 0; i < dense.window.count; ++i) {
        const hlsk::WindowTick& tick = dense.window.ticks[i];
        auto& side = i < dense.window.below ? out.ticks.below : out.ticks.above;
        side.push_back({tick.tick, same_number<accel::u128>(tick.gross), same_number<accel::i128>(tick.net)});
    }
    const hlsk::PoolParams params = generous_params(candidates);
    out.params = {.candidates = static_cast<std::uint16_t>(params.candidates),
                  .tip_ppm = params.tip_ppm,
                  .price0_x96 = same_number<accel::u256>(params.price0_x96),
                  .price1_x96 = same_number<accel::u256>(params.price1_x96),
                  .budget0 = same_number<accel::u256>(params.budget0),
                  .budget1 = same_number<accel::u256>(params.budget1),
                  .gas_cost_wei = same_number<accel::u256>(params.gas_cost_wei)};
    return out;
}

/// A signed transaction of type 2, as wallets send them; the signature is none, which no kernel looks at.
Bytes signed_call(const Bytes20& to, const Bytes& calldata) {
    std::vector<Item> fields = typed_fields(2);
    fields[5] = text(to);
    fields[7] = text(calldata);
    fields[10] = text(Bytes(32, 0x11));
    fields[11] = text(Bytes(32, 0x22));
    return transaction(fields, 2);
}

class Bench {
public:
    Bench() {
        memo_->clear();
        load();
    }
    std::vector<PathForm> forms(bool zero_for_one, std::uint32_t steps, bool exact_in = true) {
        const auto amount = same_number<accel::u256>(amount_for(dense_, dense_swap(zero_for_one, exact_in), steps, *memo_));
        return exact_in ? exact_input_forms(service_.pool, zero_for_one, amount)
                        : exact_output_forms(service_.pool, zero_for_one, amount);
    }
    Stages decide(const PathForm& form) {
        const Bytes20 router = address_of(0x77);
        const bool direct = form.kind == accel::RouterKind::pool;
        if (!direct) path_.feed(accel::to_record(0, {{router, form.kind, service_.pool.factory}}));
        return path_.decide(accel::tx_record(++sequence_, signed_call(direct ? service_.pool.address : router, form.calldata)));
    }
    /// One step, token0 in, prices known.
    void trace_one_to(const std::string& file) {
        const PathForm form = forms(true, 1).front();
        decide(form);
        path_.trace_to(file);
        decide(form);
    }
    /// No price is known but what follows from the pool's records: its listed ticks', and those near spot that are computed ahead.
    Stages decide_fresh(const PathForm& form) {
        path_.restart();
        load();
        return decide(form);
    }

private:
    void load() {
        path_.feed(accel::to_record(0, service_.pool));
        path_.feed(accel::to_record(0, service_.ticks));
        path_.feed(accel::to_record(0, service_.params));
    }

    std::unique_ptr<hlsk::RatioMemo> memo_ = std::make_unique<hlsk::RatioMemo>();
    DensePool dense_ = dense_pool();
    Service service_ = service_of(dense_);
    DecisionPath path_;
    std::uint64_t sequence_ = 1000;
};

using Clocks = unsigned long long;

void print_forms(Bench& bench) {
    std::puts(
        "| called | function | last beat of TX to SWAP's last | to the job | to the result | to DECISION's first beat | to its "
        "last | in all |");
    std::puts("|---|---|---:|---:|---:|---:|---:|---:|");
    for (const PathForm& form : bench.forms(true, 1)) {
        bench.decide(form);
        const Stages at = bench.decide(form);
        std::printf("| %s | %s | %llu | %llu | %llu | %llu | %llu | %llu |\n", form.called, form.function, Clocks{at.swap},
                    Clocks{at.job - at.swap}, Clocks{at.result - at.job}, Clocks{at.decision - at.result},
                    Clocks{at.end - at.decision}, Clocks{at.end});
    }
}

/// kernel-contract.md: from a transaction's last beat to its DECISION, with up to so many steps.
constexpr std::uint64_t most_clocks = 600;
constexpr std::uint32_t bounded_steps = 4;

struct Span {
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t most = 0;
    void take(std::uint64_t clocks) {
        least = std::min(least, clocks);
        most = std::max(most, clocks);
    }
};

std::string cell(const Span& span) {
    const std::string least = std::to_string(span.least);
    return " " + (span.least == span.most ? least : least + " to " + std::to_string(span.most)) + " |";
}

/// One row of print_steps. The most clocks in all.
std::uint64_t print_row(Bench& bench, bool zero_for_one, std::uint32_t steps, bool exact_in) {
    Span engine_new;
    Span all_new;
    Span engine_known;
    Span all_known;
    const std::vector<PathForm> forms = bench.forms(zero_for_one, steps, exact_in);
    std::vector<std::uint64_t> swaps;
    bench.decide(forms.front());
    for (const PathForm& form : forms) {
        const Stages at = bench.decide(form);
        engine_known.take(at.result - at.job);
        all_known.take(at.end);
        swaps.push_back(at.swap);
    }
    const auto [shortest, longest] = std::minmax_element(swaps.begin(), swaps.end());
    for (const auto& end : {shortest, longest}) {
        const Stages at = bench.decide_fresh(forms.at(static_cast<std::size_t>(end - swaps.begin())));
        engine_new.take(at.result - at.job);
        all_new.take(at.end);
    }
    std::printf("| token%d in, exact %s | %u |%s%s%s%s\n", zero_for_one ? 0 : 1, exact_in ? "input" : "output", steps,
                cell(engine_new).c_str(), cell(all_new).c_str(), cell(engine_known).c_str(), cell(all_known).c_str());
    return std::max(all_new.most, all_known.most);
}

/// Prices known by every form; prices new, which begins with a reset each time, by the forms that are the shortest and the longest.
/// Whether the bound is kept by all of them whose amount is the input.
bool print_steps(Bench& bench) {
    bool kept = true;
    std::puts("\n| swap | steps alone | engine, prices new | in all | engine, prices known | in all |\n"
              "|---|---:|---:|---:|---:|---:|");
    for (const bool exact_in : {true, false}) {
        for (const bool zero_for_one : {true, false}) {
            for (const std::uint32_t steps : {1U, 2U, 4U, 8U}) {
                const std::uint64_t most = print_row(bench, zero_for_one, steps, exact_in);
                if (steps <= bounded_steps && most > most_clocks) kept = false;
            }
        }
    }
    return kept;
}

} // namespace
} // namespace jitbox::test

int main(int argc, char** argv) {
    try {
        jitbox::test::Bench bench;
        if (argc == 3 && std::string(argv[1]) == "--vcd") {
            bench.trace_one_to(argv[2]);
            return 0;
        }
        jitbox::test::print_forms(bench);
        if (jitbox::test::print_steps(bench)) return 0;
        std::fprintf(stderr, "rtl_decision_bench: more than %llu clocks with up to %u steps\n",
                     static_cast<unsigned long long>(jitbox::test::most_clocks), jitbox::test::bounded_steps);
        return 1;
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "rtl_decision_bench: %s\n", failed.what());
        return 1;
    }
}
