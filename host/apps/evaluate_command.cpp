// The command line of `jitctl evaluate`.
// SPDX-License-Identifier: Apache-2.0
#include "apps/evaluate.hpp"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>

namespace jitbox::apps {

int evaluate_command(int argc, char** argv) {
    CLI::App app{"One JSON object a line {pool, swap, position?, params?} on stdin; its exact outcome a line on stdout. "
                 "Fields: docs/jitctl.md.",
                 "jitctl evaluate"};
    EvaluateOptions options;
    std::string file;
    app.add_option("--engine", options.engine, "engine that answers decisions")
        ->check(CLI::IsMember({"native"}))
        ->capture_default_str();
    app.add_option("file", file, "read this file instead of stdin");
    CLI11_PARSE(app, argc, argv)
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    if (file.empty()) return run_evaluate(std::cin, std::cout, options);
    std::ifstream in(file);
    if (!in) {
        std::cerr << "jitctl evaluate: cannot read " << file << "\n";
        return 1;
    }
    return run_evaluate(in, std::cout, options);
}

} // namespace jitbox::apps
