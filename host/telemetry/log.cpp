// JSON lines over spdlog's rotating files.
// SPDX-License-Identifier: Apache-2.0
#include "telemetry/log.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

namespace jitbox::telemetry {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
    case Level::debug:
        return spdlog::level::debug;
    case Level::info:
        return spdlog::level::info;
    case Level::warning:
        return spdlog::level::warn;
    case Level::error:
        return spdlog::level::err;
    case Level::critical:
        return spdlog::level::critical;
    }
    return spdlog::level::critical;
}

std::shared_ptr<spdlog::logger> make_logger(std::vector<spdlog::sink_ptr> sinks, Level level) {
    auto logger = std::make_shared<spdlog::logger>("jitbox", sinks.begin(), sinks.end());
    logger->set_pattern("%v");
    logger->set_level(to_spdlog(level));
    logger->flush_on(spdlog::level::warn);
    return logger;
}

std::shared_ptr<spdlog::logger> stderr_logger() {
    return make_logger({std::make_shared<spdlog::sinks::stderr_sink_mt>()}, Level::warning);
}

// The logger is swapped by start and stop while other threads log, hence the lock around the pointer.
struct Current {
    std::mutex mutex;
    std::shared_ptr<spdlog::logger> logger = stderr_logger();
};

Current& current() {
    static Current instance;
    return instance;
}

std::shared_ptr<spdlog::logger> logger_now() {
    const std::scoped_lock lock(current().mutex);
    return current().logger;
}

void replace_logger(std::shared_ptr<spdlog::logger> logger) {
    const std::scoped_lock lock(current().mutex);
    current().logger->flush();
    current().logger = std::move(logger);
}

void append_text(fmt::memory_buffer& out, std::string_view text) {
    fmt::format_to(std::back_inserter(out), "{}", boost::json::serialize(boost::json::string_view(text.data(), text.size())));
}

void append_value(fmt::memory_buffer& out, const Field::Value& value) {
    std::visit(
        [&out](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, std::string_view>) {
                append_text(out, v);
            } else if constexpr (std::is_same_v<T, double>) {
                if (std::isfinite(v)) {
                    fmt::format_to(std::back_inserter(out), "{}", v);
                } else {
                    fmt::format_to(std::back_inserter(out), "null"); // JSON has no infinities
                }
            } else {
                fmt::format_to(std::back_inserter(out), "{}", v);
            }
        },
        value);
}

void append_time(fmt::memory_buffer& out) {
    const auto now = std::chrono::system_clock::now();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now - seconds).count();
    fmt::format_to(std::back_inserter(out), "{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                   fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), micros);
}

} // namespace

Result<void> start_logging(const LogOptions& options) {
    std::vector<spdlog::sink_ptr> sinks;
    if (options.to_stderr || options.directory.empty()) sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    if (!options.directory.empty()) {
        try {
            std::filesystem::create_directories(options.directory);
            const auto file = [&](std::string_view suffix) {
                const auto path = options.directory / (options.name + std::string(suffix));
                return std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path.string(), options.max_file_bytes,
                                                                              options.files - 1);
            };
            sinks.push_back(file(".log"));
            sinks.push_back(file(".error.log"));
            sinks.back()->set_level(spdlog::level::err);
        } catch (const std::exception& error) {
            return fail("logs: cannot write to " + options.directory.string() + ": " + error.what(),
                        "make the directory writable for this user, or change telemetry.log_dir");
        }
    }
    replace_logger(make_logger(std::move(sinks), options.level));
    return {};
}

void stop_logging() {
    replace_logger(stderr_logger());
}

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
    log(level, event, {}, fields);
}

void log(Level level, std::string_view event, std::string_view text, std::initializer_list<Field> fields) {
    const auto logger = logger_now();
    if (!logger->should_log(to_spdlog(level))) return;
    fmt::memory_buffer line;
    fmt::format_to(std::back_inserter(line), R"({{"time":")");
    append_time(line);
    fmt::format_to(std::back_inserter(line), R"(","level":"{}","event":)", name_of(level));
    append_text(line, event);
    if (!text.empty()) {
        fmt::format_to(std::back_inserter(line), R"(,"text":)");
        append_text(line, text);
    }
    for (const Field& field : fields) {
        line.push_back(',');
        append_text(line, field.key);
        line.push_back(':');
        append_value(line, field.value);
    }
    line.push_back('}');
    logger->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

std::string_view name_of(Level level) {
    switch (level) {
    case Level::debug:
        return "debug";
    case Level::info:
        return "info";
    case Level::warning:
        return "warning";
    case Level::error:
        return "error";
    case Level::critical:
        return "critical";
    }
    return "unknown";
}

} // namespace jitbox::telemetry
