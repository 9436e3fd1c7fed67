// Their keys are made anew for each test.
// SPDX-License-Identifier: Apache-2.0
#include "two_people.hpp"

namespace jitbox::test {

void TwoPeople::SetUp() {
    Token::instance();
    std::string people;
    for (const char* name : {"alice", "bob", "carol"}) {
        auto key = signer::generate_approver_key().value();
        people +=
            std::string(people.empty() ? "" : ", ") + R"({ name = ")" + name + R"(", public_key = ")" + key.public_key + "\" }";
        names_.emplace_back(name);
        seeds_.push_back(std::move(key.seed));
    }
    rig.set("approvals.people", "[" + people + "]");
    rig.set("approvals.arm_threshold_wei", "\"50000\"");
}

signer::Approval TwoPeople::approve(std::size_t who, const std::string& action, const std::string& subject,
                                    std::chrono::seconds life, std::chrono::system_clock::time_point at) const {
    return signer::sign_approval(action, subject, names_.at(who), at, life, seeds_.at(who)).value();
}

std::vector<signer::Approval> TwoPeople::both(const std::string& action, const std::string& subject) const {
    return {approve(0, action, subject), approve(1, action, subject)};
}

} // namespace jitbox::test
