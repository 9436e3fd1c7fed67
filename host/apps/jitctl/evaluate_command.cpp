// The command line of `jitctl evaluate`.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/commands.hpp"
#include "apps/offline/evaluate.hpp"
#include "apps/text/command_line.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

namespace jitbox::apps {

int evaluate_command(int argc, char** argv) {
    CLI::App app{"One JSON object a line {pool, swap, position?, params?} on stdin; its exact outcome a line on stdout. "
                 "Fields: docs/jitctl.md.",
                 "jitctl evaluate"};
    EvaluateOptions options;
    std::string file;
    std::string engine = "native";
    std::string xclbin;
    app.add_option("--engine", engine, "what answers decisions: native (the kernel on this CPU) or xrt (a card)")
        ->check(CLI::IsMember({"native", "xrt"}))
        ->capture_default_str();
    app.add_option("--xclbin", xclbin, "the card's image, with --engine xrt; default: JITBOX_XCLBIN");
    app.add_option("FILE", file, "read this file instead of stdin");
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    std::unique_ptr<accel::Engine> card;
    if (engine != "native") {
        const char* const image = std::getenv("JITBOX_XCLBIN");
        // A swap of a thousand steps, and as many for each candidate, takes a simulated card minutes.
        auto made = accel::make_engine({.name = engine,
                                        .xclbin = !xclbin.empty()    ? xclbin
                                                  : image != nullptr ? image
                                                                     : "",
                                        .deadline = std::chrono::minutes{5}});
        if (!made) return print_error({"evaluate: " + made.error().what, made.error().hint});
        card = std::move(*made);
        options.engine = card.get();
    }
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    if (file.empty()) return run_evaluate(std::cin, std::cout, options);
    std::ifstream in(file);
    if (!in || in.peek() == std::ifstream::traits_type::eof()) // a directory opens, and gives nothing
        return print_mistake({"evaluate: " + file + " cannot be read or is empty", "check the path and its permissions"});
    return run_evaluate(in, std::cout, options);
}

} // namespace jitbox::apps
