// Messages between the signer and its HSM worker.
// SPDX-License-Identifier: Apache-2.0
#include "signer/hsm_wire.hpp"

#include "signer/wire.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace jitbox::signer {
namespace {

namespace json = boost::json;

constexpr std::size_t max_packet = std::size_t{64} * 1024;
constexpr char good = 'S';
constexpr char bad = 'E';

HsmFailure malformed(std::string what) {
    return {.error = {.what = "hsm: the worker answers nonsense: " + std::move(what), .hint = {}}, .pin = {}};
}

std::string failure_json(const HsmFailure& failure) {
    return json::serialize(
        json::object{{"error", failure.error.what}, {"hint", failure.error.hint}, {"pin", static_cast<int>(failure.pin)}});
}

HsmFailure read_failure(const json::object& object) {
    ObjectReader reader(&object);
    HsmFailure out{.error = {.what = reader.text("error", 4096), .hint = reader.text("hint", 4096)},
                   .pin = static_cast<PinVerdict>(reader.natural("pin", 2))};
    const auto done = reader.finish();
    return done ? out : malformed(done.error().what);
}

} // namespace

std::string format_hello(const TokenSettings& settings) {
    json::object out = {{"module", settings.module},
                        {"token", settings.token},
                        {"key_file", settings.key_file},
                        {"network", settings.network == Network::internet}};
    out["keys"] = json::array(settings.key_labels.begin(), settings.key_labels.end());
    const std::string line = json::serialize(out);
    std::string packet;
    packet.reserve(line.size() + 1 + settings.pin.reveal().size()); // no second copy of the PIN by growing
    return packet.append(line).append(1, '\n').append(settings.pin.reveal());
}

Result<TokenSettings> parse_hello(std::string_view packet) {
    const std::size_t end = packet.find('\n');
    if (end == std::string_view::npos) return fail("hello without a PIN");
    const auto object = parse_line(packet.substr(0, end));
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(&*object);
    TokenSettings out{.module = reader.text("module", 4096),
                      .token = reader.text("token"),
                      .key_labels = {},
                      .pin = Secret(std::string(packet.substr(end + 1))),
                      .network = Network::none,
                      .key_file = reader.text("key_file", 4096),
                      .pin_guard = {}};
    if (reader.flag("network")) out.network = Network::internet;
    if (const auto* keys = reader.array("keys", 256))
        for (const auto& key : *keys) out.key_labels.emplace_back(key.is_string() ? std::string(key.as_string()) : std::string());
    if (auto done = reader.finish(); !done) return std::unexpected(done.error());
    return out;
}

std::string format_ready(const HsmResult<std::vector<HsmKey>>& keys) {
    if (!keys) return failure_json(keys.error());
    json::array out;
    for (const HsmKey& key : *keys) out.push_back(json::object{{"label", key.label}, {"public_key", to_hex(key.public_key)}});
    return json::serialize(json::object{{"keys", std::move(out)}});
}

HsmResult<std::vector<HsmKey>> parse_ready(std::string_view packet) {
    const auto object = parse_line(packet);
    if (!object) return std::unexpected(malformed(object.error().what));
    if (object->contains("error")) return std::unexpected(read_failure(*object));
    ObjectReader reader(&*object);
    const auto* items = reader.array("keys", 256);
    std::vector<HsmKey> out;
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        ObjectReader item((*items)[i].if_object());
        out.push_back({.label = item.text("label"), .public_key = item.fixed<64>("public_key")});
        if (auto done = item.finish(); !done) reader.set_error(done.error().what);
    }
    if (auto done = reader.finish(); !done) return std::unexpected(malformed(done.error().what));
    return out;
}

std::string format_job(const SignJob& job) {
    std::string out(1 + job.digest.size(), '\0');
    out[0] = static_cast<char>(job.key);
    std::ranges::copy(job.digest, reinterpret_cast<std::uint8_t*>(out.data() + 1));
    return out;
}

std::optional<SignJob> parse_job(std::string_view packet) {
    SignJob out;
    if (packet.size() != 1 + out.digest.size()) return std::nullopt;
    out.key = static_cast<std::uint8_t>(packet[0]);
    std::ranges::copy(packet.substr(1), reinterpret_cast<char*>(out.digest.data()));
    return out;
}

std::string format_signature(const HsmResult<RawSignature>& signature) {
    if (!signature) return bad + failure_json(signature.error());
    std::string out(1, good);
    for (const chain::u256 number : {signature->r, signature->s})
        for (const std::uint8_t byte : chain::to_big_endian(number)) out.push_back(static_cast<char>(byte));
    return out;
}

HsmResult<RawSignature> parse_signature(std::string_view packet) {
    if (packet.size() == 65 && packet[0] == good) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(packet.data());
        return RawSignature{.r = chain::from_big_endian(BytesView(bytes + 1, 32)),
                            .s = chain::from_big_endian(BytesView(bytes + 33, 32))};
    }
    if (packet.empty() || packet[0] != bad)
        return std::unexpected(malformed("packet of " + std::to_string(packet.size()) + " bytes"));
    const auto object = parse_line(packet.substr(1));
    if (!object) return std::unexpected(malformed(object.error().what));
    return std::unexpected(read_failure(*object));
}

bool send_packet(int fd, std::string_view packet) {
    for (;;) {
        const ssize_t n = ::send(fd, packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        return n == static_cast<ssize_t>(packet.size());
    }
}

Received receive_packet(int fd, std::string& packet, std::chrono::steady_clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&wait, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000)));
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0 && std::chrono::steady_clock::now() >= deadline) return Received::deadline;
        if (ready == 0) continue; // a long wait comes in slices
        packet.resize(max_packet);
        const ssize_t n = ::recv(fd, packet.data(), packet.size(), 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return Received::closed;
        packet.resize(static_cast<std::size_t>(n));
        return Received::packet;
    }
}

} // namespace jitbox::signer
