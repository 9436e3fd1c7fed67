// The journal's schema, one migration a version. Amounts are decimal text: SQLite's integers have 63 bits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

namespace jitbox::store {

inline constexpr std::array journal_migrations = {
    R"(
CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, block INTEGER NOT NULL, pool TEXT NOT NULL, target_hash BLOB NOT NULL,
    kind TEXT NOT NULL, reason TEXT NOT NULL, tick_lower INTEGER NOT NULL, tick_upper INTEGER NOT NULL, liquidity TEXT NOT NULL,
    profit_wei TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX decisions_by_pool ON decisions (pool, seq);
CREATE TABLE bundles (
    uuid TEXT NOT NULL, version INTEGER NOT NULL, time_ns INTEGER NOT NULL, target_hash BLOB NOT NULL, target_block INTEGER NOT NULL,
    pool TEXT NOT NULL, router TEXT NOT NULL, lane INTEGER NOT NULL, lane_address TEXT NOT NULL, mint_nonce INTEGER NOT NULL,
    mint_hash BLOB NOT NULL, burn_hash BLOB NOT NULL, mint_raw BLOB NOT NULL, burn_raw BLOB NOT NULL,
    tick_lower INTEGER NOT NULL, tick_upper INTEGER NOT NULL, liquidity TEXT NOT NULL, predicted TEXT NOT NULL, latency TEXT NOT NULL,
    PRIMARY KEY (uuid, version));
CREATE INDEX bundles_by_time ON bundles (time_ns);
CREATE TABLE submissions (
    seq INTEGER PRIMARY KEY, uuid TEXT NOT NULL, version INTEGER NOT NULL, relay TEXT NOT NULL, kind TEXT NOT NULL,
    time_ns INTEGER NOT NULL, latency_us INTEGER NOT NULL, accepted INTEGER NOT NULL, answer TEXT NOT NULL);
CREATE INDEX submissions_by_bundle ON submissions (uuid, version, seq);
CREATE TABLE outcomes (
    uuid TEXT NOT NULL, version INTEGER NOT NULL, time_ns INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
    block INTEGER NOT NULL, realised TEXT NOT NULL, profit_wei TEXT NOT NULL, detail TEXT NOT NULL,
    PRIMARY KEY (uuid, version));
CREATE INDEX outcomes_by_time ON outcomes (time_ns);
CREATE TABLE lanes (
    lane INTEGER PRIMARY KEY, address TEXT NOT NULL, state TEXT NOT NULL, next_nonce INTEGER NOT NULL, uuid TEXT NOT NULL,
    time_ns INTEGER NOT NULL);
CREATE TABLE risk_events (
    seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, level TEXT NOT NULL, rule TEXT NOT NULL, text TEXT NOT NULL,
    detail TEXT NOT NULL);
)",
    R"(
CREATE TABLE costs (seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, what TEXT NOT NULL, wei TEXT NOT NULL);
CREATE INDEX costs_by_time ON costs (time_ns);
CREATE TABLE risk_state (key TEXT PRIMARY KEY, value TEXT NOT NULL, time_ns INTEGER NOT NULL);
)",
    // What a start asks for, kept up to date with every row, so that it does not read all bundles there ever were. An outcome may
    // be replaced (reorganisations): a pool counts its included bundles.
    R"(
CREATE TABLE open_bundles (uuid TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (uuid, version)) WITHOUT ROWID;
CREATE TABLE included_pools (pool TEXT PRIMARY KEY, bundles INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO open_bundles SELECT b.uuid, b.version FROM bundles b LEFT JOIN outcomes o USING (uuid, version) WHERE o.uuid IS NULL;
INSERT INTO included_pools SELECT b.pool, count(*) FROM bundles b JOIN outcomes o USING (uuid, version)
    WHERE o.outcome = 'included' GROUP BY b.pool;
CREATE TRIGGER bundle_opens AFTER INSERT ON bundles
    WHEN NOT EXISTS (SELECT 1 FROM outcomes WHERE uuid = NEW.uuid AND version = NEW.version)
    BEGIN INSERT INTO open_bundles VALUES (NEW.uuid, NEW.version); END;
CREATE TRIGGER bundle_comes_after_its_inclusion AFTER INSERT ON bundles
    WHEN EXISTS (SELECT 1 FROM outcomes WHERE uuid = NEW.uuid AND version = NEW.version AND outcome = 'included')
    BEGIN INSERT INTO included_pools VALUES (NEW.pool, 1) ON CONFLICT (pool) DO UPDATE SET bundles = bundles + 1; END;
CREATE TRIGGER outcome_is_replaced BEFORE INSERT ON outcomes
    WHEN EXISTS (SELECT 1 FROM outcomes WHERE uuid = NEW.uuid AND version = NEW.version AND outcome = 'included')
    BEGIN UPDATE included_pools SET bundles = bundles - 1
        WHERE pool = (SELECT pool FROM bundles WHERE uuid = NEW.uuid AND version = NEW.version); END;
CREATE TRIGGER bundle_ends AFTER INSERT ON outcomes
    BEGIN DELETE FROM open_bundles WHERE uuid = NEW.uuid AND version = NEW.version; END;
CREATE TRIGGER bundle_is_included AFTER INSERT ON outcomes WHEN NEW.outcome = 'included'
    BEGIN INSERT INTO included_pools SELECT pool, 1 FROM bundles WHERE uuid = NEW.uuid AND version = NEW.version
        ON CONFLICT (pool) DO UPDATE SET bundles = bundles + 1; END;
)"};

} // namespace jitbox::store
