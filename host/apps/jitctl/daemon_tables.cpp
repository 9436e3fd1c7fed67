// jitd's answers as text for people.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/daemon_tables.hpp"

#include "apps/text/amount_text.hpp"
#include "apps/text/table.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <initializer_list>
#include <vector>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

/// The value at a path of members, as text.
std::string at(const json::value& value, std::initializer_list<std::string_view> path) {
    const json::value* here = &value;
    for (const std::string_view name : path) {
        const json::object* object = here->if_object();
        here = object == nullptr ? nullptr : object->if_contains(json::string_view(name.data(), name.size()));
        if (here == nullptr || here->is_null()) return "-";
    }
    if (here->is_string()) return here->as_string().empty() ? "-" : std::string(here->as_string());
    return json::serialize(*here);
}

std::string at(const json::value& value, std::string_view name) {
    return at(value, {name});
}

/// 0x12345678..9abc
std::string shortened(const std::string& hex) {
    return hex.size() <= 16 ? hex : hex.substr(0, 10) + ".." + hex.substr(hex.size() - 4);
}

std::string ether(const json::value& value, std::initializer_list<std::string_view> path) {
    const std::string wei = at(value, path);
    return wei == "-" ? wei : as_ether(wei);
}

const json::array& rows_of(const json::value& answer, std::string_view name) {
    static const json::array none;
    const json::value* rows =
        answer.is_object() ? answer.as_object().if_contains(json::string_view(name.data(), name.size())) : nullptr;
    return rows != nullptr && rows->is_array() ? rows->as_array() : none;
}

std::string latency_table(const json::value& answer) {
    std::vector<std::vector<std::string>> rows;
    for (const json::value& row : rows_of(answer, "latency")) {
        rows.push_back({at(row, "stage"), at(row, "count"), at(row, "p50_us"), at(row, "p90_us"), at(row, "p99_us"),
                        at(row, "p999_us"), at(row, "max_us")});
    }
    return render_table({"stage", "count", "p50 us", "p90 us", "p99 us", "p99.9 us", "max us"}, rows);
}

std::string lane_table(const json::value& answer) {
    std::vector<std::vector<std::string>> rows;
    for (const json::value& row : rows_of(answer, "lanes")) {
        rows.push_back({at(row, "lane"), at(row, "address"), at(row, "state"), at(row, "next_nonce"), at(row, "bundle")});
    }
    return render_table({"lane", "address", "state", "next nonce", "bundle"}, rows);
}

} // namespace

std::string print_state(const json::value& answer) {
    return fmt::format("{} ({}), lease left {} ms, notional {} of {} ether\n", at(answer, "state"), at(answer, "cause"),
                       at(answer, "lease_left_ms"), ether(answer, {"used_notional_wei"}), ether(answer, {"max_notional_wei"}));
}

