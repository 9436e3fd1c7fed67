// Looks at the file's time, and at its content when that has changed.
// SPDX-License-Identifier: Apache-2.0
#include "apps/runtime/config_watch.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"

#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace jitbox::apps {
namespace {

/// Empty when it cannot be read.
std::string hash_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return {};
    const Bytes content{std::istreambuf_iterator<char>(in), {}};
    return to_hex(chain::keccak256(BytesView(content)));
}

} // namespace

ConfigWatch::ConfigWatch(std::filesystem::path file) : file_(std::move(file)) {
    if (file_.empty()) return;
    std::error_code error;
    written_ = std::filesystem::last_write_time(file_, error);
    loaded_ = hash_of(file_);
}

bool ConfigWatch::look() {
    if (loaded_.empty()) return false;
    std::error_code error;
    const auto written = std::filesystem::last_write_time(file_, error);
    if (!error && written == written_ && problem_.empty()) return false;
    written_ = error ? std::filesystem::file_time_type{} : written;
    const std::string now = hash_of(file_);
    const bool was = !problem_.empty();
    problem_.clear();
    if (now.empty())
        problem_ = "configuration: " + file_.string() + " cannot be read any more";
    else if (now != loaded_)
        problem_ = "configuration: " + file_.string() + " is not any more what jitd read at its start";
    return was != !problem_.empty();
}

} // namespace jitbox::apps
