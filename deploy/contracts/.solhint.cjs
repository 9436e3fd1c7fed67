// SPDX-License-Identifier: Apache-2.0
module.exports = {
  extends: "solhint:recommended",
  rules: {
    "compiler-version": ["error", "0.8.37"],
    "func-visibility": ["error", { ignoreConstructors: true }],
    // Comments say what a name does not; a tag for every parameter would repeat the names.
    "use-natspec": "off",
    // Amounts are read, not searched for: an index on them only costs gas.
    "gas-indexed-events": "off",
    // The strict form needs an off-by-one; the compiler makes the same code of both.
    "gas-strict-inequalities": "off",
    // The packed words and the libraries that read them are one subject.
    "one-contract-per-file": "off",
  },
};
