// jitctl audit: what was done, by whom, and whether the record of it is whole. Works on the file; `verify` also through jitd.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/audit_command.hpp"

#include "apps/jitctl/commands.hpp"
#include "apps/jitctl/daemon_tables.hpp"
#include "apps/text/amount_text.hpp"
#include "apps/text/command_line.hpp"
#include "apps/text/table.hpp"
#include "audit/anchor.hpp"
#include "audit/export.hpp"
#include "base/hex.hpp"
#include "control/client.hpp"
#include "control/commands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

struct Options {
    std::string file;                                       ///< verify and anchor; verify asks jitd when it is empty
    std::string shown_file = "/var/lib/jitbox/audit.jsonl"; ///< show and export
    std::string anchor;
    std::string socket = "/run/jitbox/jitd.sock";
    unsigned timeout_ms = 5000;
    bool as_json = false;
    std::string since;
    std::string until;
    audit::Filter filter;
    std::size_t limit = 50;
    std::string out = "-";
    std::string key = "/var/lib/jitbox/audit-pseudonyms.key";
    bool hide_users = false;
};

void add_filters(CLI::App& app, Options& options) {
    app.add_option("--file", options.shown_file, "the audit file")->envname("JITBOX_AUDIT")->capture_default_str();
    app.add_option("--since", options.since, "2026-11-22, 2026-11-22T15:00:00 (UTC), or how long ago: 90m");
    app.add_option("--until", options.until, "the same; not included");
    app.add_option("--user", options.filter.user, "part of the user's name");
    app.add_option("--action", options.filter.action, "part of the action's name");
    app.add_option("--resource", options.filter.resource, "part of what it was done to");
    app.add_option("--result", options.filter.result, "part of the result");
    app.add_option("--source", options.filter.source, "part of the source address");
    app.add_option("--session", options.filter.session, "part of the session id");
}

Result<std::int64_t> time_of(const std::string& text) {
    constexpr std::int64_t second = 1'000'000'000;
    for (const char* form : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"}) {
        std::tm parts{};
        const char* end = ::strptime(text.c_str(), form, &parts);
        if (end != nullptr && (*end == '\0' || std::string_view(end) == "Z")) return ::timegm(&parts) * second;
    }
    const auto ago = parse_duration(text);
    if (!ago) return fail("audit: '" + text + "' is no time", "give 2026-11-22, 2026-11-22T15:00:00 or 90m (ago)");
    return (std::time(nullptr) - ago->count()) * second;
}

Result<void> read_times(Options& options) {
    const auto read = [](const std::string& text, std::int64_t& out) -> Result<void> {
        if (text.empty()) return {};
        const auto time = time_of(text);
        if (!time) return std::unexpected(time.error());
        out = *time;
        return {};
    };
    if (auto since = read(options.since, options.filter.since_ns); !since) return since;
    return read(options.until, options.filter.until_ns);
}

std::string time_text(std::int64_t time_ns) {
    const std::time_t seconds = time_ns / 1'000'000'000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return fmt::format("{}.{:03}Z", text.data(), time_ns / 1'000'000 % 1000);
}

json::object object_of(const audit::Record& record) {
    const audit::Event& event = record.event;
    return {{"seq", record.seq},          {"time", time_text(record.time_ns)},
            {"user", event.user},         {"action", event.action},
            {"resource", event.resource}, {"result", event.result},
            {"source", event.source},     {"agent", event.agent},
            {"session", event.session},   {"hash", to_hex_plain(record.hash)}};
}

// ---- verify

Result<audit::VerifyReport> verify(const std::string& file, const std::string& anchor_spec) {
    if (anchor_spec.empty()) return audit::verify(file);
    const auto anchor = audit::make_anchor(anchor_spec, file);
    if (!anchor) return std::unexpected(anchor.error());
    const auto head = (*anchor)->read();
    if (!head) return std::unexpected(head.error());
    if (!*head) return fail("audit: the anchor " + (*anchor)->name() + " is empty", "`jitctl audit anchor` begins it");
    return audit::verify(file, *head);
}

