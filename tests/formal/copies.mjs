// Copies of the RTL for prove.sh that yosys 0.23 can read (packages resolved), with words of range_engine of BITS (4) bits instead of 260: what only
// carries a word or compares it whole is proved at that size. node tests/formal/copies.mjs FOLDER [BITS]
// SPDX-License-Identifier: Apache-2.0
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Sources } from "../bench/area_sources.mjs";

const [folder, bits = "4"] = process.argv.slice(2);
const narrow = join(folder, "narrow");
cpSync(new URL("../../rtl", import.meta.url).pathname, narrow, { recursive: true });
const file = join(narrow, "range", "range_isa_pkg.sv");
const wide = readFileSync(file, "utf8");
const text = wide.replace(/WordBits( *)= 260/, `WordBits$1= ${bits}`).replace(/\[255:0\]( *c;)/, "[3:0]$1");
if (text.length >= wide.length) throw new Error("range_isa_pkg.sv has other words than this script knows");
writeFileSync(file, text);
new Sources(narrow).write(folder);
