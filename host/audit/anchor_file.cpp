// The anchor as a file elsewhere, and the reading of an anchor's specification.
// SPDX-License-Identifier: Apache-2.0
#include "audit/anchor.hpp"
#include "audit/file.hpp"
#include "audit/head_file.hpp"

#include <cerrno>
#include <charconv>

#include <fcntl.h>

namespace jitbox::audit {
namespace {

class FileAnchor final : public Anchor {
public:
    explicit FileAnchor(std::string path) : path_(std::move(path)) {}

    Result<std::optional<Head>> read() override {
        const File file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file.is_open()) {
            if (errno == ENOENT) return std::optional<Head>();
            return os_error("read the anchor", path_);
        }
        const auto text = read_all(file.get(), path_);
        if (!text) return std::unexpected(text.error());
        const auto stored = decode_head_file(*text);
        if (!stored) return fail("audit: the anchor " + path_ + " is malformed", "it was changed: find out by whom");
        return stored->head;
    }

    // In two slots and in place. No rename: the directory may be one in which this user can make no files.
    Result<void> write(const Head& head) override {
        auto file = HeadFile::open(path_);
        const auto written = file ? file->write(head) : std::unexpected(file.error());
        if (!written) return fail("audit: the anchor cannot be written: " + written.error().what, written.error().hint);
        sync_directory_of(path_);
        return {};
    }

    Result<void> create() override {
        if (::access(path_.c_str(), F_OK) == 0)
            return fail("audit: the anchor " + path_ + " is there already", "remove it by hand if it is to be made anew");
        return {};
    }

    [[nodiscard]] std::string name() const override { return "file:" + path_; }

private:
    std::string path_;
};

std::optional<std::uint32_t> hex_number(std::string_view text) {
    if (!text.starts_with("0x")) return std::nullopt;
    text.remove_prefix(2);
    std::uint32_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

} // namespace

std::unique_ptr<Anchor> make_file_anchor(std::string path) {
    return std::make_unique<FileAnchor>(std::move(path));
}

Result<std::unique_ptr<Anchor>> make_anchor(std::string_view spec, const std::string& log_path) {
    const auto wrong = [spec](const std::string& what) {
        return fail("audit: anchor '" + std::string(spec) + "' " + what,
                    "give file:/another/mount/audit.head or tpm:0x01c10101:device:/dev/tpmrm0");
    };
    if (spec.starts_with("file:/")) return make_file_anchor(std::string(spec.substr(5)));
    if (!spec.starts_with("tpm:")) return wrong("is neither a file nor a TPM");
    const std::string_view rest = spec.substr(4);
    const std::size_t colon = rest.find(':');
    const auto index = hex_number(rest.substr(0, colon));
    // TCG registry of reserved handles: 0x01800000 to 0x01bfffff is what owners may use, 0x01c00000 on belongs to the platform
    // maker, but most owners' tools use both.
    if (!index || (*index >> 24) != 0x01) return wrong("has no NV index in 0x01000000..0x01ffffff");
    return make_tpm_anchor(colon == std::string_view::npos ? "" : std::string(rest.substr(colon + 1)), *index,
                           log_path + ".anchors");
}

} // namespace jitbox::audit
