// What a log line is, where it goes, and that files rotate.
// SPDX-License-Identifier: Apache-2.0
#include "telemetry/log.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace jitbox::telemetry {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LogTest : public testing::Test {
protected:
    LogTest() { fs::remove_all(directory_); }
    ~LogTest() override {
        stop_logging();
        fs::remove_all(directory_);
    }

    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream in(directory_ / name);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    fs::path directory_ = fs::temp_directory_path() / ("jitbox-log-" + std::to_string(::getpid()) + "-" +
                                                       testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(LogTest, a_line_is_one_json_object_with_its_fields_typed) {
    ASSERT_TRUE(start_logging({.directory = directory_}).has_value());
    log(Level::info, "swap_seen", {{"hash", "0x\"12\"\n"}, {"count", 7U}, {"delta", -3}, {"share", 0.5}, {"ok", true}});
    stop_logging();
    const auto line = boost::json::parse(read("jitd.log")).as_object();
    EXPECT_EQ(line.at("level").as_string(), "info");
    EXPECT_EQ(line.at("event").as_string(), "swap_seen");
    EXPECT_EQ(line.at("hash").as_string(), "0x\"12\"\n");
    EXPECT_EQ(line.at("count").to_number<int>(), 7);
    EXPECT_EQ(line.at("delta").to_number<int>(), -3);
    EXPECT_EQ(line.at("share").as_double(), 0.5);
    EXPECT_TRUE(line.at("ok").as_bool());
    EXPECT_THAT(std::string(line.at("time").as_string()), testing::ContainsRegex("^20[0-9][0-9]-.*T.*[.][0-9]{6}Z$"));
}

TEST_F(LogTest, errors_are_also_in_a_file_of_their_own) {
    ASSERT_TRUE(start_logging({.directory = directory_}).has_value());
    log(Level::info, "fine");
    log(Level::error, "broken");
    stop_logging();
    EXPECT_THAT(read("jitd.log"), testing::AllOf(HasSubstr("fine"), HasSubstr("broken")));
    EXPECT_THAT(read("jitd.error.log"), testing::AllOf(testing::Not(HasSubstr("fine")), HasSubstr("broken")));
}

TEST_F(LogTest, a_level_below_the_configured_one_is_not_written) {
    ASSERT_TRUE(start_logging({.directory = directory_, .level = Level::warning}).has_value());
    log(Level::info, "quiet");
    stop_logging();
    EXPECT_EQ(read("jitd.log"), "");
}

TEST_F(LogTest, files_rotate_and_never_exceed_their_number) {
    ASSERT_TRUE(start_logging({.directory = directory_, .max_file_bytes = 1000, .files = 3}).has_value());
    for (int i = 0; i < 200; ++i) log(Level::info, "filler", {{"i", i}});
    stop_logging();
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(directory_)) {
        if (entry.path().filename().string().find("error") != std::string::npos) continue;
        ++files;
        EXPECT_LE(fs::file_size(entry.path()), 1000U) << entry.path();
    }
    EXPECT_EQ(files, 3U);
}

TEST_F(LogTest, a_directory_that_cannot_be_made_is_an_error_that_names_it) {
    fs::create_directories(directory_);
    std::ofstream(directory_ / "file") << "x";
    const auto started = start_logging({.directory = directory_ / "file" / "logs"});
    ASSERT_FALSE(started.has_value());
    EXPECT_THAT(started.error().what, HasSubstr("file/logs"));
    EXPECT_THAT(started.error().hint, HasSubstr("telemetry.log_dir"));
}

} // namespace
} // namespace jitbox::telemetry
