#!/usr/bin/env bash
# Builds with instrumentation, runs every test, and prints the line coverage of src/.
set -euo pipefail
cd "$(dirname "$0")/.."
source cmake/debian_setup.sh
install_packages "${build_packages[@]}" "${test_packages[@]}" gcovr

cmake --preset coverage -DGROVE_BUILD_EXAMPLES=OFF
cmake --build --preset coverage
find build/coverage -name '*.gcda' -delete
ctest --test-dir build/coverage --parallel "$(nproc)" --output-on-failure
gcovr --root . --filter 'src/' --filter 'include/' --exclude-unreachable-branches --print-summary \
      --gcov-ignore-parse-errors build/coverage
