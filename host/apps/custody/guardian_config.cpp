// The guardian's configuration file.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/guardian.hpp"

#include "base/file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>

namespace jitbox::apps {
namespace {

constexpr std::array<std::string_view, 18> known_keys = {
    "node_ws",         "chain_id", "executor",           "mode",           "key_file", "pkcs11_module",    "token",
    "key_label",       "pin_file", "pkcs11_deadline_ms", "pkcs11_network", "poll_ms",  "priority_fee_wei", "max_fee_per_gas_wei",
    "lookback_blocks", "on_trip",  "appliance_url",      "signer_socket",
};

/// Reads the one table and collects what is wrong.
class Reader {
public:
    Reader(const toml::table& table, std::vector<Error>& errors) : table_(table), errors_(errors) {
        for (const auto& [key, value] : table)
            if (std::ranges::find(known_keys, key.str()) == known_keys.end())
                wrong(key.str(), "unknown key", "misspelt? see docs/guardian.md");
    }

    std::string text(std::string_view key, bool required = true) {
        const auto value = table_[key].value<std::string>();
        if (required && (!value || value->empty())) wrong(key, "is missing", "text in quotes");
        return value.value_or("");
    }
    std::uint64_t number(std::string_view key, std::int64_t fallback, std::int64_t least, std::int64_t most) {
        const std::int64_t value = table_.contains(key) ? table_[key].value_exact<std::int64_t>().value_or(least - 1) : fallback;
        if (value < least || value > most)
            wrong(key, "must be a number within " + std::to_string(least) + ".." + std::to_string(most), {});
        return static_cast<std::uint64_t>(std::max(value, least));
    }
    bool flag(std::string_view key) {
        if (!table_.contains(key)) return false;
        const auto value = table_[key].value_exact<bool>();
        if (!value) wrong(key, "must be true or false", {});
        return value.value_or(false);
    }
    chain::u256 wei(std::string_view key) {
        const auto value = chain::parse_u256(text(key));
        if (!value || *value == 0) wrong(key, "must be an amount in wei, as text", {});
        return value.value_or(0);
    }
    void wrong(std::string_view key, const std::string& what, std::string hint) {
        errors_.push_back({.what = "guardian." + std::string(key) + ": " + what, .hint = std::move(hint)});
    }

private:
    const toml::table& table_;
    std::vector<Error>& errors_;
};

void read_trip(Reader& in, GuardianSettings& out) {
    const std::string what = in.text("on_trip", false);
    if (!what.empty() && what != "off" && what != "ask" && what != "auto")
        in.wrong("on_trip", "must be \"off\", \"ask\" or \"auto\"", {});
    out.on_trip = what == "ask" ? OnTrip::ask : what == "auto" ? OnTrip::pause : OnTrip::off;
    out.trip = {.appliance_url = in.text("appliance_url", false), .signer_socket = in.text("signer_socket", false)};
    if (const auto sound = check_trip_sources(out.trip); !sound) in.wrong("appliance_url", sound.error().what, sound.error().hint);
    if (out.on_trip != OnTrip::off && !out.trip.any())
        in.wrong("on_trip", "nobody would tell that the appliance has tripped", "set appliance_url, signer_socket or both");
    if (out.on_trip == OnTrip::pause && !out.acts)
        in.wrong("on_trip", "\"auto\" needs a key", "mode = \"unwind\", or on_trip = \"ask\"");
}

GuardianSettings read(const toml::table& table, std::vector<Error>& errors) {
    Reader in(table, errors);
    GuardianSettings out;
    out.node_ws = in.text("node_ws");
    out.chain_id = in.number("chain_id", 0, 1, INT64_MAX);
    const auto executor = chain::parse_address(in.text("executor"));
    if (!executor) in.wrong("executor", executor.error().what, executor.error().hint);
    out.executor = executor.value_or(chain::Address{});
    const std::string mode = in.text("mode");
    if (mode != "unwind" && mode != "report") in.wrong("mode", "must be \"unwind\" or \"report\"", {});
    out.acts = mode == "unwind";
    out.key = {.key_file = in.text("key_file", false),
               .module = in.text("pkcs11_module", false),
               .token = in.text("token", false),
               .label = in.text("key_label", false),
               .pin_file = in.text("pin_file", false),
               .deadline_ms = static_cast<unsigned>(in.number("pkcs11_deadline_ms", 5000, 1, 600'000)),
               .network = in.flag("pkcs11_network")};
    if (const auto one = check_source(out.key); out.acts && !one)
        in.wrong("key_file", one.error().what, "or mode = \"report\", which needs none");
    out.priority_fee_wei = in.wei("priority_fee_wei");
    out.max_fee_per_gas_wei = in.wei("max_fee_per_gas_wei");
    out.lookback_blocks = in.number("lookback_blocks", 64, 0, 100'000);
    out.poll_ms = in.number("poll_ms", 100, 10, 60'000);
    read_trip(in, out);
    return out;
}

} // namespace

std::expected<GuardianSettings, std::vector<Error>> load_guardian(const std::string& file) try {
    const auto text = read_file(file);
    if (!text) return std::unexpected(std::vector<Error>{{text.error().what, "give the file with --config"}});
    const toml::table root = toml::parse(*text, file);
    const toml::table* const table = root["guardian"].as_table();
    if (table == nullptr) return std::unexpected(std::vector<Error>{{file + ": [guardian] is missing", "see docs/guardian.md"}});
    std::vector<Error> errors;
    GuardianSettings out = read(*table, errors);
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return out;
} catch (const toml::parse_error& error) {
    return std::unexpected(
        std::vector<Error>{{file + ": line " + std::to_string(error.source().begin.line) + ": " + std::string(error.description()),
                            "see docs/guardian.md for the format"}});
}

} // namespace jitbox::apps
