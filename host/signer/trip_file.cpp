// TRIPPED across restarts.
// SPDX-License-Identifier: Apache-2.0
#include "signer/trip_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace jitbox::signer {
namespace {

constexpr std::string_view clear_text = "CLEAR  \n";
constexpr std::string_view tripped_text = "TRIPPED\n"; // the same size: storing it allocates nothing
static_assert(clear_text.size() == tripped_text.size());

} // namespace

Result<std::unique_ptr<TripFile>> TripFile::open(const std::string& path) {
    const int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) return fail("signer: cannot open " + path + ": " + std::strerror(errno), "check state_dir and its owner");
    std::unique_ptr<TripFile> file(new TripFile(path, fd));
    std::array<char, clear_text.size() + 1> content{};
    const ssize_t size = ::pread(fd, content.data(), content.size(), 0);
    if (size < 0) return fail("signer: cannot read " + path + ": " + std::strerror(errno));
    if (size == 0) {
        if (auto stored = file->store(false); !stored) return std::unexpected(stored.error());
        return file;
    }
    file->tripped_ = std::string_view(content.data(), static_cast<std::size_t>(size)) != clear_text;
    return file;
}

TripFile::~TripFile() {
    ::close(fd_);
}

Result<void> TripFile::store(bool tripped) {
    const std::string_view text = tripped ? tripped_text : clear_text;
    if (::pwrite(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) || ::fsync(fd_) != 0)
        return fail("signer: cannot write " + path_ + ": " + std::strerror(errno), "free space, check the disk");
    tripped_ = tripped;
    return {};
}

} // namespace jitbox::signer
