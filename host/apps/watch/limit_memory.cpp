// Comparison of the configured limits with those of the last arming.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/limit_memory.hpp"

#include "signer/limits_book.hpp"

#include <utility>

namespace jitbox::apps {
namespace {

std::string digest_of(const LimitTerms& terms) {
    return terms.empty() ? "" : signer::limits_digest(signer::format_limit_terms(terms));
}

} // namespace

LimitMemory::LimitMemory(const Config& config, std::function<std::string()> at_signer,
                         std::function<void(const std::string& text)> remember)
    : config_(config), at_signer_(std::move(at_signer)), remember_(std::move(remember)) {}

void LimitMemory::restore(const std::string& text) {
    if (!text.empty()) armed_ = signer::parse_limit_terms(text).value_or(LimitTerms{{"unreadable", "0"}});
}

std::string LimitMemory::before() const {
    std::string held = at_signer_();
    return held.empty() ? digest_of(armed_) : held;
}

std::vector<std::string> LimitMemory::looser() const {
    const std::string held = before();
    if (held.empty() || held == digest_of(limit_terms(config_))) return {};
    if (held.starts_with(signer::distrusted_digest))
        return {"every limit: the signer's limits.db is not what its audit log says, digest " + held};
    if (held != digest_of(armed_))
        return {"every limit: the journal does not hold those that the signer armed with, digest " + held};
    if (armed_.contains("unreadable")) return {"every limit: those of the last arming cannot be read from the journal"};
    return looser_than_remembered();
}

std::vector<std::string> LimitMemory::looser_than_remembered() const {
    return signer::looser_terms(armed_, limit_terms(config_));
}

void LimitMemory::keep() {
    LimitTerms now = limit_terms(config_);
    if (now == armed_) return;
    armed_ = std::move(now);
    remember_(signer::format_limit_terms(armed_));
}

} // namespace jitbox::apps
