// jitctl evaluate: lines in, lines out.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/evaluate.hpp"

#include "apps/offline/evaluate_run.hpp"

#include <boost/json.hpp>

#include <istream>
#include <ostream>
#include <stdexcept>
#include <string>

namespace jitbox::apps {
namespace {

constexpr std::size_t flush_bytes = std::size_t{1} << 16U;

std::string error_line(std::size_t line, const Error& error) {
    return boost::json::serialize(boost::json::object{{"error", error.text()}, {"line", line}});
}

} // namespace

int run_evaluate(std::istream& in, std::ostream& out, const EvaluateOptions& options) {
    Evaluator evaluator(options.engine);
    std::string line;
    std::string text;
    bool malformed = false;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        if (const auto parsed = parse_evaluate_line(line)) {
            try {
                evaluator.answer(*parsed, text);
            } catch (const std::runtime_error& error) {
                out << error_line(number, Error{error.what(), "check the card: jitctl card test"}) << '\n' << std::flush;
                return 1;
            }
        } else {
            malformed = true;
            text += error_line(number, parsed.error());
        }
        text.push_back('\n');
        // A pipe that waits for each answer gets it: what is buffered leaves as soon as no further input is ready.
        if (text.size() >= flush_bytes || in.rdbuf()->in_avail() <= 0) {
            out << text << std::flush;
            text.clear();
        }
    }
    out << text << std::flush;
    return malformed ? 1 : 0;
}

} // namespace jitbox::apps
