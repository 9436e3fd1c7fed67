// When each key was made.
// SPDX-License-Identifier: Apache-2.0
#include "signer/key_registry.hpp"

#include <array>

namespace jitbox::signer {
namespace {

constexpr std::array<const char*, 1> migrations = {R"(
CREATE TABLE keys (address BLOB PRIMARY KEY, label TEXT NOT NULL, created_s INTEGER NOT NULL, retired_s INTEGER) WITHOUT ROWID;
CREATE TRIGGER births_are_for_ever BEFORE UPDATE OF address, label, created_s ON keys
    BEGIN SELECT raise(ABORT, 'a key does not become younger'); END;
CREATE TRIGGER retired_is_retired BEFORE UPDATE OF retired_s ON keys
    WHEN old.retired_s IS NOT NULL AND new.retired_s IS NOT old.retired_s
    BEGIN SELECT raise(ABORT, 'a retired key stays retired'); END;
CREATE TRIGGER keys_are_remembered BEFORE DELETE ON keys
    BEGIN SELECT raise(ABORT, 'a key is not forgotten'); END;
)"};

std::int64_t seconds(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

} // namespace

Result<KeyRegistry> KeyRegistry::open(const std::string& path) {
    auto database = store::Database::open(path, migrations);
    if (!database) return std::unexpected(database.error());
    return KeyRegistry(std::move(*database));
}

Result<bool> KeyRegistry::add(const std::string& label, const chain::Address& address,
                              std::chrono::system_clock::time_point created) {
    auto find = database_->prepare("SELECT 1 FROM keys WHERE address = ?1");
    if (!find) return std::unexpected(find.error());
    const auto known = find->bind(address).step();
    if (!known) return std::unexpected(known.error());
    if (*known) return false;
    auto insert = database_->prepare("INSERT INTO keys (address, label, created_s) VALUES (?1, ?2, ?3)");
    if (!insert) return std::unexpected(insert.error());
    find->reset();
    if (auto done = insert->bind(address, label, seconds(created)).run(); !done) return std::unexpected(done.error());
    return true;
}

Result<void> KeyRegistry::retire(const chain::Address& address, std::chrono::system_clock::time_point now) {
    auto update = database_->prepare("UPDATE keys SET retired_s = coalesce(retired_s, ?2) WHERE address = ?1 RETURNING label");
    if (!update) return std::unexpected(update.error());
    const auto row = update->bind(address, seconds(now)).step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return fail("keys: " + chain::to_checksum(address) + " is not in " + database_->path());
    return update->run();
}

Result<std::vector<KeyRecord>> KeyRegistry::all() {
    auto query = database_->prepare("SELECT label, address, created_s, retired_s FROM keys ORDER BY created_s, label");
    if (!query) return std::unexpected(query.error());
    std::vector<KeyRecord> out;
    for (;;) {
        const auto row = query->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return out;
        KeyRecord key{.label = query->text(0), .address = query->fixed<20>(1), .created_s = query->integer(2), .retired_s = {}};
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
    if (now - std::chrono::system_clock::time_point(std::chrono::seconds(key.created_s)) <= key_age_limit) return {};
    return name + " is " + std::to_string(age_days(key, now)) + " days old, past the limit of 30 days";
}

} // namespace jitbox::signer
