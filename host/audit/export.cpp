// Filters and pseudonyms.
// SPDX-License-Identifier: Apache-2.0
#include "audit/export.hpp"

#include "audit/file.hpp"
#include "audit/record.hpp"
#include "base/hex.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <fstream>

namespace jitbox::audit {
namespace {

bool in(const std::string& wanted, const std::string& text) {
    return wanted.empty() || text.find(wanted) != std::string::npos;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool is_ethereum(std::string_view token) {
    return token.size() == 42 && (token.starts_with("0x") || token.starts_with("0X")) &&
           std::ranges::all_of(token.substr(2), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool is_internet(int family, std::string_view token) {
    std::array<unsigned char, sizeof(in6_addr)> parsed{};
    return ::inet_pton(family, std::string(token).c_str(), parsed.data()) == 1;
}

bool in_token(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == ':';
}

/// How much of the token's beginning is an address; 0 when it is none. "10.0.0.1:8545" is an address with a port.
std::size_t address_length(std::string_view token) {
    if (is_ethereum(token)) return token.size();
    while (!token.empty() && token.back() == '.') token.remove_suffix(1); // the sentence ended here
    if (is_internet(AF_INET6, token) || is_internet(AF_INET, token)) return token.size();
    const std::size_t colon = token.rfind(':');
    if (colon == std::string_view::npos) return 0;
    const std::string_view host = token.substr(0, colon);
    return is_internet(AF_INET, host) || (colon + 1 == token.size() && is_internet(AF_INET6, host)) ? colon : 0;
}

} // namespace

bool matches(const Filter& filter, const Record& record) {
    const Event& event = record.event;
    return record.time_ns >= filter.since_ns && record.time_ns < filter.until_ns && in(filter.user, event.user) &&
           in(filter.action, event.action) && in(filter.resource, event.resource) && in(filter.result, event.result) &&
           in(filter.source, event.source) && in(filter.session, event.session);
}

Result<void> for_each(const std::string& path, const std::function<void(const Record&)>& take) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return os_error("read", path);
    std::uint64_t number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        const auto record = decode_line(line);
        if (!record)
            return fail("audit: " + path + " line " + std::to_string(number) + ": " + record.error().what,
                        "run `jitctl audit verify`");
        take(*record);
    }
    return {};
}

Result<Pseudonyms> Pseudonyms::from_key_file(const std::string& path) {
    File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open() && errno == ENOENT) {
        Bytes32 key{};
        if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) return fail("audit: no random numbers for a key");
        file = File(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
        if (!file.is_open() || !write_all(file.get(), std::string(key.begin(), key.end())) || ::fsync(file.get()) != 0)
            return os_error("make the key of the pseudonyms", path);
        return Pseudonyms(key);
    }
    if (!file.is_open()) return os_error("read the key of the pseudonyms", path);
    struct stat info{};
    if (::fstat(file.get(), &info) != 0 || (info.st_mode & 077U) != 0)
        return fail("audit: the key of the pseudonyms " + path + " is open to others", "chmod 600 it");
    const auto text = read_all(file.get(), path);
    if (!text) return std::unexpected(text.error());
    Bytes32 key{};
    if (text->size() != key.size()) return fail("audit: " + path + " is not a key of 32 bytes", "give another file");
    std::ranges::copy(*text, key.begin());
    return Pseudonyms(key);
}

std::string Pseudonyms::name(std::string_view kind, std::string_view value) const {
    const std::string input = std::string(kind) + ":" + lower(value);
    Bytes32 digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), reinterpret_cast<const unsigned char*>(input.data()),
         input.size(), digest.data(), &size);
    return std::string(kind) + "-" + to_hex_plain(digest).substr(0, 16);
}

std::string Pseudonyms::addresses(std::string_view text) const {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && in_token(text[end])) ++end;
        const std::string_view token = text.substr(at, end - at);
        const std::size_t length = address_length(token);
        if (length > 0) out += name("addr", token.substr(0, length));
        out += token.substr(length);
        if (end < text.size()) out += text[end++];
        at = end;
    }
    return out;
}

Event Pseudonyms::event(const Event& event, bool users) const {
    return {.user = users && !event.user.empty() ? name("user", event.user) : addresses(event.user),
            .action = addresses(event.action),
            .resource = addresses(event.resource),
            .result = addresses(event.result),
            .source = addresses(event.source),
            .agent = addresses(event.agent),
            .session = addresses(event.session)};
}

std::string Pseudonyms::key_id() const {
    Bytes32 digest{};
    SHA256(key_.data(), key_.size(), digest.data());
    return to_hex_plain(digest).substr(0, 8);
}

} // namespace jitbox::audit
