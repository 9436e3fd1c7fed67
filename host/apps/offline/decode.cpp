// The loop of `jitctl decode`: lines, hex, kernel, JSON.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/decode.hpp"

#include "apps/offline/decode_kernel.hpp"
#include "apps/text/json_buffer.hpp"
#include "hls/keccak.hpp"
#include "hls/parser_envelope.hpp"

#include <algorithm>
#include <istream>
#include <ostream>

namespace jitbox::apps {
namespace {

using accel::Reason;
using accel::RouterKind;
using accel::TxStatus;

constexpr std::size_t max_line = std::size_t{8} << 20; ///< a longer line is answered tx_too_large without being kept
constexpr std::size_t max_leg_text = 900;              ///< of one leg's JSON, all numbers at their widest
constexpr std::size_t flush_at = std::size_t{256} << 10;
constexpr std::size_t read_bytes = std::size_t{256} << 10;

template <typename T>
T field(const std::uint8_t* record, std::size_t offset) {
    T out;
    std::memcpy(&out, record + offset, sizeof out);
    return out;
}

/// Value of a hex digit in the low four bits; `bad` collects a high bit for anything else. Branch-free, so that the loop
/// vectorises.
constexpr std::uint8_t nibble(std::uint8_t c, std::uint8_t& bad) {
    const std::uint8_t lower = c | 0x20;
    const bool digit = c >= '0' && c <= '9';
    const bool letter = lower >= 'a' && lower <= 'f';
    bad = static_cast<std::uint8_t>(bad | (digit || letter ? 0 : 1));
    return static_cast<std::uint8_t>((c & 15) + (letter ? 9 : 0));
}

bool hex_to_bytes(std::string_view text, std::uint8_t* out) {
    std::uint8_t bad = text.size() & 1;
    const char* const digits = text.data();
    const std::size_t size = text.size() / 2;
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint8_t high = nibble(static_cast<std::uint8_t>(digits[2 * i]), bad);
        const std::uint8_t low = nibble(static_cast<std::uint8_t>(digits[2 * i + 1]), bad);
        out[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return bad == 0;
}

std::string_view without_frame(std::string_view line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    if (line.starts_with("0x") || line.starts_with("0X")) line.remove_prefix(2);
    return line;
}

class Decoder {
public:
    explicit Decoder(const DecodeOptions& options) : options_(options), kernel_(options.table, options.engine) {}

    JsonBuffer& json() { return json_; }

    void line(std::string_view text) {
        json_.reserve(1024);
        const std::string_view digits = without_frame(text);
        if (digits.size() / 2 > records::max_transaction_bytes) {
            large(digits);
        } else if (hex_to_bytes(digits, kernel_.transaction())) {
            answer(kernel_.parse(digits.size() / 2));
        } else {
            refuse(nullptr, std::nullopt, "bad_hex");
        }
    }

    void too_long() {
        json_.reserve(1024);
        refuse(nullptr, std::nullopt, accel::name_of(Reason::tx_too_large));
    }

private:
    /// More than a record holds: only a blob transaction with its sidecar is meant to be. Its payload goes on alone, as a host does
    /// before it feeds a card; the hash is the same (EIP-4844).
    void large(std::string_view digits) {
        Bytes raw(digits.size() / 2 + records::beat_bytes);
        if (!hex_to_bytes(digits, raw.data())) return refuse(nullptr, std::nullopt, "bad_hex");
        const std::uint32_t size = static_cast<std::uint32_t>(digits.size() / 2);
        hlsk::Envelope envelope;
        hlsk::HashedPart part;
        Reason reason = hlsk::parse_envelope(raw.data(), size, envelope, part);
        if (reason == Reason::none && (!part.prefix_blob_type || part.span.size > records::max_transaction_bytes)) {
            reason = Reason::tx_too_large;
        }
        if (reason != Reason::none) {
            Bytes32 hash{};
            hlsk::keccak256(raw.data(), size, hash.data());
            return refuse(hash.data(), envelope.type, accel::name_of(reason));
        }
        raw[part.span.at] = 0x03;
        std::memcpy(kernel_.transaction(), raw.data() + part.span.at, part.span.size);
        answer(kernel_.parse(part.span.size));
    }

    void refuse(const std::uint8_t* hash, std::optional<std::uint8_t> type, std::string_view reason) {
        json_.append("{\"hash\":");
        if (hash != nullptr) {
            json_.append_hex(hash, 32);
        } else {
            json_.append("null");
        }
        json_.append(",\"type\":");
        if (type) {
            json_.append_number(*type);
        } else {
            json_.append("null");
        }
        json_.append(R"(,"status":"rejected","reason":")");
        json_.append(reason);
        json_.append("\",\"from_router\":null,\"legs\":[]}\n");
    }

    /// The kernel's records: legs, then the TX_SEEN that says what they belong to.
    void answer(BytesView answer_records) {
        const std::size_t legs = (answer_records.size() - records::tx_seen::total_bytes) / records::swap::total_bytes;
        const std::uint8_t* const seen = answer_records.data() + legs * records::swap::total_bytes;
        const auto status = static_cast<TxStatus>(seen[records::tx_seen::status]);
        const auto reason = static_cast<Reason>(field<std::uint16_t>(seen, records::tx_seen::reason));
        const std::uint8_t* const hash = seen + records::tx_seen::hash;
        const std::uint8_t type = seen[records::tx_seen::tx_type];
        if (reason == Reason::tx_empty || reason == Reason::tx_unknown_type)
            return refuse(hash, std::nullopt, accel::name_of(reason));
        if (options_.chain_id && status != TxStatus::rejected && seen[records::tx_seen::has_chain_id] != 0 &&
            field<std::uint64_t>(seen, records::tx_seen::chain_id) != *options_.chain_id) {
            return refuse(hash, type, "wrong_chain");
        }
        json_.reserve(1024 + legs * max_leg_text);
        json_.append("{\"hash\":");
        json_.append_hex(hash, 32);
        json_.append(",\"type\":");
        json_.append_number(type);
        json_.append(",\"status\":\"");
        json_.append(accel::name_of(status));
        if (status == TxStatus::rejected) {
            json_.append("\",\"reason\":\"");
            json_.append(accel::name_of(reason));
        }
        const auto kind = static_cast<RouterKind>(seen[records::tx_seen::router_kind]);
        if (kind == RouterKind::none) {
            json_.append("\",\"from_router\":null,\"legs\":[");
        } else {
            json_.append("\",\"from_router\":\"");
            json_.append(accel::name_of(kind));
            json_.append("\",\"legs\":[");
        }
        for (std::size_t i = 0; i < legs; ++i) leg(answer_records.data() + i * records::swap::total_bytes, i == 0);
        json_.append("]}\n");
    }

    void leg(const std::uint8_t* swap, bool first) {
        const auto flags = field<std::uint32_t>(swap, records::swap::flags);
        const auto boolean = [&](records::SwapFlag flag) -> std::string_view { return (flags & flag) != 0 ? "true" : "false"; };
        json_.append(first ? "{\"token_in\":" : ",{\"token_in\":");
        json_.append_hex(swap + records::swap::token_in, 20);
        json_.append(",\"token_out\":");
        json_.append_hex(swap + records::swap::token_out, 20);
        json_.append(",\"fee\":");
        json_.append_number(field<std::uint32_t>(swap, records::swap::fee));
        json_.append(",\"factory\":");
        json_.append_hex(swap + records::swap::factory, 20);
        json_.append(",\"zero_for_one\":");
        json_.append(boolean(records::swap_zero_for_one));
        json_.append(",\"exact_in\":");
        json_.append(boolean(records::swap_exact_in));
        json_.append(",\"amount\":");
        if ((flags & records::swap_amount_known) != 0) {
            json_.append_decimal(swap + records::swap::amount);
        } else {
            json_.append("null");
        }
        json_.append(",\"limit\":");
        json_.append_decimal(swap + records::swap::limit);
        json_.append(",\"hop\":");
        json_.append_number(swap[records::swap::hop]);
        json_.append(",\"hops\":");
        json_.append_number(swap[records::swap::hops]);
        json_.append(",\"sqrt_price_limit_x96\":");
        json_.append_decimal(swap + records::swap::sqrt_price_limit_x96);
        json_.append(",\"deadline\":");
        if ((flags & records::swap_has_deadline) != 0) {
            json_.append("\"");
            json_.append_number(field<std::uint64_t>(swap, records::swap::deadline));
            json_.append("\"");
        } else {
            json_.append("null");
        }
        json_.append(",\"may_revert\":");
        json_.append(boolean(records::swap_may_revert));
        json_.append("}");
    }

    const DecodeOptions& options_;
    DecodeKernel kernel_;
    JsonBuffer json_;
};

/// Takes what is there without waiting for a full buffer, so that a pipe that trickles is answered line by line. Empty at the end.
std::string_view read_some(std::istream& in, std::string& buffer) {
    if (in.peek() == std::istream::traits_type::eof()) return {};
    buffer.resize(read_bytes);
    std::streamsize got = in.readsome(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    if (got <= 0) { // a stream that cannot say what it holds: take one byte
        in.read(buffer.data(), 1);
        got = in.gcount();
    }
    return std::string_view(buffer).substr(0, static_cast<std::size_t>(got));
}

/// Splits chunks into lines; a line that spans chunks is kept, up to max_line.
class Lines {
public:
    explicit Lines(Decoder& decoder) : decoder_(decoder) {}

    void take(std::string_view chunk) {
        while (true) {
            const std::size_t end = chunk.find('\n');
            if (end == std::string_view::npos) return keep(chunk);
            if (pending_.empty() && !overlong_) {
                decoder_.line(chunk.substr(0, end));
            } else {
                keep(chunk.substr(0, end));
                finish();
            }
            chunk.remove_prefix(end + 1);
        }
    }

    /// What is left when the input ends without a newline.
    void finish_last() {
        if (!pending_.empty() || overlong_) finish();
    }

private:
    void keep(std::string_view part) {
        if (overlong_ || pending_.size() + part.size() > max_line) {
            overlong_ = true;
            pending_.clear();
            return;
        }
        pending_.append(part);
    }

    void finish() {
        if (overlong_) {
            decoder_.too_long();
        } else {
            decoder_.line(pending_);
        }
        overlong_ = false;
        pending_.clear();
    }

    Decoder& decoder_;
    std::string pending_;
    bool overlong_ = false;
};

bool write_out(JsonBuffer& json, std::ostream& out) {
    const std::string_view text = json.text();
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    json.clear();
    return out.good();
}

} // namespace

int run_decode(std::istream& in, std::ostream& out, const DecodeOptions& options) {
    Decoder decoder(options);
    Lines lines(decoder);
    std::string buffer;
    for (std::string_view chunk = read_some(in, buffer); !chunk.empty(); chunk = read_some(in, buffer)) {
        lines.take(chunk);
        const bool more_is_there = in.rdbuf()->in_avail() > 0;
        if (more_is_there && decoder.json().size() < flush_at) continue;
        if (!write_out(decoder.json(), out)) return 1;
        if (!more_is_there) out.flush();
    }
    lines.finish_last();
    if (!write_out(decoder.json(), out)) return 1;
    out.flush();
    return out.good() ? 0 : 1;
}

} // namespace jitbox::apps
