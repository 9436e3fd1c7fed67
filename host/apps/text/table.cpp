// Plain text tables for the terminal.
// SPDX-License-Identifier: Apache-2.0
#include "apps/text/table.hpp"

#include <algorithm>

namespace jitbox::apps {
namespace {

void append_row(std::string& out, const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t i = 0; i < cells.size() && i < widths.size(); ++i) {
        line += cells[i] + std::string(widths[i] - cells[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
}

} // namespace

std::string render_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    widths.reserve(header.size());
    for (const std::string& cell : header) widths.push_back(cell.size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string out;
    append_row(out, header, widths);
    std::vector<std::string> rule;
    rule.reserve(widths.size());
    for (const std::size_t width : widths) rule.emplace_back(width, '-');
    append_row(out, rule, widths);
    for (const auto& row : rows) append_row(out, row, widths);
    return out;
}

} // namespace jitbox::apps
