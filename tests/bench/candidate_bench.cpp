// Processor nanoseconds of one candidate in the kernels: mint, swap, burn, fees and value of a given position, over and over.
// SPDX-License-Identifier: Apache-2.0
//
// Reads cases from standard input, one a line of decimal numbers: rounds fee tick_spacing fee_protocol tick sqrt_price liquidity
// n (tick gross net){n} zero_for_one amount limit tick_lower tick_upper liquidity price0_x96 price1_x96. Writes one JSON object a
// line. candidate_ratio.mjs gives it the cases that it also gives to the bytecode, and compares the numbers.
#include "chain/u256.hpp"
#include "hls/tick_window.hpp"

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

namespace {

using namespace jitbox;
using namespace jitbox::hlsk;

struct Case {
    std::uint64_t rounds = 0;
    PoolState pool{};
    TickWindow window{};
    SwapRequest request{};
    Position position{};
    u256 price0_x96;
    u256 price1_x96;
};

[[noreturn]] void refuse(const std::string& what) {
    std::cerr << "candidate_bench: " << what << '\n';
    std::exit(EXIT_FAILURE);
}

class Numbers {
public:
    explicit Numbers(const std::string& line) : words_(line) {}

    u256 wide() {
        const std::string word = next();
        const auto number = chain::parse_u256(word);
        if (!number) refuse("not a number: " + word);
        u256 out;
        out.v = *number;
        return out;
    }
    std::int64_t small() { return std::strtoll(next().c_str(), nullptr, 10); }
    i128 net() {
        const std::string word = next();
        const auto number = chain::parse_i256(word);
        if (!number) refuse("not a number: " + word);
        i256 out;
        out.v = *number;
        return i128(out);
    }

private:
    std::string next() {
        std::string word;
        if (!(words_ >> word)) refuse("the line ends too early");
        return word;
    }
    std::istringstream words_;
};

void read_window(Numbers& in, const PoolState& pool, TickWindow& window) {
    window.known_lower = min_tick;
    window.known_upper = max_tick;
    window.known_low_x96 = min_sqrt_ratio();
    window.known_high_x96 = max_sqrt_ratio();
    window.valid = true;
    window.count = static_cast<int>(in.small());
    if (window.count > window_capacity) refuse("too many ticks");
    for (int i = 0; i < window.count; ++i) {
        WindowTick& entry = window.ticks[i];
        entry.tick = static_cast<std::int32_t>(in.small());
        entry.gross = u128(in.wide());
        entry.net = in.net();
        entry.ratio_x96 = sqrt_ratio_at_tick(entry.tick);
        if (entry.tick <= pool.tick) window.below = i + 1;
    }
}

std::unique_ptr<Case> read_case(const std::string& line) {
    Numbers in(line);
    auto made = std::make_unique<Case>();
    made->rounds = static_cast<std::uint64_t>(in.small());
    PoolState& pool = made->pool;
    pool.kind = PoolKind::uniswap_v3;
    pool.fee = static_cast<std::uint32_t>(in.small());
    pool.tick_spacing = static_cast<std::int32_t>(in.small());
    pool.fee_protocol = static_cast<std::uint32_t>(in.small());
    pool.tick = static_cast<std::int32_t>(in.small());
    pool.sqrt_price_x96 = in.wide();
    pool.liquidity = u128(in.wide());
    read_window(in, pool, made->window);
    SwapRequest& request = made->request;
    request.zero_for_one = in.small() != 0;
    const i128 amount = in.net();
    request.exact_in = amount > 0;
    request.amount = u256(request.exact_in ? u128(amount) : u128(i128(0) - amount));
    request.price_limit_x96 = in.wide();
    Position& position = made->position;
    position.active = true;
    position.tick_lower = static_cast<std::int32_t>(in.small());
    position.tick_upper = static_cast<std::int32_t>(in.small());
    position.lower_x96 = sqrt_ratio_at_tick(position.tick_lower);
    position.upper_x96 = sqrt_ratio_at_tick(position.tick_upper);
    position.liquidity = u128(in.wide());
    made->price0_x96 = in.wide();
    made->price1_x96 = in.wide();
    return made;
}

double thread_ns() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

void run(const Case& input, RatioMemo& memo) {
    WindowTicks ticks(input.window, memo);
    Outcome outcome;
    u256 cost;
    u256 worth;
    const double start = thread_ns();
    for (std::uint64_t round = 0; round < input.rounds; ++round) {
        Position position = input.position;
        // Nothing of one round can be kept for the next.
        asm volatile("" : : "r"(&position) : "memory"); // NOLINT(hicpp-no-assembler): the usual barrier of benchmarks
        if (evaluate_position(input.pool, ticks, input.window.below, input.request, position, records::max_swap_steps, outcome) !=
            Reason::none)
            refuse("the position cannot be evaluated");
        const Amounts back{u256(outcome.burn.amount0 + outcome.fees.amount0), u256(outcome.burn.amount1 + outcome.fees.amount1)};
        value_wei(outcome.mint, input.price0_x96, input.price1_x96, cost);
        value_wei(back, input.price0_x96, input.price1_x96, worth);
        asm volatile("" : : "r"(&outcome), "r"(&worth), "r"(&cost) : "memory"); // NOLINT(hicpp-no-assembler): as above
    }
    const double took = thread_ns() - start;
    const auto text = [](const u256& x) { return chain::to_decimal(x.v); };
    std::cout << R"({"ns":)" << took / static_cast<double>(input.rounds) << R"(,"steps":)" << outcome.end.steps << R"(,"mint0":")"
              << text(outcome.mint.amount0) << R"(","mint1":")" << text(outcome.mint.amount1) << R"(","burn0":")"
              << text(outcome.burn.amount0) << R"(","burn1":")" << text(outcome.burn.amount1) << R"(","fee0":")"
              << text(outcome.fees.amount0) << R"(","fee1":")" << text(outcome.fees.amount1) << "\"}\n";
}

} // namespace

int main() {
    auto memo = std::make_unique<RatioMemo>();
    memo->clear();
    for (std::string line; std::getline(std::cin, line);) run(*read_case(line), *memo);
    return EXIT_SUCCESS;
}
