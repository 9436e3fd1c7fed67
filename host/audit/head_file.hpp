// Where the end of a chain stands beside its file: two slots, written in turn, so that a write that tears leaves the one before it.
// Private to audit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/file.hpp"
#include "audit/log.hpp"

#include <array>
#include <optional>

namespace jitbox::audit {

/// Slot n is the line "<seq> <64 hex of the record's hash> <16 hex of the line's own SHA-256>\n" at n * head_slot_distance, zeros
/// around it. The slots lie in different pages, so that neither page cache nor disk ever writes both at once.
inline constexpr std::size_t head_slot_distance = 4096;
[[nodiscard]] std::string encode_head_slot(const Head& head);

struct StoredHead {
    std::optional<Head> head; ///< the newest that is whole
    std::size_t slot = 0;     ///< where it stands
    bool torn = false;        ///< the other slot is neither whole nor blank: a write into it did not end
};
/// What a head file's content says. Errors: no slot is whole, though something was written.
[[nodiscard]] Result<StoredHead> decode_head_file(std::string_view content);

/// Why `stored` cannot be a head file of a chain that ends at `end`; empty: it can. A torn slot is a crash only when a record is
/// there that was to be noted in it: else a healthy file was damaged.
[[nodiscard]] std::string torn_head_problem(const StoredHead& stored, const Head& end);

/// verify_bytes() against a head file too.
[[nodiscard]] VerifyReport verify_with_head(std::string_view content, const StoredHead& stored, std::optional<Head> anchor);

/// For one thread at a time.
class HeadFile {
public:
    /// Opens or creates, and reads. The space of both slots is taken at once: a disk that gets full later does not refuse a head.
    [[nodiscard]] static Result<HeadFile> open(const std::string& path);

    [[nodiscard]] const StoredHead& stored() const noexcept { return stored_; }
    /// Durable when it returns; does nothing when the head is there already. After an error the newest whole slot is as before.
    [[nodiscard]] Result<void> write(const Head& head);

private:
    HeadFile(std::string path, File file, StoredHead stored) : path_(std::move(path)), file_(std::move(file)), stored_(stored) {}
    std::string path_;
    File file_;
    StoredHead stored_;
};

} // namespace jitbox::audit
