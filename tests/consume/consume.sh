#!/usr/bin/env bash
# consume.sh HOW SOURCE BUILD WORK COMPILER: builds a scratch project against grove and runs it.
# HOW: find_package | pkg_config | readme (of an installation of BUILD; the last is the program and the CMake lines
# that README.md prints), add_subdirectory (of SOURCE), exported_header (a program of an exported model, without grove).
set -euo pipefail
how=$1 source=$2 build=$3 work=$4 compiler=$5
rm -rf "$work"
mkdir -p "$work"
if [ "$how" != add_subdirectory ] && [ "$how" != exported_header ]; then
  cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
  for installed in include/grove/grove.hpp share/grove/datasets/index.json; do
    [ -e "$work/prefix/$installed" ] || { echo "not installed: $installed"; exit 1; }
  done
  LD_LIBRARY_PATH="$(echo "$work"/prefix/lib/*-gnu):$work/prefix/lib" \
    "$work/prefix/bin/grove" cv iris -m 'GaussianNB()' --quiet | grep -q 'iris: 150 rows'
fi
case $how in
  find_package)
    cmake -G Ninja -S "$source/tests/consume/find_package" -B "$work/build" -DCMAKE_CXX_COMPILER="$compiler" \
          -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/configure.log"
    cmake --build "$work/build"
    "$work/build/consumer"
    ;;
  readme)
    block() { awk -v want="\`\`\`$1" '$0 == want {inside = 1; next} /^```/ {inside = 0} inside' "$source/README.md"; }
    block cpp >"$work/main.cpp"
    block cmake >"$work/CMakeLists.txt"
    cp "$source/datasets/wine.csv" "$work"
    cmake -G Ninja -S "$work" -B "$work/build" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$work/prefix" \
          >"$work/configure.log"
    cmake --build "$work/build"
    cd "$work" && build/analysis | tee output.txt
    grep -q 'accuracy' output.txt && [ "$(tail -n 1 output.txt)" = 1 ]
    ;;
  pkg_config)
    export PKG_CONFIG_PATH="$work/prefix/lib/pkgconfig:$(echo "$work"/prefix/lib/*/pkgconfig)"
    "$compiler" -std=c++20 "$source/tests/consume/main.cpp" $(pkg-config --cflags --libs grove) -o "$work/consumer"
    LD_LIBRARY_PATH="$work/prefix/lib:$(echo "$work"/prefix/lib/*-gnu)" "$work/consumer"
    ;;
  add_subdirectory)
    cmake -G Ninja -S "$source/tests/consume/add_subdirectory" -B "$work/build" -DCMAKE_CXX_COMPILER="$compiler" \
          -DCMAKE_CXX_FLAGS=-O0 -DGROVE_SOURCE="$source" >"$work/configure.log"
    cmake --build "$work/build"
    "$work/build/consumer"
    ;;
  exported_header)
    cd "$work"
    GROVE_DATASETS="$source/datasets" "$build/examples/export_header" >expected.txt
    "$compiler" -std=c++17 -O2 -Wall -Wextra -Wpedantic -Wconversion -Werror -I. \
                "$source/examples/exported/use_penguins.cpp" -o use_penguins
    ./use_penguins | tee found.txt
    cmp expected.txt found.txt
    ;;
esac
