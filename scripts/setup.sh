# ./run setup: the only place that installs anything. What is there already needs neither root nor a network.
# shellcheck shell=bash

jitbox_setup() { one_at_a_time setup_all; }

setup_all() { setup_debian_packages && setup_node && setup_npm_packages; }

setup_failed() { # setup_failed WHAT WHAT_TO_DO
  printf 'setup: %s\n        -> %s\n' "$1" "$2" >&2
  return 1
}

setup_debian_packages() {
  local missing=() package
  while read -r package; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done < <(grep -vE '^(#|$)' packages.debian)
  if [ ${#missing[@]} = 0 ]; then
    return
  fi
  say "installing ${#missing[@]} Debian packages"
  install_packages "${missing[@]}"
}

install_packages() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      setup_failed "these Debian packages are missing, and only root can install them: $*" "as root: apt-get install --no-install-recommends $*" || return
    fi
    as_root=(sudo)
  fi
  run "${as_root[@]}" apt-get update -qq &&
    run "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" && return
  setup_failed "apt-get, whose words are above, could not install: $*" \
    "it needs Debian 12, a network and a disk with room; after an installation that was cut off: dpkg --configure -a. Then once more."
}

# Any node from 18 on will do (Debian 12 has 18); one that is already there is kept.
setup_node() {
  local major
  major=$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/' || true)
  if [ "${major:-0}" -ge 18 ] && command -v npm >/dev/null; then
    return
  fi
  say "installing node and npm from Debian"
  install_packages nodejs npm
}

# Run again only when the lock file changed or the last time was cut off: the stamp is written at the end. Anvil, cast and forge come as their Linux
# x86-64 packages, not through the packages that choose a system: those list binaries that not every registry mirror has, and `npm ci` refuses a lock
# without them.
setup_npm_packages() {
  local stamp=node_modules/.jitbox-lock
  if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then
    return
  fi
  say "installing the npm packages of package-lock.json"
  run npm ci --no-audit --no-fund --loglevel=error ||
    setup_failed "npm, whose words are above, could not install the packages of package-lock.json" \
      "it needs a network (npm config get registry says where it asks) and a disk with room. Then once more: it begins anew by itself." || return
  cp package-lock.json "$stamp"
}
