// The audit log's writer: O_APPEND, fsync, head file, recovery of a torn last line, and how much of a long file is verified when.
// SPDX-License-Identifier: Apache-2.0
#include "audit/log.hpp"

#include "audit/anchor.hpp"
#include "audit/anchored_end.hpp"
#include "audit/backward.hpp"
#include "audit/file.hpp"
#include "audit/head_file.hpp"
#include "audit/record.hpp"
#include "audit/scrubber.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jitbox::audit {
namespace {

/// Moves what stands after the last newline to `<path>.torn-<seq>`, durable before the log is cut. Gives the name, "" when nothing
/// was torn.
Result<std::string> set_torn_line_aside(int fd, const std::string& path, std::string& content, std::uint64_t seq) {
    const std::size_t end = content.rfind('\n');
    const std::size_t good = end == std::string::npos ? 0 : end + 1;
    if (good == content.size()) return std::string();
    std::string name = path + ".torn-" + std::to_string(seq);
    const File torn(::open(name.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600));
    if (!torn.is_open() || !write_all(torn.get(), std::string_view(content).substr(good)) || ::fsync(torn.get()) != 0)
        return os_error("keep the torn line in", name);
    sync_directory_of(name);
    if (::ftruncate(fd, static_cast<off_t>(good)) != 0 || ::fsync(fd) != 0) return os_error("cut the torn line off", path);
    content.resize(good);
    return name;
}

} // namespace

struct Log::Impl {
    std::string path;
    File file;
    std::unique_ptr<HeadFile> head_file; ///< from open_files() on
    std::unique_ptr<AnchorKeeper> anchor;
    Head head;
    off_t size = 0;
    bool broken = false; ///< a failed write could not be undone: only a restart, with its recovery, may go on
    mutable std::mutex mutex;
    std::unique_ptr<Scrubber> scrubber; ///< the last: its thread asks for the end

    Result<void> open_files() {
        file = File(::open(path.c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600));
        if (!file.is_open()) return os_error("open", path);
        if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
            return fail("audit: " + path + " is open in another process", "one process has one audit file");
        auto opened = HeadFile::open(path + ".head");
        if (!opened) return std::unexpected(opened.error());
        head_file = std::make_unique<HeadFile>(std::move(*opened));
        return {};
    }

    /// Takes the chain up at an end that the anchor proves, without having read what is before; false: verify the whole file.
    bool take_up_end(const Scrub& scrub) {
        const std::optional<Head> outside = anchor ? anchor->found() : std::nullopt;
        struct stat info{};
        if (!outside || ::fstat(file.get(), &info) != 0) return false;
        if (static_cast<std::uint64_t>(info.st_size) <= scrub.whole_up_to) return false;
        const auto end = anchored_end(file.get(), path, info.st_size, head_file->stored(), *outside);
        if (!end || !head_file->write(*end)) return false;
        size = info.st_size;
        head = *end;
        return true;
    }

    /// Sets a torn line aside (gives its file's name, or ""), verifies all, and takes the chain up where it ends.
    Result<std::string> recover() {
        auto content = read_all(file.get(), path);
        if (!content) return std::unexpected(content.error());
        const auto lines = static_cast<std::uint64_t>(std::count(content->begin(), content->end(), '\n'));
        auto torn = set_torn_line_aside(file.get(), path, *content, lines + 1);
        if (!torn) return torn;
        if (auto checked = check(*content); !checked) return std::unexpected(checked.error());
        size = static_cast<off_t>(content->size());
        if (auto written = head_file->write(head); !written) return std::unexpected(written.error());
        sync_directory_of(path);
        return torn;
    }

    /// Takes the chain up where it ends, if it and what stands elsewhere about it agree.
    Result<void> check(const std::string& content) {
        const std::optional<Head> outside = anchor ? anchor->found() : std::nullopt;
        const StoredHead& stored = head_file->stored();
        if (content.empty() && !stored.head && !outside) return {}; // brand new
        if (anchor && !outside)
            return fail("audit: " + path + " has records, but its anchor " + anchor->status().name + " is empty",
                        "if the anchor is new, `jitctl audit anchor` begins it; if not, somebody emptied it");
        const VerifyReport report = verify_with_head(content, stored, outside);
        if (!report.ok)
            return fail("audit: " + path + " was tampered with: " + report.problem,
                        "keep it, its .head and what the anchor holds as evidence, and find out who changed them; how a new log is "
                        "begun after that: docs/operations.md, \"When log and anchor disagree\"");
        head = report.head;
        return {};
    }

