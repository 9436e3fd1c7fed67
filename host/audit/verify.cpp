// Verification of an audit file: every record, the chain, and its end against the anchors.
// SPDX-License-Identifier: Apache-2.0
#include "audit/head_file.hpp"
#include "audit/record.hpp"
#include "base/file.hpp"
#include "base/hex.hpp"

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

} // namespace

Verifier::Verifier(std::optional<Head> stored, std::optional<Head> anchor) : stored_{.head = stored}, anchor_{.head = anchor} {}

std::string Verifier::Pin::problem(const Head& end, std::string_view name) const {
    if (!head) return {};
    if (head->seq > end.seq)
        return "the file ends at " + describe(end) + " but " + std::string(name) + " knows " + describe(*head) + ": truncated";
    if (differs || (!seen && head->seq != 0))
        return std::string(name) + " holds another " + describe(*head) + ": the chain was rewritten";
    return {};
}

void Verifier::reject(std::string problem) {
    report_.bad_line = report_.records + 1;
    report_.problem = "line " + std::to_string(report_.bad_line) + ": " + std::move(problem);
}

bool Verifier::feed(std::string_view line) {
    if (report_.bad_line != 0) return false;
    const auto record = decode_line(line);
    std::string problem = record ? chain_problem(*record, report_.head) : record.error().what;
    if (!problem.empty()) {
        reject(std::move(problem));
        return false;
    }
    report_.head = {.seq = record->seq, .hash = record->hash};
    ++report_.records;
    for (Pin* pin : {&stored_, &anchor_}) {
        if (!pin->head || pin->head->seq != record->seq) continue;
        pin->seen = true;
        pin->differs = pin->head->hash != record->hash;
    }
    return true;
}

void Verifier::feed_torn() {
    if (report_.bad_line == 0) reject("the last line has no end (torn write)");
}

VerifyReport Verifier::finish() const {
    VerifyReport report = report_;
    if (report.problem.empty()) report.problem = stored_.problem(report.head, "the head file");
    if (report.problem.empty()) report.problem = anchor_.problem(report.head, "the anchor");
    report.ok = report.problem.empty();
    if (!report.ok) return report;
    const auto note = [&report](const Pin& pin, const std::string& text) {
        if (!pin.head || pin.head->seq >= report.head.seq) return;
        report.note +=
            (report.note.empty() ? "" : "; ") + text + " is " + std::to_string(report.head.seq - pin.head->seq) + " behind";
    };
    note(stored_, "the head file (crash between record and head)");
    note(anchor_, "the anchor");
    return report;
}

VerifyReport verify_bytes(std::string_view content, std::optional<Head> stored, std::optional<Head> anchor) {
    Verifier verifier(stored, anchor);
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t end = content.find('\n', at);
        if (end == std::string_view::npos) {
            verifier.feed_torn();
            break;
        }
        if (!verifier.feed(content.substr(at, end - at))) break;
        at = end + 1;
    }
    return verifier.finish();
}

VerifyReport verify_with_head(std::string_view content, const StoredHead& stored, std::optional<Head> anchor) {
    VerifyReport report = verify_bytes(content, stored.head, anchor);
    if (!report.ok) return report;
    report.problem = !stored.head && !content.empty() ? "the head file is empty: truncation could not be found without it"
                                                      : torn_head_problem(stored, report.head);
    report.ok = report.problem.empty();
    return report;
}

Result<VerifyReport> verify(const std::string& path, std::optional<Head> anchor) {
    const auto content = read_file(path);
    if (!content) return fail("audit: " + content.error().what, content.error().hint);
    const auto text = read_file(path + ".head");
    const auto stored = decode_head_file(text ? *text : "");
    VerifyReport report = verify_with_head(*content, stored.value_or(StoredHead{}), anchor);
    if (report.bad_line != 0) return report;
    if (!stored)
        report.problem = stored.error().text();
    else if (!text && !content->empty())
        report.problem = "the head file " + path + ".head is missing: truncation could not be found without it";
    report.ok = report.problem.empty();
    return report;
}

Result<std::vector<Record>> tail(const std::string& path, std::size_t limit) {
    const auto content = read_file(path);
    if (!content) return fail("audit: " + content.error().what, content.error().hint);
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
