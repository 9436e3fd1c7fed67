// Verification of an audit file: every record, the chain, and its end against the anchors.
// SPDX-License-Identifier: Apache-2.0
#include "audit/record.hpp"
#include "base/hex.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace jitbox::audit {
namespace {

std::string describe(const Head& head) {
    return "record " + std::to_string(head.seq) + " (" + to_hex_plain(head.hash).substr(0, 16) + "...)";
}

/// What is wrong with a record that is whole in itself, given the record before it.
std::string chain_problem(const Record& record, const Head& before) {
    if (record.seq == before.seq + 1 && record.previous == before.hash) return {};
    if (record.seq > before.seq + 1)
        return "records " + std::to_string(before.seq + 1) + " to " + std::to_string(record.seq - 1) +
               " are missing before it (deleted or reordered)";
    if (record.seq <= before.seq && before.seq != 0)
        return "sequence number " + std::to_string(record.seq) + " after " + std::to_string(before.seq) +
               " (duplicate or reordered)";
    return "it does not continue the record before it (that one was replaced)";
}

/// The anchor must be a record of this chain. It may be older than the end: a crash between line and anchor leaves it one behind.
struct AnchorCheck {
    Head anchor;
    bool seen = false;
    bool differs = false;

    void look(const Record& record) {
        if (record.seq != anchor.seq) return;
        seen = true;
        differs = record.hash != anchor.hash;
    }
    [[nodiscard]] std::string problem(const Head& end, std::string_view name) const {
        if (anchor.seq > end.seq)
            return "the file ends at " + describe(end) + " but " + std::string(name) + " knows " + describe(anchor) + ": truncated";
        if (differs || (!seen && anchor.seq != 0))
            return std::string(name) + " holds another " + describe(anchor) + ": the chain was rewritten";
        return {};
    }
};

Result<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    if (in) out << in.rdbuf();
    if (!in || in.bad())
        return fail("audit: cannot read " + path + ": " + std::strerror(errno), "check the path and its permissions");
    return out.str();
}

} // namespace

VerifyReport verify_bytes(std::string_view content, std::optional<Head> stored, std::optional<Head> anchor) {
    VerifyReport report;
    AnchorCheck stored_check{.anchor = stored.value_or(Head{})};
    AnchorCheck anchor_check{.anchor = anchor.value_or(Head{})};
    std::size_t at = 0;
    for (std::uint64_t line = 1; at < content.size(); ++line) {
        const std::size_t end = content.find('\n', at);
        const bool torn = end == std::string_view::npos;
        const auto record = torn ? fail("the last line has no end (torn write)") : decode_line(content.substr(at, end - at));
        std::string problem = record ? chain_problem(*record, report.head) : record.error().what;
        if (!problem.empty()) {
            report.bad_line = line;
            report.problem = "line " + std::to_string(line) + ": " + std::move(problem);
            return report;
        }
        report.head = {.seq = record->seq, .hash = record->hash};
        ++report.records;
        stored_check.look(*record);
        anchor_check.look(*record);
        at = end + 1;
    }
    report.problem = stored_check.problem(report.head, "the head file");
    if (report.problem.empty()) report.problem = anchor_check.problem(report.head, "the given anchor");
    if (stored && report.problem.empty() && stored->seq < report.head.seq)
        report.note =
            "the head file is " + std::to_string(report.head.seq - stored->seq) + " behind (crash between record and head)";
    report.ok = report.problem.empty();
    return report;
}

Result<VerifyReport> verify(const std::string& path, std::optional<Head> anchor) {
    const auto content = read_file(path);
    if (!content) return std::unexpected(content.error());
    std::optional<Head> stored;
    VerifyReport missing;
    if (const auto text = read_file(path + ".head")) {
        const auto head = decode_head(*text);
        if (!head) missing.problem = head.error().text();
        if (head) stored = *head;
    } else if (!content->empty()) {
        missing.problem = "the head file " + path + ".head is missing: truncation could not be found without it";
    }
    VerifyReport report = verify_bytes(*content, stored, anchor);
    if (report.ok && !missing.problem.empty()) {
        report.ok = false;
        report.problem = missing.problem;
    }
    return report;
}

Result<std::vector<Record>> tail(const std::string& path, std::size_t limit) {
    const auto content = read_file(path);
    if (!content) return std::unexpected(content.error());
    std::vector<Record> out;
    std::string_view rest = *content;
    while (!rest.empty() && out.size() < limit) {
        if (rest.back() == '\n') rest.remove_suffix(1);
        const std::size_t before = rest.rfind('\n');
        const std::string_view line = before == std::string_view::npos ? rest : rest.substr(before + 1);
        auto record = decode_line(line);
        if (!record) return fail("audit: " + path + ": " + record.error().what, "run `jitctl audit verify`");
        out.insert(out.begin(), std::move(*record));
        rest.remove_suffix(line.size());
    }
    return out;
}

} // namespace jitbox::audit
