// Router files: both forms, and for every mistake an error that says where and what.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/router_table.hpp"

#include "chain/address.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace jitbox::apps {
namespace {

using accel::RouterKind;

constexpr std::string_view a = "0x1111111111111111111111111111111111111111";
constexpr std::string_view b = "0x2222222222222222222222222222222222222222";

std::string error_of(const std::string& text) {
    const auto table = parse_routers(text, "routers.txt");
    EXPECT_FALSE(table.has_value());
    return table ? std::string() : table.error().text();
}

TEST(RouterTable, mainnet_is_nine_routers_of_three_exchanges) {
    const RouterTable table = mainnet_routers();
    ASSERT_EQ(table.routers.size(), 9U);
    const auto kind_at = [&](std::string_view address) {
        const auto found = std::ranges::find(table.routers, *chain::parse_address(address), &accel::RouterEntry::address);
        return found == table.routers.end() ? RouterKind::none : found->kind;
    };
    EXPECT_EQ(kind_at("0xE592427A0AEce92De3Edee1F18E0157C05861564"), RouterKind::swap_router);
    EXPECT_EQ(kind_at("0x3fC91A3afd70395Cd496C647d5a6CC9D4B2b7FAD"), RouterKind::universal_router);
    EXPECT_EQ(kind_at("0x4C82D1fBFe28C977cBB58D8C7FF8FCF9F70a2cCA"), RouterKind::universal_router_v2_1);
}

TEST(RouterTable, json_maps_an_address_to_a_kind_or_to_kind_and_factory) {
    const auto table = parse_routers("{\"" + std::string(a) + "\": \"SwapRouter02\", \"" + std::string(b) +
                                         "\": {\"kind\": \"swap_router\", \"factory\": \"" + std::string(a) + "\"}}",
                                     "routers.json");
    ASSERT_TRUE(table.has_value()) << table.error().text();
    ASSERT_EQ(table->routers.size(), 2U);
    EXPECT_EQ(table->routers[0].kind, RouterKind::swap_router02);
    EXPECT_EQ(chain::to_checksum(table->routers[0].factory), "0x1F98431c8aD98523631AE4a59f267346ea31F984") << "Uniswap's";
    EXPECT_EQ(table->routers[1].kind, RouterKind::swap_router);
    EXPECT_EQ(table->routers[1].factory, *chain::parse_address(a));
}

TEST(RouterTable, lines_are_address_kind_and_maybe_factory) {
    const auto table = parse_routers("# ours\n\n" + std::string(a) + " swap_router02 # comment\n" + std::string(b) +
                                         "\tUniversalRouter " + std::string(a) + "\n",
                                     "routers.txt");
    ASSERT_TRUE(table.has_value()) << table.error().text();
    ASSERT_EQ(table->routers.size(), 2U);
    EXPECT_EQ(table->routers[1].kind, RouterKind::universal_router);
    EXPECT_EQ(table->routers[1].factory, *chain::parse_address(a));
}

TEST(RouterTable, kinds_are_read_in_any_spelling_and_every_printed_name_is_read_back) {
    for (const std::string_view name : {"SwapRouter02", "swap_router_02", "SWAP-ROUTER-02", "swap.router02"}) {
        const auto table = parse_routers(std::string(a) + " " + std::string(name), "t");
        ASSERT_TRUE(table.has_value()) << name;
        EXPECT_EQ(table->routers[0].kind, RouterKind::swap_router02) << name;
    }
    for (const RouterKind kind :
         {RouterKind::swap_router, RouterKind::swap_router02, RouterKind::universal_router_v1_0, RouterKind::universal_router,
          RouterKind::universal_router_v2, RouterKind::universal_router_v2_1}) {
        const auto table = parse_routers(std::string(a) + " " + std::string(accel::name_of(kind)), "t");
        ASSERT_TRUE(table.has_value()) << accel::name_of(kind);
        EXPECT_EQ(table->routers[0].kind, kind);
    }
}

TEST(RouterTable, a_pool_has_tokens_and_fee) {
    const std::string whole = "{\"" + std::string(a) + "\": {\"kind\": \"pool\", \"token0\": \"" + std::string(a) +
                              "\", \"token1\": \"" + std::string(b) + "\", \"fee\": 500}}";
    const auto table = parse_routers(whole, "t");
    ASSERT_TRUE(table.has_value()) << table.error().text();
    ASSERT_EQ(table->pools.size(), 1U);
    EXPECT_EQ(table->pools[0].fee, 500U);
    EXPECT_NE(error_of(std::string(a) + " pool").find("token0, token1 and fee"), std::string::npos);
}

TEST(RouterTable, errors_say_file_line_and_what) {
    EXPECT_NE(error_of("# x\n" + std::string(a) + " Router9").find("routers.txt:2: unknown router kind 'Router9'"),
              std::string::npos);
    EXPECT_NE(error_of(std::string(a)).find("routers.txt:1: expected `address kind [factory]`"), std::string::npos);
    EXPECT_NE(error_of("0x1234 swap_router").find("routers.txt:1: router address"), std::string::npos);
    EXPECT_NE(error_of(std::string(a) + " swap_router 0x12").find("routers.txt:1: factory"), std::string::npos);
    const std::string twice = std::string(a) + " swap_router\n" + std::string(a) + " swap_router02";
    EXPECT_NE(error_of(twice).find("routers.txt:2: address 0x1111111111111111111111111111111111111111 is listed twice"),
              std::string::npos);
    EXPECT_NE(error_of("{\n\"x\": \n}").find("routers.txt:3: not JSON"), std::string::npos);
    EXPECT_NE(error_of("[]").find("a JSON list"), std::string::npos);
    EXPECT_NE(error_of("{\n\"" + std::string(a) + "\": 5}").find("routers.txt:2: the value of a router"), std::string::npos);
    EXPECT_NE(error_of("{\"" + std::string(a) + "\": {\"kind\": \"swap_router\", \"colour\": 1}}").find("unknown field 'colour'"),
              std::string::npos);
    EXPECT_NE(error_of("{} x").find("not JSON"), std::string::npos);
    std::string many;
    for (int i = 0; i < 33; ++i) {
        std::array<char, 64> line{};
        std::snprintf(line.data(), line.size(), "0x%040x swap_router\n", i + 1);
        many += line.data();
    }
    EXPECT_NE(error_of(many).find("routers.txt:33: more than 32 routers"), std::string::npos);
}

TEST(RouterTable, a_file_that_is_not_there_is_named) {
    const auto table = load_routers("/nowhere/routers.json");
    ASSERT_FALSE(table.has_value());
    EXPECT_NE(table.error().text().find("cannot read /nowhere/routers.json"), std::string::npos);
}

} // namespace
} // namespace jitbox::apps
