// Gains and losses by prices.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/mark_keeper.hpp"

#include "base/hex.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace jitbox::apps {
namespace {

using chain::i256;
using std::chrono::days;
using std::chrono::sys_days;

constexpr const char* last_key = "marks_last";
constexpr std::string_view day_prefix = "marks_day_"; ///< then the days since 1970
/// No gain or loss is larger: far above every sum of wei, and far enough from the type's end that a year of them adds up.
constexpr u256 largest = u256{1} << 200;

std::optional<i256> sum_of(std::string_view text) {
    const auto value = chain::parse_i256(text);
    const auto most = static_cast<i256>(largest);
    if (!value || *value > most || *value < -most) return std::nullopt;
    return *value;
}

i256 clamped(const u256& value) {
    return static_cast<i256>(std::min(value, largest));
}

} // namespace

void MarkKeeper::restore(const std::vector<store::ProfitEntry>& realised, const std::map<std::string, std::string>& state,
                         risk::TimePoint since) {
    std::map<sys_days, i256> by_day;
    for (const store::ProfitEntry& entry : realised) {
        const risk::TimePoint at(std::chrono::duration_cast<risk::TimePoint::duration>(std::chrono::nanoseconds(entry.time_ns)));
        history_.add(entry.profit_wei, at);
        day_ = std::chrono::floor<days>(at); // a day without marks so far
        sum_ = by_day[day_] += entry.profit_wei;
    }
    highest_ = std::max(sum_, i256{0});
    for (const auto& [key, text] : state) {
        long number = 0;
        const std::string_view digits = key.starts_with(day_prefix) ? std::string_view(key).substr(day_prefix.size()) : "";
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (digits.empty() || parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) continue;
        const sys_days day{days(number)};
        if (day < std::chrono::floor<days>(since)) continue;
        restore_day(day, text, by_day[day]);
    }
    const auto last = state.find(last_key);
    if (last != state.end()) restore_last(last->second);
}

/// "<marked> <highest>": a day whose text cannot be read has moved nothing.
void MarkKeeper::restore_day(sys_days day, const std::string& text, const i256& realised) {
    const std::size_t space = text.find(' ');
    if (space == std::string::npos) return;
    const auto marked = sum_of(std::string_view(text).substr(0, space));
    const auto highest = sum_of(std::string_view(text).substr(space + 1));
    if (!marked || !highest) return;
    history_.add(*marked, day);
    const i256 sum = realised + *marked;
    if (*highest > sum) { // as high as it once stood that day
        history_.add(*highest - sum, day);
        history_.add(sum - *highest, day);
    }
    if (day < day_) return;
    day_ = day;
    marked_ = *marked;
    sum_ = sum;
    highest_ = std::max(*highest, sum);
}

void MarkKeeper::restore_last(const std::string& text) {
    boost::system::error_code error;
    const auto value = boost::json::parse(text, error);
    const auto* const object = error ? nullptr : value.if_object();
    if (object == nullptr) return;
    for (const auto& [token, seen] : *object) {
        const auto* const pair = seen.if_array();
        if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) continue;
        const auto amount = chain::parse_u256(std::string_view((*pair)[0].get_string()));
        const auto price = chain::parse_u256(std::string_view((*pair)[1].get_string()));
        if (amount && price) last_[token] = {.amount = *amount, .price_x96 = *price};
    }
}

i256 MarkKeeper::gain_of(const std::map<std::string, Seen>& now) const {
    i256 gain = 0;
    for (const auto& [token, was] : last_) {
        const auto is = now.find(token);
        if (is == now.end() || was.price_x96 == 0 || is->second.price_x96 == 0) continue;
        gain += clamped(risk::value_of(std::array{risk::Holding{.amount = was.amount, .price_x96 = is->second.price_x96}}));
        gain -= clamped(risk::value_of(std::array{risk::Holding{.amount = was.amount, .price_x96 = was.price_x96}}));
    }
    return gain;
}

void MarkKeeper::look(const std::vector<VaultHolding>& holdings, risk::TimePoint now) {
    std::map<std::string, Seen> seen;
    for (const VaultHolding& holding : holdings)
        seen[to_hex(holding.token->address)] = {.amount = holding.amount, .price_x96 = holding.price_x96};
    if (seen.empty() || seen == last_) return;
    const i256 gain = gain_of(seen);
    last_ = std::move(seen);
    boost::json::object kept;
    for (const auto& [token, held] : last_)
        kept[token] = boost::json::array{chain::to_decimal(held.amount), chain::to_decimal(held.price_x96)};
    remember_(last_key, boost::json::serialize(kept));
    if (gain == 0) return;
    begin_day(now);
    history_.add(gain, now);
    marked_ += gain;
    sum_ += gain;
    highest_ = std::max(highest_, sum_);
    keep_day();
}

void MarkKeeper::booked(const i256& profit_wei, risk::TimePoint now) {
    begin_day(now);
    sum_ += profit_wei;
    if (sum_ <= highest_) return;
    highest_ = sum_;
    if (marked_ != 0) keep_day();
}

void MarkKeeper::begin_day(risk::TimePoint now) {
    const auto today = std::chrono::floor<days>(now);
    if (today == day_) return;
    day_ = today;
    marked_ = sum_ = highest_ = 0;
}

void MarkKeeper::keep_day() {
    remember_(fmt::format("{}{}", day_prefix, day_.time_since_epoch().count()),
              chain::to_decimal(marked_) + " " + chain::to_decimal(highest_));
}

} // namespace jitbox::apps
