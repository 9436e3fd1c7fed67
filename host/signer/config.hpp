// The configuration of jit-signer: one TOML file, validated as a whole, every mistake at once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/approval_book.hpp"
#include "signer/hsm_pool.hpp"
#include "signer/policy.hpp"
#include "signer/price_bounds.hpp"

#include <expected>
#include <string>
#include <vector>

namespace jitbox::signer {

struct Config {
    std::string source_name;   ///< the file's name without its folder
    std::string source_sha256; ///< of the text that was read
    std::string environment;   ///< "development", "staging" or "production"
    SigningLimits limits;
    ApprovalRules approvals;
    std::vector<PoolBounds> price_bounds;        ///< of the pools that may be armed; empty: of all, at any price
    std::chrono::seconds max_ttl{0};             ///< longest lease
    std::chrono::milliseconds max_beat_gap{300}; ///< an armed signer that hears no heartbeat for so long disarms; zero: never
    std::string state_dir; ///< ledger.db, approvals.db, limits.db, keys.db, key_approvals.db, both audit logs, trip, wrong-pins
    std::string signing_socket;
    std::string control_socket;
    std::vector<std::uint32_t> allowed_uids;  ///< besides the signer's own: both sockets, everything
    std::vector<std::uint32_t> operator_uids; ///< may stop, disarm, reset and ask; arms through jitd alone
    std::vector<std::uint32_t> watcher_uids;  ///< may ask the control socket for the status, and nothing else
    std::string key_label;                    ///< lane i uses the key <key_label>-<i>
    HsmSettings hsm;
    std::uint64_t menu_candidates = 0;                   ///< most candidates in the menu; 0: there is none
    std::chrono::milliseconds menu_max_age{0};           ///< a candidate that nobody asked for is destroyed after so long
    std::string audit_anchor;                            ///< audit::make_anchor; empty: none (refused in production)
    std::string key_anchor;                              ///< the same for key-audit.log, which `jitctl key` writes
    std::chrono::milliseconds anchor_max_behind{30'000}; ///< a record that is not there after so long disarms and refuses arming

    [[nodiscard]] std::string ledger_path() const { return state_dir + "/ledger.db"; }
    [[nodiscard]] std::string audit_path() const { return state_dir + "/signer-audit.log"; }
    [[nodiscard]] std::string approvals_path() const { return state_dir + "/approvals.db"; }
    [[nodiscard]] std::string limits_path() const { return state_dir + "/limits.db"; }
    [[nodiscard]] std::string key_approvals_path() const { return state_dir + "/key_approvals.db"; }
    [[nodiscard]] std::string keys_path() const { return state_dir + "/keys.db"; }
    [[nodiscard]] std::string key_audit_path() const { return state_dir + "/key-audit.log"; }
    [[nodiscard]] std::string pin_guard_path() const { return state_dir + "/wrong-pins"; }
    [[nodiscard]] std::string trip_path() const { return state_dir + "/trip"; }
};

/// Reads the file, and the PIN that it names. Errors name the field and say what to do; all are given together.
[[nodiscard]] std::expected<Config, std::vector<Error>> load_config(const std::string& path);
/// What a production signer refuses besides: permissions of file and state directory, default PINs, development chains.
[[nodiscard]] std::vector<Error> check_production(const Config& config, const std::string& path);
/// `text` as the content of `path`. `credentials_dir` stands in for the environment's CREDENTIALS_DIRECTORY (systemd).
[[nodiscard]] std::expected<Config, std::vector<Error>> parse_config(std::string_view text, const std::string& path,
                                                                     const std::string& credentials_dir);

/// The whole of a file of mode 0600 or stricter that belongs to this user, at most `max_size` bytes.
[[nodiscard]] Result<Secret> read_private_file(const std::string& path, std::size_t max_size = 4096);
/// KEY-2: the PIN from a file of mode 0600 or stricter that belongs to this user. One line; the newline at its end is not part of
/// it.
[[nodiscard]] Result<Secret> read_pin_file(const std::string& path);
/// KEY-2: the PIN that a TPM gives out from a file of mode 0600 or stricter that seal_pin() made. `tcti` as in tpm2-tss. A TPM that
/// does not answer within 10 s is an error.
[[nodiscard]] Result<Secret> unseal_pin_file(const std::string& path, const std::string& tcti);
/// The content of such a file for `pin`; `pcrs` as in tpm::seal(). Errors: the TPM's, a PIN of no or too many characters.
[[nodiscard]] Result<std::string> seal_pin(const Secret& pin, const std::string& tcti, const std::vector<unsigned>& pcrs);

} // namespace jitbox::signer
