# ./run build [PRESET] [TARGET...]: configure and build one preset.
# shellcheck shell=bash

jitbox_build() {
  local preset=${1:-release}
  shift || true
  if ! grep -q "{ \"name\": \"$preset\", \"configurePreset\"" CMakePresets.json; then
    echo "build: there is no preset '$preset': release, debug, asan-ubsan, tsan" >&2
    return 2
  fi
  source scripts/setup.sh
  jitbox_setup
  build_preset "$preset" "$@"
}

build_preset() { one_at_a_time configure_and_build "$@"; }

configure_and_build() {
  local preset=$1 targets=()
  shift
  [ $# -gt 0 ] && targets=(--target "$@")
  say "building $preset"
  run cmake --preset "$preset" >/dev/null &&
    run cmake --build --preset "$preset" "${targets[@]}"
}
