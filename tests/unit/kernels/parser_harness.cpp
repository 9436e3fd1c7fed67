// Test-side record runner and builders.
// SPDX-License-Identifier: Apache-2.0
#include "parser_harness.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace jitbox::test {

std::vector<Bytes> ParserHarness::run(BytesView record) {
    for (std::size_t at = 0; at < record.size(); at += records::beat_bytes) {
        hlsk::Beat beat;
        std::memcpy(&beat.data.v, record.data() + at, records::beat_bytes);
        beat.last = at + records::beat_bytes == record.size();
        in_.write(beat);
    }
    while (!in_.empty()) hlsk::mempool_parser(*state_, in_, out_);
    std::vector<Bytes> answers(1);
    while (!out_.empty()) {
        const hlsk::Beat beat = out_.read();
        Bytes& answer = answers.back();
        answer.resize(answer.size() + records::beat_bytes);
        std::memcpy(answer.data() + answer.size() - records::beat_bytes, &beat.data.v, records::beat_bytes);
        if (beat.last) answers.emplace_back();
    }
    EXPECT_TRUE(answers.back().empty()) << "the last beat is not marked";
    answers.pop_back();
    return answers;
}

void ParserHarness::set_routers(const std::vector<accel::RouterEntry>& routers) {
    EXPECT_TRUE(run(accel::to_record(sequence_++, routers)).empty());
}

void ParserHarness::set_pool(const accel::PoolRecord& pool) {
    const Bytes record = accel::to_record(sequence_++, pool);
    const auto answers = run(record);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0], record) << "POOL passes on unchanged";
}

Parsed ParserHarness::parse(BytesView raw) {
    const std::uint64_t sequence = sequence_++;
    const auto answers = run(accel::tx_record(sequence, raw));
    Parsed parsed;
    EXPECT_FALSE(answers.empty());
    for (std::size_t i = 0; i + 1 < answers.size(); ++i) {
        const auto leg = accel::swap_from(answers[i]);
        EXPECT_TRUE(leg.has_value());
        if (leg) parsed.legs.push_back(*leg);
    }
    const auto seen = accel::tx_seen_from(answers.back());
    EXPECT_TRUE(seen.has_value());
    if (seen) parsed.seen = *seen;
    EXPECT_EQ(parsed.seen.sequence, sequence);
    EXPECT_EQ(parsed.seen.leg_count, parsed.legs.size());
    return parsed;
}

Item integer(std::uint64_t value) {
    Item item;
    chain::RlpWriter(item).integer(value);
    return item;
}

Item text(BytesView bytes) {
    Item item;
    chain::RlpWriter(item).string(bytes);
    return item;
}

Item list(const std::vector<Item>& items) {
    Item out;
    chain::RlpWriter writer(out);
    const std::size_t position = writer.open_list();
    for (const Item& item : items) writer.raw(item);
    writer.close_list(position);
    return out;
}

Bytes20 address_of(std::uint8_t byte) {
    Bytes20 out;
    out.fill(byte);
    return out;
}

Bytes transaction(const std::vector<Item>& fields, int type) {
    Bytes out = list(fields);
    if (type != 0) out.insert(out.begin(), static_cast<std::uint8_t>(type));
    return out;
}

std::vector<Item> legacy_fields() {
    return {integer(7),  integer(1000), integer(21000), text(address_of(0x11)), integer(5), text({}),
            integer(37), integer(1),    integer(2)};
}

std::vector<Item> typed_fields(int type) {
    std::vector<Item> fields{integer(1), integer(7), integer(1000)};
    if (type != 1) fields.push_back(integer(2000));
    for (const Item& item : {integer(21000), text(address_of(0x11)), integer(5), text({}), list({})}) fields.push_back(item);
    if (type == 3) {
        Bytes hash(32, 0xaa);
        hash[0] = 0x01;
        fields.push_back(integer(3));
        fields.push_back(list({text(hash)}));
    }
    if (type == 4) {
        fields.push_back(list({list({integer(1), text(address_of(0x22)), integer(9), integer(1), integer(5), integer(6)})}));
    }
    for (const Item& item : {integer(1), integer(1), integer(2)}) fields.push_back(item);
    return fields;
}

Bytes call(const Bytes20& to, BytesView calldata) {
    std::vector<Item> fields = legacy_fields();
    fields[3] = text(to);
    fields[5] = text(calldata);
    return transaction(fields);
}

Calldata::Calldata(std::uint32_t selector) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes_.push_back(static_cast<std::uint8_t>(selector >> shift));
}

Calldata& Calldata::word(const Bytes20& address) {
    bytes_.resize(bytes_.size() + 12);
    return append(address);
}

Calldata& Calldata::number(const chain::u256& value) {
    for (int shift = 248; shift >= 0; shift -= 8) bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    return *this;
}

Calldata& Calldata::bytes(BytesView value) {
    word(value.size());
    append(value);
    bytes_.resize(bytes_.size() + (32 - value.size() % 32) % 32);
    return *this;
}

Calldata& Calldata::append(BytesView value) {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
}

Bytes array_of(const std::vector<Bytes>& elements) {
    Calldata out;
    Calldata tail;
    out.word(elements.size());
    for (const Bytes& element : elements) {
        out.word(elements.size() * 32 + tail.get().size());
        tail.bytes(element);
    }
    return out.append(tail.get()).get();
}

Bytes plan(const Bytes& commands, const std::vector<Bytes>& inputs) {
    const std::uint64_t commands_words = 1 + (commands.size() + 31) / 32;
    return Calldata().word(64).word(64 + 32 * commands_words).bytes(commands).append(array_of(inputs)).get();
}

Bytes execute(const Bytes& commands, const std::vector<Bytes>& inputs) {
    return Calldata(0x24856bc3).append(plan(commands, inputs)).get();
}

Bytes path_of(const std::vector<Bytes20>& tokens, std::uint32_t fee) {
    Bytes out;
    for (const Bytes20& token : tokens) {
        if (!out.empty()) {
            for (int shift = 16; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(fee >> shift));
        }
        out.insert(out.end(), token.begin(), token.end());
    }
    return out;
}

} // namespace jitbox::test
