#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Ratios against named peers that do the same work, interleaved, median of several.
#   bash tests/benchmarks/run.sh [--quick] [--only NAME]... [--rounds N] [--threads N] [--list]
# --quick: small inputs, to see that everything runs and that results agree; peers that are not installed are left out.
# Builds what it measures (CDRA_BUILD names another build folder; what is there is used). Results: results/latest.json
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
. "$here/../../packaging/common.sh"

quick=''
for word in "$@"; do
    case "$word" in --quick) quick=1 ;; --list) exec python3 "$here/benchmark.py" --list ;; esac
done
if [ -z "${CDRA_BUILD:-}" ]; then
    cd "$cdra_root"
    [ -f build/release/build.ninja ] || cmake --preset release
    cmake --build --preset release --target cdra core_benchmark engine_benchmark >&2
fi
if [ -z "$quick" ]; then
    bash "$here/setup.sh" >&2 || say "the peers' environment can't be made; their rows stay empty" >&2
fi
exec python3 "$here/benchmark.py" --build "${CDRA_BUILD:-$cdra_root/build/release}" --peers "$cdra_cache/benchmark-venv/bin/python" "$@"
