#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Works on a bare Debian 12, as root or with sudo.
set -euo pipefail
cd "$(dirname "$0")/.."
source cmake/debian_setup.sh
install_packages "${build_packages[@]}" "${test_packages[@]}"

cmake --preset release -DGROVE_BUILD_TESTS=ON
cmake --build --preset release
ctest --preset release --parallel "$(nproc)"
