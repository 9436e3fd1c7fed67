// A long log is opened by its end. What is changed in the part that the opening believes is refused as ever; what is changed before
// is found after, and nothing of it is believed meanwhile.
// SPDX-License-Identifier: Apache-2.0
#include "audit/anchor.hpp"
#include "audit/record.hpp"
#include "base/file.hpp"
#include "support/seed.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

namespace jitbox::audit {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t count = 60;
constexpr std::size_t anchored = 40; ///< the anchor's record; the head file has the last
constexpr Scrub at_once{.whole_up_to = 0, .every = 24h};

/// Waits for what must come, however slow the machine is; what never comes ends at the test's own time limit.
void await(const std::function<bool()>& true_at_last) {
    while (!true_at_last()) std::this_thread::sleep_for(1ms);
}

class LongLog : public ::testing::Test {
protected:
    void SetUp() override {
        std::mt19937_64 random(seed);
        {
            const auto log = Log::open(path).value();
            for (std::size_t i = 1; i <= count; ++i) {
                const std::string resource(random() % 300, 'x');
                const auto record = log->append({.user = "alice", .action = i == 20 ? "halt_begun" : "arm", .resource = resource});
                heads.push_back({.seq = record.value().seq, .hash = record->hash});
            }
        }
        std::ifstream file(path);
        for (std::string line; std::getline(file, line);) lines.push_back(line + "\n");
        ASSERT_TRUE(anchor()->write(heads[anchored - 1]));
        fs::copy(outside.path(), copies.path() / "outside");
        fs::copy(inside.path(), copies.path() / "inside");
        SCOPED_TRACE("seed " + std::to_string(seed));
    }

    [[nodiscard]] std::unique_ptr<Anchor> anchor() const { return make_file_anchor(outside.file("head")); }
    void put_back() {
        const auto over = fs::copy_options::overwrite_existing | fs::copy_options::recursive;
        fs::copy(copies.path() / "outside", outside.path(), over);
        fs::copy(copies.path() / "inside", inside.path(), over);
    }
    void write(const std::vector<std::string>& changed) const {
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        for (const std::string& line : changed) out << line;
    }
    /// What verification of the whole file says; empty: nothing is wrong.
    [[nodiscard]] std::string whole() const { return verify(path, heads[anchored - 1]).value().problem; }
    /// What the first whole look of a log finds that was opened by its end.
    static std::string found_after(const Log& log) {
        await([&] { return !log.scrub_status().pending; });
        return log.scrub_status().damage;
    }

    static constexpr std::size_t twice = 2; ///< of tamperings()
    /// Every way to change record `at` (from 0) that leaves the file made of lines.
    [[nodiscard]] std::vector<std::vector<std::string>> tamperings(std::size_t at, std::mt19937_64& random) const {
        std::vector<std::vector<std::string>> out(5, lines);
        out[0][at][random() % (lines[at].size() - 1)] ^= 1;
        out[1].erase(out[1].begin() + static_cast<std::ptrdiff_t>(at));
        out[twice].insert(out[twice].begin() + static_cast<std::ptrdiff_t>(at), lines[at]);
        std::swap(out[3][at], out[3][at == 0 ? 1 : at - 1]);
        // Forged well: a whole record in the place of another.
        Record forged = decode_line(std::string_view(lines[at]).substr(0, lines[at].size() - 1)).value();
        forged.event.action = "halt_ended";
        out[4][at] = encode_line(forged);
        return out;
    }

