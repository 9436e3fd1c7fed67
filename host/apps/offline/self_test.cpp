// The engine's self-test. The expected swap is SwapMath.computeSwapStep by hand: a single range, no tick crossed.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/self_test.hpp"

#include "accel/made_up_pool.hpp"
#include "accel/records.hpp"
#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "chain/transaction.hpp"

#include <optional>
#include <thread>
#include <vector>

namespace jitbox::apps {
namespace {

using accel::Decision;
using chain::i256;
using chain::u256;

/// pool.swap(recipient, true, 1e18, MIN_SQRT_RATIO + 1, ""), signed by nobody in particular: the engine checks no signatures.
Bytes test_transaction(const accel::PoolRecord& pool) {
    Bytes data = *from_hex("128acb08");
    for (const u256& word : {u256{3}, u256{1}, accel::made_up_ether, u256{4'295'128'740U}, u256{160}, u256{0}}) {
        const Bytes32 bytes = chain::to_big_endian(word);
        data.insert(data.end(), bytes.begin(), bytes.end());
    }
    chain::Transaction transaction;
    transaction.type = chain::TransactionType::dynamic_fee;
    transaction.chain_id = 1;
    transaction.gas_limit = 300'000;
    transaction.max_fee_per_gas = 1'000'000'000;
    transaction.to = pool.address;
    transaction.data = std::move(data);
    transaction.signature.r = 1;
    transaction.signature.s = 1;
    return chain::encode_signed(transaction);
}

Result<void> submit_all(accel::Engine& engine) {
    const accel::PoolRecord pool = accel::made_up_pool();
    const accel::BlockRecord block{.number = 1, .timestamp = 100, .next_timestamp = 112};
    const std::vector<Bytes> records{accel::to_record(1, pool),
                                     accel::to_record(2, accel::made_up_ticks(pool)),
                                     accel::to_record(3, accel::made_up_params(100'000)),
                                     accel::to_record(4, block),
                                     accel::tx_record(5, test_transaction(pool)),
                                     accel::barrier_record(6, 1)};
    for (const Bytes& record : records) {
        if (auto taken = engine.submit(record); !taken) return taken;
    }
    return {};
}

struct Answer {
    std::optional<Decision> decision;
    std::optional<accel::Reject> reject;
    bool done = false;
};

void take(Answer& answer, BytesView record) {
    if (accel::kind_of(record) == accel::Kind::decision) {
        if (auto decision = accel::decision_from(record)) answer.decision = *decision;
    } else if (accel::kind_of(record) == accel::Kind::reject) {
        if (auto reject = accel::reject_from(record)) answer.reject = *reject;
    } else if (accel::kind_of(record) == accel::Kind::barrier_done) {
        answer.done = true;
    }
}

Result<void> expect(const char* figure, i256 got, i256 want) {
    if (got == want) return {};
    return fail(std::string(figure) + " is " + chain::to_decimal(got) + ", expected " + chain::to_decimal(want),
                "the engine computes wrongly on this machine");
}

i256 signed_of(u256 value) {
    return static_cast<i256>(value);
}

/// At prices of one wei a unit, value is the sum of the amounts.
Result<void> check(const Decision& d) {
    const u256 after_alone = *chain::parse_u256("79149250711305166342700278159");
    const i256 gross = signed_of(d.burn0 + d.burn1 + d.fee0 + d.fee1) - signed_of(d.mint0 + d.mint1);
    const i256 after_gas = gross - signed_of(d.gas_cost_wei);
    for (const auto& checked : {
             expect("alone0", d.alone0, 1'000'000'000'000'000'000),
             expect("alone1", d.alone1, -signed_of(996'006'981'039'903'216U)),
             expect("sqrt_price_alone", signed_of(d.sqrt_price_alone), signed_of(after_alone)),
             expect("sqrt_price_before", signed_of(d.sqrt_price_before), signed_of(u256{1} << 96)),
             expect("swap0", d.swap0, 1'000'000'000'000'000'000),
             expect("gross_profit_wei", d.gross_profit_wei, gross),
             expect("tip_wei", signed_of(d.tip_wei), after_gas / 10),
             expect("profit_wei", d.profit_wei, after_gas - after_gas / 10),
         }) {
        if (!checked) return checked;
    }
    if (d.swap1 > d.alone1)
        return fail("the swapper gets less with us than without", "the engine computes wrongly on this machine");
    return {};
}

} // namespace

Result<void> run_self_test(accel::Engine& engine, std::chrono::milliseconds deadline) {
    if (auto submitted = submit_all(engine); !submitted) return submitted;
    Answer answer;
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!answer.done) {
        engine.drain([&answer](BytesView record) { take(answer, record); });
        if (std::chrono::steady_clock::now() > end) return fail("no answer within the deadline", "the engine hangs");
        std::this_thread::sleep_for(std::chrono::microseconds{50});
    }
    if (answer.reject) return fail("a profitable swap was rejected: " + std::string(accel::name_of(answer.reject->reason)));
    if (!answer.decision) return fail("no decision came");
    return check(*answer.decision);
}

} // namespace jitbox::apps
