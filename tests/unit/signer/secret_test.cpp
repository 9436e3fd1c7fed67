// A secret is a type that nothing prints (AUD-2): what would make it printable, comparable or copyable does not compile.
// SPDX-License-Identifier: Apache-2.0
#include "signer/secret.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <string>
#include <type_traits>

namespace jitbox::signer {
namespace {

template <typename T>
concept Streamed = requires(std::ostream& out, const T& value) { out << value; };
template <typename T>
concept Joined = requires(std::string text, const T& value) { text + value; };
template <typename T>
concept Serialised = requires(const T& value) { to_string(value); };

static_assert(Streamed<std::string> && Joined<std::string> && fmt::is_formattable<std::string>::value, "the questions are right");
static_assert(!Streamed<Secret> && !Joined<Secret> && !Serialised<Secret>);
static_assert(!fmt::is_formattable<Secret>::value, "which is what spdlog prints by");
static_assert(!std::equality_comparable<Secret>, "a comparison that ends early tells how much was right");
static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string> && !std::is_convertible_v<Secret, std::string_view> &&
              !std::is_convertible_v<Secret, const char*> && !std::is_convertible_v<Secret, bool>);
static_assert(!std::is_convertible_v<std::string, Secret>, "nothing becomes one by the way");

TEST(Secret, IsRevealedByNameAndMovesWithoutLeavingAnythingBehind) {
    Secret secret(std::string("correct horse"));
    EXPECT_EQ(secret.reveal(), "correct horse");
    EXPECT_STREQ(secret.reveal_c_str(), "correct horse");
    const char* const place = secret.reveal_c_str();
    const Secret moved = std::move(secret);
    EXPECT_EQ(moved.reveal_c_str(), place) << "the same memory: there is no second copy";
    EXPECT_TRUE(secret.empty()); // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move): that it is empty is the point
    EXPECT_EQ(secret.reveal(), "");
}

TEST(SecretDeathTest, ItsMemoryIsReadOnly) {
    const Secret secret(std::string("correct horse"));
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): what an overrun of another buffer would do
    EXPECT_DEATH(const_cast<char*>(secret.reveal_c_str())[0] = 'x', "");
}

} // namespace
} // namespace jitbox::signer
