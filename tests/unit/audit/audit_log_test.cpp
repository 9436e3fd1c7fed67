// The audit log: every kind of tampering is found and the first bad record is named; a crash loses nothing in silence.
// SPDX-License-Identifier: Apache-2.0
#include "audit/log.hpp"
#include "support/seed.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fstream>
#include <random>
#include <sstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jitbox::audit {
namespace {

std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void write(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

Event event(int i) {
    return {
        .user = "alice", .action = "arm", .resource = "signer", .result = "ok", .source = "uid:1000", .session = std::to_string(i)};
}

std::vector<std::string> lines_of(const std::string& content) {
    std::vector<std::string> out;
    std::istringstream in(content);
    for (std::string line; std::getline(in, line);) out.push_back(line + "\n");
    return out;
}

std::string join(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines) out += line;
    return out;
}

/// A log of n records, closed.
class AuditFile : public ::testing::Test {
protected:
    void make(int n) {
        auto log = Log::open(path).value();
        for (int i = 1; i <= n; ++i) ASSERT_TRUE(log->append(event(i)));
        head = log->head();
        content = read(path);
        lines = lines_of(content);
    }
    VerifyReport after(const std::string& tampered) {
        write(path, tampered);
        return verify(path).value();
    }

    test::TempDir dir;
    std::string path = dir.file("audit.log");
    Head head;
    std::string content;
    std::vector<std::string> lines;
};

TEST_F(AuditFile, AnUntouchedFileVerifiesAlsoAfterReopening) {
    make(5);
    auto log = Log::open(path).value();
    ASSERT_TRUE(log->append(event(6)));
    const auto report = verify(path).value();
    EXPECT_TRUE(report.ok) << report.problem;
    EXPECT_EQ(report.records, 6U);
    EXPECT_EQ(report.head, log->head());
    const auto last = tail(path, 2).value();
    ASSERT_EQ(last.size(), 2U);
    EXPECT_EQ(last[1].event.session, "6");
    EXPECT_EQ(last[1].previous, last[0].hash);
}

TEST_F(AuditFile, TheNewestRecordOfAnActionIsFoundFromTheEndWhateverTheLinesLength) {
    constexpr std::array<std::string_view, 2> wanted = {"found", "also found"};
    const auto log = Log::open(path).value();
    EXPECT_FALSE(log->last_of(wanted).value());
    // Around the blocks of 65,536 bytes in which it is read, and far beyond them.
    for (const std::size_t length : {1UL, 65'000UL, 65'300UL, 65'536UL, 70'000UL, 200'000UL}) {
        ASSERT_TRUE(log->append({.user = "alice", .action = "found", .result = std::string(length, 'a')}));
        for (std::size_t i = 0; i < 3; ++i) {
            ASSERT_TRUE(log->append({.user = "alice", .action = "arm", .result = std::string(length * i, 'b')}));
            const auto found = log->last_of(wanted).value();
            ASSERT_TRUE(found.has_value());
            EXPECT_EQ(found.value_or(Record{}).event.result.size(), length);
        }
    }
    ASSERT_TRUE(log->append({.user = "alice", .action = "also found"}));
    EXPECT_EQ(log->last_of(wanted).value().value_or(Record{}).seq, log->head().seq);
    ASSERT_TRUE(log->append({.user = "alice", .action = "arm"}));
    EXPECT_EQ(log->last_of(std::array<std::string_view, 1>{"nobody did this"}).value().has_value(), false);
}

TEST_F(AuditFile, EveryFlippedBitIsFoundAtItsRecord) {
    make(4);
    std::size_t at = 0;
    for (std::size_t line = 1; line <= lines.size(); at += lines[line - 1].size(), ++line)
        for (std::size_t i = 0; i < lines[line - 1].size(); ++i)
            for (int bit = 0; bit < 8; ++bit) {
                std::string tampered = content;
                tampered[at + i] = static_cast<char>(tampered[at + i] ^ (1 << bit));
                const auto report = verify_bytes(tampered, head, {});
                ASSERT_FALSE(report.ok) << "byte " << i << " bit " << bit << " of line " << line;
                ASSERT_EQ(report.bad_line, line) << report.problem;
            }
}

TEST_F(AuditFile, EveryDeletionIsFound) {
    make(20);
    for (std::size_t gone = 0; gone < lines.size(); ++gone) {
        auto fewer = lines;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(gone));
        const auto report = after(join(fewer));
        EXPECT_FALSE(report.ok);
        EXPECT_EQ(report.bad_line, gone + 1 < lines.size() ? gone + 1 : 0) << report.problem;
    }
}

TEST_F(AuditFile, EveryReorderAndDuplicateIsFound) {
    make(20);
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
        auto swapped = lines;
        std::swap(swapped[i], swapped[i + 1]);
        EXPECT_EQ(after(join(swapped)).bad_line, i + 1);
        auto doubled = lines;
        doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
        const auto report = after(join(doubled));
        EXPECT_FALSE(report.ok);
        EXPECT_EQ(report.bad_line, i + 2) << report.problem;
    }
}

TEST_F(AuditFile, TruncationAtEveryByteIsFound) {
    make(6);
    for (std::size_t size = 0; size < content.size(); ++size) {
        const auto report = verify_bytes(content.substr(0, size), head, {});
        EXPECT_FALSE(report.ok) << "cut to " << size << " bytes";
    }
}

