// What holds a secret is a plain file of this user's alone (KEY-2); everything else is refused with its text, and none is waited
// for. SPDX-License-Identifier: Apache-2.0
#include "signer/config.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace jitbox::signer {
namespace {

class PrivateFile : public ::testing::Test {
protected:
    void SetUp() override {
        std::ofstream(path) << "correct horse\n";
        ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    }
    /// The error's text; empty when the file was read.
    [[nodiscard]] std::string refusal() const {
        const auto read = read_pin_file(path);
        if (!read) EXPECT_EQ(read.error().text().find("horse"), std::string::npos) << "an error tells no secret";
        return read ? "" : read.error().what;
    }
    test::TempDir dir;
    std::string path = dir.file("pin");
};

TEST_F(PrivateFile, OfThisUserAloneIsRead) {
    EXPECT_EQ(refusal(), "");
    ASSERT_EQ(::chmod(path.c_str(), 0400), 0);
    EXPECT_EQ(refusal(), "");
}

TEST_F(PrivateFile, WithAnyRightOfOthersIsRefused) {
    for (const mode_t right : {0040U, 0020U, 0010U, 0004U, 0002U, 0001U}) {
        ASSERT_EQ(::chmod(path.c_str(), 0600U | right), 0);
        EXPECT_EQ(refusal(), path + " is open to others") << std::oct << right;
    }
}

TEST_F(PrivateFile, OfAnotherUserIsRefused) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
    ASSERT_EQ(::chown(path.c_str(), 1, 1), 0);
    EXPECT_EQ(refusal(), path + " belongs to user 1");
}

TEST_F(PrivateFile, ThatIsALinkADirectoryOrAPipeIsRefused) {
    std::filesystem::rename(path, dir.file("elsewhere"));
    std::filesystem::create_symlink(dir.file("elsewhere"), path);
    EXPECT_NE(refusal(), "") << "whoever can put a link there chooses the file";
    std::filesystem::remove(path);
    ASSERT_EQ(::mkdir(path.c_str(), 0700), 0);
    EXPECT_EQ(refusal(), path + " is no plain file");
    std::filesystem::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(refusal(), path + " is no plain file") << "and nobody waits for its writer";
}

} // namespace
} // namespace jitbox::signer
