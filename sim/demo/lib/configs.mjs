// The configuration files of jitd and jit-signer for one sandbox.
// SPDX-License-Identifier: Apache-2.0

const ETHER = 10n ** 18n;
const POSITION_WEI = 150n * ETHER; // of each token, that one position may use

const quoted = (value) => JSON.stringify(String(value));

/** Units of a token that are worth `wei`. */
const units = (token, wei) => (wei << 96n) / BigInt(token.price_x96);

/** The sandbox's chain profile (docs/chains.md), every code hash pinned. */
export function chain_profile({ manifest, block_time_s = 12 }) {
  const { contracts } = manifest;
  const hashes = new Map([...Object.values(contracts), ...manifest.tokens].map(({ address, code_hash }) => [address, code_hash]));
  const pinned = (address) => `address = ${quoted(address)}\ncode_hash = ${quoted(hashes.get(address))}`;
  const sections = [
    `[chain]
id = ${manifest.chain_id}
name = "sandbox"
base_fee = "ethereum"
block_time_s = ${block_time_s}
finality_blocks = 128`,
    `[[contracts]]\nname = "permit2"\n${pinned(contracts.permit2.address)}`,
    ...(manifest.safe ? [`[[contracts]]\nname = "guard of the Safe"\naddress = ${quoted(manifest.safe.guard)}\ncode_hash = ${quoted(manifest.safe.guard_code_hash)}`] : []),
    ...manifest.factories.map(({ kind, address, init_code_hash }) => `[[factories]]\nkind = ${quoted(kind)}\n${pinned(address)}\ninit_code_hash = ${quoted(init_code_hash)}`),
    ...manifest.routers.map(({ kind, address, factory }) => `[[routers]]\nkind = ${quoted(kind)}\n${pinned(address)}\nfactory = ${quoted(factory)}`),
    ...manifest.tokens.map(({ symbol, address, decimals }) => `[[tokens]]\nsymbol = ${quoted(symbol)}\n${pinned(address)}\ndecimals = ${decimals}`),
  ];
  return `${sections.join("\n\n")}\n`;
}

/**
 * @param {object} options manifest, dirs {runtime, state}, profile: its file or none, relays [{name, url}], overrides of single lines by
 *   "section.key"
 */
