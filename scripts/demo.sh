# ./run demo: the appliance end to end on the sandbox chain (sim/demo/demo.mjs; --help for its options).
# shellcheck shell=bash

jitbox_demo() {
  case " $* " in *" --help "* | *" -h "*) exec node sim/demo/demo.mjs --help ;; esac
  source scripts/setup.sh
  source scripts/build.sh
  jitbox_setup
  node sim/demo/demo.mjs --help "$@" >/dev/null || return # a wrong option is said before anything is built
  local card=(jitbox-card-model jitbox-xrt)
  [[ " $* " =~ " --engine"[=\ ]"native " ]] && card=()
  build_preset release jitd jitctl jit-signer jit-relay-sim "${card[@]}"
  say "demo"
  run exec node sim/demo/demo.mjs "$@"
}
