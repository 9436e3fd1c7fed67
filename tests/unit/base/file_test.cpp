// A private file is new, closed to others and whole, or there is none.
// SPDX-License-Identifier: Apache-2.0
#include "base/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <string>

#include <sys/resource.h>
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
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto handled = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit three{.rlim_cur = 3, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &three); // like a disk with room for three bytes
    const auto cut = write_new_private_file(path_, "secret");
    ::setrlimit(RLIMIT_FSIZE, &before);
    (void)std::signal(SIGXFSZ, handled);
    ASSERT_FALSE(cut);
    EXPECT_THAT(cut.error().what, HasSubstr("cannot write " + path_.string()));
    EXPECT_FALSE(fs::exists(path_));
}

} // namespace
} // namespace jitbox