export function jitd_config({ manifest, dirs, profile, relays, overrides = {} }) {
  const value = (key, fallback) => overrides[key] ?? fallback;
  /** A section with its defaults and every override of it. */
  const section = (name, defaults) => {
    const given = Object.entries(overrides).filter(([key]) => key.startsWith(`${name}.`)).map(([key, text]) => [key.slice(name.length + 1), text]);
    const lines = Object.entries({ ...defaults, ...Object.fromEntries(given) }).map(([key, text]) => `${key} = ${text}`);
    return [`[${name}]`, ...lines].join("\n");
  };
  const static_prices = !("prices.file" in overrides);
  const tokens = new Map(manifest.tokens.map((token) => [token.address, token]));
  const factories = new Map(manifest.factories.map((factory) => [factory.address, factory]));
  const sections = [
    `environment = "development"`,
    `[chain]
id = ${manifest.chain_id}
name = "sandbox"
node_ws = ${quoted(value("chain.node_ws", manifest.ws_url))}${overrides["chain.node_ca_file"] ? `\nnode_ca_file = ${quoted(overrides["chain.node_ca_file"])}` : ""}
executor = ${quoted(manifest.executor.address)}
executor_code_hash = ${quoted(manifest.executor.code_hash)}
block_time_s = ${value("chain.block_time_s", 12)}
owner = ${quoted(value("chain.owner", manifest.executor.owner))}
guardian = ${quoted(value("chain.guardian", manifest.executor.guardian))}${profile ? `\nprofile = ${quoted(profile)}` : ""}`,
    `[paths]
runtime_dir = ${quoted(dirs.runtime)}
state_dir = ${quoted(dirs.state)}`,
    `[strategy]
candidates = 64
tip_ppm = 500000
mint_gas = 500000
burn_gas = 350000
max_tip_wei = ${quoted(manifest.executor.tip_cap_wei)}
compare_every_blocks = ${value("strategy.compare_every_blocks", 4)}
rehearse_ms = ${value("strategy.rehearse_ms", 5)}`,
    `[engine]
deadline_ms = ${value("engine.deadline_ms", 5000)}`,
    section("risk", {
      max_position_wei: quoted(2n * POSITION_WEI),
      max_pool_value_wei: quoted(8n * POSITION_WEI),
      max_daily_loss_wei: quoted(ETHER),
      max_gas_price_wei: quoted(10n ** 12n),
      max_price_impact_ppm: 300000,
      max_orders_per_second: 20,
      max_concurrent_bundles: 4,
      max_retries: 100,
      min_profit_wei: quoted(10n ** 14n),
      unusual_amount_wei: quoted(2n * POSITION_WEI),
    }),
    section("prices", {}),
    `[relay]
auth_key_file = ${quoted(`${dirs.state}/relay-auth.key`)}
deadline_ms = ${value("relay.deadline_ms", 1000)}`,
    `[admin]
port = 0`,
    `[arming]
require_synchronised_clock = ${value("arming.require_synchronised_clock", false)}
${overrides["arming.manifest"] ? `manifest = ${quoted(overrides["arming.manifest"])}
manifest_public_key = ${quoted(overrides["arming.manifest_public_key"])}` : ""}`,
    `[telemetry]
log_level = "debug"`,
  ];
  if (overrides["audit.anchor"]) sections.push(section("audit", {}));
  if (overrides["capture.dir"]) sections.push(`[capture]\ndir = ${quoted(overrides["capture.dir"])}`);
  for (const token of manifest.tokens) {
    sections.push(`[[tokens]]
symbol = ${quoted(token.symbol)}
address = ${quoted(token.address)}
decimals = ${token.decimals}${static_prices ? `\nprice_x96 = ${quoted(token.price_x96)}` : ""}`);
  }
  for (const pool of manifest.pools) {
    const factory = factories.get(pool.factory);
    sections.push(`[[pools]]
address = ${quoted(pool.address)}
token0 = ${quoted(pool.token0)}
token1 = ${quoted(pool.token1)}
factory = ${quoted(pool.factory)}
deployer = ${quoted(factory.deployer)}
init_code_hash = ${quoted(factory.init_code_hash)}
kind = ${quoted(pool.kind)}
fee = ${pool.fee}
tick_spacing = ${pool.tick_spacing}
executor_pool_id = ${pool.pool_id}
budget0 = ${quoted(units(tokens.get(pool.token0), POSITION_WEI))}
budget1 = ${quoted(units(tokens.get(pool.token1), POSITION_WEI))}${overrides["pools.reference"]?.includes(pool.address) ? "\nreference = true" : ""}`);
  }
  for (const router of manifest.routers) {
    sections.push(`[[routers]]
address = ${quoted(router.address)}
kind = ${quoted(router.kind)}
factory = ${quoted(router.factory)}`);
  }
  for (const relay of relays) {
    sections.push(`[[relays]]
name = ${quoted(relay.name)}
url = ${quoted(relay.url)}`);
  }
  return `${sections.join("\n\n")}\n`;
}

/** @param {object} options people [{name, public_key}]: who may approve; without any one person suffices, as only development may have it */
export function signer_config({ manifest, dirs, lanes, people = [], arm_threshold_wei = 0n }) {
  const approvals = people.map(({ name, public_key }) => `  { name = ${quoted(name)}, public_key = ${quoted(public_key)} },`);
  return `[signer]
environment = "development"
chain_id = ${manifest.chain_id}
executor = ${quoted(manifest.executor.address)}
state_dir = ${quoted(dirs.signer)}
signing_socket = ${quoted(`${dirs.runtime}/signer.sock`)}
control_socket = ${quoted(`${dirs.runtime}/signer-control.sock`)}

[limits]
max_gas_limit = 1000000
max_fee_per_gas_wei = ${quoted(10n ** 12n)}
max_priority_fee_per_gas_wei = ${quoted(10n ** 10n)}
max_tip_wei = ${quoted(manifest.executor.tip_cap_wei)}
max_ttl_s = 3600
max_beat_gap_ms = 3000

[hsm]
module = "/usr/lib/softhsm/libsofthsm2.so"
token = "jitbox"
key_label = "operator"
lanes = ${lanes}
call_deadline_ms = 2000
start_deadline_ms = 20000
pin_file = ${quoted(`${dirs.hsm}/pin`)}
${people.length === 0 ? "" : `
[approvals]
arm_threshold_wei = ${quoted(arm_threshold_wei)}
people = [
${approvals.join("\n")}
]
`}`;
}
