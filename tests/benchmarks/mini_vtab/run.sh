#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Every method on three tasks of the offline benchmark and three seeds (resources/sweeps/mini_vtab_main.toml), hours on two
# cores. Finished runs are kept and unfinished ones resumed, so it may be stopped at any time; runs whose record lies in
# results/runs.tar.gz (project and events, without weights) are not run again unless --anew is given.
# usage: run.sh OUT [--anew] [OPTION of 'cdra reproduce'…]   for example --jobs 2 --rows linear,cdra
#        run.sh --record OUT                                 puts OUT's finished runs and tables into results/
# Needs a release build and the inputs of packaging/offline_inputs.py.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
cdra="${CDRA_COMMAND:-$root/build/release/bin/cdra}"
inputs="${CDRA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cdra-workbench}/inputs"
usage() { sed -n 's/^# \(usage\|      \)/\1/p' "$0" >&2; exit 2; }

record() { # OUT
    local out staging
    out="$(cd "$1" && pwd)"
    # The tables are written by 'cdra reproduce', not by the sweep alone; before anything recorded is overwritten.
    for table in runs.csv trials.csv table.csv table.md pareto.svg; do
        [ -f "$out/$table" ] || { echo "$0: $out/$table is missing: run '$0 $out --only-report' first" >&2; exit 1; }
    done
    staging="$(mktemp -d)"
    trap 'rm -rf "$staging"' RETURN
    # Those of this machine and those that came as records alike: a finished run says so in its last event.
    (cd "$out" && find runs -name events.jsonl -exec grep -l '"type":"done"' {} + | sed 's#/events.jsonl$##') | sort | while read -r run; do
        mkdir -p "$staging/$run"
        # What a run says of folders is this machine's affair.
        sed -E 's#^(path|map|spec) = "(vtab-1k:)?/.*/([^/]+)"#\1 = "\2\3"#' "$out/$run/project.toml" > "$staging/$run/project.toml"
        grep -v '"type":"\(progress\|log\)"' "$out/$run/events.jsonl" | grep -Ev '"name":"(lr|grad_norm|memory_mib|images_per_second)"' \
            > "$staging/$run/events.jsonl"
    done
    tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$staging" -cf - runs | gzip -9n > "$here/results/runs.tar.gz"
    cp "$out"/{runs.csv,trials.csv,table.csv,table.md,pareto.svg} "$here/results/"
    echo "recorded: $(tar -tzf "$here/results/runs.tar.gz" | grep -c events.jsonl) runs"
}

[ $# -ge 1 ] || usage
if [ "$1" = --record ]; then
    [ $# = 2 ] || usage
    record "$2"
    exit
fi
out=$1
shift
anew=no
if [ "${1:-}" = --anew ]; then anew=yes; shift; fi
mkdir -p "$out"
[ "$anew" = yes ] || [ -d "$out/runs" ] || [ ! -f "$here/results/runs.tar.gz" ] || tar -xzf "$here/results/runs.tar.gz" -C "$out"
[ -d "$out/data/mini-vtab" ] || "$cdra" dataset build mini-vtab --out "$out/data"
exec "$cdra" reproduce table1 --benchmark mini-vtab --data "$out/data/mini-vtab" --model "$inputs/dinov2-small" --out "$out" "$@"
