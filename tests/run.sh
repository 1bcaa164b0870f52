#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Builds everything and runs every test: Qt Test under ctest, the Python parity tests, the benchmarks on small inputs (that
# fast and plain ways agree, never how fast), fuzzing, the house rules, and a build of core, datasets and cdra without Qt and
# LibTorch. From nothing it installs what is missing first.
# Exit code 0 only if all of it passed.
set -uo pipefail
cd "$(dirname "$0")/.."
. packaging/common.sh

failed=()
finish() {
    step 'Summary'
    for line in "${results[@]}"; do say "$line"; done
    if [ ${#failed[@]} != 0 ]; then
        say "FAILED: ${failed[*]} (after $((SECONDS / 60)) min $((SECONDS % 60)) s)"
        exit 1
    fi
    say "all passed (in $((SECONDS / 60)) min $((SECONDS % 60)) s)"
    exit 0
}
results=()
stage() { # NAME COMMAND...: remembers the outcome
    local name=$1 began=$SECONDS
    shift
    step "$name"
    if run "$@"; then
        results+=("$(printf '%-32s passed  %4d s' "$name" $((SECONDS - began)))")
    else
        results+=("$(printf '%-32s FAILED  %4d s' "$name" $((SECONDS - began)))")
        failed+=("$name")
        return 1
    fi
}

build=build/release
stage 'set-up' bash packaging/setup.sh || finish
need_python_tools
stage 'offline inputs' "$cdra_python" packaging/offline_inputs.py || finish
stage 'configure' cmake --preset release || finish
stage 'build' cmake --build --preset release --target all desktop_benchmark || finish
stage 'ctest' ctest --preset release
stage 'parity environment' bash tests/parity/setup.sh &&
    stage 'parity tests' env CDRA_BUILD="$cdra_root/$build" "$cdra_cache/parity-venv/bin/python" -m pytest -q -p no:cacheprovider tests/parity
stage 'benchmarks, quick: they agree' bash tests/benchmarks/run.sh --quick
stage 'configure without Qt, LibTorch' cmake --preset core-only &&
    stage 'build without Qt, LibTorch' cmake --build --preset core-only
if command -v clang++ >/dev/null; then
    stage 'fuzzing, 10 s a reader' bash tests/fuzz/run.sh 10
else
    results+=('fuzzing, sanitizers              left out: clang++ is not installed')
fi
stage 'house rules' bash tests/house_rules.sh "$build"
finish
