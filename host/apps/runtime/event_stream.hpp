// What happens, one event a stage: to `jitctl watch` as JSON lines, and into the log.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "telemetry/log.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace jitbox::apps {

/// A stage is a fixed word: head, heard, rejected, decided, skipped, refused, signed, sent, relay, included, missed, voided, pool,
/// node, state, alert.
class EventStream {
public:
    using Publish = std::function<void(const std::string& line)>;
    using Watched = std::function<bool()>;

    EventStream(Publish publish, Watched watched) : publish_(std::move(publish)), watched_(std::move(watched)) {}

    /// Whether anybody would see an event that is not logged: callers skip making the text otherwise.
    [[nodiscard]] bool watched() const { return watched_(); }
    /// To watchers only.
    void show(std::string_view stage, const std::string& text, std::initializer_list<telemetry::Field> fields = {}) const;
    /// To watchers and the log.
    void note(telemetry::Level level, std::string_view stage, const std::string& text,
              std::initializer_list<telemetry::Field> fields = {}) const;

private:
    Publish publish_;
    Watched watched_;
};

} // namespace jitbox::apps
