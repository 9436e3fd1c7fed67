// The arm state machine's texts.
// SPDX-License-Identifier: Apache-2.0
#include "signer/arm_table.hpp"

namespace jitbox::signer {

std::string_view to_text(ArmState state) {
    constexpr std::array<std::string_view, 3> names = {"DISARMED", "ARMED", "TRIPPED"};
    return names.at(static_cast<std::size_t>(state));
}

std::string arm_table_markdown() {
    std::string out = "| event | DISARMED | ARMED | TRIPPED |\n|---|---|---|---|\n";
    out += "| start | DISARMED; TRIPPED when the trip file says so | - | - |\n";
    for (const ArmRow& row : arm_table) {
        out += "| " + std::string(row.text) + " |";
        for (const ArmStep& step : row.from)
            out += " " + (step.refused ? std::string("refused") : std::string(to_text(step.next))) + " |";
        out += "\n";
    }
    return out;
}

} // namespace jitbox::signer
