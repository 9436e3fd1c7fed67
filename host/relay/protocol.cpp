// Bodies and answers of eth_sendBundle and eth_cancelBundle.
// SPDX-License-Identifier: Apache-2.0
#include "relay/protocol.hpp"

#include "base/hex.hpp"
#include "base/printable.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace jitbox::relay {
namespace {

namespace json = boost::json;

std::string envelope(std::string_view method, const std::string& params, std::uint64_t id) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":[{{{}}}]}})", id, method, params);
}

Answer malformed(unsigned http_status, std::string text) {
    Answer answer;
    answer.status = http_status == 200 ? AnswerStatus::malformed : AnswerStatus::http_error;
    answer.http_status = http_status;
    answer.text = std::move(text);
    return answer;
}

Answer refused(unsigned http_status, const json::value& error) {
    Answer answer;
    answer.status = AnswerStatus::refused;
    answer.http_status = http_status;
    if (const auto* object = error.if_object()) {
        if (const auto* code = object->if_contains("code"); code != nullptr && code->is_int64())
            answer.error_code = code->get_int64();
        if (const auto* message = object->if_contains("message"); message != nullptr && message->is_string())
            answer.text = printable(message->get_string());
    } else if (error.is_string()) {
        answer.text = printable(error.get_string());
    }
    if (answer.text.empty()) answer.text = "an error without a message";
    return answer;
}

bool is_hash(std::string_view text) {
    return text.size() == 66 && text.starts_with("0x") && from_hex(text).has_value();
}

Answer accepted(const json::value& result) {
    Answer answer;
    answer.http_status = 200;
    answer.status = AnswerStatus::accepted;
    const auto* object = result.if_object();
    if (object == nullptr) return answer; // some builders answer null or a word
    const auto* hash = object->if_contains("bundleHash");
    if (hash == nullptr || hash->is_null()) return answer;
    if (!hash->is_string() || !is_hash(hash->get_string())) return malformed(200, "bundleHash is no hash");
    answer.bundle_hash = hash->get_string();
    return answer;
}

} // namespace

std::string_view to_text(AnswerStatus status) {
    switch (status) {
    case AnswerStatus::accepted:
        return "accepted";
    case AnswerStatus::refused:
        return "refused";
    case AnswerStatus::http_error:
        return "http_error";
    case AnswerStatus::malformed:
        return "malformed";
    case AnswerStatus::timeout:
        return "timeout";
    case AnswerStatus::connect_failed:
        return "connect_failed";
    case AnswerStatus::busy:
        return "busy";
    }
    return "invalid";
}

Result<void> check_bundle(const Bundle& bundle) {
    if (bundle.transactions.empty()) return fail("relay: a bundle without transactions", "withdraw with cancel()");
    if (bundle.transactions.size() > max_bundle_transactions)
        return fail(
            fmt::format("relay: {} transactions in a bundle, relays take {}", bundle.transactions.size(), max_bundle_transactions));
    std::size_t bytes = 0;
    for (const Bytes& raw : bundle.transactions) bytes += raw.size();
    if (bytes > max_bundle_bytes) return fail(fmt::format("relay: a bundle of {} bytes, relays take {}", bytes, max_bundle_bytes));
    if (bundle.block_number == 0) return fail("relay: a bundle without block number");
    const bool plain = std::ranges::all_of(bundle.replacement_uuid, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-';
    });
    if (!plain) return fail("relay: replacement_uuid is no UUID");
    return {};
}

