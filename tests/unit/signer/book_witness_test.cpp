// A database of the signer's against the audit log: whatever is done to it while it is closed is found, and no crash of our own is
// mistaken for it.
// SPDX-License-Identifier: Apache-2.0
#include "signer/book_witness.hpp"

#include "signer/limits_book.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::signer {
namespace {

using testing::HasSubstr;

class BookWitnessTest : public testing::Test {
protected:
    /// As a start finds it; empty: nothing to object.
    std::string start(const std::string& digest) {
        log_.reset();
        log_ = audit::Log::open(dir_.file("audit")).value();
        witness_ = std::make_unique<BookWitness>(*log_, "limits");
        return witness_->look(digest).value().objection;
    }
    void keep(const std::string& from, const std::string& to) {
        ASSERT_TRUE(witness_->changing(from, to));
        ASSERT_TRUE(witness_->kept(to));
    }

    const test::TempDir dir_;
    std::unique_ptr<audit::Log> log_;
    std::unique_ptr<BookWitness> witness_;
};

TEST_F(BookWitnessTest, limits_of_the_last_arming_are_accepted_start_after_start) {
    EXPECT_EQ(start(""), "") << "never armed";
    keep("", "0xaa");
    EXPECT_EQ(start("0xaa"), "");
    keep("0xaa", "0xbb");
    EXPECT_EQ(start("0xbb"), "");
    EXPECT_EQ(start("0xbb"), "");
}

TEST_F(BookWitnessTest, others_are_not_and_stay_so_until_two_people_have_spoken) {
    EXPECT_EQ(start(""), "");
    keep("", "0xaa");
    keep("0xaa", "0xbb");
    for (const std::string found : {"", "0xaa", "0xcc"}) { // deleted, an older copy, edited
        EXPECT_THAT(start(found), HasSubstr("limits.db holds " + (found.empty() ? "none" : found) + ", the audit log says 0xbb"));
        EXPECT_THAT(start("0xbb"), HasSubstr("the audit log says 0xbb")) << "putting it back in silence does not help";
        keep("distrusted:" + found, "0xbb");
        EXPECT_EQ(start("0xbb"), "");
    }
}

TEST_F(BookWitnessTest, a_crash_between_log_and_limits_leaves_either_of_two) {
    for (const std::string left : {"0xaa", "0xbb"}) {
        EXPECT_EQ(start(left == "0xaa" ? "" : "0xaa"), "");
        if (left == "0xaa") keep("", "0xaa");
        ASSERT_TRUE(witness_->changing("0xaa", "0xbb"));
        EXPECT_EQ(start(left), "") << left;
    }
    EXPECT_THAT(start("0xaa"), HasSubstr("the audit log says 0xbb"))
        << "what was seen at a start is not taken back by the next one";
}

TEST_F(BookWitnessTest, a_crash_while_other_limits_are_accepted_leaves_them_distrusted) {
    EXPECT_EQ(start(""), "");
    keep("", "0xaa");
    EXPECT_NE(start("0xcc"), "");
    ASSERT_TRUE(witness_->changing("distrusted:0xcc", "0xaa"));
    EXPECT_NE(start("0xcc"), "");
}

TEST_F(BookWitnessTest, limits_that_cannot_be_read_are_distrusted_also_once_they_are_gone) {
    EXPECT_EQ(start(""), "");
    keep("", "0xaa");
    ASSERT_TRUE(witness_->unreadable("file is not a database"));
    EXPECT_THAT(start(""), HasSubstr("limits.db cannot be read: file is not a database"));
    EXPECT_THAT(start("0xaa"), HasSubstr("cannot be read"));
}

TEST_F(BookWitnessTest, limits_of_a_time_before_the_log_knew_them_are_taken_up) {
    EXPECT_EQ(start("0xaa"), "");
    EXPECT_NE(start(""), "");
}

TEST(LimitsBookTest, distrusted_limits_are_no_limits_until_others_are_kept) {
    const test::TempDir dir;
    const auto log = audit::Log::open(dir.file("audit")).value();
    BookWitness witness(*log, "limits");
    const auto book = LimitsBook::open(dir.file("limits.db"), witness).value();
    const std::string terms = format_limit_terms({{"risk.max_retries", "3"}});
    ASSERT_TRUE(book->keep(terms, std::chrono::system_clock::now()));
    EXPECT_EQ(book->objection(), "");
    ASSERT_TRUE(book->distrust({.objection = "edited", .until = {}}));
    EXPECT_EQ(book->digest(), "distrusted:" + limits_digest(terms));
    EXPECT_EQ(book->objection(), "edited");
    ASSERT_TRUE(book->keep(terms, std::chrono::system_clock::now()));
    EXPECT_EQ(book->digest(), limits_digest(terms));
    EXPECT_EQ(book->objection(), "");
}

} // namespace
} // namespace jitbox::signer
