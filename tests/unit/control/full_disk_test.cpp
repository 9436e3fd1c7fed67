// A disk that is really full, and then is not: what cannot be audited or journalled is refused, a stop is not, and nothing is torn.
// SPDX-License-Identifier: Apache-2.0
#include "audit/log.hpp"
#include "control/commands.hpp"
#include "store/journal.hpp"
#include "support/small_disk.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace jitbox::control {
namespace {

namespace fs = std::filesystem;

/// Counts what reaches it.
class CountingAppliance final : public Appliance {
public:
    int armed = 0;
    int stopped = 0;
    void arm(const ArmCommand& /*command*/, Respond respond) override {
        ++armed;
        respond("{}");
    }
    void disarm(const std::string& /*who*/, const std::string& /*why*/, Respond respond) override { respond("{}"); }
    void estop(const std::string& /*who*/, const std::string& /*why*/, Respond respond) override {
        ++stopped;
        respond("{}");
    }
    void renew(const RenewCommand& /*terms*/, Respond respond) override { respond("{}"); }
    void reset(const ResetCommand& /*terms*/, Respond respond) override { respond("{}"); }
    void approval_request(const Approvable& /*what*/, Respond respond) override { respond("{}"); }
    void status(Respond respond) override { respond("{}"); }
    void pools(Respond respond) override { respond("[]"); }
    void decisions(std::size_t /*limit*/, Respond respond) override { respond("[]"); }
    void bundles(std::size_t /*limit*/, Respond respond) override { respond("[]"); }
    void audit_verify(Respond respond) override { respond("{}"); }
    void risk_command(const RiskCommand&, Respond respond) override { respond("{}"); }
};

/// Every step has its number: the child's exit code says which one failed.
int walk(const fs::path& disk) {
    const std::string path = (disk / "audit.jsonl").string();
    auto log = audit::Log::open(path);
    if (!log) return 1;
    CountingAppliance appliance;
    Commands commands(appliance, **log, 0);
    const auto ask = [&commands](const std::string& op, const std::string& arguments) {
        Answer out = fail("not answered");
        commands.handle({.op = op, .args_json = arguments, .peer = {}, .session = 1},
                        [&out](Answer answer) { out = std::move(answer); });
        return out;
    };
    const std::string terms = R"({"ttl_s": 5, "max_notional_wei": "5"})";
    if (!ask("arm", terms) || appliance.armed != 1) return 2;
    test::fill(disk / "ballast");
    Answer refused;
    for (int i = 0; i < 100; ++i) { // the file's last page may take some records yet
        refused = ask("arm", terms);
        if (!refused) break;
    }
    const int armed = appliance.armed;
    if (refused || refused.error().what.find("cannot be audited") == std::string::npos) return 3;
    if (refused.error().hint.find("free space") == std::string::npos) return 4;
    if (ask("arm", terms) || appliance.armed != armed) return 5;
    if (!ask("estop", R"({"reason": "smoke"})") || appliance.stopped != 1) return 6;
    fs::remove(disk / "ballast");
    if (!ask("arm", terms) || appliance.armed != armed + 1) return 7;
    log->reset();
    const auto report = audit::verify(path);
    if (!report || !report->ok) return 8;
    return audit::Log::open(path) ? 0 : 9;
}

TEST(FullDisk, RefusesWhatCannotBeAuditedButNotAStopAndHealsWithSpace) {
    const test::TempDir dir;
    const int step = test::on_small_disk(dir.path(), 64, [&dir] { return walk(dir.path()); });
    if (step == test::no_small_disk)
        GTEST_SKIP() << "this machine lets us mount no tmpfs; the same with a file size limit: control_test";
    EXPECT_EQ(step, 0) << "the step that failed";
}

int journal_walk(const fs::path& disk) {
    auto journal = store::Journal::open((disk / "journal.db").string());
    if (!journal) return 1;
    store::RiskEventEntry event{.time_ns = 1, .level = "INFO", .rule = "test", .text = std::string(400, 'x'), .detail_json = {}};
    if (!(*journal)->commit(event)) return 2;
    test::fill(disk / "ballast");
    Result<void> refused;
    for (int i = 0; i < 1000 && refused; ++i) refused = (*journal)->commit(event);
    if (refused) return 3;
    if ((*journal)->last_error().empty()) return 4; // what the monitor disarms on
    fs::remove(disk / "ballast");
    if (!(*journal)->commit(event)) return 5;
    if (!(*journal)->last_error().empty()) return 6;
    const auto before = (*journal)->risk_events(10'000);
    journal->reset();
    journal = store::Journal::open((disk / "journal.db").string());
    if (!before || !journal) return 7;
    const auto after = (*journal)->risk_events(10'000);
    return after && after->size() == before->size() ? 0 : 8;
}

TEST(FullDisk, TheJournalSaysSoAndGoesOnWhenThereIsSpaceAgain) {
    const test::TempDir dir;
    const int step = test::on_small_disk(dir.path(), 1024, [&dir] { return journal_walk(dir.path()); });
    if (step == test::no_small_disk) GTEST_SKIP() << "this machine lets us mount no tmpfs";
    EXPECT_EQ(step, 0) << "the step that failed";
}

} // namespace
} // namespace jitbox::control