TEST_F(AuditFile, AChainThatWasRewrittenInWholeDisagreesWithTheAnchor) {
    make(3);
    const Head genuine = head;
    std::filesystem::remove(path);
    std::filesystem::remove(path + ".head");
    make(3); // the same events at another time: a valid chain with a matching head file
    EXPECT_TRUE(verify(path).value().ok);
    const auto report = verify(path, genuine).value();
    EXPECT_FALSE(report.ok);
    EXPECT_NE(report.problem.find("rewritten"), std::string::npos) << report.problem;
}

TEST_F(AuditFile, AMissingOrMalformedHeadFileIsAProblem) {
    make(3);
    write(path + ".head", "garbage");
    EXPECT_FALSE(verify(path).value().ok);
    std::filesystem::remove(path + ".head");
    const auto report = verify(path).value();
    EXPECT_FALSE(report.ok);
    EXPECT_NE(report.problem.find("is missing"), std::string::npos) << report.problem;
}

TEST_F(AuditFile, ATamperedOrEmptiedFileIsNotAppendedTo) {
    make(3);
    write(path, lines[0] + lines[2]);
    const auto tampered = Log::open(path);
    ASSERT_FALSE(tampered);
    EXPECT_NE(tampered.error().what.find("line 2"), std::string::npos) << tampered.error().text();
    write(path, "");
    const auto emptied = Log::open(path);
    ASSERT_FALSE(emptied);
    EXPECT_NE(emptied.error().what.find("truncated"), std::string::npos) << emptied.error().text();
}

TEST_F(AuditFile, ATornLastLineIsSetAsideAndReported) {
    make(3);
    const std::string torn = lines[2].substr(0, 40);
    write(path, content + torn);
    auto log = Log::open(path).value();
    EXPECT_EQ(read(path + ".torn-4"), torn);
    const auto last = tail(path, 1).value();
    EXPECT_EQ(last[0].event.action, "audit_torn_line");
    EXPECT_NE(last[0].event.resource.find(".torn-4"), std::string::npos);
    EXPECT_TRUE(verify(path).value().ok);
}

TEST_F(AuditFile, AHeadOneBehindIsACrashAndNotTampering) {
    make(3);
    const std::string old_head = read(path + ".head");
    {
        auto log = Log::open(path).value();
        ASSERT_TRUE(log->append(event(4)));
    }
    write(path + ".head", old_head);
    const auto report = verify(path).value();
    EXPECT_TRUE(report.ok) << report.problem;
    EXPECT_NE(report.note.find("1 behind"), std::string::npos) << report.note;
}

TEST_F(AuditFile, HasOneWriterAtATime) {
    const auto first = Log::open(path).value();
    const auto second = Log::open(path);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().what.find("another process"), std::string::npos);
}

TEST_F(AuditFile, HostileTextCannotBreakTheLine) {
    auto log = Log::open(path).value();
    using namespace std::string_literals; // or the text would end at its zero byte
    const std::string hostile = "a\"}\n{\"seq\":1,\"\xff\x00\x7f\\"
                                "\xe2\x80\xa8"s;
    ASSERT_TRUE(log->append({.user = hostile, .action = "arm"}));
    ASSERT_TRUE(log->append(event(2)));
    EXPECT_TRUE(verify(path).value().ok);
    EXPECT_EQ(tail(path, 5).value().size(), 2U);
}

TEST_F(AuditFile, AFullDiskRefusesAndLeavesTheFileWhole) {
    make(3);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) { // the limit is for a whole process: RLIMIT_FSIZE makes write() fail like a full disk
        std::signal(SIGXFSZ, SIG_IGN);
        auto log = Log::open(path).value();
        const rlimit limit{.rlim_cur = content.size() + 100, .rlim_max = content.size() + 100};
        setrlimit(RLIMIT_FSIZE, &limit);
        const auto refused = log->append(event(4));
        _exit(!refused && refused.error().hint.find("disk is full") != std::string::npos ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0) << "the append must fail and say why";
    EXPECT_TRUE(verify(path).value().ok);
    EXPECT_EQ(read(path), content);
}

TEST_F(AuditFile, SurvivesKillAtRandomTimes) {
    std::mt19937 random(test::random_seed());
    for (int round = 0; round < 20; ++round) {
        int acknowledged[2];
        ASSERT_EQ(pipe(acknowledged), 0);
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            auto log = Log::open(path);
            if (!log) _exit(1);
            for (int i = 0;; ++i) {
                const auto record = (*log)->append(event(i));
                if (!record || ::write(acknowledged[1], &record->seq, sizeof record->seq) < 0) _exit(1);
            }
        }
        close(acknowledged[1]);
        usleep(static_cast<useconds_t>(random() % 20'000));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        std::uint64_t last = 0;
        for (std::uint64_t seq = 0; ::read(acknowledged[0], &seq, sizeof seq) == sizeof seq;) last = seq;
        close(acknowledged[0]);
        const auto log = Log::open(path);
        ASSERT_TRUE(log) << log.error().text();
        EXPECT_GE((*log)->head().seq, last) << "an acknowledged record is lost";
        EXPECT_TRUE(verify(path).value().ok);
    }
}

} // namespace
} // namespace jitbox::audit