int verify_file(const Options& options) {
    auto report = verify(options.file, options.anchor);
    if (!report) return print_mistake(report.error());
    if (report->ok && report->records == 0 && options.anchor.empty() && !std::filesystem::exists(options.file + ".head")) {
        report->ok = false;
        report->problem = "no record and no head file: is this the log? There is nothing that could be verified";
    }
    const json::object answer{{"file", options.file},         {"ok", report->ok},           {"records", report->records},
                              {"bad_line", report->bad_line}, {"problem", report->problem}, {"anchor", options.anchor},
                              {"note", report->note}};
    std::fputs(options.as_json ? (json::serialize(answer) + "\n").c_str() : print_audit(answer).c_str(), stdout);
    return report->ok ? 0 : 1;
}

int run_verify(const Options& options) {
    if (!options.file.empty()) return verify_file(options);
    const control::Client client(options.socket, std::chrono::milliseconds(options.timeout_ms));
    const auto answer = client.call("audit-verify");
    if (!answer) return print_error(answer.error());
    const json::value report = json::parse(*answer);
    std::fputs(options.as_json ? (*answer + "\n").c_str() : print_audit(report).c_str(), stdout);
    return report.at("ok").as_bool() ? 0 : 1;
}

// ---- show

int run_show(Options& options) {
    if (auto times = read_times(options); !times) return print_mistake(times.error());
    std::deque<audit::Record> newest;
    const auto read = audit::for_each(options.shown_file, [&](const audit::Record& record) {
        if (!audit::matches(options.filter, record)) return;
        newest.push_back(record);
        if (newest.size() > options.limit) newest.pop_front();
    });
    std::vector<std::vector<std::string>> rows;
    for (const audit::Record& record : newest) {
        if (options.as_json) std::printf("%s\n", json::serialize(object_of(record)).c_str());
        const audit::Event& event = record.event;
        rows.push_back({std::to_string(record.seq), time_text(record.time_ns), event.user, event.action, event.resource,
                        event.result, event.source, event.session});
    }
    if (!options.as_json)
        std::fputs(render_table({"seq", "time", "user", "action", "resource", "result", "source", "session"}, rows).c_str(),
                   stdout);
    return read ? 0 : print_mistake(read.error());
}

// ---- export

