// kill -9 of a process that writes the journal, at each of its steps towards the disk and in the middle of each write: what it was
// told is durable is there, and nothing else but the entry under way (DATA-3). SPDX-License-Identifier: Apache-2.0
#include "journal_script.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <iostream>
#include <sys/wait.h>
#include <unistd.h>

namespace jitbox::test {
namespace {

constexpr const char* writer = JITBOX_BINARY_DIR "/tests/journal_writer";
constexpr const char* shim = JITBOX_BINARY_DIR "/tests/libkill_at_step.so";

struct Life {
    bool killed = false;
    int exit_code = 0;
    std::size_t acknowledged = 0; ///< entries
};

/// One process; `step` 0: it is not killed.
Life live(const TempDir& dir, int step, bool torn) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(pipe[1], STDOUT_FILENO);
        ::setenv("LD_PRELOAD", shim, 1);
        ::setenv("JITBOX_KILL_BELOW", dir.path().c_str(), 1);
        if (step > 0) ::setenv("JITBOX_KILL_AT", std::to_string(step).c_str(), 1);
        if (torn) ::setenv("JITBOX_KILL_TORN", "1", 1);
        ::execl(writer, writer, dir.file("journal.db").c_str(), nullptr);
        ::_exit(127);
    }
    ::close(pipe[1]);
    Life out;
    std::array<char, 64> bytes{};
    for (ssize_t size = 0; (size = ::read(pipe[0], bytes.data(), bytes.size())) > 0;)
        out.acknowledged += static_cast<std::size_t>(size);
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    out.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    out.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
}

/// The state after each number of entries.
std::vector<std::string> states() {
    const TempDir dir;
    auto journal = store::Journal::open(dir.file("journal.db")).value();
    std::vector<std::string> out = {journal_state(*journal)};
    for (const store::Entry& entry : journal_script()) {
        EXPECT_TRUE(journal->commit(entry));
        out.push_back(journal_state(*journal));
        EXPECT_NE(out.back(), out[out.size() - 2]) << "an entry that no restart would miss shows nothing";
    }
    return out;
}

TEST(JournalKillSteps, EveryStepOfALife) {
    const auto expected = states();
    int kills = 0;
    std::size_t one_more = 0;
    for (const bool torn : {false, true}) {
        int step = 1;
        for (bool lived = false; !lived; ++step) {
            SCOPED_TRACE("step " + std::to_string(step) + (torn ? ", torn" : ""));
            const TempDir dir;
            const Life life = live(dir, step, torn);
            lived = !life.killed;
            ASSERT_TRUE(life.killed || life.exit_code == 0) << "it ended with " << life.exit_code;
            kills += life.killed ? 1 : 0;
            auto journal = store::Journal::open(dir.file("journal.db"));
            ASSERT_TRUE(journal) << journal.error().text();
            const std::string found = journal_state(**journal);
            const std::size_t acknowledged = life.acknowledged;
            const bool has_next = acknowledged + 1 < expected.size() && found == expected[acknowledged + 1];
            one_more += has_next ? 1 : 0;
            ASSERT_TRUE(found == expected[acknowledged] || has_next)
                << acknowledged << " entries were acknowledged, the journal holds\n"
                << found;
            ASSERT_TRUE((*journal)->commit(store::RiskStateEntry{.time_ns = 9'000, .key = "level", .value = "AGGRESSIVE"}))
                << "and goes on";
            ASSERT_EQ(lived, acknowledged + 1 == expected.size() && !life.killed);
            ASSERT_LT(step, 2'000) << "a life has no end";
        }
    }
    std::cout << kills << " kills; in " << one_more << " the entry under way was there already\n";
    EXPECT_GE(kills, 200) << "the shim does not see the journal's steps";
}

} // namespace
} // namespace jitbox::test
