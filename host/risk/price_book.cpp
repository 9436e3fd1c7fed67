// Reading price files, and judging what they say.
// SPDX-License-Identifier: Apache-2.0
#include "risk/price_book.hpp"

#include "chain/address.hpp"

#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace jitbox::risk {
namespace {

namespace json = boost::json;
using chain::u512;
using std::chrono::milliseconds;

constexpr std::int64_t latest_ms = 253'402'300'799'000; ///< the end of the year 9999

std::string text_of(const json::object& row, std::string_view name) {
    const json::value* value = row.if_contains(json::string_view(name.data(), name.size()));
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string known_members(const json::object& row, std::initializer_list<std::string_view> names) {
    for (const auto& [key, value] : row) {
        if (std::ranges::find(names, std::string_view(key.data(), key.size())) == names.end()) return std::string(key);
    }
    return {};
}

Result<TimePoint> time_of(const json::object& row, TimePoint now) {
    const json::value* value = row.if_contains("time_ms");
    if (value == nullptr || !value->is_int64() || value->get_int64() < 0 || value->get_int64() > latest_ms) {
        return fail("time_ms is no time", "give milliseconds since 1970");
    }
    const TimePoint at{milliseconds(value->get_int64())};
    if (at > now + future_tolerance) {
        return fail(fmt::format("time_ms = {} is {} ms in the future", value->get_int64(),
                                std::chrono::duration_cast<milliseconds>(at - now).count()),
                    "set the clocks of this machine and of the price source");
    }
    return at;
}

Result<Quote> quote_of(const json::object& row, const PricedToken& token, TimePoint now) {
    const std::string text = text_of(row, "price_wei");
    const bool decimal = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    const auto price = decimal ? chain::parse_u256(text) : Result<u256>(fail(""));
    if (!price) return fail("price_wei is no decimal text", "give wei for one whole token, as a string");
    const auto price_x96 = price_x96_of(*price, token.decimals);
    if (!price_x96) return fail("price_wei = " + text + " is zero or out of range", "give wei for one whole token");
    const auto at = time_of(row, now);
    if (!at) return std::unexpected(at.error());
    return Quote{.price_x96 = *price_x96, .at = *at};
}

/// Adds the quote of one row, when it is for one of `tokens`.
Result<void> take_row(const json::value& value, std::span<const PricedToken> tokens, TimePoint now, Quotes& out) {
    const json::object* row = value.if_object();
    if (row == nullptr) return fail("prices: an entry is no object");
    if (const std::string unknown = known_members(*row, {"token", "price_wei", "time_ms"}); !unknown.empty()) {
        return fail("prices: an entry has the unknown member " + unknown);
    }
    const auto address = chain::parse_address(text_of(*row, "token"));
    if (!address) return fail("prices: an entry's token is no address: " + address.error().what);
    const auto token = std::ranges::find(tokens, *address, &PricedToken::address);
    if (token == tokens.end()) return {};
    auto quote = quote_of(*row, *token, now);
    if (!quote) return fail("prices: " + token->symbol + ": " + quote.error().what, quote.error().hint);
    if (!out.emplace(*address, *quote).second) return fail("prices: " + token->symbol + " is there twice");
    return {};
}

Result<std::string> read_all(int file) {
    std::string text;
    std::array<char, 65'536> buffer{};
    for (;;) {
        const ::ssize_t got = ::read(file, buffer.data(), buffer.size());
        if (got == 0) return text;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(std::strerror(errno));
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > PriceFile::most_bytes) return fail(fmt::format("is larger than {} bytes", PriceFile::most_bytes));
    }
}

std::string age_problem(const PriceFile& source, const PricedToken& token, const PriceRules& rules, TimePoint now) {
    const std::string why = source.error().empty() ? std::string() : " (" + source.error() + ")";
    const auto quote = source.quotes().find(token.address);
    if (quote == source.quotes().end())
        return fmt::format("prices: {} gives no price of {}{}", source.path().string(), token.symbol, why);
    const auto age = std::chrono::duration_cast<milliseconds>(now - quote->second.at);
    if (age <= rules.max_age) return {};
    return fmt::format("prices: the price of {} in {} is {} ms old, at most {} are allowed{}", token.symbol, source.path().string(),
                       age.count(), rules.max_age.count(), why);
}

std::string difference_problem(const Quote& a, const Quote& b, const PricedToken& token, const PriceRules& rules) {
    const u256 low = std::min(a.price_x96, b.price_x96);
    const u512 difference = static_cast<u512>(std::max(a.price_x96, b.price_x96) - low) * 1'000'000U;
    if (difference <= static_cast<u512>(low) * rules.max_difference_ppm) return {};
    const u512 ppm = difference / low;
    return fmt::format("prices: the two sources differ on {} by {} ppm, at most {} are allowed", token.symbol,
                       ppm > UINT32_MAX ? std::string("more than 4294967295") : chain::to_decimal(static_cast<u256>(ppm)),
                       rules.max_difference_ppm);
}

} // namespace

