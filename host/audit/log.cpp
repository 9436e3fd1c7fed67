// The audit log's writer: O_APPEND, fsync, head file, recovery of a torn last line.
// SPDX-License-Identifier: Apache-2.0
#include "audit/log.hpp"

#include "audit/record.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jitbox::audit {
namespace {

std::unexpected<Error> os_error(const std::string& action, const std::string& path) {
    const int code = errno;
    return fail("audit: cannot " + action + " " + path + ": " + std::strerror(code),
                code == ENOSPC || code == EFBIG || code == EDQUOT ? "the disk is full: free space"
                                                                  : "check the directory, its owner and its permissions");
}

class File {
public:
    explicit File(int fd = -1) : fd_(fd) {}
    File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    File& operator=(File&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool is_open() const { return fd_ >= 0; }

private:
    int fd_;
};

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

void sync_directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const File dir(
        ::open(slash == std::string::npos ? "." : path.substr(0, slash + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (dir.is_open()) ::fsync(dir.get());
}

Result<std::string> read_all(int fd, const std::string& path) {
    struct stat info{};
    if (::fstat(fd, &info) != 0) return os_error("read", path);
    std::string out(static_cast<std::size_t>(info.st_size), '\0');
    for (std::size_t at = 0; at < out.size();) {
        const ssize_t n = ::pread(fd, out.data() + at, out.size() - at, static_cast<off_t>(at));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return os_error("read", path);
        at += static_cast<std::size_t>(n);
    }
    return out;
}

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
    File head_file;
    Head head;
    off_t size = 0;
    bool broken = false; ///< a failed write could not be undone: only a restart, with its recovery, may go on
    mutable std::mutex mutex;

    Result<void> open_files() {
        file = File(::open(path.c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600));
        if (!file.is_open()) return os_error("open", path);
        if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
            return fail("audit: " + path + " is open in another process", "one process has one audit file");
        head_file = File(::open((path + ".head").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
        if (!head_file.is_open()) return os_error("open", path + ".head");
        return {};
    }

    /// Opens, sets a torn line aside (gives its file's name, or ""), verifies all, and takes the chain up where it ends.
    Result<std::string> recover() {
        if (auto opened = open_files(); !opened) return std::unexpected(opened.error());
        auto content = read_all(file.get(), path);
        const auto head_text = read_all(head_file.get(), path + ".head");
        if (!content || !head_text) return std::unexpected(content ? head_text.error() : content.error());
        const auto lines = static_cast<std::uint64_t>(std::count(content->begin(), content->end(), '\n'));
        auto torn = set_torn_line_aside(file.get(), path, *content, lines + 1);
        if (!torn) return torn;
        if (const bool brand_new = content->empty() && head_text->empty(); !brand_new) {
            const auto stored = decode_head(*head_text);
            if (!stored) return std::unexpected(stored.error());
            const VerifyReport report = verify_bytes(*content, *stored, {});
            if (!report.ok)
                return fail("audit: " + path + " was tampered with: " + report.problem,
                            "keep it and its .head as evidence; start a new file after the inquiry");
            head = report.head;
        }
        size = static_cast<off_t>(content->size());
        if (auto written = write_head(); !written) return std::unexpected(written.error());
        sync_directory_of(path);
        return torn;
    }

    Result<void> write_head() {
        const std::string text = encode_head(head);
        if (::pwrite(head_file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
            ::fdatasync(head_file.get()) != 0)
            return os_error("write", path + ".head");
        return {};
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
        if (auto written = write_head(); !written) return std::unexpected(written.error());
        return record;
    }
};

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(const std::string& path) {
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    auto torn = impl->recover();
    if (!torn) return std::unexpected(torn.error());
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

const std::string& Log::path() const noexcept {
    return impl_->path;
}

} // namespace jitbox::audit
