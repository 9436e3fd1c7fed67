// Rounds over the file, read a piece at a time with a pause behind each: whoever trades beside it should not notice.
// SPDX-License-Identifier: Apache-2.0
#include "audit/scrubber.hpp"

#include "audit/file.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>

namespace jitbox::audit {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t piece = 1 << 20;
constexpr auto between_pieces = 2ms;
constexpr auto after_an_error = 1000ms;

/// Up to a piece of the file's first `size` bytes, from `at` on; empty when the file ends before.
Result<std::string> read_piece(const File& file, const std::string& path, off_t at, off_t size) {
    std::string out(std::min(piece, static_cast<std::size_t>(size - at)), '\0');
    ssize_t n = -1;
    do n = ::pread(file.get(), out.data(), out.size(), at);
    while (n < 0 && errno == EINTR);
    if (n < 0) return os_error("read", path);
    out.resize(static_cast<std::size_t>(n));
    return out;
}

/// Feeds the whole lines of `text` and leaves the rest in it. False at the first bad one.
bool feed_lines(Verifier& verifier, std::string& text) {
    std::size_t at = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
        if (!verifier.feed(std::string_view(text).substr(at, end - at))) return false;
        at = end + 1;
    }
    text.erase(0, at);
    return true;
}

} // namespace

Scrubber::Scrubber(std::string path, std::function<End()> end, bool verified, std::chrono::milliseconds every)
    : path_(std::move(path)), end_(std::move(end)), every_(every), status_{.pending = !verified, .damage = {}},
      thread_([this] { run(); }) {}

Scrubber::~Scrubber() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

ScrubStatus Scrubber::status() const {
    const std::scoped_lock lock(mutex_);
    return status_;
}

bool Scrubber::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

void Scrubber::run() {
    if (!status().pending && !pause(every_)) return;
    for (bool going_on = true; going_on;) {
        const auto found = round();
        {
            const std::scoped_lock lock(mutex_);
            if (stopping_) return;
            status_ = {.pending = false, .damage = found ? *found : found.error().text()};
        }
        going_on = pause(found ? every_ : std::min<std::chrono::milliseconds>(every_, after_an_error));
    }
}

Result<std::string> Scrubber::round() {
    const End end = end_();
    const File file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)); // by its name: another file in its place is found too
    if (!file.is_open()) return os_error("open", path_);
    Verifier verifier(end.head);
    std::string rest;
    for (off_t at = 0; at < end.size;) {
        const auto read = read_piece(file, path_, at, end.size);
        if (!read) return std::unexpected(read.error());
        if (read->empty()) break; // it was cut: the verifier misses the end
        at += static_cast<off_t>(read->size());
        rest += *read;
        if (!feed_lines(verifier, rest)) break;
        if (!pause(between_pieces)) return std::string();
    }
    if (!rest.empty()) verifier.feed_torn();
    const VerifyReport report = verifier.finish();
    return report.ok ? std::string() : "audit: " + path_ + " was tampered with: " + report.problem;
}

} // namespace jitbox::audit
