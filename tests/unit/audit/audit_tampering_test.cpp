// A log of 10,000 records and every kind of tampering at every one of them: all found, and the first bad record is named.
// SPDX-License-Identifier: Apache-2.0
#include "audit/log.hpp"
#include "audit/record.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <random>

namespace jitbox::audit {
namespace {

constexpr std::size_t count = 10'000;

/// The lines, and the verifier's state before each: judging a tampering costs what comes after it, not the whole file.
class TenThousandRecords : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        seed = test::random_seed();
        std::mt19937_64 random(seed);
        Head head;
        for (std::uint64_t seq = 1; seq <= count; ++seq) {
            Record record{.seq = seq,
                          .time_ns = static_cast<std::int64_t>(1'800'000'000'000'000'000 + random() % 1'000'000'000),
                          .event = {.user = "uid:1000 alice",
                                    .action = random() % 2 == 0 ? "arm" : "disarm",
                                    .resource = "ttl=" + std::to_string(random() % 1000) + "s",
                                    .result = "ok",
                                    .source = "unix:pid=" + std::to_string(random() % 65'536),
                                    .agent = "jitctl",
                                    .session = std::to_string(random() % 100)},
                          .previous = head.hash};
            std::string line = encode_line(record);
            line.pop_back();
            head = {.seq = seq, .hash = record.hash};
            lines.push_back(std::move(line));
            heads.push_back(head);
        }
        Verifier verifier(head, head);
        for (const std::string& line : lines) {
            before.push_back(verifier);
            ASSERT_TRUE(verifier.feed(line));
        }
        ASSERT_TRUE(verifier.finish().ok);
    }
    static void TearDownTestSuite() {
        lines = {};
        heads = {};
        before = {};
    }

    void SetUp() override { RecordProperty("seed", std::to_string(seed)); }

    /// The verdict on the genuine records before `at`, then `tampered`, then the genuine ones from `rest` on.
    static VerifyReport judge(std::size_t at, const std::vector<std::string>& tampered, std::size_t rest) {
        Verifier verifier = before[at];
        bool good = true;
        for (const std::string& line : tampered) good = good && verifier.feed(line);
        for (std::size_t i = rest; good && i < count; ++i) good = verifier.feed(lines[i]);
        return verifier.finish();
    }
    static std::string whole(const std::vector<std::string>& all) {
        std::string out;
        for (const std::string& line : all) out += line + "\n";
        return out;
    }

    static inline std::uint64_t seed = 0;
    static inline std::vector<std::string> lines;
    static inline std::vector<Head> heads;
    static inline std::vector<Verifier> before;
};

TEST_F(TenThousandRecords, AFlippedBitInAnyRecordIsNamed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (std::size_t i = 0; i < count; ++i) {
        std::string line = lines[i];
        const std::size_t byte = random() % line.size();
        line[byte] = static_cast<char>(static_cast<unsigned char>(line[byte]) ^ (1U << (random() % 8)));
        const auto report = judge(i, {line}, i + 1);
        ASSERT_FALSE(report.ok) << "record " << i + 1 << " byte " << byte;
        ASSERT_EQ(report.bad_line, i + 1) << report.problem;
    }
}

TEST_F(TenThousandRecords, ADeletedRecordIsNamed) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto report = judge(i, {}, i + 1);
        ASSERT_FALSE(report.ok) << i + 1;
        ASSERT_EQ(report.bad_line, i + 1 < count ? i + 1 : 0) << report.problem; // without the last one the file is too short
        ASSERT_NE(report.problem.find(i + 1 < count ? "missing" : "truncated"), std::string::npos) << report.problem;
    }
}

TEST_F(TenThousandRecords, ReorderedRecordsAreNamed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed + 1);
    for (std::size_t i = 0; i + 1 < count; ++i) {
        const std::size_t with = i + 1 + random() % std::min<std::size_t>(count - i - 1, 50);
        std::vector<std::string> swapped(lines.begin() + static_cast<std::ptrdiff_t>(i),
                                         lines.begin() + static_cast<std::ptrdiff_t>(with + 1));
        std::swap(swapped.front(), swapped.back());
        ASSERT_EQ(judge(i, swapped, with + 1).bad_line, i + 1) << "swapped with " << with + 1;
    }
}

TEST_F(TenThousandRecords, ADuplicateOfAnyRecordAnywhereIsNamed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed + 2);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t of = random() % 4 == 0 ? random() % (i + 1) : i; // mostly beside its original
        const auto report = judge(i, {lines[i], lines[of]}, i + 1);
        ASSERT_FALSE(report.ok);
        ASSERT_EQ(report.bad_line, i + 2) << report.problem;
    }
}

TEST_F(TenThousandRecords, TruncationAfterAnyRecordIsFoundByTheHeadAndByTheAnchorAlone) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto report = before[i].finish();
        ASSERT_FALSE(report.ok) << i;
        ASSERT_EQ(report.records, i);
        ASSERT_NE(report.problem.find("truncated"), std::string::npos) << report.problem;
    }
    // Somebody who can cut the file can write a head file that fits: only the anchor knows.
    for (std::size_t i = 1; i < count; i += 97) {
        std::vector<std::string> cut(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_TRUE(verify_bytes(whole(cut), heads[i - 1], {}).ok);
        const auto report = verify_bytes(whole(cut), heads[i - 1], heads.back());
        ASSERT_FALSE(report.ok);
        ASSERT_NE(report.problem.find("the anchor"), std::string::npos) << report.problem;
        if (i > 2000) break; // from the start each time: the whole range is above
    }
}

TEST_F(TenThousandRecords, AChangeMadeWithAllHashesDoneAnewIsFoundAtTheAnchor) {
    std::mt19937_64 random(seed + 3);
    for (int round = 0; round < 5; ++round) {
        const std::size_t at = random() % count;
        std::vector<std::string> forged(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(at));
        Head head = at == 0 ? Head{} : heads[at - 1];
        for (std::size_t i = at; i < count; ++i) {
            Record record = decode_line(lines[i]).value();
            if (i == at) record.event.result = "forged";
            record.previous = head.hash;
            std::string line = encode_line(record);
            line.pop_back();
            forged.push_back(line);
            head = {.seq = record.seq, .hash = record.hash};
        }
        const std::string text = whole(forged);
        EXPECT_TRUE(verify_bytes(text, head, {}).ok) << "a perfect forgery, as far as the file goes";
        EXPECT_FALSE(verify_bytes(text, head, heads.back()).ok) << "seed " << seed << " record " << at + 1;
    }
}

// The same verdict whether judged from a state in between or as a whole file, so that the tests above mean what they say.
TEST_F(TenThousandRecords, TheWholeFileGivesTheSameVerdict) {
    std::mt19937_64 random(seed + 4);
    for (int round = 0; round < 10; ++round) {
        const std::size_t i = random() % count;
        auto all = lines;
        all[i][all[i].size() / 2] ^= 1;
        EXPECT_EQ(verify_bytes(whole(all), heads.back(), heads.back()).bad_line, i + 1) << "seed " << seed;
    }
}

} // namespace
} // namespace jitbox::audit
