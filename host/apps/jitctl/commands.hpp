// The commands of jitctl. Each parses its own arguments (argv[0] is the command's name) and returns the exit code.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string_view>

namespace jitbox::apps {

struct Command {
    std::string_view name;
    std::string_view help; ///< one line for `jitctl --help`
    int (*run)(int argc, char** argv);
};

/// What was wrong and what to do, on standard error; 1, the exit code of what was refused or failed.
int print_error(const Error& error);
/// The same for a mistake in the command line or in a file that it names; wrong_usage.
int print_mistake(const Error& error);

} // namespace jitbox::apps
