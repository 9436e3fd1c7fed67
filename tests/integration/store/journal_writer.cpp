// journal_writer FILE: writes the script and puts one byte on standard output for each entry that is durable.
// SPDX-License-Identifier: Apache-2.0
#include "journal_script.hpp"

#include <unistd.h>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    auto journal = jitbox::store::Journal::open(argv[1]);
    if (!journal) return 3;
    for (const auto& entry : jitbox::test::journal_script()) {
        if (!(*journal)->commit(entry)) return 4;
        if (::write(STDOUT_FILENO, ".", 1) != 1) return 5;
    }
    return 0;
}
