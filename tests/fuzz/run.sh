#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# usage: tests/fuzz/run.sh [SECONDS] [TARGET...]   every reader, SECONDS each (default 10), from the committed corpus.
# What it finds is left in build/fuzz/found/TARGET-*; the corpus itself is not touched.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
. "$here/../../packaging/common.sh"
seconds=${1:-10}
shift || true
build="${CDRA_FUZZ_BUILD:-$cdra_root/build/fuzz}"
command -v clang++ >/dev/null || die 'clang++ is needed: apt-get install clang'
[ -f "$build/CMakeCache.txt" ] || cmake -S "$cdra_root" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_C_COMPILER=clang \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -gline-tables-only -DNDEBUG" \
    -DCDRA_FUZZ=ON -DCDRA_ENGINE=OFF -DCDRA_DESKTOP=OFF -DCDRA_TESTS=OFF >/dev/null
mkdir -p "$build/found"
cmake --build "$build" --target fuzz_all >"$build/build.log" || { grep -m5 -A4 'error:' "$build/build.log"; die "the fuzzers do not build, see $build/build.log"; }
targets=("$@")
[ ${#targets[@]} -gt 0 ] || for file in "$here"/*.cpp; do targets+=("$(basename "$file" .cpp)"); done

# One reader: its outcome as one line, status 1 if something was found.
fuzz() {
    local target=$1 log="$build/found/$1.log" work status=0
    work=$(mktemp -d)
    mkdir -p "$here/corpus/$target"
    "$build/bin/fuzz_$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1500 -malloc_limit_mb=1024 -max_len=65536 \
        -artifact_prefix="$build/found/$target-" -print_final_stats=1 "$work" "$here/corpus/$target" >"$log" 2>&1 &
    local program=$!
    if wait "$program"; then
        say "$target: $(grep -o 'number_of_executed_units: *[0-9]*' "$log" | grep -o '[0-9]*$') inputs, nothing found"
    else
        status=1
        say "$target: $(grep -m1 -E 'ERROR|SUMMARY|runtime error' "$log" || tail -1 "$log")"
    fi
    rm -rf "$work" "/dev/shm/cdra-fuzz-$program" # the second is scratch_folder() of fuzz.h
    return "$status"
}

failed=0 running=0
one_ends() { wait -n || failed=$((failed + 1)); running=$((running - 1)); }
for target in "${targets[@]}"; do
    [ "$running" -lt "$(cdra_jobs)" ] || one_ends # as many at a time as compilers: a core and 2 GiB each
    fuzz "$target" &
    running=$((running + 1))
done
while [ "$running" -gt 0 ]; do one_ends; done
[ "$failed" = 0 ] || die "$failed readers failed, see $build/found"
