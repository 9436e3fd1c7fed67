// Rings whose positions are not so, through XRT's stock driver: what the host sees, that nothing is decided from what lies there,
// and that a reset brings the card back as from its start. SPDX-License-Identifier: Apache-2.0
#include "xrt_loop.hpp"

#include <string>
#include <vector>

namespace jitbox::test {
namespace {

namespace card = accel::card;

/// XrtLoop with a card that has decided something: its rings hold old records, so that a position that is not so points at good
/// ones.
class XrtPointers : public XrtLoop {
protected:
    void SetUp() override {
        XrtLoop::SetUp();
        work(seed_ + 10);
        random_.seed(seed_);
    }
    void work(std::uint32_t seed) {
        const std::size_t before = decisions_;
        expect_same(stream_with_decisions(seed, 1));
        EXPECT_GT(decisions_, before);
    }
    /// The engine has failed and says `why`; it takes nothing, gives nothing; after the reset all is well, and all is forgotten.
    void expect_fault_and_recovery(const std::string& why) {
        std::size_t came = 0;
        const auto take = [&](BytesView) { ++came; };
        ASSERT_TRUE(within(20s, [&] { return engine_->drain(take), !engine_->health(); })) << "not noticed: " << why;
        const auto health = engine_->health();
        EXPECT_NE(health.error().what.find(why), std::string::npos) << health.error().text();
        EXPECT_FALSE(health.error().hint.empty());
        const auto refused = engine_->submit(accel::barrier_record(1, 1), 100ms);
        EXPECT_FALSE(refused);
        if (!refused) {
            EXPECT_NE(refused.error().what.find(why), std::string::npos) << refused.error().text();
        }
        engine_->drain(take);
        EXPECT_EQ(came, 0U) << "records from where nothing had been written";
        std::cout << health.error().what << '\n';
        XrtLoop::SetUp(); // reset, and a native engine that knows nothing
        work(seed_ + 11);
    }
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
    std::mt19937 random_;
};

TEST_F(XrtPointers, AnInputDoorbellBeyondTheRingBackwardsOrWrappedStopsTheCardWithItsName) {
    for (const std::uint32_t by : {accel::card_ring_beats + 1 + below(1U << 20U), 0U - 1 - below(1U << 20U), 1U << 31U}) {
        Device::doorbells->ring(card::reg_in_tail, by);
        expect_fault_and_recovery("the card saw an input doorbell out of range");
        if (HasFatalFailure()) return;
    }
}

TEST_F(XrtPointers, AnOutputDoorbellAheadOfTheOutputOrARingBehindItStopsTheCardWithItsName) {
    for (const std::uint32_t by : {1 + below(1U << 20U), 0U - accel::card_ring_beats - 1 - below(1U << 20U), 1U << 31U}) {
        Device::doorbells->ring(card::reg_out_head, by);
        expect_fault_and_recovery("the card saw an output doorbell out of range");
        if (HasFatalFailure()) return;
    }
}

// The card cannot tell: it reads what lies there, records of an earlier turn. The host sees that more was taken than it sent.
TEST_F(XrtPointers, AnInputDoorbellWithoutRecordsBehindItIsNoticedBeforeAnythingOfItComesOut) {
    for (const std::uint32_t by : {1U, 64 + below(1000), accel::card_ring_beats}) {
        expect_same(stream_with_decisions(seed_ + 12, 3));
        SetUp(); // a reset: a longer stream has been at these places before
        work(seed_ + 10);
        Device::doorbells->ring(card::reg_in_tail, by);
        expect_fault_and_recovery("the card says that it has read the input ring up to");
        if (HasFatalFailure()) return;
    }
}

TEST_F(XrtPointers, APageWhosePositionsGoBackOrTooFarIsNotBelieved) {
    const auto lie = [&](std::size_t word, std::uint32_t by, const char* why) {
        Device::doorbells->write_page(word, static_cast<std::uint32_t>(Device::doorbells->page(word) + by));
        expect_fault_and_recovery(why);
        return !HasFatalFailure();
    };
    const char* const input = "the card says that it has read the input ring up to";
    const char* const output = "the card says that it has written the output ring up to";
    for (const std::uint32_t by : {1 + below(1U << 20U), 0U - 1, 1U << 31U}) {
        if (!lie(card::page::in_head, by, input)) return;
    }
    for (const std::uint32_t by : {accel::card_ring_beats + 1 + below(1U << 20U), 0U - 1, 1U << 31U}) {
        if (!lie(card::page::out_tail, by, output)) return;
    }
}

TEST_F(XrtPointers, ADoorbellStormAndAnOutputDoorbellThatGoesBackChangeNothing) {
    Device::doorbells->storm = 20;
    work(seed_ + 13);
    Device::doorbells->ring(card::reg_out_head, 0U - 1 - below(100)); // less room than there is: no harm
    for (std::uint32_t turn = 0; turn < 2; ++turn) work(seed_ + 14 + turn);
    Device::doorbells->storm = 0;
    EXPECT_TRUE(engine_->health());
    std::cout << Device::doorbells->rung << " bells that told nothing new\n";
    EXPECT_GT(Device::doorbells->rung, 100U);
}

} // namespace
} // namespace jitbox::test
