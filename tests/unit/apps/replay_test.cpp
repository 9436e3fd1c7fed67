// Captures: what an engine was given and what it answered stands on file as it was, and a replay says whether an engine still
// answers so. SPDX-License-Identifier: Apache-2.0
#include "apps/offline/replay.hpp"

#include "accel/capture.hpp"
#include "accel/records.hpp"
#include "apps/offline/self_test.hpp"
#include "support/small_disk.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace jitbox::apps {
namespace {

namespace fs = std::filesystem;
using accel::Kind;
using testing::ElementsAre;
using testing::HasSubstr;

struct Capture {
    fs::path records;
    fs::path answers;
};

/// The newest pair of files in `directory`.
Capture newest(const fs::path& directory) {
    fs::path best;
    for (const auto& entry : fs::directory_iterator(directory))
        if (entry.path().extension() == ".records" && entry.path() > best) best = entry.path();
    Capture out{.records = best, .answers = best};
    out.answers.replace_extension(".answers");
    return out;
}

/// The self-test's stream (pool, ticks, parameters, block, a transaction) with its decision, captured.
Capture captured_self_test(const fs::path& directory, bool frozen = false) {
    auto engine = accel::make_capturing_engine(accel::make_native_engine(), {.directory = directory});
    EXPECT_TRUE(engine) << engine.error().text();
    if (frozen) (*engine)->freeze();
    EXPECT_EQ(run_self_test(**engine).has_value(), !frozen);
    engine->reset(); // the end writes what is left
    return newest(directory);
}

std::vector<Bytes> all_of(const fs::path& file) {
    std::vector<Bytes> out;
    auto reader = accel::CaptureReader::open(file);
    EXPECT_TRUE(reader) << reader.error().text();
    for (auto record = reader->next(); record && !record->empty(); record = reader->next())
        out.emplace_back(record->begin(), record->end());
    return out;
}

ReplaySummary replayed(const Capture& capture) {
    const auto engine = accel::make_native_engine();
    auto summary = replay(*engine, {.records = capture.records, .answers = capture.answers});
    EXPECT_TRUE(summary) << summary.error().text();
    return summary ? *summary : ReplaySummary{};
}

void change_byte(const fs::path& file, std::streamoff at) {
    std::fstream both(file, std::ios::binary | std::ios::in | std::ios::out);
    both.seekg(at);
    const char was = static_cast<char>(both.get());
    both.seekp(at);
    both.put(static_cast<char>(was ^ 1));
}

TEST(ReplayTest, the_files_are_the_streams_and_nothing_else) {
    const test::TempDir temp;
    const Capture capture = captured_self_test(temp.path() / "made" / "when-missing");
    std::uintmax_t bytes = 0;
    std::vector<Kind> kinds;
    for (const Bytes& record : all_of(capture.records)) {
        bytes += record.size();
        kinds.push_back(accel::kind_of(record));
    }
    EXPECT_EQ(fs::file_size(capture.records), bytes);
    EXPECT_EQ(std::ranges::count(kinds, Kind::tx), 1);
    EXPECT_EQ(kinds.back(), Kind::barrier);
    EXPECT_EQ(accel::kind_of(all_of(capture.answers).back()), Kind::barrier_done);
    EXPECT_EQ(fs::status(capture.records).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST(ReplayTest, a_replay_gives_every_byte_of_the_recorded_answers) {
    const test::TempDir temp;
    const Capture capture = captured_self_test(temp.path());
    const ReplaySummary summary = replayed(capture);
    EXPECT_EQ(summary.decisions, 1U);
    EXPECT_EQ(summary.transactions, 1U);
    EXPECT_EQ(summary.compared, all_of(capture.answers).size());
    EXPECT_EQ(summary.differences + summary.not_recorded + summary.frozen + summary.left_over, 0U) << summary.first_difference;
}

TEST(ReplayTest, one_bit_of_an_answer_or_of_a_record_is_found_and_named) {
    const test::TempDir temp;
    const Capture capture = captured_self_test(temp.path());
    std::uint64_t at = 0;
    const std::vector<Bytes> answers = all_of(capture.answers);
    const auto decision = std::ranges::find(answers, Kind::decision, &accel::kind_of);
    for (auto it = answers.begin(); it != decision; ++it) at += it->size();
    change_byte(capture.answers, static_cast<std::streamoff>(at + records::decision::tip_wei));
    EXPECT_EQ(replayed(capture).differences, 1U);
    EXPECT_THAT(replayed(capture).first_difference, HasSubstr("kind 0x83"));
    change_byte(capture.answers, static_cast<std::streamoff>(at + records::decision::tip_wei));
    EXPECT_EQ(replayed(capture).differences, 0U);
    at = 0;
    for (const Bytes& record : all_of(capture.records)) {
        if (accel::kind_of(record) == Kind::pool) break;
        at += record.size();
    }
    change_byte(capture.records, static_cast<std::streamoff>(at + records::pool::liquidity));
    EXPECT_GT(replayed(capture).differences, 0U) << "another liquidity, another decision";
}

TEST(ReplayTest, a_leg_that_was_frozen_then_is_judged_now_and_is_no_difference) {
    const test::TempDir temp;
    const ReplaySummary summary = replayed(captured_self_test(temp.path(), true));
    EXPECT_EQ(summary.decisions, 1U);
    EXPECT_EQ(summary.frozen, 1U);
    EXPECT_EQ(summary.differences, 0U) << summary.first_difference;
}

TEST(ReplayTest, a_recording_that_was_cut_is_played_up_to_its_last_whole_record) {
    const test::TempDir temp;
    const Capture capture = captured_self_test(temp.path());
    const std::size_t whole = all_of(capture.records).size();
    fs::resize_file(capture.records, fs::file_size(capture.records) - 10); // the barrier at the end
    fs::resize_file(capture.answers, fs::file_size(capture.answers) - 64);
    const ReplaySummary summary = replayed(capture);
    EXPECT_EQ(summary.records, whole - 1);
    EXPECT_EQ(summary.left_over, 54U);
    EXPECT_EQ(summary.differences, 0U) << summary.first_difference;
}

TEST(ReplayTest, answers_that_no_record_explains_are_a_difference) {
    const test::TempDir temp;
    const Capture capture = captured_self_test(temp.path());
    fs::resize_file(capture.records, 0);
    EXPECT_EQ(replayed(capture).differences, all_of(capture.answers).size());
}

TEST(ReplayTest, a_reset_engine_goes_on_in_new_files) {
    const test::TempDir temp;
    auto engine = accel::make_capturing_engine(accel::make_native_engine(), {.directory = temp.path()});
    ASSERT_TRUE(engine);
    ASSERT_TRUE(run_self_test(**engine));
    ASSERT_TRUE((*engine)->reset());
    ASSERT_TRUE(run_self_test(**engine));
    engine->reset();
    EXPECT_EQ(std::distance(fs::directory_iterator(temp.path()), fs::directory_iterator{}), 4);
    EXPECT_EQ(replayed(newest(temp.path())).differences, 0U);
}

TEST(ReplayTest, a_full_capture_ends_with_a_whole_record_and_says_so_and_the_engine_goes_on) {
    const test::TempDir temp;
    std::vector<std::string> said;
    auto engine = accel::make_capturing_engine(
        accel::make_native_engine(),
        {.directory = temp.path(), .max_bytes = 1000, .on_end = [&](const std::string& why) { said.push_back(why); }});
    ASSERT_TRUE(engine);
    EXPECT_TRUE(run_self_test(**engine)) << "an engine whose capture ended";
    engine->reset();
    EXPECT_THAT(said, ElementsAre(HasSubstr("full")));
    const ReplaySummary summary = replayed(newest(temp.path()));
    EXPECT_GT(summary.records, 0U);
    EXPECT_EQ(summary.left_over + summary.differences, 0U);
}

TEST(ReplayTest, a_full_disk_ends_the_capture_and_not_the_engine) {
    const test::TempDir temp;
    const fs::path disk = temp.path() / "disk";
    fs::create_directory(disk);
    const int step = test::on_small_disk(disk, 64, [&] {
        std::string said;
        auto engine = accel::make_capturing_engine(accel::make_native_engine(),
                                                   {.directory = disk, .on_end = [&](const std::string& why) { said = why; }});
        if (!engine) return 1;
        test::fill(disk / "filler");
        if (!run_self_test(**engine)) return 2;
        if (!(*engine)->health()) return 3;
        engine->reset();
        return said.find("No space") == std::string::npos ? 4 : 0;
    });
    if (step == test::no_small_disk) GTEST_SKIP() << "this machine lets us mount nothing";
    EXPECT_EQ(step, 0) << "number of the step that failed";
}

TEST(ReplayTest, files_that_cannot_be_are_errors_that_name_them) {
    const auto engine = accel::make_native_engine();
    EXPECT_THAT(replay(*engine, {.records = "/nowhere/x.records"}).error().what, HasSubstr("/nowhere/x.records"));
    const auto refused = accel::make_capturing_engine(accel::make_native_engine(), {.directory = "/proc/nowhere"});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("/proc/nowhere"));
}

} // namespace
} // namespace jitbox::apps
