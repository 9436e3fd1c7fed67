# ./run setup: the only place that installs anything.
# shellcheck shell=bash

jitbox_setup() {
  setup_debian_packages
  setup_node
  setup_npm_packages
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
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
  run as_root apt-get update -qq
  run as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# Any node from 18 on will do (Debian 12 has 18); one that is already there is kept.
setup_node() {
  local major
  major=$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/' || true)
  if [ "${major:-0}" -ge 18 ] && command -v npm >/dev/null; then
    return
  fi
  say "installing node and npm from Debian"
  run as_root apt-get update -qq
  run as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm
}

# Run again only when the lock file changed. Anvil, cast and forge come as their Linux x86-64 packages, not through the packages that
# choose a system: those list binaries that not every registry mirror has, and `npm ci` refuses a lock without them.
setup_npm_packages() {
  local stamp=node_modules/.jitbox-lock
  if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then
    return
  fi
  say "installing the npm packages of package-lock.json"
  run npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json "$stamp"
}
