// Approvals as lines and as members of lines.
// SPDX-License-Identifier: Apache-2.0
#include "signer/approval_wire.hpp"

#include "signer/base64.hpp"

namespace jitbox::signer {
namespace {

namespace json = boost::json;

constexpr std::size_t most_approvals = 8;
constexpr std::uint64_t last_expiry_s = INT64_MAX / 1'000'000'000; // fits the clock's nanoseconds

} // namespace

json::object approval_object(const Approval& approval) {
    return {{"action", approval.action},     {"subject", approval.subject},   {"nonce", approval.nonce},
            {"expires", approval.expires_s}, {"approver", approval.approver}, {"signature", to_base64(approval.signature)}};
}

Approval read_approval(ObjectReader& reader) {
    Approval out;
    out.action = reader.text("action");
    out.subject = reader.text("subject", max_subject_bytes);
    out.nonce = reader.text("nonce");
    out.expires_s = static_cast<std::int64_t>(reader.natural("expires", last_expiry_s));
    out.approver = reader.text("approver");
    if (!from_base64(reader.text("signature"), out.signature)) reader.set_error("member 'signature' must be base64 of 64 bytes");
    return out;
}

std::vector<Approval> read_approvals(ObjectReader& parent) {
    std::vector<Approval> out;
    if (!parent.has("approvals")) return out;
    const json::array* items = parent.array("approvals", most_approvals);
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        ObjectReader reader((*items)[i].if_object(), "approvals[" + std::to_string(i) + "]");
        out.push_back(read_approval(reader));
        if (auto done = reader.finish(); !done) parent.set_error(done.error().what);
    }
    return out;
}

std::string format_approval(const Approval& approval) {
    return json::serialize(approval_object(approval));
}

Result<Approval> parse_approval(std::string_view line) {
    const auto object = parse_line(line);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(&*object);
    Approval out = read_approval(reader);
    if (auto done = reader.finish(); !done) return fail("approval: " + done.error().what);
    if (auto fields = check_approval_fields(out); !fields) return std::unexpected(fields.error());
    return out;
}

} // namespace jitbox::signer