    const std::uint64_t seed = test::random_seed();
    test::TempDir inside;
    test::TempDir outside;
    test::TempDir copies;
    std::string path = inside.file("audit.jsonl");
    std::vector<Head> heads;
    std::vector<std::string> lines;
};

TEST_F(LongLog, IsOpenedByItsEndGoesOnAndIsVerifiedAfter) {
    {
        const auto log = Log::open(path, anchor(), at_once).value();
        EXPECT_EQ(log->head(), heads.back());
        EXPECT_EQ(log->append({.user = "alice", .action = "arm"}).value().seq, count + 1);
        EXPECT_EQ(found_after(*log), "");
    }
    EXPECT_EQ(whole(), "");
    const auto held = anchor()->read().value();
    EXPECT_EQ(held.value_or(Head{}).seq, count + 1);
}

// Whatever is changed from the anchor's record on is refused as it is where the whole file is verified first, in the same words.
TEST_F(LongLog, AChangeFromTheAnchorsRecordOnIsRefusedAtOnce) {
    std::mt19937_64 random(seed);
    for (std::size_t at = anchored - 1; at < count; ++at) {
        const auto changed = tamperings(at, random);
        for (std::size_t way = 0; way < changed.size(); ++way) {
            if (at == anchored - 1 && way == twice) continue; // the first of the two is before the anchor's
            SCOPED_TRACE("record " + std::to_string(at + 1) + ", way " + std::to_string(way));
            put_back();
            write(changed[way]);
            const auto by_end = Log::open(path, anchor(), at_once);
            const auto by_all = Log::open(path, anchor());
            ASSERT_FALSE(by_end);
            ASSERT_FALSE(by_all);
            EXPECT_EQ(by_end.error().text(), by_all.error().text());
        }
    }
}

TEST_F(LongLog, ACutAnywhereIsRefusedAtOnce) {
    for (std::size_t left = 0; left < count; ++left) {
        put_back();
        write({lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(left)});
        EXPECT_FALSE(Log::open(path, anchor(), at_once)) << left << " records left";
    }
}

// What is changed before is not seen at once; it is found by the first whole look, as `jitctl audit verify` finds it.
TEST_F(LongLog, AChangeBeforeTheAnchorsRecordIsFoundAfter) {
    std::mt19937_64 random(seed);
    for (std::size_t at = 0; at + 1 < anchored; ++at) {
        const auto changed = tamperings(at, random);
        for (std::size_t way = 0; way < changed.size(); ++way) {
            SCOPED_TRACE("record " + std::to_string(at + 1) + ", way " + std::to_string(way));
            put_back();
            write(changed[way]);
            const std::string problem = whole();
            ASSERT_NE(problem, "");
            const auto log = Log::open(path, anchor(), at_once);
            ASSERT_TRUE(log) << log.error().text();
            EXPECT_NE(found_after(**log).find(problem), std::string::npos) << found_after(**log);
        }
    }
}

// Nothing that was changed is ever taken for a record: reading back goes along the hashes, which the anchor's contains.
TEST_F(LongLog, WhatIsReadBackIsWhatWasWrittenOrAnError) {
    std::mt19937_64 random(seed);
    const std::array<std::string_view, 2> actions = {"halt_begun", "halt_ended"};
    for (std::size_t at = 0; at + 1 < anchored; ++at) {
        const auto changed = tamperings(at, random);
        for (std::size_t way = 0; way < changed.size(); ++way) {
            SCOPED_TRACE("record " + std::to_string(at + 1) + ", way " + std::to_string(way));
            put_back();
            write(changed[way]);
            const auto log = Log::open(path, anchor(), at_once).value();
            const auto halt = log->last_of(actions);
            if (!halt) continue; // it says that the file was changed
            EXPECT_EQ(halt->value_or(Record{}).hash, heads[19].hash);
            EXPECT_LT(at, 20U) << "it read over the change";
        }
    }
}

TEST_F(LongLog, AForgedEndOfWholeRecordsIsRefused) {
    std::vector<std::string> forged(lines.begin(), lines.begin() + anchored - 1);
    Head head = heads[anchored - 2];
    for (std::size_t i = anchored; i <= count; ++i) {
        Record record{.seq = i, .event = {.user = "alice", .action = "halt_ended"}, .previous = head.hash};
        forged.push_back(encode_line(record));
        head = {.seq = i, .hash = record.hash};
    }
    write(forged);
    fs::remove(path + ".head");
    ASSERT_TRUE(make_file_anchor(path + ".head")->write(head)) << "the head file is beside the log, and forged with it";
    const auto log = Log::open(path, anchor(), at_once);
    ASSERT_FALSE(log);
    EXPECT_NE(log.error().what.find("the anchor holds another record 40"), std::string::npos) << log.error().text();
}

TEST_F(LongLog, ATornLineIsSetAsideAsEver) {
    std::ofstream(path, std::ios::app) << "{\"seq\":61,";
    const auto log = Log::open(path, anchor(), at_once);
    ASSERT_TRUE(log) << log.error().text();
    EXPECT_EQ((*log)->head().seq, count + 1) << "the record about it";
    EXPECT_FALSE((*log)->scrub_status().pending) << "then all of it was verified";
    EXPECT_EQ(whole(), "");
}

TEST_F(LongLog, AShortFileIsVerifiedWholeFirst) {
    auto changed = lines;
    changed[3][40] ^= 1;
    write(changed);
    EXPECT_FALSE(Log::open(path, anchor(), Scrub{}));
    put_back();
    const auto log = Log::open(path, anchor(), Scrub{});
    ASSERT_TRUE(log) << log.error().text();
    EXPECT_FALSE((*log)->scrub_status().pending);
}

// A log stays open for months: who changes it meanwhile, or puts another file in its place, is found by the next round.
TEST_F(LongLog, IsVerifiedAgainWhileItIsOpen) {
    const auto log = Log::open(path, anchor(), Scrub{.whole_up_to = 0, .every = 5ms}).value();
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(log->append({.user = "alice", .action = "arm"}));
        EXPECT_EQ(found_after(*log), "");
    }
    const std::string good = read_file(path).value();
    const auto replace = [&](const std::string& text) {
        std::ofstream(path + ".new", std::ios::binary) << text;
        fs::rename(path + ".new", path);
    };
    std::string changed = good;
    changed[lines[0].size() + 40] ^= 1;
    replace(changed);
    await([&] { return log->scrub_status().damage.find("line 2: ") != std::string::npos; });
    replace(good.substr(0, good.size() / 2));
    await([&] { return log->scrub_status().damage.find("the last line has no end") != std::string::npos; });
    replace(lines[0]);
    await([&] { return log->scrub_status().damage.find("truncated") != std::string::npos; });
    replace(good);
    await([&] { return log->scrub_status().damage.empty(); });
    fs::remove(path);
    await([&] { return log->scrub_status().damage.find("cannot open") != std::string::npos; });
}

} // namespace
} // namespace jitbox::audit
