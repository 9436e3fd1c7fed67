// Whether the file on disk is the configuration that is in force.
// SPDX-License-Identifier: Apache-2.0
#include "apps/runtime/config_watch.hpp"

#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace jitbox::apps {
namespace {

using testing::HasSubstr;

/// With a modification time of its own, whatever the file system's clock does.
void write(const std::string& file, const std::string& text) {
    static int seconds = 0;
    std::ofstream(file) << text;
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(++seconds));
}

TEST(ConfigWatchTest, TellsWhenTheFileChangesAndWhenItIsPutBack) {
    const test::TempDir dir;
    const std::string file = dir.file("jitd.toml");
    write(file, "max = 1\n");
    ConfigWatch watch(file);
    EXPECT_EQ(watch.loaded().size(), 66U);
    EXPECT_FALSE(watch.look());
    write(file, "max = 2\n");
    EXPECT_TRUE(watch.look());
    EXPECT_THAT(watch.problem(), HasSubstr("is not any more what jitd read at its start"));
    EXPECT_FALSE(watch.look()) << "told once";
    write(file, "max = 1\n");
    EXPECT_TRUE(watch.look());
    EXPECT_EQ(watch.problem(), "");
}

TEST(ConfigWatchTest, AFileThatIsTouchedOrGoneIsNotTheSame) {
    const test::TempDir dir;
    const std::string file = dir.file("jitd.toml");
    write(file, "max = 1\n");
    ConfigWatch watch(file);
    write(file, "max = 1\n");
    EXPECT_FALSE(watch.look()) << "written again as it was";
    std::filesystem::remove(file);
    EXPECT_TRUE(watch.look());
    EXPECT_THAT(watch.problem(), HasSubstr("cannot be read any more"));
    write(file, "max = 1\n");
    EXPECT_TRUE(watch.look());
}

TEST(ConfigWatchTest, WithoutAFileThereIsNothingToWatch) {
    ConfigWatch watch{std::filesystem::path()};
    EXPECT_FALSE(watch.look());
    EXPECT_EQ(watch.loaded(), "");
}

} // namespace
} // namespace jitbox::apps
