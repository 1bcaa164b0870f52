#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# CDRA against linear probes on 1,000 Fashion-MNIST images at 56 px, three seeds, each test set read once: half an hour on
# two cores. Finished runs are kept, an unfinished one is resumed, so it may be stopped at any time.
# usage: run.sh OUT_FOLDER   (needs a release build and packaging/offline_inputs.py's inputs)
set -euo pipefail
root="$(cd "$(dirname "$0")/../../.." && pwd)"
out=${1:?usage: run.sh OUT_FOLDER}
cdra="${CDRA_COMMAND:-$root/build/release/bin/cdra}"
inputs="${CDRA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cdra-workbench}/inputs"
mkdir -p "$out" && cd "$out"

train() { # NAME SEED OPTION...
    local name=$1 seed=$2
    shift 2
    [ ! -s "$name.json" ] || return 0
    if [ -f "$name/project.toml" ]; then
        "$cdra" resume "$name" --quiet --json > ".$name.json"
    else
        "$cdra" train --model "$inputs/dinov2-small" --data "fashion-mnist:$inputs/fashion-mnist?train=1000&seed=$seed" \
            --image-size 56 --epochs 25 --seed "$seed" --final --out "$name" --quiet --json "$@" > ".$name.json"
    fi
    mv ".$name.json" "$name.json"
    echo "$name $(grep -o '"test/accuracy":[0-9.]*' "$name.json")"
}

for seed in 0 1 2; do
    [ -f "S$seed.h5" ] || "$cdra" sensitivity --quiet --model "$inputs/dinov2-small" \
        --data "fashion-mnist:$inputs/fashion-mnist?train=1000&seed=$seed" --image-size 56 --samples 400 --seed "$seed" --out "S$seed.h5"
    [ -f "P$seed.h5" ] || "$cdra" plan --quiet "S$seed.h5" --out "P$seed.h5" > "P$seed.txt"
    train "cdra-seed$seed" "$seed" --method cdra --plan "P$seed.h5"
    for lr in 1e-3 1e-2; do train "linear-lr$lr-seed$seed" "$seed" --method linear --lr "$lr"; done
done
