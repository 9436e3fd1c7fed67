// Random streams: damage that keeps transactions decodable as far as it can, so that every depth of the decoders is reached.
// SPDX-License-Identifier: Apache-2.0
#include "parser_streams.hpp"

#include "../unit/kernels/parser_harness.hpp"
#include "apps/offline/router_table.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace jitbox::test {
namespace {

constexpr std::array<std::uint32_t, 20> selectors{
    0x414bf389, 0xdb3e2198, 0xc04b8d59, 0xf28c0498, 0x04e45aaf, 0x5023b4df, 0xb858183f, 0x09b81346, 0xac9650d8, 0x5ae401dc,
    0x1f0464d1, 0x24856bc3, 0x3593564c, 0x44684dc3, 0x128acb08, 0x472b43f3, 0x42712a67, 0x49404b7c, 0x12210e8a, 0x00000000};
constexpr std::array<std::uint8_t, 16> bytes_that_matter{0x00, 0x01, 0x7f, 0x80, 0x81, 0x94, 0xa0, 0xb7,
                                                         0xb8, 0xb9, 0xbf, 0xc0, 0xc1, 0xf7, 0xf8, 0xff};
constexpr std::array<std::uint8_t, 12> commands{0x00, 0x01, 0x80, 0x81, 0x21, 0xa1, 0x0b, 0x0c, 0x04, 0x40, 0x07, 0x3f};

Bytes32 word_of(std::uint64_t value, std::uint8_t above = 0) {
    Bytes32 out;
    out.fill(above);
    for (std::size_t i = 0; i < 8; ++i) out[31 - i] = static_cast<std::uint8_t>(value >> (8 * i));
    return out;
}

} // namespace

Bytes StreamMaker::transaction(BytesView raw) {
    return accel::tx_record(sequence_++, raw);
}

Bytes StreamMaker::mainnet_routers() {
    return accel::to_record(sequence_++, apps::mainnet_routers().routers);
}

void StreamMaker::damage_words(Bytes& raw) {
    // Somewhere, on the 32-byte grid of a calldata that begins anywhere: offsets, lengths, amounts and addresses that matter.
    const std::size_t at = below(raw.size());
    if (at + 32 > raw.size()) return;
    Bytes32 word{};
    std::copy_n(raw.begin() + static_cast<std::ptrdiff_t>(at), 32, word.begin());
    switch (below(9)) {
    case 0:
        word = word_of(0);
        break;
    case 1:
        word = word_of(below(20) * 32);
        break;
    case 2:
        word = word_of(~std::uint64_t{0} - below(300), 0xff);
        break;
    case 3:
        word[0] = 0x80;
        break;
    case 4:
        word[31] = static_cast<std::uint8_t>(word[31] + 32);
        break;
    case 5:
        word[31] = static_cast<std::uint8_t>(word[31] - below(33));
        break;
    case 6:
        word[below(32)] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
    case 7:
        word = word_of(below(2000));
        break;
    default:
        word = word_of(0);
        word[0] = 0x80;
        break;
    }
    std::ranges::copy(word, raw.begin() + static_cast<std::ptrdiff_t>(at));
}

void StreamMaker::damage_bytes(Bytes& raw) {
    const auto at = static_cast<std::ptrdiff_t>(below(4) == 0 ? below(raw.size()) : below(std::min<std::size_t>(raw.size(), 16)));
    switch (below(6)) {
    case 0:
        raw[static_cast<std::size_t>(at)] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
    case 1:
        raw[static_cast<std::size_t>(at)] = bytes_that_matter[below(bytes_that_matter.size())];
        break;
    case 2:
        raw.resize(below(raw.size()) + 1);
        break;
    case 3:
        raw.insert(raw.begin() + at, bytes_that_matter[below(bytes_that_matter.size())]);
        break;
    case 4:
        raw.erase(raw.begin() + at);
        break;
    default:
        raw.push_back(static_cast<std::uint8_t>(random_()));
        break;
    }
    if (raw.empty()) raw.push_back(0xc0);
}

Bytes StreamMaker::plan_calldata(int depth) {
    // (bytes commands, bytes[] inputs), canonical; damage comes later.
    Bytes plan;
    std::vector<Bytes> inputs;
    const std::size_t count = below(5) == 0 ? below(40) : below(5);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint8_t command = commands[below(commands.size())];
        if (below(3) == 0 && (command & 0x3f) != 0x21) command = static_cast<std::uint8_t>(below(2) * 0x80 + below(2));
        plan.push_back(command);
        Calldata input;
        if ((command & 0x3f) == 0x21 && depth < 6) {
            inputs.push_back(plan_calldata(depth + 1));
            continue;
        }
        std::vector<Bytes20> tokens;
        for (std::size_t t = below(20) == 0 ? 66 : 2 + below(3); t != 0; --t)
            tokens.push_back(address_of(static_cast<std::uint8_t>(below(200))));
        const bool prices = below(2) == 0;
        input.word(1 + below(2)).word(below(1000)).word(below(1000)).word((prices ? 6 : 5) * 32).word(below(2));
        if (below(10) == 0) {
            Bytes32 balance{};
            balance[0] = 0x80;
            Calldata other;
            other.word(1).append(balance).word(below(9)).word((prices ? 6 : 5) * 32).word(1);
            input = other;
        }
        const Bytes path = path_of(tokens, static_cast<std::uint32_t>(below(10000)));
        if (prices) input.word(7 * 32 + (path.size() + 31) / 32 * 32);
        input.bytes(path);
        if (prices) {
            const std::size_t hops = below(2) == 0 ? 0 : tokens.size() - 1;
            input.word(hops);
            for (std::size_t h = 0; h < hops; ++h) input.word(below(100));
        }
        inputs.push_back(input.get());
    }
    if (below(20) == 0) plan.push_back(0x0b);
    Calldata out;
    out.word(64).word(96 + (plan.size() + 31) / 32 * 32).bytes(plan).append(array_of(inputs));
    return out.get();
}

