#!/usr/bin/env bash
# The main job: compares algorithm variants by cross-validation on bundled data sets, prints a table and writes an
# HTML report. Installs what is missing, builds, runs. Works on a bare Debian 12, as root or with sudo.
set -euo pipefail
cd "$(dirname "$0")/.."
source cmake/debian_setup.sh
install_packages "${build_packages[@]}"

cmake --preset release -DGROVE_BUILD_TESTS=OFF
cmake --build --preset release --target example_compare_variants
build/release/examples/compare_variants build/comparison.html
