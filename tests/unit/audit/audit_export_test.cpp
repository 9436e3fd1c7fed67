// Filters of the audit log, and exports that tell what happened without telling where.
// SPDX-License-Identifier: Apache-2.0
#include "audit/export.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>

namespace jitbox::audit {
namespace {

Record record(std::int64_t time_ns, const std::string& user, const std::string& action) {
    Record out;
    out.time_ns = time_ns;
    out.event = {.user = user, .action = action, .resource = "signer", .result = "ok", .source = "10.0.0.7", .session = "9"};
    return out;
}

TEST(AuditFilter, HoldsEveryConditionAtOnce) {
    const Record arm = record(100, "uid:1000 alice", "arm");
    EXPECT_TRUE(matches({}, arm));
    EXPECT_TRUE(matches({.since_ns = 100, .until_ns = 101, .user = "alice", .action = "arm", .source = "10."}, arm));
    EXPECT_FALSE(matches({.since_ns = 101}, arm));
    EXPECT_FALSE(matches({.until_ns = 100}, arm));
    EXPECT_FALSE(matches({.user = "alice", .action = "disarm"}, arm));
    EXPECT_FALSE(matches({.result = "refused"}, arm));
    EXPECT_FALSE(matches({.resource = "jitd"}, arm));
    EXPECT_FALSE(matches({.session = "8"}, arm));
}

TEST(AuditPseudonyms, ReplaceAddressesWhereverTheyStandAndNothingElse) {
    const Pseudonyms names(Bytes32{1});
    const std::string ip = names.addresses("10.0.0.7");
    EXPECT_EQ(ip.size(), 21U);
    EXPECT_TRUE(ip.starts_with("addr-"));
    EXPECT_EQ(names.addresses("from 10.0.0.7:8545, at 10:30:15."), "from " + ip + ":8545, at 10:30:15.");
    EXPECT_EQ(names.addresses("10.0.0.7."), ip + ".");
    EXPECT_EQ(names.addresses("unix:pid=4711 ttl=600s 3.5 ether"), "unix:pid=4711 ttl=600s 3.5 ether");
    const std::string six = names.addresses("2001:db8::1");
    EXPECT_TRUE(six.starts_with("addr-"));
    EXPECT_EQ(names.addresses("[2001:db8::1]:443"), "[" + six + "]:443");
    EXPECT_EQ(names.addresses("2001:DB8::1"), six) << "one address, two spellings";
    const std::string pool = names.addresses("pool 0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640 listed");
    EXPECT_EQ(pool.find("0x"), std::string::npos) << pool;
    const std::string hash(64, 'a');
    EXPECT_EQ(names.addresses("0x" + hash), "0x" + hash) << "a transaction hash is no address";
}

TEST(AuditPseudonyms, AreTheSameWithTheSameKeyOnly) {
    EXPECT_EQ(Pseudonyms(Bytes32{1}).addresses("10.0.0.7"), Pseudonyms(Bytes32{1}).addresses("10.0.0.7"));
    EXPECT_NE(Pseudonyms(Bytes32{1}).addresses("10.0.0.7"), Pseudonyms(Bytes32{2}).addresses("10.0.0.7"));
    EXPECT_NE(Pseudonyms(Bytes32{1}).key_id(), Pseudonyms(Bytes32{2}).key_id());
    EXPECT_NE(Pseudonyms(Bytes32{1}).addresses("10.0.0.7"), Pseudonyms(Bytes32{1}).addresses("10.0.0.8"));
}

TEST(AuditPseudonyms, UsersOnRequest) {
    const Pseudonyms names(Bytes32{1});
    const Event event = record(1, "uid:1000 alice", "arm").event;
    EXPECT_EQ(names.event(event, false).user, "uid:1000 alice");
    EXPECT_TRUE(names.event(event, true).user.starts_with("user-"));
    EXPECT_TRUE(names.event(event, false).source.starts_with("addr-"));
    EXPECT_EQ(names.event(event, true).action, "arm");
}

TEST(AuditPseudonyms, TheKeyFileIsMadePrivateAndMustStaySo) {
    const test::TempDir dir;
    const std::string file = dir.file("key");
    const auto made = Pseudonyms::from_key_file(file);
    ASSERT_TRUE(made);
    EXPECT_EQ(Pseudonyms::from_key_file(file)->key_id(), made->key_id());
    ::chmod(file.c_str(), 0640);
    EXPECT_NE(Pseudonyms::from_key_file(file).error().what.find("open to others"), std::string::npos);
    ::chmod(file.c_str(), 0600);
    std::ofstream(file) << "short";
    EXPECT_NE(Pseudonyms::from_key_file(file).error().what.find("not a key of 32 bytes"), std::string::npos);
}

TEST(AuditForEach, GivesTheGoodRecordsAndNamesTheBadOne) {
    const test::TempDir dir;
    const std::string path = dir.file("audit.jsonl");
    {
        const auto log = Log::open(path).value();
        for (int i = 0; i < 3; ++i) ASSERT_TRUE(log->append({.user = "alice", .action = "arm"}));
    }
    std::ofstream(path, std::ios::app) << "{}\n";
    int seen = 0;
    const auto read = for_each(path, [&seen](const Record&) { ++seen; });
    EXPECT_EQ(seen, 3);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().what.find("line 4"), std::string::npos) << read.error().what;
}

} // namespace
} // namespace jitbox::audit