Bytes StreamMaker::multicall_calldata(int depth) {
    const auto token = [&] { return address_of(static_cast<std::uint8_t>(below(200))); };
    const bool old_router = below(2) == 0;
    Calldata out;
    switch (depth < 6 ? below(4) : below(2)) {
    case 0: {
        const std::array<std::uint32_t, 2> ids =
            old_router ? std::array{0x414bf389U, 0xdb3e2198U} : std::array{0x04e45aafU, 0x5023b4dfU};
        out = Calldata(ids[below(2)]);
        out.word(token()).word(token()).word(below(10000)).word(token());
        if (old_router) out.word(below(100000));
        out.word(below(4)).word(below(1000)).word(below(2));
        return out.get();
    }
    case 1: {
        const std::array<std::uint32_t, 2> ids =
            old_router ? std::array{0xc04b8d59U, 0xf28c0498U} : std::array{0xb858183fU, 0x09b81346U};
        out = Calldata(ids[below(2)]);
        out.word(32).word((old_router ? 5 : 4) * 32).word(token());
        if (old_router) out.word(below(100000));
        out.word(below(4)).word(below(1000));
        std::vector<Bytes20> tokens;
        for (std::size_t t = below(20) == 0 ? 66 : 2 + below(3); t != 0; --t) tokens.push_back(token());
        out.bytes(path_of(tokens, 3000));
        return out.get();
    }
    default: {
        std::vector<Bytes> calls;
        for (std::size_t i = below(4); i != 0; --i) calls.push_back(multicall_calldata(depth + 1));
        const std::size_t form = below(3);
        out = Calldata(std::array{0xac9650d8U, 0x5ae401dcU, 0x1f0464d1U}[form]);
        if (form != 0) out.word(below(100000));
        out.word(form == 0 ? 32 : 64).append(array_of(calls));
        return out.get();
    }
    }
}

Bytes StreamMaker::handmade() {
    Bytes calldata;
    switch (below(4)) {
    case 0:
        calldata = multicall_calldata(0);
        break;
    case 1: {
        Calldata swap(0x128acb08);
        swap.word(address_of(1)).word(below(2));
        Bytes32 amount = word_of(below(1000));
        if (below(2) == 0) amount = word_of(~std::uint64_t{0} - below(1000), 0xff);
        calldata = swap.append(amount).word(below(3)).word(160).bytes(Bytes(below(50))).get();
        break;
    }
    default: {
        static constexpr std::array execute{0x24856bc3U, 0x3593564cU, 0x44684dc3U};
        const std::size_t form = below(6) == 0 ? 2 : below(2);
        const Bytes plan = plan_calldata(0);
        Calldata out(execute[form]);
        if (form == 0) return call(called_.empty() ? address_of(1) : called_[below(called_.size())], out.append(plan).get());
        // The two offsets move behind the head.
        const std::size_t words = form == 1 ? 3 : 8;
        const std::size_t moved = (words - 2) * 32;
        const std::size_t inputs_at = static_cast<std::size_t>(plan[62]) << 8 | plan[63];
        out.word(64 + moved).word(inputs_at + moved);
        for (std::size_t i = 2; i < words; ++i) out.word(below(100000));
        calldata = out.append(BytesView(plan).subspan(64)).get();
    }
    }
    if (below(3) == 0) {
        // Damage on the grid that the decoders see.
        for (std::size_t n = 1 + below(2); n != 0 && calldata.size() > 36; --n) {
            Bytes part(calldata.begin() + 4, calldata.end());
            const std::size_t words = part.size() / 32;
            const std::size_t at = below(words) * 32;
            Bytes one(part.begin() + static_cast<std::ptrdiff_t>(at), part.begin() + static_cast<std::ptrdiff_t>(at) + 32);
            damage_words(one);
            std::ranges::copy(one, calldata.begin() + 4 + static_cast<std::ptrdiff_t>(at));
        }
        if (below(4) == 0) calldata.resize(below(calldata.size()) + 1);
    }
    if (below(30) == 0) std::ranges::copy(BytesView(Calldata(selectors[below(selectors.size())]).get()), calldata.begin());
    return call(called_.empty() ? address_of(1) : called_[below(called_.size())], calldata);
}