std::string print_status(const json::value& answer) {
    std::string out;
    const auto line = [&out](std::string_view name, const std::string& text) { out += fmt::format("{:<9}{}\n", name, text); };
    line("state", fmt::format("{} ({})", at(answer, "state"), at(answer, "cause")));
    line("lease", fmt::format("{} ms left, notional {} of {} ether, worst loss {} of {} ether, by {}, approved by {}",
                              at(answer, "lease_left_ms"), ether(answer, {"used_notional_wei"}),
                              ether(answer, {"max_notional_wei"}), ether(answer, {"used_loss_wei"}),
                              ether(answer, {"loss_budget_wei"}), at(answer, "operator"), at(answer, "approvers")));
    line("node", fmt::format("{}, head {}, {} ms old", at(answer, {"node", "state"}), at(answer, {"node", "head"}),
                             at(answer, {"node", "head_age_ms"})));
    if (const std::string lies = at(answer, {"node", "lying_hashes"}); lies != "0" && lies != "-")
        line("", "SUSPICIOUS: it announced " + lies + " transaction(s) under a hash that is not theirs");
    line("engine", fmt::format("{} ({}): {} records in, {} decisions, {} rejects", at(answer, {"engine", "name"}),
                               at(answer, {"engine", "health"}), at(answer, {"engine", "records_in"}),
                               at(answer, {"engine", "decisions"}), at(answer, {"engine", "rejects"})));
    line("signer", fmt::format("{}, {} bundles signed, {} refused", at(answer, {"signer", "state"}),
                               at(answer, {"signer", "signed"}), at(answer, {"signer", "refused"})));
    line("pools", fmt::format("{} of {} in service", at(answer, {"pools", "in_service"}), at(answer, {"pools", "total"})));
    line("risk", fmt::format("today {} ether, open worst loss {} ether, {} open{}", ether(answer, {"risk", "realised_today_wei"}),
                             ether(answer, {"risk", "open_worst_loss_wei"}), at(answer, {"risk", "open_bundles"}),
                             at(answer, {"risk", "halted"}) == "true" ? ", HALTED: " + at(answer, {"risk", "halt_reason"}) : ""));
    line("limits", fmt::format("protection level {}, loss limits used to {} ppm, portfolio {} ether", at(answer, {"risk", "level"}),
                               at(answer, {"risk", "loss_use_ppm"}), ether(answer, {"risk", "portfolio_value_wei"})));
    for (const auto* problem : {"price_problem", "unacknowledged"}) {
        if (at(answer, {"risk", problem}) != "-") line("", at(answer, {"risk", problem}));
    }
    line("bundles", fmt::format("{} sent, {} included, {} not included", at(answer, {"bundles", "sent"}),
                                at(answer, {"bundles", "included"}), at(answer, {"bundles", "missed"})));
    const std::string lost = at(answer, {"journal", "dropped"});
    const std::string error = at(answer, {"journal", "error"});
    if ((lost != "0" && lost != "-") || error != "-")
        line("journal", fmt::format("INCOMPLETE: {} entries lost, last error: {}", lost, error));
    line("memory", fmt::format("{} KiB resident, up {} s", at(answer, "resident_kib"), at(answer, "uptime_s")));
    return out + "\n" + lane_table(answer) + "\n" + latency_table(answer);
}

std::string print_pools(const json::value& answer) {
    std::vector<std::vector<std::string>> rows;
    for (const json::value& row : rows_of(answer, "pools")) {
        rows.push_back({at(row, "executor_pool_id"), at(row, "address"), at(row, "pair"), at(row, "fee"), at(row, "tick"),
                        at(row, "liquidity"), at(row, "block"), at(row, "state")});
    }
    return render_table({"id", "pool", "pair", "fee ppm", "tick", "liquidity", "block", "state"}, rows);
}

std::string print_decisions(const json::value& answer) {
    std::vector<std::vector<std::string>> rows;
    for (const json::value& row : rows_of(answer, "decisions")) {
        rows.push_back({at(row, "block"), shortened(at(row, "pool")), shortened(at(row, "target")), at(row, "kind"),
                        at(row, "reason"), at(row, "tick_lower") + ".." + at(row, "tick_upper"), ether(row, {"profit_wei"})});
    }
    return render_table({"block", "pool", "target", "what", "reason", "range", "profit, ether"}, rows);
}

std::string print_bundles(const json::value& answer) {
    std::vector<std::vector<std::string>> rows;
    for (const json::value& row : rows_of(answer, "bundles")) {
        rows.push_back({at(row, "target_block"), shortened(at(row, "target")), at(row, "router"), at(row, "lane"),
                        ether(row, {"predicted", "gross_profit_wei"}), ether(row, {"realised", "gross_profit_wei"}),
                        ether(row, {"realised_profit_wei"}), at(row, "outcome"), at(row, "reason")});
    }
    return render_table({"block", "target", "router", "lane", "predicted gross, ether", "realised gross, ether",
                         "net of tip and gas, ether", "outcome", "why"},
                        rows);
}

std::string print_audit(const json::value& answer) {
    std::string out = fmt::format("{}: {}, {} records", at(answer, "file"), at(answer, "ok") == "true" ? "ok" : "NOT INTACT",
                                  at(answer, "records"));
    for (const char* text : {"problem", "note"})
        if (const std::string found = at(answer, text); found != "-") out += ": " + found;
    return out + "\n";
}

std::string print_event(const json::value& event) {
    return fmt::format("{}  {:<9} {}\n", at(event, "time"), at(event, "stage"), at(event, "text"));
}

} // namespace jitbox::apps
