// The audit log's end outside of the file: what it finds that the file cannot, and that nothing waits for it. With a real TPM 2.0
// in software, and a file in another directory.
// SPDX-License-Identifier: Apache-2.0
#include "audit/anchor.hpp"
#include "support/software_tpm.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include <tss2/tss2_esys.h>
#include <tss2/tss2_tctildr.h>

namespace jitbox::audit {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::uint32_t nv_index = 0x01c10101;
constexpr AnchorKeeper::Options at_once{.interval = 0ms, .retry = 20ms, .first_read = 5s, .last_write = 500ms};

Head head_of(std::uint64_t seq) {
    Head out{.seq = seq};
    out.hash.fill(static_cast<std::uint8_t>(seq));
    return out;
}

/// An anchor in memory that a test can break or hang. No call of a hung one ends before the test says so.
struct Memory {
    std::atomic<bool> broken = false;
    std::atomic<bool> hung = false;
    std::atomic<int> waiting = 0; ///< calls that hang now
    std::atomic<int> writes = 0;
    std::atomic<std::uint64_t> seq = 0;
};
class MemoryAnchor final : public Anchor {
public:
    explicit MemoryAnchor(std::shared_ptr<Memory> memory) : memory_(std::move(memory)) {}
    Result<std::optional<Head>> read() override {
        wait();
        return memory_->seq == 0 ? std::optional<Head>() : head_of(memory_->seq);
    }
    Result<void> write(const Head& head) override {
        wait();
        if (memory_->broken) return fail("broken on purpose");
        ++memory_->writes;
        memory_->seq = head.seq;
        return {};
    }
    Result<void> create() override { return {}; }
    [[nodiscard]] std::string name() const override { return "memory"; }

private:
    void wait() const {
        ++memory_->waiting;
        while (memory_->hung) std::this_thread::sleep_for(1ms);
        --memory_->waiting;
    }
    std::shared_ptr<Memory> memory_;
};

/// Waits for what must come, however slow the machine is; what never comes ends at the test's own time limit.
void await(const std::function<bool()>& true_at_last) {
    while (!true_at_last()) std::this_thread::sleep_for(1ms);
}

TEST(AnchorKeeperTest, BringsTheNewestHeadAndSkipsThoseBetween) {
    const auto memory = std::make_shared<Memory>();
    const auto keeper = AnchorKeeper::start(std::make_unique<MemoryAnchor>(memory), at_once).value();
    memory->hung = true;
    for (std::uint64_t seq = 1; seq <= 200; ++seq) keeper->note(head_of(seq));
    EXPECT_GE(keeper->status().behind, 0ms);
    memory->hung = false;
    ASSERT_TRUE(keeper->flush(5s));
    EXPECT_EQ(memory->seq, 200U);
    EXPECT_LE(memory->writes, 3);
    EXPECT_EQ(keeper->status().anchored, head_of(200));
    EXPECT_EQ(keeper->status().behind, 0ms);
}

TEST(AnchorKeeperTest, TellsAFailureAndRecoversFromIt) {
    const auto memory = std::make_shared<Memory>();
    const auto keeper = AnchorKeeper::start(std::make_unique<MemoryAnchor>(memory), at_once).value();
    memory->broken = true;
    keeper->note(head_of(1));
    EXPECT_FALSE(keeper->flush(60ms));
    EXPECT_NE(keeper->status().error.find("broken on purpose"), std::string::npos);
    EXPECT_GE(keeper->status().behind, 50ms);
    memory->broken = false;
    ASSERT_TRUE(keeper->flush(5s));
    EXPECT_EQ(keeper->status().error, "");
}

// The write hangs until the last lines let it go: whatever returns before that has not waited for it.
TEST(AnchorKeeperTest, AnAnchorThatHangsIsLeftBehind) {
    const auto memory = std::make_shared<Memory>();
    auto keeper = AnchorKeeper::start(std::make_unique<MemoryAnchor>(memory), at_once).value();
    memory->hung = true;
    keeper->note(head_of(1));
    await([&] { return memory->waiting == 1; });
    for (std::uint64_t seq = 2; seq <= 100; ++seq) keeper->note(head_of(seq));
    EXPECT_EQ(keeper->status().anchored, Head{}) << "also who asks does not wait";
    EXPECT_FALSE(keeper->flush(1ms));
    keeper.reset(); // gives it last_write, and no more
    EXPECT_EQ(memory->waiting, 1) << "the write that was begun first hangs still";
    auto options = at_once;
    options.first_read = 1ms;
    const auto refused = AnchorKeeper::start(std::make_unique<MemoryAnchor>(memory), options);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("does not answer"), std::string::npos);
    EXPECT_EQ(memory->writes, 0) << "nothing has reached the anchor in all this";
    memory->hung = false;
    await([&] { return memory.use_count() == 1; }); // the threads that were left behind end, and let go of what they used
}

