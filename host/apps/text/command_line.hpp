// Command lines of all programs: one way to parse, one form of complaint, one exit code for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace jitbox::apps {

/// The command line, or a file that it names, is wrong: nothing was tried. 1 is for what was tried and refused, or failed.
constexpr int wrong_usage = 2;

/// Parses. Nothing: go on. Else the exit code: 0 when help was asked for and printed; wrong_usage after a mistake, which stands on
/// standard error with the name of the command, what is wrong and where its help is. `app` is named by its constructor or argv[0].
[[nodiscard]] std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv);

/// "jitd 0.1.0": the program and the version of this repository that it was built from.
[[nodiscard]] std::string version_text(const std::string& program);

} // namespace jitbox::apps
