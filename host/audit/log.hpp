// The audit log: an append-only, fsync'd, SHA-256 hash-chained file of JSON lines (AUD-1).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::audit {

/// Who did what to what, and how it ended. Free text; never put a secret in it.
struct Event {
    std::string user{};     ///< person or process, e.g. "uid:1000 alice"
    std::string action{};   ///< e.g. "arm", "estop", "hsm_fault"
    std::string resource{}; ///< what it was done to, e.g. "signer"
    std::string result{};   ///< "ok", or why not
    std::string source{};   ///< address or socket it came from
    std::string agent{};    ///< user agent
    std::string session{};  ///< session id
};

/// One line of the file. `hash` = SHA-256 over the line's bytes up to the hash member, which include `previous`.
struct Record {
    std::uint64_t seq = 0; ///< from 1, no gaps
    std::int64_t time_ns = 0;
    Event event{};
    Bytes32 previous{}; ///< hash of the record before; zero for the first
    Bytes32 hash{};
};

/// The end of the chain. Kept beside the file in `<path>.head` (audit/head_file.hpp) and in an anchor elsewhere.
struct Head {
    std::uint64_t seq = 0;
    Bytes32 hash{};
    bool operator==(const Head&) const = default;
};

struct VerifyReport {
    bool ok = false;
    std::uint64_t records = 0;  ///< good ones, from the start
    std::uint64_t bad_line = 0; ///< 1-based line of the first bad record; 0 when ok or when only the anchor disagrees
    std::string problem;        ///< what is wrong with it; empty when ok
    std::string note;           ///< not wrong, but worth telling (anchor one record behind after a crash)
    Head head;
};

class Anchor;
struct AnchorStatus;

/// Verification line by line; what the whole-file functions below are made of. Copyable at any point.
class Verifier {
public:
    /// `stored`: the head file's content; `anchor`: the head kept outside. Both may be older than the end of the file.
    explicit Verifier(std::optional<Head> stored = {}, std::optional<Head> anchor = {});

    /// The next line without its newline. False when it is the first bad one; later calls change nothing.
    bool feed(std::string_view line);
    /// What stands behind the last newline.
    void feed_torn();
    /// The verdict if the file ends here.
    [[nodiscard]] VerifyReport finish() const;

private:
    /// A head from elsewhere must be a record of this chain. It may be older than the end: a crash leaves it behind.
    struct Pin {
        std::optional<Head> head;
        bool seen = false;
        bool differs = false;
        [[nodiscard]] std::string problem(const Head& end, std::string_view name) const;
    };
    void reject(std::string problem);

    VerifyReport report_;
    Pin stored_;
    Pin anchor_;
};

/// Checks every record, the chain, and the end against `<path>.head` and, when given, against `anchor`. Finds flipped bits,
/// deletion, reordering, duplicates and truncation. Errors: the file cannot be read.
[[nodiscard]] Result<VerifyReport> verify(const std::string& path, std::optional<Head> anchor = {});
/// The same over bytes in memory; what the file's verification and the fuzzer share.
[[nodiscard]] VerifyReport verify_bytes(std::string_view content, std::optional<Head> stored, std::optional<Head> anchor);
/// The last `limit` records, oldest first. Errors: unreadable file, malformed record.
[[nodiscard]] Result<std::vector<Record>> tail(const std::string& path, std::size_t limit);

/// How a log is verified that stays open for long. Only with an anchor: without one every opening verifies the whole file.
struct Scrub {
    /// Files longer than this are opened by their end, which the anchor proves; the rest is verified after. 8 MiB are some 20,000
    /// records, verified in less than 0.1 s.
    std::uint64_t whole_up_to = 8ULL << 20U;
    std::chrono::milliseconds every = std::chrono::hours(24); ///< then the whole file is verified again
};

struct ScrubStatus {
    bool pending = false; ///< opened by its end, and the whole file is not verified yet: nothing may be armed on it
    std::string damage;   ///< what the newest look at the whole file has found; empty: nothing
};
/// What is said while it is pending.
inline constexpr const char* still_verified =
    "the audit log is still being verified: the start has looked at its end alone; ask again in some seconds";

/// The writer's end. One process has a file open at a time (lock). Thread-safe.
class Log {
public:
    /// Opens or creates. The whole chain is verified first; a tampered file is refused. A torn last line (kill -9 in the middle of
    /// a write) is moved to `<path>.torn-<seq>` and a record with action "audit_torn_line" says so: never dropped in silence.
    [[nodiscard]] static Result<std::unique_ptr<Log>> open(const std::string& path);
    /// The same with an anchor outside the file (audit/anchor.hpp): what it holds must be in the chain, and every head goes there
    /// from now on, soon after it is durable here. Errors also: the anchor cannot be read; it is empty and the log is not.
    /// With `scrub` a long file is opened in a moment, and a thread verifies all of it.
    [[nodiscard]] static Result<std::unique_ptr<Log>> open(const std::string& path, std::unique_ptr<Anchor> anchor,
                                                           std::optional<Scrub> scrub = {});
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    /// Durable when it returns. An error means that the action it was for must be refused (except emergency stop).
    [[nodiscard]] Result<Record> append(const Event& event);
    [[nodiscard]] Head head() const;
    /// The newest record of one of these actions; empty: there is none. Reads back from the end, along the chain, until it finds
    /// it. Errors: I/O; the file is not the one that was verified.
    [[nodiscard]] Result<std::optional<Record>> last_of(std::span<const std::string_view> actions) const;
    /// Empty name when there is no anchor. Arming is refused while it fails or is long behind.
    [[nodiscard]] AnchorStatus anchor_status() const;
    /// Arming is refused while it is pending, and being armed ends with damage.
    [[nodiscard]] ScrubStatus scrub_status() const;
    /// Waits until the newest record is in the anchor; false when that took too long. True at once without an anchor.
    [[nodiscard]] bool reaches_anchor(std::chrono::milliseconds timeout) const;
    [[nodiscard]] const std::string& path() const noexcept;

private:
    struct Impl;
    explicit Log(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace jitbox::audit
