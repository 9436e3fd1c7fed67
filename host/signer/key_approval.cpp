// Approvals of key commands.
// SPDX-License-Identifier: Apache-2.0
#include "signer/key_approval.hpp"

#include "base/hex.hpp"
#include "signer/approval_book.hpp"

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
    auto book = ApprovalBook::open(config.approvals_path());
    if (!book) return std::unexpected(book.error());
    const auto used = book->use(config.approvals.approvers, action, subject, approvals, std::chrono::system_clock::now());
    if (!used) return fail(used.error().what, used.error().hint);
    return {};
}

} // namespace jitbox::signer
