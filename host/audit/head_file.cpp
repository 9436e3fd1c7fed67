// The two slots of a head file.
// SPDX-License-Identifier: Apache-2.0
#include "audit/head_file.hpp"

#include "audit/record.hpp"
#include "base/hex.hpp"

#include <fcntl.h>
#include <openssl/sha.h>

#include <algorithm>

namespace jitbox::audit {
namespace {

constexpr std::size_t head_size = 85; // encode_head without its newline
constexpr std::size_t slot_size = head_size + 1 + 16 + 1;
constexpr std::size_t file_size = head_slot_distance + slot_size;

std::string line_of(std::string_view head) {
    Bytes32 sum{};
    SHA256(reinterpret_cast<const unsigned char*>(head.data()), head.size(), sum.data());
    return std::string(head) + " " + to_hex_plain(sum).substr(0, 16) + "\n";
}

struct Slot {
    std::optional<Head> head; ///< when it is whole
    bool blank = true;
};

Slot read_slot(std::string_view content, std::size_t number) {
    const std::size_t at = number * head_slot_distance;
    const std::string_view text = at < content.size() ? content.substr(at, slot_size) : "";
    Slot out{.head = {}, .blank = std::ranges::all_of(text, [](char c) { return c == '\0'; })};
    if (text.size() != slot_size || line_of(text.substr(0, head_size)) != text) return out;
    if (const auto head = decode_head(std::string(text.substr(0, head_size)) + "\n")) out.head = *head;
    return out;
}

} // namespace

std::string encode_head_slot(const Head& head) {
    return line_of(std::string_view(encode_head(head)).substr(0, head_size));
}

Result<StoredHead> decode_head_file(std::string_view content) {
    const std::array slots = {read_slot(content, 0), read_slot(content, 1)};
    StoredHead out;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const auto& head = slots.at(i).head;
        if (!head || (out.head && head->seq < out.head->seq)) continue;
        out.head = *head;
        out.slot = i;
    }
    const auto broken = [](const Slot& slot) { return !slot.head && !slot.blank; };
    out.torn = std::ranges::any_of(slots, broken);
    // The first write of all may tear: then the other slot is blank.
    if (!out.head && std::ranges::all_of(slots, broken))
        return fail("audit: the head file is malformed",
                    "it was changed, or the disk lost it: compare with another copy of the head");
    return out;
}

std::string torn_head_problem(const StoredHead& stored, const Head& end) {
    if (!stored.torn || !stored.head || end.seq > stored.head->seq) return {};
    return "a slot of the head file is damaged, and the file has no record that could have been under way: changed or truncated";
}

Result<HeadFile> HeadFile::open(const std::string& path) {
    File file(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    if (!file.is_open()) return os_error("open", path);
    const auto content = read_all(file.get(), path);
    if (!content) return std::unexpected(content.error());
    const auto stored = decode_head_file(*content);
    if (!stored) return std::unexpected(stored.error());
    if (content->size() < file_size) {
        errno = ::posix_fallocate(file.get(), 0, static_cast<off_t>(file_size)); // it returns the code
        if (errno != 0 || ::fsync(file.get()) != 0) return os_error("take the space of", path);
    }
    return HeadFile(path, std::move(file), *stored);
}

Result<void> HeadFile::write(const Head& head) {
    if (stored_.head && *stored_.head == head) return {};
    const std::size_t slot = stored_.head ? 1 - stored_.slot : 0;
    const std::string text = encode_head_slot(head);
    const auto at = static_cast<off_t>(slot * head_slot_distance);
    if (::pwrite(file_.get(), text.data(), text.size(), at) != static_cast<ssize_t>(text.size()) || ::fdatasync(file_.get()) != 0)
        return os_error("write", path_);
    stored_ = {.head = head, .slot = slot, .torn = false};
    return {};
}

} // namespace jitbox::audit