    void watch(bool verified, std::chrono::milliseconds every) {
        const auto end = [this] {
            const std::scoped_lock lock(mutex);
            return Scrubber::End{.size = size, .head = head};
        };
        scrubber = std::make_unique<Scrubber>(path, end, verified, every);
    }

    /// Takes back a line that did not get durable, so that the next append starts at a line's start.
    std::unexpected<Error> undo() {
        auto error = os_error("append to", path);
        broken = ::ftruncate(file.get(), size) != 0;
        return error;
    }

    Result<Record> append(const Event& event) {
        const std::scoped_lock lock(mutex);
        if (broken) return fail("audit: an earlier write to " + path + " failed half way", "free space, then restart");
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        Record record{.seq = head.seq + 1,
                      .time_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count(),
                      .event = event,
                      .previous = head.hash};
        const std::string line = encode_line(record);
        if (!write_all(file.get(), line) || ::fdatasync(file.get()) != 0) return undo();
        size += static_cast<off_t>(line.size());
        head = {.seq = record.seq, .hash = record.hash};
        if (anchor) anchor->note(head);
        if (auto written = head_file->write(head); !written) return std::unexpected(written.error());
        return record;
    }
};

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(const std::string& path) {
    return open(path, nullptr);
}

Result<std::unique_ptr<Log>> Log::open(const std::string& path, std::unique_ptr<Anchor> anchor, std::optional<Scrub> scrub) {
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    if (anchor) {
        auto keeper = AnchorKeeper::start(std::move(anchor), {});
        if (!keeper) return std::unexpected(keeper.error());
        impl->anchor = std::move(*keeper);
    }
    if (auto opened = impl->open_files(); !opened) return std::unexpected(opened.error());
    const bool by_end = scrub && impl->take_up_end(*scrub);
    auto torn = by_end ? Result<std::string>() : impl->recover();
    if (!torn) return std::unexpected(torn.error());
    if (scrub && impl->anchor) impl->watch(!by_end, scrub->every);
    if (impl->anchor && impl->head.seq != 0) impl->anchor->note(impl->head);
    std::unique_ptr<Log> log(new Log(std::move(impl)));
    if (!torn->empty()) {
        const auto noted = log->append({.user = "system", .action = "audit_torn_line", .resource = *torn, .result = "set aside"});
        if (!noted) return std::unexpected(noted.error());
    }
    return log;
}

Result<Record> Log::append(const Event& event) {
    return impl_->append(event);
}

Head Log::head() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->head;
}

Result<std::optional<Record>> Log::last_of(std::span<const std::string_view> actions) const {
    const std::scoped_lock lock(impl_->mutex);
    std::optional<Record> found;
    Bytes32 expected = impl_->head.hash; // what is read was verified at the start, and is held against the chain once more
    auto read = for_each_line_backward(impl_->file.get(), impl_->path, impl_->size, [&](std::string_view line) -> Result<bool> {
        auto record = decode_line(line);
        if (!record) return fail("audit: " + impl_->path + ": " + record.error().what, "run `jitctl audit verify`");
        if (record->hash != expected)
            return fail("audit: " + impl_->path + " was changed while it was open: record " + std::to_string(record->seq),
                        "run `jitctl audit verify`");
        expected = record->previous;
        if (std::ranges::find(actions, record->event.action) == actions.end()) return true;
        found = std::move(*record);
        return false;
    });
    if (!read) return std::unexpected(read.error());
    return found;
}

AnchorStatus Log::anchor_status() const {
    return impl_->anchor ? impl_->anchor->status() : AnchorStatus{};
}

ScrubStatus Log::scrub_status() const {
    return impl_->scrubber ? impl_->scrubber->status() : ScrubStatus{};
}

bool Log::reaches_anchor(std::chrono::milliseconds timeout) const {
    return !impl_->anchor || impl_->anchor->flush(timeout);
}

const std::string& Log::path() const noexcept {
    return impl_->path;
}

} // namespace jitbox::audit