/// What an auditor needs to trust the lines that follow: the file's state, its end, and how names were replaced.
json::object export_header(const Options& options, const audit::VerifyReport& report, const audit::Pseudonyms& names) {
    json::object header{{"export", "jitbox-audit"},
                        {"file", options.shown_file},
                        {"made", time_text(std::time(nullptr) * 1'000'000'000)},
                        {"verified", report.ok},
                        {"anchor", options.anchor},
                        {"records_in_file", report.records},
                        {"head_seq", report.head.seq},
                        {"head_hash", to_hex_plain(report.head.hash)},
                        {"addresses", "hmac-sha256, key " + names.key_id()},
                        {"users", options.hide_users ? "hmac-sha256, key " + names.key_id() : "as recorded"}};
    if (!report.ok) header["problem"] = report.problem;
    return header;
}

int run_export(Options& options) {
    if (auto times = read_times(options); !times) return print_mistake(times.error());
    const auto names = audit::Pseudonyms::from_key_file(options.key);
    if (!names) return print_error(names.error());
    const auto report = verify(options.shown_file, options.anchor);
    if (!report) return print_mistake(report.error());
    std::ofstream file;
    if (options.out != "-") {
        ::umask(077);
        file.open(options.out, std::ios::trunc);
        if (!file) return print_error({"audit: cannot write " + options.out, "check the directory"});
    }
    std::ostream& out = options.out == "-" ? std::cout : file;
    out << json::serialize(export_header(options, *report, *names)) << "\n";
    const auto read = audit::for_each(options.shown_file, [&](const audit::Record& record) {
        if (!audit::matches(options.filter, record)) return;
        audit::Record shown = record;
        shown.event = names->event(record.event, options.hide_users);
        out << json::serialize(object_of(shown)) << "\n";
    });
    if (!out.flush()) return print_error({"audit: writing " + options.out + " failed", "is the disk full?"});
    if (!read) return print_error(read.error());
    return report->ok
               ? 0
               : print_error({"audit: " + options.shown_file + " is not intact: " + report->problem, "the export says so too"});
}

// ---- anchor

/// Makes the anchor where it needs making, and gives it the end of the file as it is now.
Result<audit::Head> begin_anchor(const Options& options) {
    const auto anchor = audit::make_anchor(options.anchor, options.file);
    if (!anchor) return std::unexpected(anchor.error());
    if (const auto made = (*anchor)->create(); !made) {
        const auto held = (*anchor)->read(); // made earlier and never used: that will do
        if (!held || *held) return std::unexpected(made.error());
    }
    const auto log = audit::Log::open(options.file); // verifies, and keeps a running jitd from being overtaken
    if (!log) return std::unexpected(log.error());
    const auto noted = (*log)->append({.user = control::user_name(::getuid()),
                                       .action = "audit_anchor",
                                       .resource = (*anchor)->name(),
                                       .result = "begun",
                                       .source = "local",
                                       .agent = "jitctl"});
    if (!noted) return std::unexpected(noted.error());
    if (const auto written = (*anchor)->write((*log)->head()); !written) return std::unexpected(written.error());
    return (*log)->head();
}

int run_anchor(const Options& options) {
    const auto head = begin_anchor(options);
    if (!head) return print_error(head.error());
    std::printf("%s holds record %llu of %s\n", options.anchor.c_str(), static_cast<unsigned long long>(head->seq),
                options.file.c_str());
    return 0;
}

} // namespace

int run_audit(int argc, char** argv) {
    CLI::App app("audit: the hash-chained record of who did what.");
    Options options;
    app.require_subcommand(1);
    const auto add_anchor = [&options](CLI::App* command) {
        return command->add_option("--anchor", options.anchor, "file:/mount/head or tpm:0x01c10101[:device:/dev/tpmrm0]");
    };
    CLI::App* verify = app.add_subcommand("verify", "checks every record, the chain and its end, against head file and anchor");
    verify->add_option("--file", options.file, "verify this file, without a daemon");
    add_anchor(verify);
    verify->add_option("--socket", options.socket, "jitd's control socket")->envname("JITBOX_SOCKET")->capture_default_str();
    verify->add_option("--timeout-ms", options.timeout_ms, "longest wait for an answer")->capture_default_str();
    verify->add_flag("--json", options.as_json, "print the answer as JSON");
    CLI::App* show = app.add_subcommand("show", "the newest records that match, oldest first");
    add_filters(*show, options);
    show->add_option("--limit", options.limit, "most records to show")->capture_default_str();
    show->add_flag("--json", options.as_json, "one JSON object a line");
    CLI::App* exported = app.add_subcommand("export", "matching records as JSON lines, with pseudonyms in place of addresses");
    add_filters(*exported, options);
    add_anchor(exported);
    exported->add_option("--out", options.out, "file to write; - is the terminal")->capture_default_str();
    exported->add_option("--key", options.key, "key of the pseudonyms; made when missing")->capture_default_str();
    exported->add_flag("--hide-users", options.hide_users, "pseudonyms for users as well");
    CLI::App* anchor = app.add_subcommand("anchor", "begins an anchor outside of the file, once, while jitd is stopped");
    anchor->add_option("--file", options.file, "the audit file")->required();
    add_anchor(anchor)->required();
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    if (verify->parsed()) return run_verify(options);
    if (show->parsed()) return run_show(options);
    return exported->parsed() ? run_export(options) : run_anchor(options);
}

} // namespace jitbox::apps