Bytes StreamMaker::damaged() {
    if (below(2) == 0) return handmade();
    if (below(6) == 0) { // a small envelope of every type, field by field
        const int type = static_cast<int>(below(5));
        std::vector<Item> fields = type == 0 ? legacy_fields() : typed_fields(type);
        if (below(3) == 0)
            fields[below(fields.size())] = below(2) == 0 ? integer(random_() >> below(64)) : text(Bytes(below(40), 0x01));
        if (below(8) == 0) fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(below(fields.size())));
        if (below(8) == 0) fields.push_back(integer(below(3)));
        Bytes raw = test::transaction(fields, type);
        if (type == 3 && below(2) == 0) { // network form
            std::vector<Item> outer{list(fields)};
            if (below(2) == 0) outer.push_back(integer(below(3)));
            for (std::size_t i = below(4); i != 0; --i)
                outer.push_back(list(below(2) == 0 ? std::vector<Item>{} : std::vector<Item>{text(Bytes(48))}));
            raw = test::transaction(outer, 3);
        }
        if (below(2) == 0) damage_bytes(raw);
        return raw;
    }
    Bytes raw = sample();
    const std::size_t how = below(8);
    if (how < 5) {
        for (std::size_t n = 1 + below(3); n != 0; --n) damage_words(raw);
    } else {
        for (std::size_t n = 1 + below(2); n != 0; --n) damage_bytes(raw);
    }
    return raw;
}

Bytes StreamMaker::some_routers() {
    std::vector<accel::RouterEntry> rows = apps::mainnet_routers().routers;
    for (auto& row : rows) {
        if (below(2) == 0)
            row.kind = static_cast<accel::RouterKind>(below(60) == 0 ? below(256)
                                                                     : std::array<std::size_t, 7>{0, 1, 2, 3, 4, 5, 7}[below(7)]);
    }
    while (rows.size() < 20)
        rows.push_back({address_of(static_cast<std::uint8_t>(0xa0 + below(8))),
                        static_cast<accel::RouterKind>(std::array{1, 2, 3, 4, 5, 7}[below(6)]), address_of(0xfa)});
    called_.clear();
    for (const auto& row : rows) called_.push_back(row.address);
    called_.resize(std::min<std::size_t>(called_.size(), 40));
    for (std::uint8_t i = 0; i < 4; ++i) called_.push_back(address_of(static_cast<std::uint8_t>(0xb0 + i)));
    if (below(20) == 0) rows.clear();
    return accel::to_record(sequence_++, rows);
}

Bytes StreamMaker::some_pool() {
    accel::PoolRecord pool;
    pool.pool_index = static_cast<std::uint16_t>(below(8) == 0 ? 1020 + below(8) : below(6));
    pool.pool_kind = static_cast<accel::PoolKind>(below(3));
    pool.address = address_of(static_cast<std::uint8_t>(0xb0 + below(5)));
    // All of these share a bucket of the module with some other.
    if (below(2) == 0) std::ranges::reverse(pool.address);
    pool.token0 = address_of(static_cast<std::uint8_t>(below(3)));
    pool.token1 = address_of(static_cast<std::uint8_t>(below(3)));
    pool.factory = address_of(static_cast<std::uint8_t>(below(200)));
    pool.fee = static_cast<std::uint32_t>(random_());
    return accel::to_record(sequence_++, pool);
}

/// A record that passes, or one that is broken in its frame.
Bytes StreamMaker::some_record() {
    Bytes record(records::beat_bytes * (1 + below(6)));
    for (auto& byte : record) byte = static_cast<std::uint8_t>(random_());
    static constexpr std::array<std::uint8_t, 14> kinds{0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 0x81, 0x82, 0x84, 0xff};
    record[0] = kinds[below(kinds.size())];
    if (below(6) != 0) record[1] = record[2] = record[3] = 0;
    auto size = static_cast<std::uint32_t>(record.size() - records::header_bytes - (below(3) == 0 ? below(48) : 0));
    if (record[0] == 4) size = 240;
    if (record[0] == 6) size = 112;
    if (record[0] == 7) size = 48;
    if (below(8) == 0) size = static_cast<std::uint32_t>(random_());
    for (int i = 0; i < 4; ++i) record[4 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(size >> (8 * i));
    if (record[0] == 5 && below(2) == 0)
        record[16] = static_cast<std::uint8_t>(below(40)), record[17] = record[18] = record[19] = 0;
    record.resize(std::size_t{records::beats_of(size)} * records::beat_bytes);
    ++sequence_;
    return record;
}

void StreamMaker::append_random(std::vector<Bytes>& records) {
    if (called_.empty()) records.push_back(some_routers());
    switch (below(24)) {
    case 0:
        records.push_back(some_routers());
        break;
    case 1:
        records.push_back(some_pool());
        break;
    case 2:
        records.push_back(some_record());
        break;
    case 3:
        records.push_back(transaction(Bytes(below(3), static_cast<std::uint8_t>(random_()))));
        break;
    default:
        records.push_back(transaction(damaged()));
        break;
    }
}

} // namespace jitbox::test
