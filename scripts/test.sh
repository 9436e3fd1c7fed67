# ./run test: the set-up, then every test. Ends with one closing line that counts them all.
# shellcheck shell=bash

# asan-ubsan runs the unit tests and the fuzzers, tsan the tests with threads; the integration tests run once, as they are built for use.
TIDY_BUDGET_S=180
SHOWN_LINES=60 # of each failure, again at the end

test_usage() {
  cat <<'TEXT'
usage: ./run test [--only STAGE[,STAGE]] [--shared-data DIR]

Stages, in this order: lint, release, contracts, asan-ubsan (with the fuzzers, 20 s each), tsan. Default: all of them.
clang-tidy gets 180 s, the most recently changed files first: from nothing it takes as long as a build (./run lint), but files that were clean and
have not changed cost nothing.
Tests on real mainnet data run when ../shared/data (or --shared-data) is there and say so when it is not.
TEXT
}

jitbox_test() {
  local stages=lint,release,contracts,asan-ubsan,tsan
  while [ $# -gt 0 ]; do
    case "$1" in
      --only) stages=${2:?--only STAGE[,STAGE]}; shift 2 ;;
      --shared-data) export JITBOX_SHARED_DATA=${2:?--shared-data DIR}; shift 2 ;;
      -h | --help) test_usage; return 0 ;;
      *) test_usage >&2; return 2 ;;
    esac
  done
  local stage started
  for stage in ${stages//,/ }; do
    if ! declare -F "test_stage_${stage//-/_}" >/dev/null; then
      echo "test: there is no stage '$stage': lint, release, contracts, asan-ubsan, tsan" >&2
      return 2
    fi
  done
  source scripts/setup.sh
  source scripts/build.sh
  source scripts/lint.sh
  jitbox_setup

  passed=0 failed=0 failures=()
  logs=$(mktemp -d)
  for stage in ${stages//,/ }; do
    started=$SECONDS
    "test_stage_${stage//-/_}" || true
    say "$stage: $((SECONDS - started)) s, so far $passed passed, $failed failed"
  done
  [ $failed = 0 ] || repeat_failures
  rm -r "$logs"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ $failed = 0 ] && [ $passed -gt 0 ]
}

count() { # count NAME STATUS [LOG]: one result; the log's end is shown again when all is done
  if [ "$2" = 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("$1")
    tail -n "$SHOWN_LINES" "${3:-/dev/null}" >"$logs/$failed"
  fi
}

# Runs a check, counts it under a name, and keeps what it prints.
count_run() { # count_run NAME COMMAND...
  local name=$1 status=0
  shift
  "$@" 2>&1 | tee "$logs/now" || status=1
  count "$name" "$status" "$logs/now"
}

# What failed is far up by now, and whoever reads a CI log may have its end only.
repeat_failures() {
  local at
  for at in "${!failures[@]}"; do
    if [ -s "$logs/$((at + 1))" ]; then
      printf '%s\n' "--- the end of what '${failures[at]}' printed:"
      cat "$logs/$((at + 1))"
    fi
  done
  printf 'failed: %s\n' "${failures[@]}"
}

# Runs ctest and adds what it counted. A run that does not end with ctest's closing line is one failure.
count_ctest() {
  local preset=$1 log=build/$1/ctest.log
  shift
  run ctest --preset "$preset" --output-on-failure "$@" 2>&1 | tee "$log" || true
  local line bad total
  line=$(grep -E '^[0-9]+% tests passed, [0-9]+ tests failed out of [0-9]+' "$log" | tail -1)
  if [ -z "$line" ]; then
    count "$preset: ctest did not finish" 1 "$log"
    return
  fi
  bad=$(sed -E 's/.* ([0-9]+) tests failed out of .*/\1/' <<<"$line")
  total=$(sed -E 's/.*out of ([0-9]+).*/\1/' <<<"$line")
  passed=$((passed + total - bad))
  [ "$bad" != 0 ] || return 0
  while read -r name; do
    output_of "$name" "$log" >"$logs/now"
    count "$preset: $name" 1 "$logs/now"
  done < <(sed -nE 's/^[[:space:]]+[0-9]+ - ([^ ]+) \(.*/\1/p' "$log")
}

# What ctest shows of a test that failed: from its line to the next test's.
output_of() { # output_of TEST LOG
  awk -v name="$1" '
    / Test +#[0-9]+: / { shown = $0 ~ ("#[0-9]+: " name " ") && !/ Passed /; }
    /^ +Start +[0-9]+: / || /^[0-9]+% tests passed/ { next }
    shown' "$2"
}

build_or_fail() {
  local status=0
  build_preset "$@" 2>&1 | tee "$logs/now" || status=1
  [ $status = 0 ] || count "build $1" 1 "$logs/now"
  return $status
}

test_stage_lint() {
  build_or_fail release || return 0
  local check
  for check in "${quick_lint_checks[@]}"; do count_run "lint $check" "lint_$check"; done
  count_run "lint tidy" lint_tidy --budget "$TIDY_BUDGET_S"
}

test_stage_release() { build_or_fail release && count_ctest release -j2; }

test_stage_contracts() { count_run "contracts" run bash deploy/contracts/test.sh; }

test_stage_asan_ubsan() {
  build_or_fail asan-ubsan unit_tests fuzzers && count_ctest asan-ubsan -j2 -L 'unit|threads|fuzz' -LE 'release_only'
}
test_stage_tsan() { build_or_fail tsan thread_tests && count_ctest tsan -j2 -L 'threads'; }
