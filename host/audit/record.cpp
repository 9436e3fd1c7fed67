// One audit record as one line of bytes.
// SPDX-License-Identifier: Apache-2.0
#include "audit/record.hpp"

#include "base/hex.hpp"

#include <boost/json.hpp>
#include <openssl/sha.h>

#include <charconv>

namespace jitbox::audit {
namespace {

constexpr std::string_view hash_member = ",\"hash\":\"";
constexpr std::size_t hash_tail_size = hash_member.size() + 64 + 2; // member, digits, "}

Bytes32 sha256(std::string_view text) {
    Bytes32 out{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
    return out;
}

/// Bytes that are no UTF-8 would make the line unreadable to every JSON tool: they become '?'.
std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) >= 0x80 || c == '\x7f') c = '?';
    return out;
}

void member(std::string& out, std::string_view name, std::string_view value) {
    out += ",\"";
    out += name;
    out += "\":";
    out += boost::json::serialize(boost::json::string(printable(value)));
}

bool text_member(const boost::json::object& object, std::string_view name, std::string& out) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return false;
    out = value->as_string();
    return true;
}

Result<Record> from_object(const boost::json::object& object) {
    Record record;
    const auto* seq = object.if_contains("seq");
    const auto* time = object.if_contains("time_ns");
    std::string previous;
    Event& event = record.event;
    const bool complete = object.size() == 10 && seq != nullptr && seq->is_int64() && seq->as_int64() >= 0 && time != nullptr &&
                          time->is_int64() && text_member(object, "user", event.user) &&
                          text_member(object, "action", event.action) && text_member(object, "resource", event.resource) &&
                          text_member(object, "result", event.result) && text_member(object, "source", event.source) &&
                          text_member(object, "agent", event.agent) && text_member(object, "session", event.session) &&
                          text_member(object, "prev", previous);
    const auto previous_hash = fixed_from_hex<32>(previous);
    if (!complete || !previous_hash) return fail("a member is missing or has the wrong type");
    record.seq = static_cast<std::uint64_t>(seq->as_int64());
    record.time_ns = time->as_int64();
    record.previous = *previous_hash;
    return record;
}

} // namespace

std::string encode_line(Record& record) {
    const Event& event = record.event;
    std::string line = "{\"seq\":" + std::to_string(record.seq) + ",\"time_ns\":" + std::to_string(record.time_ns);
    member(line, "user", event.user);
    member(line, "action", event.action);
    member(line, "resource", event.resource);
    member(line, "result", event.result);
    member(line, "source", event.source);
    member(line, "agent", event.agent);
    member(line, "session", event.session);
    member(line, "prev", to_hex_plain(record.previous));
    record.hash = sha256(line);
    line += hash_member;
    line += to_hex_plain(record.hash);
    line += "\"}\n";
    return line;
}

Result<Record> decode_line(std::string_view line) {
    if (line.size() <= hash_tail_size) return fail("too short to be a record");
    const std::string_view body = line.substr(0, line.size() - hash_tail_size);
    const Bytes32 hash = sha256(body);
    const std::string tail = std::string(hash_member) + to_hex_plain(hash) + "\"}";
    if (line.substr(body.size()) != tail) return fail("its hash is not that of its bytes: it was changed");
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(std::string(body) + "}", error);
    if (error || !value.is_object()) return fail("not a JSON object");
    auto record = from_object(value.as_object());
    if (record) record->hash = hash;
    return record;
}

std::string encode_head(const Head& head) {
    std::string seq = std::to_string(head.seq);
    seq.insert(0, 20 - std::min<std::size_t>(seq.size(), 20), '0'); // fixed width: the file never shrinks or grows
    return seq + " " + to_hex_plain(head.hash) + "\n";
}

Result<Head> decode_head(std::string_view text) {
    Head head;
    const auto hash = text.size() == 86 ? fixed_from_hex<32>(text.substr(21, 64)) : fail("length");
    const std::string_view digits = text.substr(0, 20);
    const auto number = std::from_chars(digits.data(), digits.data() + digits.size(), head.seq);
    if (!hash || number.ec != std::errc{} || number.ptr != digits.data() + digits.size() || text[20] != ' ' || text.back() != '\n')
        return fail("audit: the head file is malformed",
                    "it was changed, or the disk lost it: compare with another copy of the head");
    head.hash = *hash;
    return head;
}

} // namespace jitbox::audit
