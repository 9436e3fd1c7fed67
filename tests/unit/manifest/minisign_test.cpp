// minisign's format, against minisign itself (the Debian package): each reads what the other has written.
// SPDX-License-Identifier: Apache-2.0
#include "manifest/minisign.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace jitbox::manifest {
namespace {

using testing::HasSubstr;

class MinisignTest : public testing::Test {
protected:
    /// minisign with these arguments, in the test's directory; its exit code.
    [[nodiscard]] int minisign_program(const std::string& arguments, const std::string& input = "") const {
        const std::string command =
            "cd " + dir.path().string() + " && printf '" + input + "' | " JITBOX_MINISIGN " " + arguments + " > minisign.log 2>&1";
        return std::system(command.c_str());
    }
    void write(const std::string& name, const std::string& text) const { std::ofstream(dir.file(name), std::ios::binary) << text; }
    [[nodiscard]] std::string read(const std::string& name) const { return read_file(dir.file(name)).value(); }
    void make_key() const { ASSERT_EQ(minisign_program("-G -W -p key.pub -s key.sec"), 0); }
    [[nodiscard]] MinisignPublicKey public_key() const { return parse_minisign_public_key(read("key.pub")).value(); }

    const std::string message = std::string("a manifest\nwith a zero: ") + '\0' + "\n";
    test::TempDir dir;
};

TEST_F(MinisignTest, minisign_verifies_what_we_sign) {
    make_key();
    write("message", message);
    write("message.minisig", minisign(message, read("key.sec"), "", "timestamp:1\tfile:message\thashed").value());
    EXPECT_EQ(minisign_program("-V -p key.pub -m message"), 0) << read("minisign.log");
    EXPECT_THAT(read("minisign.log"), HasSubstr("timestamp:1\tfile:message\thashed"));
    write("message", message + "x");
    EXPECT_NE(minisign_program("-V -p key.pub -m message"), 0) << "the check checks nothing";
}

TEST_F(MinisignTest, we_verify_what_minisign_signs) {
    make_key();
    write("message", message);
    ASSERT_EQ(minisign_program("-S -s key.sec -m message -t 'release 7'"), 0) << read("minisign.log");
    EXPECT_EQ(minisign_verify(message, read("message.minisig"), public_key()).value(), "release 7");
}

TEST_F(MinisignTest, a_key_with_a_password_is_opened_by_it_alone) {
    ASSERT_EQ(minisign_program("-G -p key.pub -s key.sec", "open sesame\\nopen sesame\\n"), 0) << read("minisign.log");
    const auto signature = minisign(message, read("key.sec"), "open sesame", "x");
    ASSERT_TRUE(signature) << signature.error().text();
    EXPECT_EQ(minisign_verify(message, *signature, public_key()).value(), "x");
    EXPECT_THAT(minisign(message, read("key.sec"), "open barley", "x").error().what, HasSubstr("wrong password"));
}

TEST_F(MinisignTest, every_changed_byte_of_message_and_signature_is_found) {
    make_key();
    const std::string signature = minisign(message, read("key.sec"), "", "comment").value();
    ASSERT_TRUE(minisign_verify(message, signature, public_key()));
    for (std::size_t i = 0; i < message.size(); ++i) {
        std::string bad = message;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        EXPECT_THAT(minisign_verify(bad, signature, public_key()).error().what, HasSubstr("does not verify"));
    }
    const std::size_t untrusted = signature.find('\n') + 1; // the first line is no part of what is signed
    for (std::size_t i = untrusted; i < signature.size() - 1; ++i) {
        std::string bad = signature;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        if (bad == signature) continue;
        EXPECT_FALSE(minisign_verify(message, bad, public_key())) << "byte " << i;
    }
}

TEST_F(MinisignTest, another_key_the_legacy_form_and_no_signature_are_named) {
    make_key();
    const std::string signature = minisign(message, read("key.sec"), "", "comment").value();
    ASSERT_EQ(minisign_program("-G -W -p other.pub -s other.sec"), 0);
    EXPECT_THAT(minisign_verify(message, signature, parse_minisign_public_key(read("other.pub")).value()).error().what,
                HasSubstr("another key"));
    write("message", message);
    ASSERT_EQ(minisign_program("-S -l -s key.sec -m message"), 0) << read("minisign.log");
    EXPECT_THAT(minisign_verify(message, read("message.minisig"), public_key()).error().what, HasSubstr("legacy form"));
    EXPECT_THAT(minisign_verify(message, "", public_key()).error().what, HasSubstr("not a signature"));
    EXPECT_THAT(minisign(message, read("key.pub"), "", "x").error().what, HasSubstr("not a secret key"));
    EXPECT_THAT(minisign(message, read("key.sec"), "", "a\nb").error().what, HasSubstr("newline"));
}

TEST_F(MinisignTest, a_public_key_is_its_file_or_its_line) {
    make_key();
    const std::string file = read("key.pub");
    const std::string line = file.substr(file.find('\n') + 1, 56);
    EXPECT_EQ(parse_minisign_public_key(line).value().key, public_key().key);
    EXPECT_FALSE(parse_minisign_public_key(""));
    EXPECT_FALSE(parse_minisign_public_key(line.substr(1)));
    EXPECT_FALSE(parse_minisign_public_key("ED" + line.substr(2)));
}

} // namespace
} // namespace jitbox::manifest
