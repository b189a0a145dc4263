# Sourced by examples/run.sh and tests/run.sh: the Debian packages that grove builds and tests with.
build_packages=(g++ cmake ninja-build pkg-config libeigen3-dev libnanoflann-dev nlohmann-json3-dev libcli11-dev
                zlib1g-dev libssl-dev librandom123-dev libboost-dev libspectra-dev)
test_packages=(catch2)

install_packages() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "run as root or install sudo: packages are missing: ${missing[*]}" >&2; return 1; }
    as_root=(sudo)
  fi
  echo "Installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
