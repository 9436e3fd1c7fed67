// mempool_parser in SystemVerilog: the same bytes as the HLS source for the same stream, whatever the stalls.
// SPDX-License-Identifier: Apache-2.0
#include "../unit/kernels/parser_harness.hpp"
#include "parser_driver.hpp"
#include "parser_streams.hpp"
#include "support/seed.hpp"
#include "support/shared_data.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

namespace jitbox::test {
namespace {

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
    const auto seed = random_seed();
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

/// Both forms of UniversalRouter that know sub-plans, one inside of another, some of which may fail.
std::vector<Bytes> sub_plan_calls() {
    const Bytes20 user = address_of(0x99);
    const Bytes path = path_of({address_of(0x0a), address_of(0x0b), address_of(0x0c)}, 3000);
    const Bytes leg = Calldata().word(user).word(7).word(3).word(160).word(1).bytes(path).get();
    const Bytes inner = plan({0x00, 0x01}, {leg, leg});
    return {execute({0x00, 0xa1, 0x00}, {leg, inner, leg}), execute({0x21, 0x01}, {plan({0xa1, 0x00}, {inner, leg}), leg}),
            execute({0xa1}, {plan({0x21}, {plan({0xa1, 0x00}, {inner, leg})})})};
}

/// The values that a decoder of words can be caught with, instead of `word`.
std::vector<Bytes> damaged(const Bytes& calldata, std::size_t at) {
    std::vector<Bytes> out;
    for (const std::size_t high : {std::size_t{0}, std::size_t{15}, std::size_t{27}}) { // beyond 2^64, 2^128, 2^32
        out.push_back(calldata);
        out.back()[at + high] ^= 0x10;
    }
    for (const int change : {-32, -1, 1, 32}) {
        out.push_back(calldata);
        out.back()[at + 31] = static_cast<std::uint8_t>(out.back()[at + 31] + change);
    }
    out.push_back(calldata);
    std::fill_n(out.back().begin() + static_cast<std::ptrdiff_t>(at), 32, std::uint8_t{0xff}); // minus one
    out.push_back(calldata);
    std::fill_n(out.back().begin() + static_cast<std::ptrdiff_t>(at), 31, std::uint8_t{0xff}); // a tail that points backwards
    out.back()[at + 31] = 0xe0;
    return out;
}

TEST_F(Parser, JudgesEveryDamagedWordOfSubPlansLikeTheHlsSource) {
    const Bytes20 router = address_of(0x77);
    for (const RouterKind kind :
         {RouterKind::universal_router, RouterKind::universal_router_v2, RouterKind::universal_router_v2_1}) {
        StreamMaker maker{1};
        expect_same({accel::to_record(0, std::vector<accel::RouterEntry>{{router, kind, address_of(0xfa)}})});
        for (const Bytes& calldata : sub_plan_calls()) {
            std::vector<Bytes> records;
            for (std::size_t at = 4; at + 32 <= calldata.size(); at += 32) {
                for (const Bytes& broken : damaged(calldata, at)) records.push_back(maker.transaction(call(router, broken)));
            }
            expect_same(records);
            if (HasFatalFailure()) return;
        }
    }
    std::cout << reasons_[0] << " accepted\n";
}

/// A transaction of this type with one field changed.
Bytes with_field(int type, std::size_t index, const Item& item) {
    std::vector<Item> fields = type == 0 ? legacy_fields() : typed_fields(type);
    fields.at(index) = item;
    return transaction(fields, type);
}

/// Nonces up to the last one, gas costs around 2^256, lists of blob hashes.
std::vector<Bytes> at_the_bounds_of_fields() {
    std::vector<Bytes> out;
    for (int type = 0; type <= 4; ++type) {
        for (const std::uint64_t nonce : {~std::uint64_t{0} - 1, ~std::uint64_t{0}})
            out.push_back(with_field(type, type == 0 ? 0 : 1, integer(nonce)));
    }
    for (const std::size_t bytes : {std::size_t{8}, std::size_t{24}, std::size_t{25}, std::size_t{32}}) { // of the price
        auto fields = legacy_fields();
        fields[1] = text(Bytes(bytes, 0xff));
        for (const std::uint64_t gas : {std::uint64_t{1}, std::uint64_t{2}, ~std::uint64_t{0}}) {
            fields[2] = integer(gas);
            out.push_back(transaction(fields));
        }
    }
    for (const std::uint64_t v : {26U, 27U, 28U, 29U, 34U, 35U, 36U, 37U, 38U}) out.push_back(with_field(0, 6, integer(v)));
    const Item good = text(Bytes(32, 1));
    for (const Item& hashes :
         {list({}), list({text(Bytes(32, 2))}), list({text(Bytes(31, 1))}), list({good, text(Bytes(32, 0))}), list({good, good})})
        out.push_back(with_field(3, 10, hashes));
    return out;
}

/// Access lists, authorizations and sidecars with too little, too much, or the wrong thing in them.
std::vector<Bytes> broken_lists() {
    const Item address = text(address_of(0x33));
    const Item key = text(Bytes(32, 0));
    std::vector<Bytes> out;
    for (const Item& access :
         {list({list({address, list({key, key})}), list({address, list({})})}), list({list({address})}), list({address}), text({}),
          list({list({address, list({}), list({})})}), list({list({address, list({key}), key})}), list({list({address, key})}),
          list({list({address, list({list({})})})}), list({list({text(Bytes(19, 1)), list({})})}),
          list({list({address, list({text(Bytes(31, 1))})})})}) {
        for (const int type : {1, 2}) out.push_back(with_field(type, type == 1 ? 7 : 8, access));
    }
    const std::vector<Item> tuple{integer(1), text(address_of(0x22)), integer(9), integer(1), integer(5), integer(6)};
    out.push_back(with_field(4, 9, list({})));
    out.push_back(with_field(4, 9, list({list(tuple), list(tuple)})));
    for (std::size_t i = 0; i < tuple.size(); ++i) {
        auto without = tuple;
        without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
        out.push_back(with_field(4, 9, list({list(without)})));
        auto twice = tuple;
        twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), tuple[i]);
        out.push_back(with_field(4, 9, list({list(twice)})));
        auto spoilt = tuple;
        spoilt[i] = text(Bytes(33, 1));
        out.push_back(with_field(4, 9, list({list(tuple), list(spoilt)})));
    }
    const Item payload = list(typed_fields(3));
    const Item none = list({});
    const Item short_blob = list({text(Bytes(1000, 1))});
    for (const std::vector<Item>& items : std::vector<std::vector<Item>>{{payload},
                                                                         {payload, none, none, none},
                                                                         {payload, short_blob, none, none},
                                                                         {payload, integer(1), none, none, none},
                                                                         {payload, integer(2), none, none, none},
                                                                         {payload, integer(0), none, none, none}})
        out.push_back(transaction(items, 3));
    return out;
}

