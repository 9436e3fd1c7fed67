// Events as JSON lines.
// SPDX-License-Identifier: Apache-2.0
#include "apps/runtime/event_stream.hpp"

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <vector>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

std::string clock_text() {
    const auto now = std::chrono::system_clock::now();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now - seconds).count();
    return fmt::format("{:%H:%M:%S}.{:06}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), micros);
}

json::string_view view(std::string_view text) {
    return {text.data(), text.size()};
}

} // namespace

void EventStream::show(std::string_view stage, const std::string& text, std::initializer_list<telemetry::Field> fields) const {
    if (!watched_()) return;
    json::object line{{"time", clock_text()}, {"stage", view(stage)}, {"text", text}};
    for (const telemetry::Field& field : fields) {
        std::visit(
            [&](const auto& value) {
                if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string_view>) {
                    line[view(field.key)] = view(value);
                } else {
                    line[view(field.key)] = value;
                }
            },
            field.value);
    }
    publish_(json::serialize(line));
}

void EventStream::note(telemetry::Level level, std::string_view stage, const std::string& text,
                       std::initializer_list<telemetry::Field> fields) const {
    show(stage, text, fields);
    telemetry::log(level, stage, text, fields);
}

} // namespace jitbox::apps
