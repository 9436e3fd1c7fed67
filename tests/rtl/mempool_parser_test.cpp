// mempool_parser in SystemVerilog: the same bytes as the HLS source for the same stream, whatever the stalls.
// SPDX-License-Identifier: Apache-2.0
#include "parser_driver.hpp"
#include "parser_streams.hpp"
#include "support/shared_data.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace jitbox::test {
namespace {

std::uint64_t new_seed() {
    const char* const fixed = std::getenv("JITBOX_SEED");
    const std::uint64_t seed = fixed != nullptr ? std::strtoull(fixed, nullptr, 10) : std::random_device{}();
    std::cout << "seed " << seed << " (JITBOX_SEED repeats it)\n";
    return seed;
}

/// Both forms side by side over stream after stream.
class Parser : public testing::Test {
protected:
    void expect_same(const std::vector<Bytes>& records) {
        std::vector<StreamBeat> input;
        for (const Bytes& record : records) {
            const auto beats = beats_of(record);
            input.insert(input.end(), beats.begin(), beats.end());
        }
        const auto expected = hls_.run(input);
        const auto actual = rtl_.run(input, expected.size());
        const std::string text = difference(expected, actual);
        ASSERT_TRUE(text.empty()) << text;
        beats_ += input.size();
        for (const StreamBeat& beat : expected) {
            const auto* const bytes = beat.data.data();
            if (bytes[0] == static_cast<std::uint8_t>(records::Kind::tx_seen) && bytes[1] == 0 && bytes[4] == 0x30 &&
                bytes[5] == 1) {
                ++reasons_[bytes[records::tx_seen::reason]];
            }
        }
    }
    /// Reasons of the envelope and the calldata that nothing has met. Not all can be: tx_too_large and tx_bad_hash_length are never
    /// given, and a whole sidecar does not fit a record.
    [[nodiscard]] std::string unmet_reasons() const {
        std::string text;
        for (int reason = 64; reason <= 139; ++reason) {
            const bool exists = reason <= 87 || reason >= 128;
            if (exists && reason != 75 && reason != 80 && reasons_[static_cast<std::size_t>(reason)] == 0)
                text += ' ' + std::to_string(reason);
        }
        return text;
    }
    std::array<std::size_t, 256> reasons_{};
    HlsParser hls_;
    RtlParser rtl_;
    std::size_t beats_ = 0;
};

TEST_F(Parser, AnswersEveryRealTransactionLikeTheHlsSource) {
    for (const char* const file : {"mainnet/v3_router_transactions.jsonl.gz", "mainnet/transactions.jsonl.gz"}) {
        const auto transactions = read_real_transactions(file);
        if (!transactions) GTEST_SKIP() << missing_text(file);
        StreamMaker maker{1};
        expect_same({maker.mainnet_routers()});
        std::vector<Bytes> records;
        for (std::size_t i = 0; i < transactions->size(); ++i) {
            const Bytes& raw = (*transactions)[i].raw;
            if (raw.size() > records::max_transaction_bytes) continue;
            records.push_back(maker.transaction(raw));
            if (records.size() < 500 && i + 1 != transactions->size()) continue;
            expect_same(records);
            if (HasFatalFailure()) return;
            records.clear();
        }
    }
    std::cout << beats_ * 64 << " bytes in " << rtl_.clocks() << " clocks\n";
}

TEST_F(Parser, AnswersMutatedTransactionsLikeTheHlsSource) {
    const auto seed = new_seed();
    const char* const wanted = std::getenv("JITBOX_RTL_MUTATIONS");
    const std::size_t mutations = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 4000;
    StreamMaker maker{seed};
    std::mt19937_64 random{seed};
    for (const char* const file : {"mainnet/v3_router_transactions.jsonl.gz", "mainnet/transactions.jsonl.gz"}) {
        const auto transactions = read_real_transactions(file);
        if (!transactions) GTEST_SKIP() << missing_text(file);
        for (const auto& transaction : *transactions) {
            // Calls of routers are few in the second file: they count thirtyfold.
            const int weight = std::string_view(file).contains("router") ? 30 : 1;
            for (int i = 0; i < weight && transaction.raw.size() < 20'000; ++i) maker.add_sample(transaction.raw);
        }
    }
    for (std::size_t done = 0; done < mutations;) {
        std::vector<Bytes> records;
        rtl_.set_stalls(random() % 3 * 30, random() % 3 * 30, random());
        for (int i = 0; i < 200; ++i, ++done) maker.append_random(records);
        expect_same(records);
        if (HasFatalFailure()) return;
    }
    std::cout << reasons_[0] << " of " << mutations << " accepted; reasons not met:" << unmet_reasons() << '\n';
}

} // namespace
} // namespace jitbox::test
