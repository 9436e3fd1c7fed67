// Real transactions of the shared data folder, for tests.
// SPDX-License-Identifier: Apache-2.0
#include "support/shared_data.hpp"

#include "base/hex.hpp"

#include <boost/json.hpp>
#include <cstdlib>
#include <zlib.h>

namespace jitbox::test {
namespace {

std::optional<std::string> gunzip(const std::string& path) {
    gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) return std::nullopt;
    std::string text;
    std::array<char, 1 << 16> chunk{};
    for (int size = 0; (size = gzread(file, chunk.data(), chunk.size())) > 0;)
        text.append(chunk.data(), static_cast<std::size_t>(size));
    gzclose(file);
    return text;
}

} // namespace

std::string shared_data_folder() {
    const char* configured = std::getenv("JITBOX_SHARED_DATA");
    return configured != nullptr ? configured : std::string(JITBOX_SOURCE_DIR) + "/../shared/data";
}

std::string missing_text(const std::string& name) {
    return shared_data_folder() + "/" + name + " is missing: set JITBOX_SHARED_DATA to the folder of real transactions";
}

std::optional<std::vector<RealTransaction>> read_real_transactions(const std::string& name) {
    const auto text = gunzip(shared_data_folder() + "/" + name);
    if (!text) return std::nullopt;
    std::vector<RealTransaction> out;
    for (std::size_t start = 0; start < text->size();) {
        const std::size_t end = std::min(text->find('\n', start), text->size());
        const boost::json::object row = boost::json::parse(std::string_view(*text).substr(start, end - start)).as_object();
        const auto field = [&](const char* key) { return std::string_view(row.at(key).as_string()); };
        out.push_back({.raw = from_hex(field("raw")).value(),
                       .hash = fixed_from_hex<32>(field("hash")).value(),
                       .from = fixed_from_hex<20>(field("from")).value(),
                       .type = static_cast<int>(row.at("type").as_int64())});
        start = end + 1;
    }
    return out;
}

} // namespace jitbox::test
