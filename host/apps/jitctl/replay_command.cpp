// `jitctl replay`: the command line of replay.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "accel/records.hpp"
#include "apps/jitctl/commands.hpp"
#include "apps/offline/replay.hpp"
#include "apps/text/command_line.hpp"
#include "base/hex.hpp"
#include "chain/u256.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

struct Arguments {
    ReplayOptions replay;
    accel::EngineChoice engine;
    std::string out;
    bool decisions = false;
    bool as_json = false;
};

void print_decision(BytesView answer) {
    const auto found = accel::decision_from(answer);
    if (!found) return;
    const json::object line{{"sequence", found->sequence},
                            {"leg", found->leg_index},
                            {"pool", to_hex(found->pool_address)},
                            {"block", found->block_number},
                            {"tick_lower", found->tick_lower},
                            {"tick_upper", found->tick_upper},
                            {"liquidity", chain::to_decimal(chain::u256{found->liquidity})},
                            {"gross_profit_wei", chain::to_decimal(found->gross_profit_wei)},
                            {"tip_wei", chain::to_decimal(found->tip_wei)},
                            {"gas_cost_wei", chain::to_decimal(found->gas_cost_wei)},
                            {"profit_wei", chain::to_decimal(found->profit_wei)},
                            {"candidates", found->candidates},
                            {"profitable", found->profitable}};
    std::cout << json::serialize(line) << '\n';
}

void print_text(const ReplaySummary& s, bool compared) {
    std::printf("%llu records (%llu transactions) in %.3f s, %.0f records/s\n", static_cast<unsigned long long>(s.records),
                static_cast<unsigned long long>(s.transactions), s.seconds, static_cast<double>(s.records) / s.seconds);
    std::printf("%llu answers: %llu swaps, %llu decisions", static_cast<unsigned long long>(s.answers),
                static_cast<unsigned long long>(s.swaps), static_cast<unsigned long long>(s.decisions));
    for (const auto& [reason, count] : s.rejects) std::printf(", %llu %s", static_cast<unsigned long long>(count), reason.c_str());
    std::printf("\n");
    if (s.left_over != 0) std::printf("the recording was cut: %zu bytes behind its last whole record\n", s.left_over);
    if (!compared) return;
    std::printf("%llu answers compared with the recorded ones: %llu differ, %llu were frozen then; %llu were not recorded\n",
                static_cast<unsigned long long>(s.compared), static_cast<unsigned long long>(s.differences),
                static_cast<unsigned long long>(s.frozen), static_cast<unsigned long long>(s.not_recorded));
    if (s.differences != 0) std::printf("first difference: %s\n", s.first_difference.c_str());
}

void print_json(const ReplaySummary& s) {
    json::object rejects;
    for (const auto& [reason, count] : s.rejects) rejects[reason] = count;
    const json::object out{{"records", s.records},
                           {"transactions", s.transactions},
                           {"answers", s.answers},
                           {"swaps", s.swaps},
                           {"decisions", s.decisions},
                           {"rejects", std::move(rejects)},
                           {"compared", s.compared},
                           {"frozen", s.frozen},
                           {"differences", s.differences},
                           {"first_difference", s.first_difference},
                           {"not_recorded", s.not_recorded},
                           {"left_over_bytes", s.left_over},
                           {"seconds", s.seconds}};
    std::cout << json::serialize(out) << '\n';
}

int complain(const Error& error) {
    return print_mistake({"replay: " + error.what, error.hint});
}

int run(Arguments& arguments) {
    auto engine = accel::make_engine(arguments.engine);
    if (!engine) return complain(engine.error());
    std::ofstream out;
    if (!arguments.out.empty()) out.open(arguments.out, std::ios::binary | std::ios::trunc);
    if (!arguments.out.empty() && !out) return complain({"cannot write " + arguments.out, "check the directory"});
    arguments.replay.on_answer = [&](BytesView answer) {
        if (out.is_open()) out.write(reinterpret_cast<const char*>(answer.data()), static_cast<std::streamsize>(answer.size()));
        if (arguments.decisions && accel::kind_of(answer) == accel::Kind::decision) print_decision(answer);
    };
    const auto summary = replay(**engine, arguments.replay);
    if (!summary) return complain(summary.error());
    if (out.is_open() && !out.flush()) return complain({"cannot write " + arguments.out, "is the disk full?"});
    std::cout.flush();
    if (arguments.as_json) {
        print_json(*summary);
    } else if (!arguments.decisions) {
        print_text(*summary, !arguments.replay.answers.empty());
    }
    return summary->differences == 0 ? 0 : 1;
}

} // namespace

int replay_command(int argc, char** argv) {
    CLI::App app{"Gives a capture (NAME.records, docs/architecture.md) to an engine that knows nothing, and says what it answers.\n"
                 "Exit code: 0; 1 when an answer differs from the recorded one; 2 when it cannot be done.",
                 "jitctl replay"};
    Arguments arguments;
    app.add_option("RECORDS", arguments.replay.records, "the capture's NAME.records")->required();
    app.add_option("--answers", arguments.replay.answers, "compare with these answers (NAME.answers), byte for byte");
    app.add_option("--out", arguments.out, "write the answers to this file");
    app.add_option("--engine", arguments.engine.name, "native (the HLS kernels on this CPU) or xrt (a card)")
        ->check(CLI::IsMember({"native", "xrt"}))
        ->capture_default_str();
    app.add_option("--xclbin", arguments.engine.xclbin, "the card's image, with --engine xrt; default: JITBOX_XCLBIN");
    app.add_flag("--decisions", arguments.decisions, "print every decision, one JSON object a line, instead of the summary");
    app.add_flag("--json", arguments.as_json, "the summary as one JSON object");
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    const char* const image = std::getenv("JITBOX_XCLBIN");
    if (arguments.engine.xclbin.empty() && image != nullptr) arguments.engine.xclbin = image;
    return run(arguments);
}

} // namespace jitbox::apps
