// Router tables: the built-in one and the two text forms.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/router_table.hpp"

#include "base/file.hpp"
#include "chain/address.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <sstream>

namespace jitbox::apps {
namespace {

using accel::RouterEntry;
using accel::RouterKind;

constexpr std::string_view uniswap_factory = "0x1F98431c8aD98523631AE4a59f267346ea31F984";
constexpr std::string_view pancake_factory = "0x0BFbCF9fa4f9C56B0F40a671Ad40E0805A091865";
constexpr std::string_view sushi_factory = "0xbACEB8eC6b9355Dfc0269C18bac9d6E2Bdc29C4F";

struct KnownRouter {
    std::string_view address;
    RouterKind kind;
    std::string_view factory;
};

// Uniswap: docs.uniswap.org deployments and universal-router/deploy-addresses/mainnet.json. PancakeSwap: pancake-v3-contracts/
// deployments/eth.json (its SwapRouter and SmartRouter keep the ABI of Uniswap's; factory is the factory, not the pool deployer).
// SushiSwap V3: its published router (v3-periphery's SwapRouter) and factory.
constexpr std::array<KnownRouter, 9> mainnet{{
    {"0xE592427A0AEce92De3Edee1F18E0157C05861564", RouterKind::swap_router, uniswap_factory},
    {"0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45", RouterKind::swap_router02, uniswap_factory},
    {"0xEf1c6E67703c7BD7107eed8303Fbe6EC2554BF6B", RouterKind::universal_router_v1_0, uniswap_factory},
    {"0x3fC91A3afd70395Cd496C647d5a6CC9D4B2b7FAD", RouterKind::universal_router, uniswap_factory},
    {"0x66a9893cC07D91D95644AEDD05D03f95e1dBA8Af", RouterKind::universal_router_v2, uniswap_factory},
    {"0x4C82D1fBFe28C977cBB58D8C7FF8FCF9F70a2cCA", RouterKind::universal_router_v2_1, uniswap_factory},
    {"0x1b81D678ffb9C0263b24A97847620C99d213eB14", RouterKind::swap_router, pancake_factory},
    {"0x13f4EA83D0bd40E75C8222255bc855a974568Dd4", RouterKind::swap_router02, pancake_factory},
    {"0x2E6cd2d30aa43f40aa81619ff4b6E0a41479B13F", RouterKind::swap_router, sushi_factory},
}};

struct KindName {
    std::string_view name; ///< lower case, letters and digits only
    RouterKind kind;
};

constexpr std::array<KindName, 21> kind_names{{
    {"swaprouter", RouterKind::swap_router},
    {"swaprouter01", RouterKind::swap_router},
    {"smartrouter", RouterKind::swap_router02},
    {"swaprouter02", RouterKind::swap_router02},
    {"swaprouter2", RouterKind::swap_router02},
    {"universalrouter1", RouterKind::universal_router_v1_0},
    {"universalrouterv1", RouterKind::universal_router_v1_0},
    {"universalrouter10", RouterKind::universal_router_v1_0},
    {"universalrouterv10", RouterKind::universal_router_v1_0},
    {"universalrouter", RouterKind::universal_router},
    {"universalrouter12", RouterKind::universal_router},
    {"universalrouterv12", RouterKind::universal_router},
    {"universalrouter2", RouterKind::universal_router_v2},
    {"universalrouterv2", RouterKind::universal_router_v2},
    {"universalrouter20", RouterKind::universal_router_v2},
    {"universalrouterv20", RouterKind::universal_router_v2},
    {"universalrouter21", RouterKind::universal_router_v2_1},
    {"universalrouterv21", RouterKind::universal_router_v2_1},
    {"universalrouter211", RouterKind::universal_router_v2_1},
    {"universalrouterv211", RouterKind::universal_router_v2_1},
    {"pool", RouterKind::pool},
}};

std::optional<RouterKind> kind_of_name(std::string_view text) {
    std::string plain;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    const auto* const found = std::ranges::find(kind_names, plain, &KindName::name);
    return found == kind_names.end() ? std::nullopt : std::optional(found->kind);
}

std::string where(std::string_view source, std::size_t line) {
    return std::string(source) + ":" + std::to_string(line) + ": ";
}

/// Line of the first appearance of `"key"`, so that an error in a JSON member points somewhere.
std::size_t line_of(std::string_view text, std::string_view key) {
    const std::size_t at = std::min(text.find("\"" + std::string(key) + "\""), text.size());
    return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
}

struct Row {
    std::string_view address;
    std::string_view kind;
    std::optional<std::string_view> factory;
    std::optional<KnownPool> pool; ///< with kind pool: its tokens and fee
};

Result<Bytes20> address_of(std::string_view text, std::string_view what, const std::string& place) {
    auto parsed = chain::parse_address(text);
    if (!parsed) return fail(place + std::string(what) + ": " + parsed.error().what, parsed.error().hint);
    return *parsed;
}

bool is_listed(const RouterTable& table, const Bytes20& address) {
    return std::ranges::any_of(table.routers, [&](const RouterEntry& e) { return e.address == address; }) ||
           std::ranges::any_of(table.pools, [&](const KnownPool& p) { return p.address == address; });
}

Result<void> add_row(RouterTable& table, const Row& row, const std::string& place) {
    const auto address = address_of(row.address, "router address", place);
    if (!address) return std::unexpected(address.error());
    if (is_listed(table, *address)) return fail(place + "address " + std::string(row.address) + " is listed twice");
    const auto kind = kind_of_name(row.kind);
    if (!kind) {
        return fail(place + "unknown router kind '" + std::string(row.kind) + "'",
                    "one of swap_router, swap_router02, universal_router_v1_0, universal_router (1.2), universal_router_v2, "
                    "universal_router_v2_1, pool");
    }
    const auto factory = address_of(row.factory.value_or(uniswap_factory), "factory", place);
    if (!factory) return std::unexpected(factory.error());
    if (*kind != RouterKind::pool) {
        if (table.routers.size() == records::max_routers) {
            return fail(place + "more than " + std::to_string(records::max_routers) + " routers");
        }
        table.routers.push_back({*address, *kind, *factory});
        return {};
    }
    if (!row.pool) return fail(place + "a pool needs token0, token1 and fee", "use the JSON form");
    if (table.pools.size() == records::max_pools) {
        return fail(place + "more than " + std::to_string(records::max_pools) + " pools");
    }
    KnownPool pool = *row.pool;
    pool.address = *address;
    pool.factory = *factory;
    table.pools.push_back(pool);
    return {};
}

Result<std::optional<std::string_view>> text_member(const boost::json::object& object, std::string_view name,
                                                    const std::string& place) {
    const auto* const value = object.if_contains(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) return fail(place + std::string(name) + " must be a string");
    return std::string_view(value->get_string());
}

Result<std::optional<KnownPool>> pool_members(const boost::json::object& object, const std::string& place) {
    const auto token0 = text_member(object, "token0", place);
    if (!token0) return std::unexpected(token0.error());
    const auto token1 = text_member(object, "token1", place);
    if (!token1) return std::unexpected(token1.error());
    const auto* const fee = object.if_contains("fee");
    const auto& text0 = *token0;
    const auto& text1 = *token1;
    if (!text0 || !text1 || fee == nullptr) return std::nullopt;
    const auto address0 = address_of(*text0, "token0", place);
    if (!address0) return std::unexpected(address0.error());
    const auto address1 = address_of(*text1, "token1", place);
    if (!address1) return std::unexpected(address1.error());
    if (!(*address0 < *address1)) return fail(place + "token0 must be below token1, as in the pool");
    if (!fee->is_int64() || fee->get_int64() < 0 || fee->get_int64() >= 1'000'000) {
        return fail(place + "fee must be a number of parts per million, 0..999999");
    }
    KnownPool pool;
    pool.token0 = *address0;
    pool.token1 = *address1;
    pool.fee = static_cast<std::uint32_t>(fee->get_int64());
    return pool;
}

Result<void> add_member(RouterTable& table, std::string_view address, const boost::json::value& value, const std::string& place) {
    Row row{address, {}, std::nullopt, std::nullopt};
    if (value.is_string()) {
        row.kind = value.get_string();
        return add_row(table, row, place);
    }
    if (!value.is_object()) return fail(place + "the value of a router must be its kind or {\"kind\": ..., \"factory\": ...}");
    const auto& object = value.get_object();
    for (const auto& member : object) {
        static constexpr std::array<std::string_view, 5> known{"kind", "factory", "token0", "token1", "fee"};
        if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
            return fail(place + "unknown field '" + std::string(member.key()) + "'",
                        "kind, factory; for pools also token0, token1, fee");
        }
    }
    const auto kind = text_member(object, "kind", place);
    if (!kind) return std::unexpected(kind.error());
    const auto& kind_text = *kind;
    if (!kind_text) return fail(place + "kind is missing");
    row.kind = *kind_text;
    const auto factory = text_member(object, "factory", place);
    if (!factory) return std::unexpected(factory.error());
    row.factory = *factory;
    const auto pool = pool_members(object, place);
    if (!pool) return std::unexpected(pool.error());
    row.pool = *pool;
    return add_row(table, row, place);
}

Result<RouterTable> parse_json(std::string_view text, std::string_view source) {
    boost::json::stream_parser parser;
    boost::system::error_code error;
    const std::size_t used = parser.write_some(text.data(), text.size(), error);
    if (!error) parser.finish(error);
    const std::string_view rest = text.substr(std::min(used, text.size()));
    if (!error && rest.find_first_not_of(" \t\r\n") != std::string_view::npos) error = boost::json::error::extra_data;
    if (error) {
        const std::size_t line = 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, used), '\n'));
        return fail(where(source, line) + "not JSON: " + error.message(),
                    "an object of address to kind, or lines `address kind [factory]`");
    }
    const boost::json::value value = parser.release();
    RouterTable table;
    for (const auto& member : value.as_object()) {
        const auto added = add_member(table, member.key(), member.value(), where(source, line_of(text, member.key())));
        if (!added) return std::unexpected(added.error());
    }
    return table;
}

