// What a start and a signature cost when ledger, journal and audit log have grown for years: growth_bench DIRECTORY RECORDS
// Fills each with so many records (what is there already is kept), then opens them as a start does and signs' ledger part.
// SPDX-License-Identifier: Apache-2.0
#include "audit/anchor.hpp"
#include "audit/head_file.hpp"
#include "audit/record.hpp"
#include "signer/ledger.hpp"
#include "store/journal.hpp"
#include "store/sqlite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace jitbox;
using Clock = std::chrono::steady_clock;

/// The answer's value; ends the program with the error.
template <typename T>
T must(Result<T> result) {
    if (result) return std::move(*result);
    std::fprintf(stderr, "growth_bench: %s\n", result.error().text().c_str());
    std::exit(1);
}
void must(const Result<void>& result) {
    if (result) return;
    std::fprintf(stderr, "growth_bench: %s\n", result.error().text().c_str());
    std::exit(1);
}

double ms_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void size(const std::string& what, const std::string& path, std::size_t bundles) {
    const auto bytes = static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(bundles);
    std::puts(fmt::format("  {:<62} {:>10.0f} bytes", what, bytes).c_str());
}

void line(const std::string& what, double ms) {
    std::puts(fmt::format("  {:<62} {:>10.2f} ms", what, ms).c_str());
}

/// Runs `sql` on a database that its owner has made; its schema has `version` migrations.
void fill(const std::string& path, std::size_t version, const std::string& sql) {
    const std::vector<const char*> migrations(version, "the schema is there");
    const auto database = must(store::Database::open(path, migrations));
    must(database->execute("PRAGMA synchronous=OFF"));
    must(database->execute(("BEGIN; " + sql + " COMMIT").c_str()));
}

/// Rows 0 to n-1 as the table `numbers`.
std::string numbers(std::size_t n) {
    return fmt::format("WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < {}) ", n - 1);
}

constexpr std::uint64_t chain_id = 31337;
const chain::Address address = {1};

std::array<signer::Binding, 2> bindings(std::uint64_t nonce) {
    std::array<signer::Binding, 2> out;
    for (std::uint64_t i = 0; i < 2; ++i)
        out[i] = {.address = address, .chain_id = chain_id, .nonce = nonce + i, .digest = {7}, .payload = Bytes(600, 1)};
    return out;
}

void ledger(const std::string& path, std::size_t n) {
    if (!std::filesystem::exists(path)) {
        must(signer::Ledger::open(path));
        fill(path, 1,
             numbers(n) + "INSERT INTO signatures SELECT X'0100000000000000000000000000000000000000', 31337, i, randomblob(32), "
                          "randomblob(600), i, randomblob(32), randomblob(32), 0 FROM numbers;");
    }
    auto start = Clock::now();
    auto opened = must(signer::Ledger::open(path));
    std::uint64_t next = must(opened.highest_nonce(address, chain_id)).value_or(0) + 1;
    line("ledger: opened, highest nonce found", ms_since(start));
    size("ledger: a bundle, which is two nonces", path, next / 2); // also those that an earlier run has bound
    std::vector<double> times;
    for (int i = 0; i < 500; ++i, next += 2) {
        start = Clock::now();
        if (!opened.bind(bindings(next))) std::exit(1);
        must(opened.store(bindings(next), {chain::Signature{.r = 1, .s = 2, .y_parity = 0}, {.r = 1, .s = 2, .y_parity = 0}}));
        times.push_back(ms_since(start));
    }
    std::ranges::sort(times);
    line("ledger: two nonces bound durably and their signatures kept, p50", times[times.size() / 2]);
}

