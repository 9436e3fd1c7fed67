// A private file is new, closed to others and whole, or there is none.
// SPDX-License-Identifier: Apache-2.0
#include "base/file.hpp"
#include "support/file_size_limit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include <unistd.h>

namespace jitbox {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PrivateFile : public testing::Test {
protected:
    ~PrivateFile() override { fs::remove(path_); }

    const fs::path path_ = fs::temp_directory_path() / ("private-file-" + std::to_string(::getpid()));
};

TEST_F(PrivateFile, IsClosedToOthersAndHoldsTheText) {
    ASSERT_TRUE(write_new_private_file(path_, "secret"));
    EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(read_file(path_).value(), "secret");
}

TEST_F(PrivateFile, NeverTakesThePlaceOfAnother) {
    ASSERT_TRUE(write_new_private_file(path_, "first"));
    const auto again = write_new_private_file(path_, "second");
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error().what, HasSubstr("File exists"));
    EXPECT_EQ(read_file(path_).value(), "first");
}

TEST_F(PrivateFile, IsNotLeftBehindByHalf) {
    for (const unsigned room : {0U, 3U}) {
        const auto cut = [&] {
            const test::FileSizeLimit full(room);
            return write_new_private_file(path_, "secret");
        }();
        ASSERT_FALSE(cut);
        EXPECT_THAT(cut.error().what, HasSubstr("cannot write " + path_.string()));
        EXPECT_THAT(cut.error().hint, HasSubstr("free space"));
        EXPECT_FALSE(fs::exists(path_));
    }
    EXPECT_TRUE(write_new_private_file(path_, "secret")) << "there is space again";
}

} // namespace
} // namespace jitbox
