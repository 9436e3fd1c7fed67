// Prices from outside of the pools: what one or two sources say of each token, how old it is, and whether they agree (RISK-5).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "chain/u256.hpp"
#include "risk/portfolio.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::risk {

struct PricedToken {
    Bytes20 address{};
    std::string symbol{};
    unsigned decimals = 0; ///< at most 36
};

struct Quote {
    u256 price_x96 = 0; ///< wei a unit, Q96
    TimePoint at{};     ///< when the source saw the price
    bool operator==(const Quote&) const = default;
};
using Quotes = std::map<Bytes20, Quote>;

/// floor(price_wei * 2^96 / 10^decimals). Empty when that is zero or needs more than 256 bits.
[[nodiscard]] std::optional<u256> price_x96_of(const u256& price_wei, unsigned decimals);

/// A price document: {"prices": [{"token": "0x..", "price_wei": "..", "time_ms": 1764352741000}, ...]}. price_wei is of one whole
/// token, decimal text; time_ms counts from 1970. Tokens that are not asked for are ignored. Errors: no such document, a token that
/// is missing, twice or without a usable price, a time that lies more than `future_tolerance` ahead of `now`.
[[nodiscard]] Result<Quotes> parse_prices(std::string_view text, std::span<const PricedToken> tokens, TimePoint now);
inline constexpr std::chrono::seconds future_tolerance{5};

/// One source: a file that somebody replaces (rename) as prices move. What was read last stays until something better is read: a
/// file that cannot be read is an error at once and a stale price later.
class PriceFile {
public:
    static constexpr std::size_t most_bytes = 1 << 20;

    PriceFile(std::filesystem::path path, std::vector<PricedToken> tokens) : path_(std::move(path)), tokens_(std::move(tokens)) {}

    /// Reads the file when it is another one than before. A price older than the one that is there is refused with its document.
    void refresh(TimePoint now);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] const Quotes& quotes() const { return quotes_; }    ///< empty: nothing was ever read
    [[nodiscard]] const std::string& error() const { return error_; } ///< of the last refresh; empty when it was good

private:
    struct Stamp {
        std::int64_t modified_ns = 0;
        std::uint64_t inode = 0;
        std::uint64_t size = 0;
        bool operator==(const Stamp&) const = default;
    };
    [[nodiscard]] Result<std::string> read(Stamp& stamp) const;
    void take(Quotes quotes);

    std::filesystem::path path_;
    std::vector<PricedToken> tokens_;
    Quotes quotes_;
    std::string error_;
    std::optional<Stamp> seen_;
};

struct PriceRules {
    std::chrono::milliseconds max_age{0};
    std::uint32_t max_difference_ppm = 0; ///< of the smaller of the two prices
};

/// What of the prices forbids trading now: the first token that is missing, stale in a source, or on which the sources contradict
/// each other. Empty: none.
[[nodiscard]] std::string price_problem(const PriceFile& first, const PriceFile* second, std::span<const PricedToken> tokens,
                                        const PriceRules& rules, TimePoint now);

} // namespace jitbox::risk
