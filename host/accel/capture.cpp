// Capture files: an engine between two recorders, and their reader.
// SPDX-License-Identifier: Apache-2.0
#include "accel/capture.hpp"

#include "accel/record_fields.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace jitbox::accel {
namespace {

constexpr auto write_period = std::chrono::milliseconds{100};
constexpr std::size_t most_waiting_bytes = std::size_t{64} << 20U; // a disk that is this far behind has failed

std::unexpected<Error> os_error(const std::string& action, const std::filesystem::path& path) {
    return fail("capture: cannot " + action + " " + path.string() + ": " + std::generic_category().message(errno),
                "check capture.dir, its owner and its disk");
}

std::size_t record_bytes(BytesView header) {
    return std::size_t{records::beats_of(get<std::uint32_t>(header, records::header::payload_bytes))} * records::beat_bytes;
}

/// "20260131T235959Z-PID-N": sorts by time, and no two starts share it.
std::string new_name() {
    static std::atomic<unsigned> count{0};
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 20> text{};
    (void)std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
    return std::string(text.data()) + "-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
}

/// Owns the descriptor of a new file.
class NewFile {
public:
    static Result<NewFile> create(const std::filesystem::path& path) {
        NewFile file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (file.fd_ < 0) return os_error("create", path);
        return file;
    }
    NewFile(NewFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    NewFile& operator=(NewFile&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~NewFile() {
        if (fd_ >= 0) ::close(fd_);
    }

    /// errno, or 0.
    [[nodiscard]] int write_all(BytesView bytes) const {
        while (!bytes.empty()) {
            const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) return written == 0 ? EIO : errno;
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
        return 0;
    }

private:
    explicit NewFile(int fd) : fd_(fd) {}
    int fd_;
};

/// Both files of one capture, and the thread that writes them.
class Recorder {
public:
    static Result<std::unique_ptr<Recorder>> create(const CaptureOptions& options) {
        std::error_code failed;
        std::filesystem::create_directories(options.directory, failed);
        const std::filesystem::path base = options.directory / new_name();
        auto records = NewFile::create(base.string() + ".records");
        if (!records) return std::unexpected(records.error());
        auto answers = NewFile::create(base.string() + ".answers");
        if (!answers) return std::unexpected(answers.error());
        return std::unique_ptr<Recorder>(new Recorder(options, std::move(*records), std::move(*answers)));
    }
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;
    ~Recorder() {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        wake_.notify_one();
        writer_.join();
    }

    void add_record(BytesView record) { add(waiting_records_, record); }
    void add_answer(BytesView answer) { add(waiting_answers_, answer); }

private:
    Recorder(CaptureOptions options, NewFile records, NewFile answers)
        : options_(std::move(options)), records_(std::move(records)), answers_(std::move(answers)), writer_([this] { write(); }) {}

    void add(Bytes& waiting, BytesView record) {
        const std::lock_guard lock(mutex_);
        if (!why_ended_.empty()) return;
        taken_bytes_ += record.size();
        if (taken_bytes_ > options_.max_bytes) {
            why_ended_ = "full: " + std::to_string(options_.max_bytes) + " bytes";
        } else if (waiting_records_.size() + waiting_answers_.size() > most_waiting_bytes) {
            why_ended_ = "the disk does not keep up";
        } else {
            waiting.insert(waiting.end(), record.begin(), record.end());
        }
    }

    void write() {
        Bytes records;
        Bytes answers;
        std::unique_lock lock(mutex_);
        for (bool last = false; !last;) {
            wake_.wait_for(lock, write_period, [this] { return stop_; });
            last = stop_;
            records.swap(waiting_records_);
            answers.swap(waiting_answers_);
            lock.unlock();
            // In this order, so that no answer is on file without its record.
            int error = records_.write_all(records);
            if (error == 0) error = answers_.write_all(answers);
            records.clear();
            answers.clear();
            lock.lock();
            if (error != 0) why_ended_ = std::generic_category().message(error);
            report();
        }
    }

    /// With the lock held; once.
    void report() {
        if (why_ended_.empty() || reported_) return;
        reported_ = true;
        if (options_.on_end) options_.on_end(why_ended_);
    }

    const CaptureOptions options_;
    NewFile records_; // the files are the writer's alone
    NewFile answers_;
    std::mutex mutex_; // guards what follows
    std::condition_variable wake_;
    Bytes waiting_records_;
    Bytes waiting_answers_;
    std::uint64_t taken_bytes_ = 0;
    std::string why_ended_;
    bool reported_ = false;
    bool stop_ = false;
    std::thread writer_;
};

class CapturingEngine final : public Engine {
public:
    CapturingEngine(std::unique_ptr<Engine> inner, CaptureOptions options, std::unique_ptr<Recorder> recorder)
        : inner_(std::move(inner)), options_(std::move(options)), recorder_(std::move(recorder)) {}

    Result<void> submit(BytesView record, std::chrono::milliseconds deadline) override {
        return recorded(record, inner_->submit(record, deadline));
    }
    Result<void> submit_now(BytesView record, std::chrono::milliseconds deadline) override {
        return recorded(record, inner_->submit_now(record, deadline));
    }
    std::size_t drain(const Sink& sink) override {
        return inner_->drain([&](BytesView answer) {
            recorder_->add_answer(answer);
            sink(answer);
        });
    }
    [[nodiscard]] int event_fd() const override { return inner_->event_fd(); }
    [[nodiscard]] Result<void> health() const override { return inner_->health(); }
    void freeze() noexcept override { inner_->freeze(); }
    void unfreeze() noexcept override { inner_->unfreeze(); }
    [[nodiscard]] bool stopped_by_hardware() const noexcept override { return inner_->stopped_by_hardware(); }
    [[nodiscard]] bool stop_line_on() const noexcept override { return inner_->stop_line_on(); }
    Result<void> reset() override {
        auto next = Recorder::create(options_);
        if (next) {
            recorder_ = std::move(*next);
        } else if (options_.on_end) {
            options_.on_end(next.error().text());
        }
        return inner_->reset();
    }
    [[nodiscard]] EngineInfo info() const override { return inner_->info(); }
    [[nodiscard]] EngineCounters counters() const override { return inner_->counters(); }

private:
    /// What the engine refused it has not seen.
    Result<void> recorded(BytesView record, Result<void> submitted) {
        if (submitted) recorder_->add_record(record);
        return submitted;
    }

    std::unique_ptr<Engine> inner_;
    CaptureOptions options_;
    std::unique_ptr<Recorder> recorder_;
};

} // namespace

Result<std::unique_ptr<Engine>> make_capturing_engine(std::unique_ptr<Engine> inner, CaptureOptions options) {
    auto recorder = Recorder::create(options);
    if (!recorder) return std::unexpected(recorder.error());
    return std::make_unique<CapturingEngine>(std::move(inner), std::move(options), std::move(*recorder));
}

Result<CaptureReader> CaptureReader::open(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return fail("capture: cannot read " + file.string() + ": " + std::generic_category().message(errno),
                    "check the path and its permissions");
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored))
        return fail("capture: " + file.string() + " is a directory", "name the file NAME.records in it");
    return CaptureReader(std::move(in), file.string());
}

Result<BytesView> CaptureReader::next() {
    const auto read = [this](std::size_t at, std::size_t size) {
        record_.resize(at + size);
        in_.read(reinterpret_cast<char*>(record_.data() + at), static_cast<std::streamsize>(size));
        return static_cast<std::size_t>(in_.gcount());
    };
    left_over_ = read(0, records::beat_bytes);
    if (left_over_ == records::beat_bytes) {
        const std::size_t rest = record_bytes(record_) - records::beat_bytes;
        const std::size_t got = rest == 0 ? 0 : read(records::beat_bytes, rest);
        if (got == rest) {
            left_over_ = 0;
            return BytesView(record_);
        }
        left_over_ += got;
    }
    if (in_.bad()) return fail("capture: cannot read " + name_, "the disk?");
    return BytesView{};
}

} // namespace jitbox::accel
