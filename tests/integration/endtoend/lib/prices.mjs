// Two price sources for jitd: files that are replaced twice a second, and can stop, lie or write rubbish.
// SPDX-License-Identifier: Apache-2.0
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export class PriceSources {
  /** @param {import("../../../../sim/demo/lib/appliance.mjs").SandboxAppliance} appliance: before it is started; its overrides are set */
  constructor(appliance, { max_age_ms }) {
    this.files = ["first", "second"].map((name) => join(appliance.dir, `prices-${name}.json`));
    this.skew_ppm = [0n, 0n];
    this.rubbish = [false, false];
    Object.assign(appliance.overrides, {
      "prices.file": JSON.stringify(this.files[0]),
      "prices.second_file": JSON.stringify(this.files[1]),
      "prices.max_age_ms": max_age_ms,
    });
    const start = appliance.start_jitd.bind(appliance);
    appliance.start_jitd = async () => {
      this.tokens = appliance.manifest.tokens;
      this.start();
      return start();
    };
  }

  start() {
    this.stop();
    this.#write();
    this.timer = setInterval(() => this.#write(), 500);
  }

  stop() {
    clearInterval(this.timer);
  }

  /** Both files, each by the skew of its source. */
  #write() {
    this.files.forEach((file, i) => {
      const prices = this.tokens.map(({ address, decimals, price_x96 }) => {
        const price = (BigInt(price_x96) * 10n ** BigInt(decimals)) >> 96n;
        return { token: address, price_wei: String((price * (1_000_000n + this.skew_ppm[i])) / 1_000_000n), time_ms: Date.now() };
      });
      writeFileSync(`${file}.new`, this.rubbish[i] ? '{"prices": [' : JSON.stringify({ prices }));
      renameSync(`${file}.new`, file);
    });
  }
}
