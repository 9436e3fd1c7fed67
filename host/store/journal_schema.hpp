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
)"};

} // namespace jitbox::store