Result<RouterTable> parse_lines(std::string_view text, std::string_view source) {
    RouterTable table;
    std::istringstream lines{std::string(text)};
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        std::istringstream words(line.substr(0, line.find('#')));
        const std::vector<std::string> word{std::istream_iterator<std::string>(words), {}};
        if (word.empty()) continue;
        if (word.size() < 2 || word.size() > 3) {
            return fail(where(source, number) + "expected `address kind [factory]`, found " + std::to_string(word.size()) +
                        " words");
        }
        Row row{word[0], word[1], std::nullopt, std::nullopt};
        if (word.size() == 3) row.factory = word[2];
        const auto added = add_row(table, row, where(source, number));
        if (!added) return std::unexpected(added.error());
    }
    return table;
}

} // namespace

RouterTable mainnet_routers() {
    RouterTable table;
    for (const KnownRouter& router : mainnet) {
        table.routers.push_back({*chain::parse_address(router.address), router.kind, *chain::parse_address(router.factory)});
    }
    return table;
}

Result<RouterTable> parse_routers(std::string_view text, std::string_view source) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && text[first] == '{') return parse_json(text, source);
    if (first != std::string_view::npos && text[first] == '[') {
        return fail(where(source, 1) + "a JSON list", "an object of address to kind, or lines `address kind [factory]`");
    }
    return parse_lines(text, source);
}

Result<RouterTable> load_routers(const std::string& path) {
    const auto text = read_file(path);
    if (!text) return std::unexpected(text.error());
    if (text->find_first_not_of(" \t\r\n") == std::string::npos)
        return fail(path + ":1: the file is empty", "{} is the empty table");
    return parse_routers(*text, path);
}

} // namespace jitbox::apps