std::string send_bundle_body(const Bundle& bundle, std::uint64_t id) {
    std::string params = R"("txs":[)";
    std::size_t digits = 0;
    for (const Bytes& raw : bundle.transactions) digits += raw.size() * 2;
    params.reserve(digits + 512);
    for (const Bytes& raw : bundle.transactions) {
        params += params.back() == '[' ? "\"" : ",\"";
        append_hex(params, raw);
        params += '"';
    }
    params += fmt::format(R"(],"blockNumber":"{:#x}")", bundle.block_number);
    if (bundle.min_timestamp != 0) params += fmt::format(R"(,"minTimestamp":{})", bundle.min_timestamp);
    if (bundle.max_timestamp != 0) params += fmt::format(R"(,"maxTimestamp":{})", bundle.max_timestamp);
    params += R"(,"revertingTxHashes":[)";
    for (const Bytes32& hash : bundle.reverting_hashes) {
        if (params.back() != '[') params += ',';
        params += '"' + to_hex(hash) + '"';
    }
    params += ']';
    if (!bundle.replacement_uuid.empty()) params += R"(,"replacementUuid":")" + bundle.replacement_uuid + '"';
    return envelope("eth_sendBundle", params, id);
}

std::string cancel_body(CancelStyle style, const std::string& replacement_uuid, std::uint64_t block_number, std::uint64_t id) {
    if (style == CancelStyle::cancel_bundle)
        return envelope("eth_cancelBundle", fmt::format(R"("replacementUuid":"{}")", replacement_uuid), id);
    return envelope("eth_sendBundle",
                    fmt::format(R"("txs":[],"blockNumber":"{:#x}","replacementUuid":"{}")", block_number, replacement_uuid), id);
}

std::string printable(std::string_view text) {
    constexpr std::size_t longest = 256;
    return jitbox::printable(text, longest);
}

Answer parse_answer(unsigned http_status, std::string_view body, std::uint64_t id) {
    if (body.size() > max_answer_bytes) return malformed(http_status, "the answer is too long");
    json::error_code failed;
    json::parse_options options;
    options.max_depth = 16;
    const json::value value = json::parse(body, failed, {}, options);
    if (failed) return malformed(http_status, fmt::format("HTTP {}, no JSON: {}", http_status, printable(body.substr(0, 80))));
    const auto* object = value.if_object();
    if (object == nullptr) return malformed(http_status, "the answer is no JSON object");
    const auto* error = object->if_contains("error");
    // A refusal may come with a null id (the relay could not read ours) and with any HTTP status.
    if (error != nullptr && !error->is_null()) return refused(http_status, *error);
    if (http_status != 200) return malformed(http_status, fmt::format("HTTP {}", http_status));
    const auto* answer_id = object->if_contains("id");
    if (answer_id == nullptr || !(*answer_id == json::value(id)))
        return malformed(http_status, "the answer is for another request");
    const auto* result = object->if_contains("result");
    if (result == nullptr) return malformed(http_status, "neither result nor error");
    return accepted(*result);
}

Result<Endpoint> parse_endpoint(std::string_view url) {
    const auto bad = [&] {
        return fail("relay: \"" + printable(url) + "\" is no relay address", "http:// or https://host[:port][/path]");
    };
    Endpoint out;
    std::string_view rest = url;
    if (rest.starts_with("https://")) {
        out.tls = true;
        rest.remove_prefix(8);
    } else if (rest.starts_with("http://")) {
        rest.remove_prefix(7);
    } else {
        return bad();
    }
    if (std::ranges::any_of(rest, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == '@' || c == '#'; }))
        return bad();
    const std::size_t slash = rest.find('/');
    out.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
    const std::string_view authority = rest.substr(0, slash);
    out.host_header = authority;
    const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
    if (bracket == std::string_view::npos) return bad();
    const std::size_t colon = authority.find(':', bracket);
    out.host = authority.substr(0, colon);
    if (bracket != 0) out.host = out.host.substr(1, bracket - 1);
    out.port = colon == std::string_view::npos ? (out.tls ? "443" : "80") : std::string(authority.substr(colon + 1));
    const bool port_ok =
        !out.port.empty() && out.port.size() <= 5 && std::ranges::all_of(out.port, [](char c) { return c >= '0' && c <= '9'; });
    if (out.host.empty() || !port_ok || std::stoi(out.port) > 65535 || std::stoi(out.port) == 0) return bad();
    return out;
}

} // namespace jitbox::relay
