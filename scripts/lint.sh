# ./run lint [CHECK...]: every check that reads the sources; each prints what it found. `./run lint deep` is the slow one.
# shellcheck shell=bash

quick_lint_checks=(format shell solidity architecture text)
built_lint_checks=(architecture tidy deep) # they read what a build has written
lint_checks=("${quick_lint_checks[@]}" tidy analysers)

jitbox_lint() {
  source scripts/setup.sh
  source scripts/build.sh
  jitbox_setup
  local bad=0 check
  [ $# -gt 0 ] || set -- "${lint_checks[@]}"
  for check in "$@"; do
    if ! declare -F "lint_$check" >/dev/null; then
      echo "lint: there is no check '$check': ${lint_checks[*]} deep" >&2
      return 2
    fi
  done
  for check in "$@"; do
    if [[ " ${built_lint_checks[*]} " == *" $check "* ]]; then
      build_preset release
      break
    fi
  done
  for check in "$@"; do
    "lint_$check" || bad=1
  done
  return $bad
}

cxx_sources() { git ls-files '*.cpp' '*.hpp' '*.h'; }

lint_format() {
  say "clang-format"
  cxx_sources | xargs clang-format-19 --dry-run --Werror
}

# clang-tidy over host, kernels and sim; what was clean and has not changed is not looked at again (tidy.mjs). JITBOX_TIDY_BASE=REV limits it
# to what changed since REV.
lint_tidy() {
  say "clang-tidy"
  node scripts/tidy.mjs build/release ${JITBOX_TIDY_BASE:+--since "$JITBOX_TIDY_BASE"} "$@"
}

lint_shell() {
  say "shellcheck"
  git ls-files 'run' '*.sh' '.ci/run' | xargs shellcheck -x
}

lint_solidity() {
  say "solhint and forge fmt"
  if [ ! -d deploy/contracts/src ]; then return 0; fi
  (cd deploy/contracts &&
    ../../node_modules/.bin/solhint --disc --max-warnings 0 -c .solhint.cjs 'src/**/*.sol' &&
    tools/forge.sh fmt --check)
}

# SMTChecker, and Slither and Mythril where they are installed.
lint_analysers() {
  say "analysers of the executor"
  deploy/contracts/tools/analyse.sh
}

lint_architecture() {
  say "include rules"
  node tests/architecture/check_includes.mjs build/release/architecture.txt
}

# The static analyzer over everything: a quarter of an hour on two cores, so not a part of the default.
lint_deep() {
  say "clang static analyzer"
  git ls-files 'host/*.cpp' 'kernels/*.cpp' 'sim/*.cpp' |
    xargs -P2 -n4 clang-tidy-19 --quiet -p build/release --checks='-*,clang-analyzer-*' 2> >(grep -vE 'warnings? generated|Suppressed|Use -header-filter' >&2)
}

# Words that mark unfinished work, and paths of one machine, have no place in the tree.
lint_text() {
  say "leftovers"
  if git grep -nIE '\b(TODO|FIXME|XXX|HACK)\b|/(home|root)/[a-z]' -- . ':!scripts/lint.sh' ':!package-lock.json'; then
    echo "lint: remove the lines above" >&2
    return 1
  fi
}
