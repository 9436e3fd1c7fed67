// What a start asks the journal for, kept with every row instead of searched among all of them: always what a search would find.
// SPDX-License-Identifier: Apache-2.0
#include "store/journal.hpp"
#include "store/journal_schema.hpp"
#include "store/sqlite.hpp"
#include "support/seed.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace jitbox::store {
namespace {

using Key = std::pair<std::string, std::uint32_t>;

/// The rows as they must be, in memory.
struct Reference {
    std::map<Key, std::string> bundles; ///< their pools
    std::map<Key, Outcome> outcomes;

    [[nodiscard]] std::set<Key> open() const {
        std::set<Key> out;
        for (const auto& [key, pool] : bundles)
            if (!outcomes.contains(key)) out.insert(key);
        return out;
    }
    [[nodiscard]] std::set<std::string> pools() const {
        std::set<std::string> out;
        for (const auto& [key, outcome] : outcomes)
            if (outcome == Outcome::included && bundles.contains(key)) out.insert(bundles.at(key));
        return out;
    }
};

void expect_equal(Journal& journal, const Reference& reference) {
    std::set<Key> open;
    for (const BundleView& view : journal.open_bundles().value()) open.insert({view.bundle.uuid, view.bundle.version});
    EXPECT_EQ(open, reference.open());
    std::set<std::string> pools;
    for (const std::string& pool : journal.pools_included().value()) pools.insert(pool);
    EXPECT_EQ(pools, reference.pools());
}

/// Few keys, so that outcomes are replaced, come for bundles that are not there, and before them.
class RandomRows {
public:
    Entry next(Reference& reference) {
        const Key key = {"u" + std::to_string(random_() % 12), static_cast<std::uint32_t>(random_() % 2)};
        if (random_() % 2 == 0 && !reference.bundles.contains(key)) {
            BundleEntry bundle;
            bundle.uuid = key.first;
            bundle.version = key.second;
            bundle.pool = "p" + std::to_string(random_() % 4);
            reference.bundles[key] = bundle.pool;
            return bundle;
        }
        OutcomeEntry outcome;
        outcome.uuid = key.first;
        outcome.version = key.second;
        outcome.outcome = random_() % 3 == 0 ? Outcome::included : Outcome::outbid;
        reference.outcomes[key] = outcome.outcome;
        return outcome;
    }

private:
    std::mt19937 random_{test::random_seed()};
};

TEST(JournalStart, OpenBundlesAndIncludedPoolsAreWhatASearchWouldFind) {
    RandomRows rows;
    for (int round = 0; round < 10; ++round) {
        const test::TempDir dir;
        auto journal = Journal::open(dir.file("j.db")).value();
        Reference reference;
        for (int i = 0; i < 60; ++i) {
            ASSERT_TRUE(journal->enqueue(rows.next(reference)));
            if (i % 6 != 0) continue;
            ASSERT_TRUE(journal->flush());
            expect_equal(*journal, reference);
        }
    }
}

TEST(JournalStart, AJournalOfAnEarlierVersionIsTakenUpAsItIs) {
    const test::TempDir dir;
    {
        const auto old = Database::open(dir.file("j.db"), std::span(journal_migrations).first(2)).value();
        for (const char* uuid : {"open", "in", "out"})
            ASSERT_TRUE(old->execute(("INSERT INTO bundles VALUES ('" + std::string(uuid) + "',0,1,zeroblob(32),1,'pool-" + uuid +
                                      "','',0,'',1,zeroblob(32),zeroblob(32),'','',0,0,'','','')")
                                         .c_str()));
        ASSERT_TRUE(
            old->execute("INSERT INTO outcomes VALUES ('in',0,1,'included','',1,'','',''), ('out',0,1,'outbid','',1,'','','')"));
    }
    auto journal = Journal::open(dir.file("j.db")).value();
    const Reference reference{.bundles = {{{"open", 0}, "pool-open"}, {{"in", 0}, "pool-in"}, {{"out", 0}, "pool-out"}},
                              .outcomes = {{{"in", 0}, Outcome::included}, {{"out", 0}, Outcome::outbid}}};
    expect_equal(*journal, reference);
}

} // namespace
} // namespace jitbox::store
