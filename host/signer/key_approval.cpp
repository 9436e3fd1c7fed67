// Approvals of key commands.
// SPDX-License-Identifier: Apache-2.0
#include "signer/key_approval.hpp"

#include "base/hex.hpp"
#include "signer/approval_book.hpp"
#include "signer/key_log.hpp"

#include <boost/json.hpp>

namespace jitbox::signer {

std::string key_subject(const Config& config, std::string_view label, const std::vector<std::string>& addresses) {
    return boost::json::serialize(boost::json::object{{"chain_id", config.limits.chain_id},
                                                      {"executor", to_hex(config.limits.executor)},
                                                      {"label", label},
                                                      {"addresses", boost::json::array(addresses.begin(), addresses.end())}});
}

Result<void> use_key_approvals(const Config& config, std::string_view action, const std::string& subject,
                               const std::vector<Approval>& approvals) {
    if (!config.approvals.needed_to_reset()) return {};
    const auto log = open_key_log(config);
    if (!log) return std::unexpected(log.error());
    BookWitness witness(**log, "key_approvals");
    const auto book = open_book<ApprovalBook>(config.key_approvals_path(), witness, print_distrust);
    if (!book) return std::unexpected(book.error());
    const auto used = (*book)->use(config.approvals.approvers, action, subject, approvals, std::chrono::system_clock::now());
    if (!used) return fail(used.error().what, used.error().hint);
    return {};
}

} // namespace jitbox::signer