void audit_log(const std::string& path, std::size_t n) {
    if (!std::filesystem::exists(path)) {
        std::ofstream out(path, std::ios::binary);
        audit::Head head;
        for (std::size_t i = 0; i < n; ++i) {
            audit::Record record{.seq = head.seq + 1,
                                 .time_ns = static_cast<std::int64_t>(i),
                                 .event = {.user = "alice",
                                           .action = "arm",
                                           .resource = "signer",
                                           .result = "asked: production, ttl 1800 s, loss budget 1000000000000000000 wei",
                                           .source = "unix uid 1000 pid 4711",
                                           .agent = "signer-control",
                                           .session = "12"},
                                 .previous = head.hash,
                                 .hash = {}};
            out << audit::encode_line(record);
            head = {.seq = record.seq, .hash = record.hash};
        }
        std::ofstream(path + ".head", std::ios::binary) << audit::encode_head_slot(head);
    }
    const auto timed = [&](std::optional<audit::Scrub> scrub) {
        const auto start = Clock::now();
        (void)must(audit::Log::open(path, audit::make_file_anchor(path + ".outside"), scrub));
        return ms_since(start);
    };
    if (const auto anchor = audit::make_file_anchor(path + ".outside"); !must(anchor->read()))
        must(anchor->write(must(audit::Log::open(path))->head()));
    const double whole = timed({});
    line("audit log: opened, all of it verified", whole);
    const double by_end = timed(audit::Scrub{});
    line("audit log: opened as jitd and the signer do, with an anchor", by_end);
    std::puts(
        fmt::format("  {:<62} {:>10.1f}", "                                            times as fast", whole / by_end).c_str());
}

void fill_journal(const std::string& path, std::size_t n) {
    must(store::Journal::open(path));
    // Two years, the newest now; pools and outcomes as they come.
    const std::string time = fmt::format("(unixepoch() - {} + i) * 1000000000", n);
    // As long as a real bundle's: predicted and realised figures, stage times, gas and the mint's and burn's bytes.
    const std::string figures =
        R"('{"mint0":"48318472019283746","mint1":"9182736450192837465","swap0":"-129837465019283746","swap1":"918273645019283746",)"
        R"("burn0":"48318472019283746","burn1":"9182736450192837465","fee0":"183746501928","fee1":"9182736450192",)"
        R"("gross_profit_wei":"9182736450192837","tip_wei":"4591368225096418","gas_cost_wei":"6120000000000000"}')";
    const std::string stages = R"('{"parsed":15123,"decided":35412,"planned":19001,"signed":1346001,"posted":89234}')";
    fill(
        path, 3,
        numbers(n) + "INSERT INTO bundles SELECT lower(hex(randomblob(18))), 0, " + time +
            ", randomblob(32), i, printf('0x%040x', i % 50), 'SwapRouter02.multicall', 0, "
            "'0x' || lower(hex(randomblob(20))), 2 * i, randomblob(32), randomblob(32), randomblob(260), randomblob(220), -60, 60, "
            "'48318472019283746501', " +
            figures + ", " + stages + " FROM numbers;" +
            "INSERT INTO outcomes SELECT uuid, version, time_ns, CASE WHEN rowid % 4 = 0 THEN 'included' ELSE 'outbid' END, "
            "'the target is transaction 1 of this block, without us', 1, CASE WHEN rowid % 4 = 0 THEN " +
            figures +
            " ELSE '{}' END, CASE WHEN rowid % 4 = 0 THEN '1000' ELSE '' END, '{\"gas_used\":315391}' FROM bundles;"
            "INSERT INTO submissions (uuid, version, relay, kind, time_ns, latency_us, accepted, answer) SELECT uuid, version, "
            "'relay-0', 'send', time_ns, 1, 1, '0x' || lower(hex(randomblob(32))) FROM bundles;");
}

void journal(const std::string& path, std::size_t n) {
    if (!std::filesystem::exists(path)) fill_journal(path, n);
    size("journal: a bundle with its outcome and one relay's answer", path, n);
    auto start = Clock::now();
    const auto opened = must(store::Journal::open(path));
    line("journal: opened", ms_since(start));
    const auto timed = [&](const char* what, const auto& question) {
        start = Clock::now();
        must(question());
        line(what, ms_since(start));
    };
    const auto now = std::chrono::system_clock::now();
    timed("journal: bundles without an outcome", [&] { return opened->open_bundles(); });
    timed("journal: pools with an included bundle", [&] { return opened->pools_included(); });
    timed("journal: results of 250 days", [&] { return opened->profits(now - std::chrono::days(250)); });
    timed("journal: targets of the last hour", [&] { return opened->targets(now - std::chrono::hours(1)); });
    timed("journal: the newest 100 bundles", [&] { return opened->bundles(100); });
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: growth_bench DIRECTORY RECORDS\n", stderr);
        return 2;
    }
    const std::string directory = argv[1];
    const std::size_t n = std::strtoull(argv[2], nullptr, 10);
    std::filesystem::create_directories(directory);
    std::puts(fmt::format("{} records each", n).c_str());
    ledger(directory + "/ledger.db", n);
    audit_log(directory + "/audit.jsonl", n);
    journal(directory + "/journal.db", n);
    return 0;
}