std::optional<u256> price_x96_of(const u256& price_wei, unsigned decimals) {
    u512 scale = 1;
    for (unsigned d = 0; d < decimals; ++d) scale *= 10;
    const u512 price = (static_cast<u512>(price_wei) << 96) / scale;
    if (price >> 256 != 0 || price == 0) return std::nullopt;
    return static_cast<u256>(price);
}

Result<Quotes> parse_prices(std::string_view text, std::span<const PricedToken> tokens, TimePoint now) {
    boost::system::error_code error;
    const json::value document = json::parse(json::string_view(text.data(), text.size()), error);
    if (error)
        return fail("prices: not JSON: " + error.message(), "write the file beside and rename it, so that it is always whole");
    const json::object* root = document.if_object();
    if (root == nullptr || !known_members(*root, {"prices"}).empty() || !root->contains("prices") ||
        !root->at("prices").is_array()) {
        return fail("prices: the document is no object with the one list \"prices\"");
    }
    Quotes out;
    for (const json::value& row : root->at("prices").get_array()) {
        if (auto taken = take_row(row, tokens, now, out); !taken) return std::unexpected(taken.error());
    }
    for (const PricedToken& token : tokens) {
        if (!out.contains(token.address))
            return fail("prices: " + token.symbol + " is missing", "every token of [[tokens]] needs its price");
    }
    return out;
}

Result<std::string> PriceFile::read(Stamp& stamp) const {
    const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return fail(std::strerror(errno));
    struct ::stat info{};
    Result<std::string> text = fail("is no file");
    if (::fstat(file, &info) == 0 && S_ISREG(info.st_mode)) {
        stamp = {.modified_ns = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec,
                 .inode = info.st_ino,
                 .size = static_cast<std::uint64_t>(info.st_size)};
        text = stamp == seen_ ? std::string() : read_all(file);
    }
    ::close(file);
    return text;
}

void PriceFile::refresh(TimePoint now) {
    Stamp stamp;
    const auto text = read(stamp);
    if (!text) {
        error_ = path_.string() + ": " + text.error().what;
        seen_.reset();
        return;
    }
    if (seen_ == stamp) return;
    seen_ = stamp;
    auto quotes = parse_prices(*text, tokens_, now);
    if (!quotes) {
        error_ = path_.string() + ": " + quotes.error().what;
        return;
    }
    take(std::move(*quotes));
}

void PriceFile::take(Quotes quotes) {
    for (const PricedToken& token : tokens_) {
        const auto before = quotes_.find(token.address);
        if (before == quotes_.end() || quotes.at(token.address).at >= before->second.at) continue;
        error_ = path_.string() + ": prices: the price of " + token.symbol + " is older than the one before it";
        return;
    }
    quotes_ = std::move(quotes);
    error_.clear();
}

std::string price_problem(const PriceFile& first, const PriceFile* second, std::span<const PricedToken> tokens,
                          const PriceRules& rules, TimePoint now) {
    for (const PricedToken& token : tokens) {
        if (std::string problem = age_problem(first, token, rules, now); !problem.empty()) return problem;
        if (second == nullptr) continue;
        if (std::string problem = age_problem(*second, token, rules, now); !problem.empty()) return problem;
        if (std::string problem =
                difference_problem(first.quotes().at(token.address), second->quotes().at(token.address), token, rules);
            !problem.empty()) {
            return problem;
        }
    }
    return {};
}

} // namespace jitbox::risk