/// A log with an anchor; each opening is a start of the process.
class AnchoredLog : public ::testing::Test {
protected:
    [[nodiscard]] virtual std::unique_ptr<Anchor> anchor() const { return make_file_anchor(outside.file("head")); }

    void append(std::uint64_t records) {
        auto log = Log::open(path, anchor());
        ASSERT_TRUE(log) << log.error().text();
        for (std::uint64_t i = 0; i < records; ++i) ASSERT_TRUE((*log)->append({.user = "alice", .action = "arm", .result = "ok"}));
        // The destructor brings the last head to the anchor.
    }
    /// Number of the record that the anchor holds; 0 for none. The anchor's error fails the test.
    [[nodiscard]] std::uint64_t anchored_seq() const {
        const auto held = anchor()->read();
        EXPECT_TRUE(held) << held.error().text();
        return held ? held->value_or(Head{}).seq : 0;
    }
    void keep_copies() {
        for (const auto& entry : fs::directory_iterator(inside.path())) fs::copy(entry, copies.path() / entry.path().filename());
    }
    void put_copies_back() {
        for (const auto& entry : fs::directory_iterator(inside.path())) fs::remove(entry);
        for (const auto& entry : fs::directory_iterator(copies.path())) fs::copy(entry, inside.path() / entry.path().filename());
    }
    void expect_refused(const std::string& text) {
        const auto log = Log::open(path, anchor());
        ASSERT_FALSE(log);
        EXPECT_NE(log.error().what.find(text), std::string::npos) << log.error().text();
    }

    test::TempDir inside;
    test::TempDir outside;
    test::TempDir copies;
    std::string path = inside.file("audit.jsonl");
};

TEST_F(AnchoredLog, SurvivesRestartsAndVerifiesAgainstItsAnchor) {
    for (int start = 0; start < 3; ++start) append(4);
    const auto held = anchor()->read().value();
    EXPECT_EQ(anchored_seq(), 12U);
    const auto report = verify(path, held).value();
    EXPECT_TRUE(report.ok) << report.problem;
    EXPECT_EQ(report.note, "");
}

TEST_F(AnchoredLog, AnOlderCopyOfEverythingInsideIsRefused) {
    append(4);
    keep_copies();
    append(4);
    put_copies_back();
    EXPECT_TRUE(verify(path).value().ok) << "the copy is whole in itself";
    expect_refused("truncated");
}

TEST_F(AnchoredLog, AnEmptiedDirectoryIsRefused) {
    append(2);
    for (const auto& entry : fs::directory_iterator(inside.path())) fs::remove(entry);
    expect_refused("");
}

TEST_F(AnchoredLog, AnEmptiedAnchorIsRefused) {
    append(2);
    fs::remove(outside.file("head"));
    expect_refused("its anchor file:");
}

TEST_F(AnchoredLog, AnAnchorThatCannotBeWrittenIsToldAndAppendsGoOn) {
    auto log = Log::open(path, anchor()).value();
    fs::create_directory(outside.file("head")); // what is there is no file any more
    ASSERT_TRUE(log->append({.user = "alice", .action = "disarm"}));
    await([&] { return !log->anchor_status().error.empty(); });
    EXPECT_NE(log->anchor_status().error.find("anchor"), std::string::npos);
    EXPECT_TRUE(log->append({.user = "alice", .action = "disarm"}));
}

TEST(AnchorSpecTest, NamesFileOrTpm) {
    EXPECT_EQ(make_anchor("file:/mnt/head", "log").value()->name(), "file:/mnt/head");
    EXPECT_EQ(make_anchor("tpm:0x01c10101", "log").value()->name(), "tpm:0x01c10101");
    EXPECT_EQ(make_anchor("tpm:0x01C10101:device:/dev/tpmrm0", "log").value()->name(), "tpm:0x01c10101:device:/dev/tpmrm0");
    for (const char* wrong : {"", "file:", "file:relative", "tpm:", "tpm:1", "tpm:0x", "tpm:0x81000000", "tpm:0x01c1010g", "usb"})
        EXPECT_FALSE(make_anchor(wrong, "log")) << wrong;
}

class TpmAnchored : public AnchoredLog {
protected:
    TpmAnchored() {
        const auto made = anchor()->create();
        EXPECT_TRUE(made) << made.error().text();
    }
    [[nodiscard]] std::unique_ptr<Anchor> anchor() const override {
        return make_tpm_anchor(tpm.tcti(), nv_index, path + ".anchors");
    }

