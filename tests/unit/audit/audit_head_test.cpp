// The head file beside an audit log: a write that tears at any byte is a crash, which the next start heals; everything else that
// is wrong with it is tampering.
// SPDX-License-Identifier: Apache-2.0
#include "audit/anchor.hpp"
#include "audit/head_file.hpp"
#include "support/seed.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

namespace jitbox::audit {
namespace {

std::string read(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
}
void write(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

/// A log, and what its head file was before and after the last record.
class HeadFileTest : public ::testing::Test {
protected:
    void append(int records) {
        auto log = Log::open(path).value();
        for (int i = 0; i < records; ++i) {
            before = read(head_path);
            ASSERT_TRUE(log->append({.user = "alice", .action = "arm", .result = "ok"}));
        }
        after = read(head_path);
        head = log->head();
        content = read(path);
    }
    /// The log after a crash that left `torn` as its head file. It opens, goes on, and verifies.
    void expect_healed(const std::string& torn) {
        write(path, content);
        write(head_path, torn);
        const auto report = verify(path).value();
        ASSERT_TRUE(report.ok) << report.problem;
        const auto log = Log::open(path);
        ASSERT_TRUE(log) << log.error().text();
        EXPECT_EQ((*log)->head(), head);
        ASSERT_TRUE((*log)->append({.user = "bob", .action = "disarm"}));
        EXPECT_TRUE(verify(path).value().ok);
    }
    void expect_refused(const std::string& log_bytes, const std::string& head_bytes) {
        write(path, log_bytes);
        write(head_path, head_bytes);
        const auto report = verify(path).value();
        EXPECT_FALSE(report.ok);
        EXPECT_FALSE(report.problem.empty());
        EXPECT_FALSE(Log::open(path));
    }
    /// Where the last record's head was written: the only bytes that differ.
    [[nodiscard]] std::size_t slot_written() const {
        const auto differs = std::ranges::mismatch(before, after).in1 - before.begin();
        return static_cast<std::size_t>(differs) / head_slot_distance * head_slot_distance;
    }
    [[nodiscard]] std::string without_last_record() const { return content.substr(0, content.rfind('\n', content.size() - 2) + 1); }

    test::TempDir dir;
    std::string path = dir.file("audit.log");
    std::string head_path = path + ".head";
    std::string content;
    std::string before;
    std::string after;
    Head head;
};

const std::size_t slot_size = encode_head_slot({}).size();

TEST_F(HeadFileTest, AWriteThatTearsAtAnyByteIsHealedAtTheNextStart) {
    for (const int records : {1, 1, 5}) { // into a blank slot, into the other one, over an old head
        append(records);
        const std::size_t slot = slot_written();
        for (std::size_t at = 0; at <= slot_size; ++at) {
            SCOPED_TRACE("record " + std::to_string(head.seq) + ", byte " + std::to_string(at));
            const auto mixed = [&](const std::string& first, const std::string& then) {
                return first.substr(0, slot + at) + then.substr(slot + at);
            };
            expect_healed(mixed(after, before)); // the beginning is new
            expect_healed(mixed(before, after)); // the end is new
            std::string zeros = after;
            zeros.replace(slot + at, slot_size - at, slot_size - at, '\0');
            expect_healed(zeros);
            if (HasFatalFailure()) return;
        }
        write(path, content);
        write(head_path, after);
    }
}

TEST_F(HeadFileTest, ASlotThatIsGarbageAfterAPowerCutIsHealed) {
    const auto seed = test::random_seed();
    std::mt19937 random(seed);
    append(4);
    for (int round = 0; round < 200; ++round) {
        std::string torn = after;
        for (std::size_t i = 0; i < slot_size; ++i)
            if (random() % 2 == 0) torn[slot_written() + i] = static_cast<char>(random());
        expect_healed(torn);
    }
}

TEST_F(HeadFileTest, ATornSlotHidesNoTruncation) {
    append(6);
    for (std::size_t at = 0; at < slot_size; ++at) {
        std::string torn = after;
        torn[slot_written() + at] = '~';
        expect_refused(without_last_record(), torn);
    }
    expect_refused(without_last_record(), after);
}

TEST_F(HeadFileTest, AFlippedBitOfTheOlderSlotIsNoCrash) {
    append(6);
    const std::size_t older = slot_written() == 0 ? head_slot_distance : 0;
    for (std::size_t at = 0; at < slot_size; ++at) {
        std::string changed = after;
        changed[older + at] = static_cast<char>(changed[older + at] ^ 1);
        expect_refused(content, changed);
    }
}

TEST_F(HeadFileTest, BothSlotsBrokenOrNoneWrittenIsTampering) {
    append(6);
    std::string both = after;
    both[3] = both[head_slot_distance + 3] = '~';
    expect_refused(content, both);
    expect_refused(content, std::string(after.size(), '\0'));
    expect_refused(content, "");
    expect_refused(content, "garbage");
}

TEST_F(HeadFileTest, AHeadOfAnotherChainIsTamperingHoweverWholeItIs) {
    append(6);
    Head other = head;
    other.hash[0] ^= 1;
    std::string forged = after;
    forged.replace(slot_written(), slot_size, encode_head_slot(other));
    expect_refused(content, forged);
    other = {.seq = head.seq + 1, .hash = head.hash};
    forged.replace(slot_written(), slot_size, encode_head_slot(other));
    expect_refused(content, forged);
}

TEST_F(HeadFileTest, TheVeryFirstWriteMayTear) {
    write(head_path, encode_head_slot({}).substr(0, 40));
    append(1);
    EXPECT_EQ(head.seq, 1U);
}

TEST_F(HeadFileTest, AFileAnchorSurvivesTheSame) {
    const auto anchor = make_file_anchor(dir.file("anchor"));
    for (std::uint64_t seq = 1; seq <= 3; ++seq) {
        before = read(dir.file("anchor"));
        ASSERT_TRUE(anchor->write({.seq = seq}));
        after = read(dir.file("anchor"));
        before.resize(after.size());
        for (std::size_t at = 0; at <= slot_size; ++at) {
            write(dir.file("anchor"), after.substr(0, slot_written() + at) + before.substr(slot_written() + at));
            const auto held = anchor->read();
            ASSERT_TRUE(held) << held.error().text();
            EXPECT_TRUE(held->value_or(Head{}).seq == seq || held->value_or(Head{}).seq == seq - 1);
        }
        write(dir.file("anchor"), after);
    }
}

} // namespace
} // namespace jitbox::audit
