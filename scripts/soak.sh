# ./run soak [MINUTES]: the long campaigns behind the short forms in ./run test. MINUTES is for each fuzzer (default 10).
# shellcheck shell=bash

jitbox_soak() {
  local minutes=${1:-10} fuzzer
  if ! [[ $minutes =~ ^[0-9]+$ ]]; then
    echo "soak: '$minutes' is not a number of minutes for each fuzzer" >&2
    return 2
  fi
  source scripts/setup.sh
  source scripts/build.sh
  jitbox_setup
  build_preset release
  build_preset asan-ubsan fuzzers
  source scripts/lint.sh
  lint_deep
  for fuzzer in build/asan-ubsan/fuzz/*_fuzz; do
    say "fuzzing $(basename "$fuzzer") for $minutes minutes"
    run "$fuzzer" -max_total_time=$((minutes * 60)) -max_len=131072 "build/asan-ubsan/fuzz/corpus-$(basename "$fuzzer")"
  done
  for script in tests/soak/*.sh; do
    say "soak: $(basename "$script" .sh)"
    run bash "$script" build/release
  done
}