/// 64 elements that are all the same multicall of 64 elements, four levels deep: 16 million calls in 10 KiB.
Bytes multicall_bomb() {
    Bytes data = Calldata(0x12210e8a).get();
    for (int depth = 0; depth < 4; ++depth) {
        Calldata bomb(0xac9650d8);
        bomb.word(32).word(64);
        for (int i = 0; i < 64; ++i) bomb.word(64 * 32);
        data = bomb.bytes(data).get();
    }
    return data;
}

TEST_F(Parser, GivesTheReasonsThatDamageHardlyEverFinds) {
    const Bytes20 router = address_of(0x77);
    StreamMaker maker{1};
    std::vector<Bytes> records{
        accel::to_record(0, std::vector<accel::RouterEntry>{{router, RouterKind::swap_router02, address_of(0xfa)}}),
        maker.transaction(call(router, multicall_bomb()))};
    for (const Bytes& raw : at_the_bounds_of_fields()) records.push_back(maker.transaction(raw));
    for (const Bytes& raw : broken_lists()) records.push_back(maker.transaction(raw));
    expect_same(records);
    for (const Reason reason :
         {Reason::tx_bad_blob_field, Reason::tx_nonce_too_large, Reason::tx_gas_cost_overflow, Reason::calldata_too_complex})
        EXPECT_GT(reasons_[static_cast<std::size_t>(reason)], 0U) << static_cast<int>(reason);
    EXPECT_EQ(reasons_[0], 22U) << "all is well with 5 nonces, 9 costs, 4 v, 1 list of hashes, 2 access lists, 1 of authorizations";
}

