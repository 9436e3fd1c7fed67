// The configuration of jit-signer.
// SPDX-License-Identifier: Apache-2.0
#include "signer/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jitbox::signer {
namespace {

/// Reads keys of one section, remembers which were asked for, collects errors.
class Section {
public:
    Section(const toml::table& root, std::string name, std::vector<Error>& errors)
        : name_(std::move(name)), errors_(errors), table_(root[name_].as_table()) {
        if (table_ == nullptr) error("", "the section is missing", "add [" + name_ + "], see docs/signer.md");
    }

    std::string text(const std::string& key) {
        const auto value = get<std::string>(key, "text in quotes");
        if (value && value->empty()) error(key, "is empty");
        return value.value_or("");
    }
    std::string optional_text(const std::string& key) { return has(key) ? text(key) : ""; }
    std::uint64_t natural(const std::string& key, std::int64_t minimum, std::int64_t maximum) {
        const auto value = get<std::int64_t>(key, "a number");
        if (value && (*value < minimum || *value > maximum))
            error(key, std::to_string(*value) + " is not within " + std::to_string(minimum) + ".." + std::to_string(maximum));
        return static_cast<std::uint64_t>(value.value_or(0));
    }
    std::uint64_t natural_or(const std::string& key, std::uint64_t fallback, std::int64_t minimum, std::int64_t maximum) {
        return has(key) ? natural(key, minimum, maximum) : fallback;
    }
    chain::u256 wei(const std::string& key) {
        const auto value = get<std::string>(key, "an amount in wei as text, e.g. \"1000000000\"");
        if (!value) return 0;
        const auto amount = chain::parse_u256(*value);
        if (!amount) error(key, "'" + *value + "' is no amount: " + amount.error().what);
        if (amount && *amount == 0) error(key, "is zero: nothing could be signed");
        return amount.value_or(0);
    }
    chain::Address address(const std::string& key) {
        const auto value = get<std::string>(key, "an address in quotes");
        if (!value) return {};
        const auto parsed = chain::parse_address(*value);
        if (!parsed) error(key, parsed.error().text());
        return parsed.value_or(chain::Address{});
    }
    std::vector<std::uint32_t> uids(const std::string& key) {
        std::vector<std::uint32_t> out;
        if (!has(key)) return out;
        const toml::array* items = (*table_)[key].as_array();
        if (items == nullptr) error(key, "must be a list of user ids");
        for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
            const auto uid = (*items)[i].value_exact<std::int64_t>();
            if (uid && *uid >= 0 && *uid <= UINT32_MAX)
                out.push_back(static_cast<std::uint32_t>(*uid));
            else
                error(key, "item " + std::to_string(i) + " is no user id");
        }
        return out;
    }
    [[nodiscard]] bool has(const std::string& key) {
        asked_.push_back(key);
        return table_ != nullptr && table_->contains(key);
    }
    void error(const std::string& key, const std::string& what, std::string hint = {}) {
        errors_.push_back({.what = name_ + (key.empty() ? "" : "." + key) + ": " + what, .hint = std::move(hint)});
    }
    void refuse_unknown_keys() {
        if (table_ == nullptr) return;
        for (const auto& [key, value] : *table_)
            if (std::ranges::find(asked_, key.str()) == asked_.end())
                error(std::string(key.str()), "unknown key", "misspelt? see docs/signer.md");
    }

private:
    template <typename T>
    std::optional<T> get(const std::string& key, const char* expected) {
        if (table_ == nullptr) return std::nullopt; // said once for the section
        if (!has(key)) {
            error(key, "is missing", std::string("it is ") + expected);
            return std::nullopt;
        }
        const auto value = (*table_)[key].value_exact<T>();
        if (!value) error(key, std::string("must be ") + expected);
        return value;
    }

    std::string name_;
    std::vector<Error>& errors_;
    const toml::table* table_;
    std::vector<std::string> asked_;
};

void read_signer(const toml::table& root, Config& config, std::vector<Error>& errors) {
    Section section(root, "signer", errors);
    config.limits.chain_id = section.natural("chain_id", 1, INT64_MAX);
    config.limits.executor = section.address("executor");
    config.state_dir = section.text("state_dir");
    config.signing_socket = section.text("signing_socket");
    config.control_socket = section.text("control_socket");
    config.allowed_uids = section.uids("allowed_uids");
    struct stat info{};
    if (!config.state_dir.empty() && (::stat(config.state_dir.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)))
        section.error("state_dir", config.state_dir + " is no directory", "make it, mode 0700, owned by the signer's user");
    for (const auto& [key, path] :
         {std::pair("signing_socket", config.signing_socket), std::pair("control_socket", config.control_socket)})
        if (path.size() > 107) section.error(key, "longer than the 107 bytes of a Unix socket's name");
    if (!config.signing_socket.empty() && config.signing_socket == config.control_socket)
        section.error("control_socket", "is the same as signing_socket");
    section.refuse_unknown_keys();
}