    test::SoftwareTpm tpm{outside.path().string()};
};

TEST_F(TpmAnchored, SurvivesRestartsOfTheLogAndOfTheTpm) {
    append(3);
    append(3);
    tpm.stop();
    tpm.start();
    append(3);
    const auto held = anchor()->read();
    ASSERT_TRUE(held) << held.error().text();
    EXPECT_EQ(anchored_seq(), 9U);
    EXPECT_TRUE(verify(path, *held).value().ok);
}

// The list of anchored heads lies beside the log and is put back with it: the TPM's value belongs to no older list.
TEST_F(TpmAnchored, AnOlderCopyOfLogAndListIsRefused) {
    append(3);
    keep_copies();
    append(1);
    append(1);
    put_copies_back();
    expect_refused("the TPM's value");
}

TEST_F(TpmAnchored, AnEmptiedDirectoryIsRefused) {
    append(3);
    append(1);
    for (const auto& entry : fs::directory_iterator(inside.path())) fs::remove(entry);
    expect_refused("the TPM's value");
}

TEST_F(TpmAnchored, AChangedListIsRefused) {
    append(3);
    append(3);
    std::fstream list(path + ".anchors", std::ios::in | std::ios::out | std::ios::binary);
    list.seekp(40);
    list.put('0').put('1');
    list.close();
    expect_refused("the TPM's value");
}

TEST_F(TpmAnchored, AHeadThatWasListedButNotExtendedIsACrash) {
    append(3);
    std::ofstream(path + ".anchors", std::ios::app) << "00000000000000000009 " << std::string(64, 'a') << "\n";
    EXPECT_EQ(anchored_seq(), 3U);
    append(2);
    EXPECT_EQ(anchored_seq(), 5U);
}

TEST_F(TpmAnchored, IsMadeOnceAndNeverInSilenceAgain) {
    EXPECT_FALSE(anchor()->create());
    const auto other = make_tpm_anchor(tpm.tcti(), nv_index + 1, path + ".anchors");
    const auto missing = other->read();
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().hint.find("somebody removed it"), std::string::npos) << missing.error().text();
}

// What an index of this type is for: there is no command that sets it.
TEST_F(TpmAnchored, TheTpmRefusesToSetTheValue) {
    append(1);
    TSS2_TCTI_CONTEXT* tcti = nullptr;
    ASSERT_EQ(Tss2_TctiLdr_Initialize(tpm.tcti().c_str(), &tcti), TSS2_RC_SUCCESS);
    ESYS_CONTEXT* esys = nullptr;
    ASSERT_EQ(Esys_Initialize(&esys, tcti, nullptr), TSS2_RC_SUCCESS);
    ESYS_TR index = ESYS_TR_NONE;
    ASSERT_EQ(Esys_TR_FromTPMPublic(esys, nv_index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &index), TSS2_RC_SUCCESS);
    TPM2B_MAX_NV_BUFFER zeros{};
    zeros.size = 32;
    EXPECT_NE(Esys_NV_Write(esys, index, index, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &zeros, 0), TSS2_RC_SUCCESS);
    Esys_Finalize(&esys);
    Tss2_TctiLdr_Finalize(&tcti);
}

TEST_F(TpmAnchored, ATpmThatIsGoneRefusesTheStartAndIsToldWhileRunning) {
    append(1);
    {
        auto log = Log::open(path, anchor()).value();
        tpm.stop(); // until this log is closed: an append that waited for it would not return
        ASSERT_TRUE(log->append({.user = "alice", .action = "disarm"}));
        EXPECT_EQ(log->anchor_status().anchored.seq, 1U);
        await([&] { return !log->anchor_status().error.empty(); });
    }
    expect_refused("the TPM cannot");
    tpm.start();
    append(1);
    EXPECT_EQ(anchored_seq(), 3U);
}

TEST_F(TpmAnchored, AHungTpmHoldsUpNobody) {
    auto log = Log::open(path, anchor()).value();
    tpm.freeze(); // it answers nothing until it is thawed below
    for (std::uint64_t seq = 1; seq <= 20; ++seq) {
        ASSERT_TRUE(log->append({.user = "alice", .action = "disarm"}));
        EXPECT_EQ(log->head().seq, seq) << "durable in the file";
        EXPECT_EQ(log->anchor_status().anchored, Head{}) << "and not in the TPM";
    }
    tpm.thaw();
    await([&] { return log->anchor_status().anchored.seq == 20; });
    log.reset();
    EXPECT_EQ(anchored_seq(), 20U);
}

} // namespace
} // namespace jitbox::audit