/// Calls of every router kind with words to spoil: paths, single swaps, pool's own swap, as many legs as there is room for and one
/// more.
std::vector<std::pair<RouterKind, Bytes>> calls_of_every_kind() {
    const Bytes20 user = address_of(0x99);
    const Bytes path = path_of({address_of(0x0a), address_of(0x0b), address_of(0x0c)}, 3000);
    const auto with_path = [&](std::uint32_t selector, bool deadline) {
        Calldata data(selector);
        data.word(32).word(deadline ? 160 : 128).word(user);
        if (deadline) data.word(500);
        return data.word(7).word(3).bytes(path).get();
    };
    const auto single = [&](std::uint32_t selector, bool deadline) {
        Calldata data(selector);
        data.word(address_of(0x0a)).word(address_of(0x0b)).word(3000).word(user);
        if (deadline) data.word(500);
        return data.word(7).word(3).word(0).get();
    };
    const auto multicall = [](const std::vector<Bytes>& calls) {
        return Calldata(0xac9650d8).word(32).append(array_of(calls)).get();
    };
    std::vector<std::pair<RouterKind, Bytes>> out;
    for (const std::uint32_t selector : {0xb858183fU, 0x09b81346U})
        out.emplace_back(RouterKind::swap_router02, with_path(selector, false));
    for (const std::uint32_t selector : {0xc04b8d59U, 0xf28c0498U})
        out.emplace_back(RouterKind::swap_router, with_path(selector, true));
    for (const std::uint32_t selector : {0x04e45aafU, 0x5023b4dfU})
        out.emplace_back(RouterKind::swap_router02, multicall({single(selector, false)}));
    for (const std::uint32_t selector : {0x414bf389U, 0xdb3e2198U})
        out.emplace_back(RouterKind::swap_router, multicall({single(selector, true)}));
    for (const std::size_t legs : {std::size_t{records::max_legs}, std::size_t{records::max_legs} + 1})
        out.emplace_back(RouterKind::swap_router02, multicall(std::vector<Bytes>(legs, single(0x04e45aaf, false))));
    return out;
}

TEST_F(Parser, JudgesEveryDamagedWordOfEveryCallLikeTheHlsSource) {
    const Bytes20 router = address_of(0x77);
    const Bytes20 pool = address_of(0x55);
    StreamMaker maker{1};
    for (const auto& [kind, calldata] : calls_of_every_kind()) {
        std::vector<Bytes> records{accel::to_record(0, std::vector<accel::RouterEntry>{{router, kind, address_of(0xfa)}}),
                                   maker.transaction(call(router, calldata))};
        for (std::size_t at = 4; at + 32 <= std::min<std::size_t>(calldata.size(), 1000); at += 32) {
            for (const Bytes& broken : damaged(calldata, at)) records.push_back(maker.transaction(call(router, broken)));
        }
        expect_same(records);
        if (HasFatalFailure()) return;
    }
    std::vector<Bytes> records{accel::to_record(0, accel::PoolRecord{.pool_kind = accel::PoolKind::uniswap_v3,
                                                                     .fee = 500,
                                                                     .address = pool,
                                                                     .token0 = address_of(1),
                                                                     .token1 = address_of(2),
                                                                     .factory = address_of(0xfa)})};
    const Bytes swap = Calldata(0x128acb08).word(address_of(3)).word(1).word(5).word(chain::u256{1} << 90).word(160).word(0).get();
    for (std::size_t at = 4; at + 32 <= swap.size(); at += 32) {
        for (const Bytes& broken : damaged(swap, at)) records.push_back(maker.transaction(call(pool, broken)));
    }
    expect_same(records);
    std::cout << reasons_[0] << " accepted\n";
}

TEST_F(Parser, JudgesEveryCutOfASubPlanLikeTheHlsSource) {
    const Bytes20 router = address_of(0x77);
    const Bytes leg = Calldata()
                          .word(address_of(0x99))
                          .word(7)
                          .word(3)
                          .word(160)
                          .word(1)
                          .bytes(path_of({address_of(0x0a), address_of(0x0b)}, 500))
                          .get();
    const Bytes inner = plan({0x00, 0x01}, {leg, leg});
    for (const RouterKind kind :
         {RouterKind::universal_router, RouterKind::universal_router_v2, RouterKind::universal_router_v2_1}) {
        StreamMaker maker{1};
        std::vector<Bytes> records{accel::to_record(0, std::vector<accel::RouterEntry>{{router, kind, address_of(0xfa)}})};
        for (std::size_t size = 0; size <= inner.size(); size += 16) {
            const Bytes cut(inner.begin(), inner.begin() + static_cast<std::ptrdiff_t>(size));
            for (const std::uint8_t command : {std::uint8_t{0x21}, std::uint8_t{0xa1}})
                records.push_back(maker.transaction(call(router, execute({command}, {cut}))));
        }
        expect_same(records);
        if (HasFatalFailure()) return;
    }
}

} // namespace
} // namespace jitbox::test
