// From the file's last record back to the anchor's.
// SPDX-License-Identifier: Apache-2.0
#include "audit/anchored_end.hpp"

#include "audit/backward.hpp"
#include "audit/record.hpp"

#include <algorithm>

namespace jitbox::audit {
namespace {

bool ends_with_newline(int fd, off_t size) {
    char last = '\0';
    return size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last == '\n';
}

} // namespace

std::optional<Head> anchored_end(int fd, const std::string& path, off_t size, const StoredHead& stored, const Head& anchor) {
    if (!stored.head || stored.torn || stored.head->seq == 0 || anchor.seq == 0 || !ends_with_newline(fd, size)) return {};
    const std::uint64_t oldest = std::min(stored.head->seq, anchor.seq);
    std::optional<Head> end;
    Head expected; // the record that the one after it names
    bool reached = false;
    int seen = 0; // heads that are records of this chain
    const auto read = for_each_line_backward(fd, path, size, [&](std::string_view line) -> Result<bool> {
        const auto record = decode_line(line);
        if (!record) return false;
        const Head here{.seq = record->seq, .hash = record->hash};
        if (end && here != expected) return false;
        if (!end) end = here;
        expected = {.seq = record->seq - 1, .hash = record->previous};
        seen += (here == *stored.head ? 1 : 0) + (here == anchor ? 1 : 0);
        reached = here.seq <= oldest;
        return !reached;
    });
    return read && reached && seen == 2 ? end : std::nullopt;
}

} // namespace jitbox::audit
