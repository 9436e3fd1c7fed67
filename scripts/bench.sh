# ./run bench [--write] [NAME...]: the figures of docs/performance.md. Every claim there names one of these; with --write the
# card's tables (rtl_...) are put there.
# shellcheck shell=bash

jitbox_bench() {
  local known name
  if [ "${1:-}" = --write ]; then
    export JITBOX_WRITE=1
    shift
  fi
  known=$(basename -a -s .sh tests/bench/*.sh | tr '\n' ' ')
  for name in "$@"; do
    if [ ! -f "tests/bench/$name.sh" ]; then
      echo "bench: there is no '$name', but: $known" >&2
      return 2
    fi
  done
  source scripts/setup.sh
  source scripts/build.sh
  jitbox_setup
  build_preset release
  local script names=("$@")
  if [ ${#names[@]} = 0 ]; then
    for script in tests/bench/*.sh; do
      # Synthesis takes up to 20 minutes a module: it runs when it is named.
      [ "$script" = tests/bench/area.sh ] || names+=("$(basename "$script" .sh)")
    done
    say "left out: area (./run bench area)"
  fi
  for script in "${names[@]}"; do
    say "bench: $script"
    run bash "tests/bench/$script.sh" build/release
  done
}
