// What the commands share.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/commands.hpp"

#include "apps/text/command_line.hpp"

#include <cstdio>

namespace jitbox::apps {

int print_error(const Error& error) {
    std::fprintf(stderr, "jitctl: %s\n", error.what.c_str());
    if (!error.hint.empty()) std::fprintf(stderr, "    -> %s\n", error.hint.c_str());
    return 1;
}

int print_mistake(const Error& error) {
    print_error(error);
    return wrong_usage;
}

} // namespace jitbox::apps
