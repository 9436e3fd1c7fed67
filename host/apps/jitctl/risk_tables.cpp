// jitd's answers to `jitctl risk` and `jitctl review` as text for people.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/daemon_tables.hpp"
#include "apps/text/amount_text.hpp"
#include "apps/text/table.hpp"

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <vector>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

/// A member as text; "-" when it is missing, null or empty.
std::string member(const json::value& value, std::string_view name) {
    const json::object* object = value.if_object();
    const json::value* found = object == nullptr ? nullptr : object->if_contains(json::string_view(name.data(), name.size()));
    if (found == nullptr || found->is_null()) return "-";
    if (!found->is_string()) return json::serialize(*found);
    return found->get_string().empty() ? "-" : std::string(found->get_string());
}

std::string ether(const json::value& value, std::string_view name) {
    const std::string wei = member(value, name);
    return wei == "-" ? wei : as_ether(wei);
}

std::string percent(const json::value& value, std::string_view name) {
    const std::string ppm = member(value, name);
    return ppm == "-" ? ppm : fmt::format("{:.2f} %", std::stod(ppm) / 10'000);
}

std::string time_text(const json::value& value, std::string_view name) {
    std::string ms = member(value, name);
    if (ms == "-") return ms;
    const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(std::stoll(ms))};
    return fmt::format("{:%FT%T}Z", at);
}

std::string table_of(const json::value& answer, std::string_view list, const std::vector<std::string>& titles,
                     std::vector<std::string> (*row_of)(const json::value&)) {
    std::vector<std::vector<std::string>> rows;
    const json::object* object = answer.if_object();
    const json::value* found = object == nullptr ? nullptr : object->if_contains(json::string_view(list.data(), list.size()));
    if (found != nullptr && found->is_array()) {
        for (const json::value& row : found->get_array()) rows.push_back(row_of(row));
    }
    return render_table(titles, rows);
}

std::vector<std::string> event_row(const json::value& row) {
    return {time_text(row, "time_ms"), member(row, "level"), member(row, "rule"), member(row, "text")};
}

} // namespace

std::string print_risk(const json::value& answer) {
    std::string out;
    const auto line = [&out](std::string_view name, const std::string& text) { out += fmt::format("{:<11}{}\n", name, text); };
    line("level", fmt::format("{} ({})", member(answer, "level"), member(answer, "level_cause")));
    line("portfolio", ether(answer, "portfolio_value_wei") + " ether");
    line("today", ether(answer, "profit_today_wei") + " ether, and by prices " + ether(answer, "marked_today_wei"));
    line("drawdown", percent(answer, "drawdown_ppm"));
    line("VaR 95 %", fmt::format("{} ether, of {} days with results in a window of {}", ether(answer, "value_at_risk_wei"),
                                 member(answer, "value_at_risk_days"), member(answer, "value_at_risk_window_days")));
    if (member(answer, "price_problem") != "-") line("prices", member(answer, "price_problem"));
    if (member(answer, "unacknowledged") != "-") line("CRITICAL", member(answer, "unacknowledged") + " (jitctl risk acknowledge)");
    out += "\n" + table_of(answer, "limits", {"limit", "now", "of", "used"}, [](const json::value& row) {
               return std::vector{member(row, "limit"), member(row, "value"), member(row, "of"), percent(row, "use_ppm")};
           });
    out += "\n" + table_of(answer, "holdings", {"token", "amount", "value ether", "price of"}, [](const json::value& row) {
               return std::vector{member(row, "token"), member(row, "amount"), ether(row, "value_wei"),
                                  time_text(row, "price_time_ms")};
           });
    return out + "\n" + table_of(answer, "events", {"time", "level", "rule", "what"}, event_row);
}

std::string print_risk_events(const json::value& answer) {
    return table_of(answer, "events", {"time", "level", "rule", "what"}, event_row);
}

std::string print_reviews(const json::value& answer) {
    return table_of(answer, "reviews", {"id", "rule", "pool", "state", "since", "held", "decided by"}, [](const json::value& row) {
        return std::vector{member(row, "id"),          member(row, "rule"), member(row, "pool"),      member(row, "state"),
                           time_text(row, "since_ms"), member(row, "held"), member(row, "decided_by")};
    });
}

} // namespace jitbox::apps
