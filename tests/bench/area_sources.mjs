// yosys 0.23 reads no `import`, no `$bits` of a type, and no reference from one SystemVerilog package to another: copies of the sources without them.
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const stripped = (text) => text.replace(/\/\/.*$/gm, "").replace(/\/\*[\s\S]*?\*\//g, "");

/** `a = 1, b = f(2, 3)` split at the commas that are in no bracket. */
function declarators(text) {
  const parts = [""];
  let depth = 0;
  for (const char of text) {
    if ("([{".includes(char)) depth += 1;
    if (")]}".includes(char)) depth -= 1;
    if (char === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.split(/=(.*)/s).map((side) => side.trim()));
}

/** What a package or module declares by itself: constants with their texts, types with theirs, functions. */
function declarations(text) {
  const constants = new Map();
  const types = new Map();
  for (const [, list] of text.matchAll(/\blocalparam\s+(?:(?:int|unsigned|signed|logic|bit)\b\s*|\[[^\]]*\]\s*)*([^;]+);/g)) {
    for (const [name, value] of declarators(list)) constants.set(name, value);
  }
  for (const [whole, , name] of text.matchAll(/\btypedef\s+([^;{]*(?:\{[^}]*\})?)\s*(\w+)\s*;/g)) {
    types.set(name, whole);
    if (/\benum\b/.test(whole)) for (const [member] of declarators(whole.match(/\{([^}]*)\}/)[1])) constants.set(member, undefined);
  }
  const functions = [...text.matchAll(/\bfunction\s+automatic\s+[^;(]*?(\w+)\s*\(/g)].map(([, name]) => name);
  return { constants, types, names: [...constants.keys(), ...types.keys(), ...functions] };
}

export class Sources {
  /** All of the RTL below the folder `rtl`. */
  constructor(rtl) {
    this.files = readdirSync(rtl, { recursive: true }).filter((name) => name.endsWith(".sv")).sort().map((name) => join(rtl, name));
    this.texts = new Map(this.files.map((file) => [basename(file, ".sv"), stripped(readFileSync(file, "utf8"))]));
    this.declared = new Map([...this.texts].map(([name, text]) => [name, declarations(text)]));
  }

  /** A constant expression as a number, or undefined: `scope` is the package or module in which it stands. */
  value(text, scope) {
    const whole = text
      .replace(/(?:(\w+)::)?\b([A-Z]\w*)\b/g, (all, from, name) => {
        const known = this.declared.get(from ?? scope)?.constants.get(name);
        return known === undefined ? all : `(${this.value(known, from ?? scope)})`;
      })
      .replace(/\$bits\((?:(\w+)::)?(\w+)\)/g, (all, from, type) => `(${this.width(type, from ?? scope)})`)
      .replace(/\$clog2\(([^()]*|\([^()]*\))\)/g, (all, of) => `Math.ceil(Math.log2(${of}))`)
      .replace(/\d*'s?d(\d+)/g, "$1");
    return /^(?:[\d\s()+*<>-]|Math\.(?:ceil|log2))+$/.test(whole) ? Function(`return (${whole});`)() : undefined;
  }

  /** The members of a packed structure, the lowest bits last; of another type the whole. */
  members(type, scope) {
    const text = this.declared.get(scope)?.types.get(type);
    if (text === undefined) throw new Error(`area: ${scope}.sv uses ${type}, which it does not declare`);
    const fields = /\bstruct\b/.test(text) ? text.match(/\{([^}]*)\}/)[1].split(";").filter((field) => field.trim() !== "") : [text];
    return fields.map((field) => {
      const [high, low] = (field.match(/\[([^\]]*)\]/)?.[1] ?? "").split(/(?<!:):(?!:)/);
      const [, from, named] = field.trim().match(/^(?:(\w+)::)?(\w+_t)\b/) ?? [];
      const single = named === undefined ? 1 : this.width(named, from ?? scope);
      const bits = low === undefined ? single : this.value(high, scope) - this.value(low, scope) + 1;
      return { name: field.trim().match(/(\w+)$/)[1], bits, signed: /\bsigned\b/.test(field) };
    });
  }

  /** Bits of a packed type, as `$bits` says. */
  width(type, scope) {
    return this.members(type, scope).reduce((sum, member) => sum + member.bits, 0);
  }

  /** Structures that are declared inside a block, whose members yosys 0.23 does not find: vectors and their parts. */
  flattened(name, text) {
    let now = text;
    for (const [all, from, type, list] of text.matchAll(/^ {4,}(?:(\w+)::)?(\w+_t) +(\w+(?:, *\w+)*);/gm)) {
      if (!/\bstruct\b/.test(this.declared.get(from ?? name)?.types.get(type) ?? "")) continue;
      const members = this.members(type, from ?? name);
      now = now.replace(all, `    logic [${this.width(type, from ?? name) - 1}:0] ${list};`);
      for (const variable of list.split(/, */)) {
        now = now.replace(new RegExp(`(?<![\\w.])${variable}\\.(\\w+)(?:\\[(\\d+):(\\d+)\\])?`, "g"), (found, member, high, low) => {
          const at = members.findIndex((one) => one.name === member);
          if (at < 0 || members[at].signed) throw new Error(`area: ${name}.sv uses ${found}, which cannot be made a part of a vector`);
          const below = members.slice(at + 1).reduce((sum, one) => sum + one.bits, 0);
          return `${variable}[${below + Number(high ?? members[at].bits - 1)}:${below + Number(low ?? 0)}]`;
        });
      }
    }
    return now;
  }

  /** The text of a source as yosys 0.23 can read it. */
  resolved(name) {
    let text = this.texts.get(name);
    for (const [, list] of text.matchAll(/\bimport\s+([^;]*);/g)) {
      for (const from of list.split(",").map((one) => one.trim().replace("::*", ""))) {
        const names = this.declared.get(from).names.join("|");
        text = text.replace(new RegExp(`(?<!::)(?<![\\w.$'])(?:${names})\\b(?!\\s*::)`, "g"), (found) => `${from}::${found}`);
      }
    }
    text = text.replace(/\bimport\s+[^;]*;/g, "");
    this.declared.set(name, declarations(text));
    text = text.replace(/\$bits\((?:(\w+)::)?(\w+)\)/g, (all, from, type) => this.width(type, from ?? name));
    return name.endsWith("_pkg") ? this.alone(name, text) : this.flattened(name, text);
  }

  /** A package that refers to no other: constants as values, types as copies. */
  alone(name, text) {
    let now = text;
    for (let before = ""; before !== now; ) {
      before = now;
      now = now.replace(/(\w+_pkg)::(\w+)/g, (all, from, wanted) => {
        const known = this.declared.get(from).constants.get(wanted);
        return known === undefined ? all : `(${known})`;
      });
      const [all, from, wanted] = now.match(/(\w+_pkg)::(\w+)/) ?? [];
      if (all === undefined) continue;
      const local = (constant) => (this.declared.get(from).constants.has(constant) ? `${from}::${constant}` : constant);
      const copy = this.declared.get(from).types.get(wanted).replace(/\b[A-Z]\w+\b/g, local);
      now = now.replaceAll(all, wanted).replace(/package \w+;/, (head) => `${head}\n  ${copy}`);
    }
    return now;
  }

  /** Writes all sources, resolved, to `folder`; returns their paths, packages first. */
  write(folder) {
    mkdirSync(folder, { recursive: true });
    const names = [...this.texts.keys()].sort((a, b) => b.endsWith("_pkg") - a.endsWith("_pkg"));
    return names.map((name) => {
      const file = join(folder, `${name}.sv`);
      writeFileSync(file, this.resolved(name));
      return file;
    });
  }
}
