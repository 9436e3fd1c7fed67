// yosys 0.23 cannot refer from one SystemVerilog package to another: copies of the packages in which such references are values and types of their own.
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/** All sources under rtl/, packages first. */
export function rtlSources(rtl) {
  const files = readdirSync(rtl, { recursive: true }).filter((name) => name.endsWith(".sv")).sort();
  const all = files.map((name) => join(rtl, name));
  return { packages: all.filter((file) => file.endsWith("_pkg.sv")), modules: all.filter((file) => !file.endsWith("_pkg.sv")) };
}

/** Writes the packages that `sources` use to `folder`, resolved, and returns their paths. */
export function resolvePackages(packages, sources, folder) {
  const texts = new Map(packages.map((file) => [basename(file, ".sv"), readFileSync(file, "utf8")]));
  const values = new Map();
  for (const [name, text] of texts) {
    for (const [, constant, value] of text.matchAll(/localparam\s+[^=;]*?(\w+)\s*=\s*([^;]+);/g)) values.set(`${name}::${constant}`, value);
  }
  const resolve = (name) => {
    let now = texts.get(name);
    for (let before = ""; before !== now; ) {
      before = now;
      now = now.replace(/(\w+_pkg)::(\w+)/g, (all, from) => (from !== name && values.has(all) ? `(${values.get(all)})` : all));
      const type = [...now.matchAll(/(\w+_pkg)::(\w+)/g)].find(([, from]) => from !== name && texts.has(from));
      if (type === undefined) continue;
      const [all, from, wanted] = type;
      const text = texts.get(from).match(new RegExp(`typedef [^;{]*\\{[^}]*\\}\\s*${wanted}\\s*;`));
      if (text === null) throw new Error(`area: ${name}.sv uses ${all}, which is no packed type of ${from}.sv`);
      const copy = text[0].replace(/\b([A-Z]\w+)\b/g, (constant) => (values.has(`${from}::${constant}`) ? `(${values.get(`${from}::${constant}`)})` : constant));
      now = now.replaceAll(all, wanted).replace(/package \w+;/, (head) => `${head}\n  ${copy}`);
    }
    return now;
  };
  const used = new Map();
  for (const file of sources) {
    for (const [, name] of readFileSync(file, "utf8").matchAll(/(\w+_pkg)::/g)) {
      if (!used.has(name) && texts.has(name)) used.set(name, resolve(name));
    }
  }
  mkdirSync(folder, { recursive: true });
  return [...used].map(([name, resolved]) => {
    const file = join(folder, `${name}.sv`);
    writeFileSync(file, resolved);
    return file;
  });
}