void read_limits(const toml::table& root, Config& config, std::vector<Error>& errors) {
    Section section(root, "limits", errors);
    config.limits.max_gas_limit = section.natural("max_gas_limit", 21'000, 1'000'000'000);
    config.limits.max_fee_per_gas_wei = section.wei("max_fee_per_gas_wei");
    config.limits.max_priority_fee_per_gas_wei = section.wei("max_priority_fee_per_gas_wei");
    config.limits.max_tip_wei = section.wei("max_tip_wei");
    config.max_ttl = std::chrono::seconds(section.natural("max_ttl_s", 1, 604'800));
    section.refuse_unknown_keys();
}

void read_pin(Section& section, Config& config, const std::string& credentials_dir) {
    const std::string file = section.optional_text("pin_file");
    const std::string credential = section.optional_text("pin_credential");
    if (file.empty() == credential.empty()) {
        section.error("pin_file", "exactly one of pin_file and pin_credential is needed",
                      "pin_file = a file of mode 0600, or pin_credential = the name of a systemd LoadCredential=");
        return;
    }
    if (!credential.empty() && (credentials_dir.empty() || credential.find('/') != std::string::npos)) {
        section.error("pin_credential", credentials_dir.empty() ? "CREDENTIALS_DIRECTORY is not set" : "must be a plain name",
                      "run under systemd with LoadCredential=" + credential + ":/path, or use pin_file");
        return;
    }
    auto pin = read_pin_file(file.empty() ? credentials_dir + "/" + credential : file);
    if (pin)
        config.hsm.token.pin = std::move(*pin);
    else
        section.error(file.empty() ? "pin_credential" : "pin_file", pin.error().what, pin.error().hint);
}

void read_hsm(const toml::table& root, Config& config, const std::string& credentials_dir, std::vector<Error>& errors) {
    Section section(root, "hsm", errors);
    config.hsm.token.module = section.text("module");
    config.hsm.token.token = section.text("token");
    const std::string label = section.text("key_label");
    const std::uint64_t lanes = section.natural("lanes", 1, 64);
    for (std::uint64_t i = 0; i < lanes; ++i) config.hsm.token.key_labels.push_back(label + "-" + std::to_string(i));
    config.hsm.call_deadline = std::chrono::milliseconds(section.natural_or("call_deadline_ms", 250, 1, 60'000));
    config.hsm.start_deadline = std::chrono::milliseconds(section.natural_or("start_deadline_ms", 5000, 1, 600'000));
    config.hsm.restart_deadline = std::chrono::milliseconds(section.natural_or("restart_deadline_ms", 600, 1, 600'000));
    read_pin(section, config, credentials_dir);
    if (!config.hsm.token.module.empty() && ::access(config.hsm.token.module.c_str(), R_OK) != 0)
        section.error("module", config.hsm.token.module + ": " + std::strerror(errno), "set it to the PKCS#11 library of your HSM");
    section.refuse_unknown_keys();
}

} // namespace

Result<Secret> read_pin_file(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return fail(path + ": " + std::strerror(errno), "write the PIN into it, mode 0600");
    struct stat info{};
    std::array<char, 257> buffer{};
    const bool known = ::fstat(fd, &info) == 0;
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    ::close(fd);
    std::string text(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    OPENSSL_cleanse(buffer.data(), buffer.size());
    Secret wiped(std::move(text)); // from here on it is wiped on every way out
    if (!known || !S_ISREG(info.st_mode)) return fail(path + " is no plain file");
    if (info.st_uid != ::geteuid())
        return fail(path + " belongs to user " + std::to_string(info.st_uid), "chown it to the signer's user");
    if ((info.st_mode & 0077U) != 0) return fail(path + " is open to others", "chmod 600 " + path);
    std::string_view pin = wiped.reveal();
    if (pin.ends_with('\n')) pin.remove_suffix(1);
    if (pin.empty() || pin.size() > 255 || pin.find('\n') != std::string_view::npos)
        return fail(path + " must hold one line of 1 to 255 characters");
    return Secret(std::string(pin));
}

std::expected<Config, std::vector<Error>> parse_config(std::string_view text, const std::string& path,
                                                       const std::string& credentials_dir) {
    std::vector<Error> errors;
    const auto broken = [&](std::string what) {
        errors.push_back({.what = path + ": " + std::move(what), .hint = "see docs/signer.md for the format"});
        return std::unexpected(std::move(errors));
    };
    toml::table root;
    try {
        root = toml::parse(text, path);
    } catch (const toml::parse_error& error) { // toml++ reports by exception
        return broken("line " + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
    }
    Config config;
    for (const auto& [key, value] : root)
        if (key.str() != "signer" && key.str() != "limits" && key.str() != "hsm")
            errors.push_back({.what = std::string(key.str()) + ": unknown section", .hint = "misspelt? see docs/signer.md"});
    read_signer(root, config, errors);
    read_limits(root, config, errors);
    read_hsm(root, config, credentials_dir, errors);
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return config;
}

std::expected<Config, std::vector<Error>> load_config(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    if (in) text << in.rdbuf();
    if (!in)
        return std::unexpected(
            std::vector{Error{.what = path + ": " + std::strerror(errno), .hint = "give the file with --config"}});
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    return parse_config(text.str(), path, credentials == nullptr ? "" : credentials);
}

} // namespace jitbox::signer
