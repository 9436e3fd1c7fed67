// Entries of every kind.
// SPDX-License-Identifier: Apache-2.0
#include "journal_script.hpp"

#include "base/hex.hpp"
#include "chain/u256.hpp"

namespace jitbox::test {
namespace {

using namespace store;

BundleEntry bundle(std::uint32_t number, std::uint32_t version) {
    BundleEntry out;
    out.uuid = "bundle-" + std::to_string(number);
    out.version = version;
    out.time_ns = 1'000 + number;
    out.target_hash.fill(static_cast<std::uint8_t>(number));
    out.pool = "0xpool";
    out.lane = number % 2;
    out.mint_nonce = std::uint64_t{2} * number + std::uint64_t{20} * version;
    out.mint_raw = Bytes(600, static_cast<std::uint8_t>(number)); // as long as a signed mint
    out.burn_raw = Bytes(500, static_cast<std::uint8_t>(version));
    return out;
}

OutcomeEntry outcome(std::uint32_t number, Outcome how, const std::string& profit) {
    OutcomeEntry out;
    out.uuid = "bundle-" + std::to_string(number);
    out.version = 1;
    out.time_ns = 2'000 + number;
    out.outcome = how;
    out.reason = "evidence";
    out.realised_profit_wei = profit;
    return out;
}

std::string text(const BundleView& view) {
    const BundleEntry& bundle = view.bundle;
    std::string out = bundle.uuid + "/" + std::to_string(bundle.version) + " nonce " + std::to_string(bundle.mint_nonce) + " " +
                      to_hex(bundle.mint_raw) + " " + to_hex(bundle.burn_raw);
    for (const SubmissionEntry& sent : view.submissions) out += " " + sent.kind + ":" + sent.relay + ":" + sent.answer;
    if (view.outcome) out += " " + std::string(to_text(view.outcome->outcome)) + " " + view.outcome->realised_profit_wei;
    return out + "\n";
}

} // namespace

std::vector<Entry> journal_script() {
    std::vector<Entry> out;
    for (std::uint32_t i = 0; i < 3; ++i) {
        const std::string number = std::to_string(i);
        out.emplace_back(DecisionEntry{.time_ns = 900 + i, .block = i, .pool = "0xpool", .kind = "decision", .profit_wei = number});
        out.emplace_back(
            LaneEntry{.lane = i % 2, .address = "0xlane", .state = "busy", .next_nonce = std::uint64_t{2} * i, .time_ns = 950 + i});
        out.emplace_back(bundle(i, 0));
        out.emplace_back(bundle(i, 1));
        out.emplace_back(SubmissionEntry{
            .uuid = "bundle-" + number, .version = 1, .relay = "relay", .kind = "send", .time_ns = 1'500, .answer = "0x" + number});
        out.emplace_back(outcome(i, Outcome::pending, "0"));
        out.emplace_back(outcome(i, i == 1 ? Outcome::partial : Outcome::included, "-" + number));
        out.emplace_back(RiskEventEntry{.time_ns = 3'000 + i, .level = "CRITICAL", .rule = "drawdown", .text = number});
        out.emplace_back(CostEntry{.time_ns = 4'000 + i, .what = "voided", .wei = number});
        out.emplace_back(RiskStateEntry{.time_ns = 5'000 + i, .key = "level", .value = "level-" + number});
    }
    return out;
}

std::string journal_state(Journal& journal) {
    constexpr std::size_t all = 1'000;
    std::string out;
    for (const DecisionEntry& row : journal.decisions(all).value()) out += "decision " + std::to_string(row.time_ns) + "\n";
    for (const BundleView& row : journal.bundles(all).value()) out += text(row);
    for (const BundleView& row : journal.open_bundles().value()) out += "open " + text(row);
    for (const LaneEntry& row : journal.lanes().value())
        out += "lane " + std::to_string(row.lane) + " " + row.state + " " + std::to_string(row.next_nonce) + "\n";
    for (const RiskEventEntry& row : journal.risk_events(all).value()) out += "event " + row.level + " " + row.text + "\n";
    for (const auto& [key, value] : journal.risk_state().value()) out.append(key).append(" ").append(value).append("\n");
    for (const ProfitEntry& row : journal.profits({}).value())
        out += "profit " + std::to_string(row.time_ns) + " " + chain::to_decimal(row.profit_wei) + "\n";
    return out;
}

} // namespace jitbox::test
