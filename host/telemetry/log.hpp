// Structured logs: one JSON object a line, rotated, errors also in a file of their own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace jitbox::telemetry {

enum class Level : std::uint8_t { debug, info, warning, error, critical };

/// A named value of a log line. Large integers are given as decimal text, so that no reader rounds them. Secrets are types that
/// convert to none of these.
struct Field {
    using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

    std::string_view key;
    Value value;

    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
    Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
    Field(std::string_view k, std::same_as<bool> auto v) : key(k), value(v) {}
    Field(std::string_view k, std::floating_point auto v) : key(k), value(static_cast<double>(v)) {}
    template <std::signed_integral T>
    Field(std::string_view k, T v) : key(k), value(static_cast<std::int64_t>(v)) {}
    template <std::unsigned_integral T>
        requires(!std::same_as<T, bool>)
    Field(std::string_view k, T v) : key(k), value(static_cast<std::uint64_t>(v)) {}
};

struct LogOptions {
    std::filesystem::path directory; ///< made when missing; empty: lines go to standard error only
    std::string name = "jitd";       ///< files are <name>.log and <name>.error.log (level error and above)
    Level level = Level::info;
    std::size_t max_file_bytes = std::size_t{100} * 1024 * 1024;
    std::size_t files = 10;
    bool to_stderr = false; ///< also print every line on standard error
};

/// Opens the log files. Until it is called, warnings and worse go to standard error. Errors: the directory cannot be made or
/// written.
Result<void> start_logging(const LogOptions& options);
/// Flushes and closes; afterwards as before start_logging.
void stop_logging();

/// One line {"time": UTC with microseconds, "level", "event", fields...}. `event` is a fixed snake_case name; what varies goes into
/// fields. Callable from any thread; does not allocate for a level that is off.
void log(Level level, std::string_view event, std::initializer_list<Field> fields = {});
/// The same with a sentence for people, as the member "text".
void log(Level level, std::string_view event, std::string_view text, std::initializer_list<Field> fields);

[[nodiscard]] std::string_view name_of(Level level);

} // namespace jitbox::telemetry
