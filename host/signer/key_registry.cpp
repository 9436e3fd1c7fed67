// When each key was made.
// SPDX-License-Identifier: Apache-2.0
#include "signer/key_registry.hpp"

#include "signer/book_digest.hpp"

#include <algorithm>
#include <array>

namespace jitbox::signer {
namespace {

constexpr std::array<const char*, 2> migrations = {R"(
CREATE TABLE keys (address BLOB PRIMARY KEY, label TEXT NOT NULL, created_s INTEGER NOT NULL, retired_s INTEGER) WITHOUT ROWID;
CREATE TRIGGER births_are_for_ever BEFORE UPDATE OF address, label, created_s ON keys
    BEGIN SELECT raise(ABORT, 'a key does not become younger'); END;
CREATE TRIGGER retired_is_retired BEFORE UPDATE OF retired_s ON keys
    WHEN old.retired_s IS NOT NULL AND new.retired_s IS NOT old.retired_s
    BEGIN SELECT raise(ABORT, 'a retired key stays retired'); END;
CREATE TRIGGER keys_are_remembered BEFORE DELETE ON keys
    BEGIN SELECT raise(ABORT, 'a key is not forgotten'); END;
)",
                                                   R"(
CREATE TABLE doubts (until_s INTEGER NOT NULL, why TEXT NOT NULL);
CREATE TRIGGER doubts_are_for_ever BEFORE UPDATE ON doubts BEGIN SELECT raise(ABORT, 'a doubt is not changed'); END;
CREATE TRIGGER doubts_stay BEFORE DELETE ON doubts BEGIN SELECT raise(ABORT, 'a doubt is not forgotten'); END;
)"};

constexpr std::array<std::string_view, 4> key_columns = {"address", "label", "created_s", "retired_s"};
constexpr std::array<std::string_view, 2> doubt_columns = {"until_s", "why"};
constexpr std::array tables = {BookTable{.name = "keys", .columns = key_columns},
                               BookTable{.name = "doubts", .columns = doubt_columns}};

std::int64_t seconds(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

} // namespace

Result<std::unique_ptr<KeyRegistry>> KeyRegistry::open(const std::string& path, BookWitness& witness) {
    auto database = store::Database::open(path, migrations);
    if (!database) return std::unexpected(database.error());
    std::unique_ptr<KeyRegistry> registry(new KeyRegistry(std::move(*database), witness));
    auto digest = book_digest(*registry->database_, tables);
    if (!digest) return std::unexpected(digest.error());
    registry->digest_ = std::move(*digest);
    return registry;
}

Result<void> KeyRegistry::change(const std::string& from, const std::function<Result<void>()>& write) {
    auto transaction = store::Transaction::begin(*database_);
    if (!transaction) return std::unexpected(transaction.error());
    if (auto written = write(); !written) return written;
    auto to = book_digest(*database_, tables);
    if (!to) return std::unexpected(to.error());
    return witness_.change(from, *to, [&]() -> Result<void> {
        if (auto durable = transaction->commit(); !durable) return durable;
        digest_ = *to;
        return {};
    });
}

Result<void> KeyRegistry::distrust(const BookFinding& finding) {
    return change(std::string(distrusted_digest) + digest_, [&]() -> Result<void> {
        auto insert = database_->prepare("INSERT INTO doubts (until_s, why) VALUES (?1, ?2)");
        if (!insert) return std::unexpected(insert.error());
        return insert->bind(seconds(finding.until) + 1, finding.objection).run(); // no second of it is left out
    });
}

Result<std::int64_t> KeyRegistry::doubt() {
    auto query = database_->prepare("SELECT coalesce(max(until_s), 0) FROM doubts");
    if (!query) return std::unexpected(query.error());
    if (const auto row = query->step(); !row) return std::unexpected(row.error());
    return query->integer(0);
}

Result<bool> KeyRegistry::add(const std::string& label, const chain::Address& address, Time created, KeyOrigin origin) {
    const auto known = all();
    if (!known) return std::unexpected(known.error());
    if (std::ranges::find(*known, address, &KeyRecord::address) != known->end()) return false;
    const auto doubted = doubt();
    if (!doubted) return std::unexpected(doubted.error());
    std::int64_t created_s = seconds(created);
    if (*doubted != 0 && origin == KeyOrigin::found) created_s = std::min(created_s, *doubted);
    if (origin == KeyOrigin::generated) created_s = std::max(created_s, *doubted + 1); // after it, in the same second too
    const auto added = change(digest_, [&]() -> Result<void> {
        auto insert = database_->prepare("INSERT INTO keys (address, label, created_s) VALUES (?1, ?2, ?3)");
        if (!insert) return std::unexpected(insert.error());
        return insert->bind(address, label, created_s).run();
    });
    if (!added) return std::unexpected(added.error());
    return true;
}

Result<void> KeyRegistry::retire(const chain::Address& address, Time now) {
    return change(digest_, [&]() -> Result<void> {
        auto update = database_->prepare("UPDATE keys SET retired_s = coalesce(retired_s, ?2) WHERE address = ?1 RETURNING label");
        if (!update) return std::unexpected(update.error());
        const auto row = update->bind(address, seconds(now)).step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return fail("keys: " + chain::to_checksum(address) + " is not in " + database_->path());
        return update->run();
    });
}

Result<std::vector<KeyRecord>> KeyRegistry::all() {
    const auto doubted = doubt();
    if (!doubted) return std::unexpected(doubted.error());
    auto query = database_->prepare("SELECT label, address, created_s, retired_s FROM keys ORDER BY created_s, label");
    if (!query) return std::unexpected(query.error());
    std::vector<KeyRecord> out;
    for (;;) {
        const auto row = query->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return out;
        KeyRecord key{.label = query->text(0),
                      .address = query->fixed<20>(1),
                      .created_s = query->integer(2),
                      .retired_s = {},
                      .doubt_s = *doubted};
        if (!query->is_null(3)) key.retired_s = query->integer(3);
        out.push_back(std::move(key));
    }
}

std::int64_t age_days(const KeyRecord& key, std::chrono::system_clock::time_point now) {
    return (seconds(now) - key.created_s) / 86'400;
}

std::string key_objection(const KeyRecord& key, std::chrono::system_clock::time_point now) {
    const std::string name = "key '" + key.label + "' (" + chain::to_checksum(key.address) + ")";
    if (key.retired_s) return name + " is retired";
    if (key.created_s <= key.doubt_s)
        return name +
               " is of a time of which nothing is known: keys.db was not what the log of keys says, only newer keys may sign";
    if (std::chrono::system_clock::time_point(std::chrono::seconds(key.created_s)) > now + key_clock_error)
        return name + " was made in the future: the clock was or is wrong, its age is not known";
    if (now - std::chrono::system_clock::time_point(std::chrono::seconds(key.created_s)) <= key_age_limit) return {};
    return name + " is " + std::to_string(age_days(key, now)) + " days old, past the limit of 30 days";
}

} // namespace jitbox::signer
