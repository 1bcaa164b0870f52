#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# From a fresh machine to the desktop app on a ready project; without a display, to the same results by the command.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
. "$here/common.sh"

usage() {
    cat <<EOF
usage: bash packaging/demo.sh [--out DIR] [--headless] [--epochs N]

  --out DIR    folder for the project and its results (default: ./demo)
  --headless   do the whole job with the command, even where there is a display
  --epochs N   length of the headless fine-tuning (default: 2)
EOF
}

out=demo headless=no epochs=2
while [ $# -gt 0 ]; do
    case $1 in
        --out) [ $# -ge 2 ] || die '--out needs a folder'; out=$2; shift ;;
        --headless) headless=yes ;;
        --epochs) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "--epochs needs a number of 1 or more"; epochs=$2; shift ;;
        -h|--help) usage; exit 0 ;;
        *) usage >&2; die "unknown option '$1'" ;;
    esac
    shift
done
[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || headless=yes
mkdir -p "$out" || die "the folder $out can't be made; choose another with --out"
out="$(cd "$out" && pwd)"
inputs="$cdra_cache/inputs"
bin="$cdra_root/build/release/bin"

step 'What this will do'
say "1. install what is missing: packages by apt-get, LibTorch $cdra_torch_version in $cdra_cache"
say "2. build the workbench in $cdra_root/build/release ($CMAKE_BUILD_PARALLEL_LEVEL at a time)"
say "3. make the inputs: DINOv2 ViT-S/14 out of a Python wheel, Fashion-MNIST out of a package"
say "4. write the project $out/project.toml"
if [ "$headless" = yes ]; then
    say "5. compute the sensitivity, plan, fine-tune $epochs epochs, evaluate, export figures and adapter into $out"
else
    say '5. open the desktop app on it'
fi

step 'Install'
run bash "$here/setup.sh"

step 'Build'
cd "$cdra_root"
[ -f build/release/build.ninja ] || run cmake --preset release
run cmake --build --preset release

step 'Inputs'
need_python_tools
run "$cdra_python" "$here/offline_inputs.py" --out "$inputs"

step 'Project'
toml_string() { printf '"%s"' "$(printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g')"; }
if [ -f "$out/project.toml" ]; then
    say "$out/project.toml is already there"
else
    cat > "$out/.project.toml.new" <<EOF
name = "Fashion-MNIST with DINOv2"
notes = "1,000 training images (800 to tune on, 200 to validate), the whole test set, 56 pixels."

[model]
path = $(toml_string "$inputs/dinov2-small")

[data]
spec = $(toml_string "fashion-mnist:$inputs/fashion-mnist?train=1000&seed=0")
image-size = 56

[sensitivity]
samples = 400

[method]
name = "cdra"

[recipe]
epochs = 25
warmup-epochs = 3
EOF
    mv "$out/.project.toml.new" "$out/project.toml"
    say "wrote $out/project.toml"
fi

if [ "$headless" = no ]; then
    step 'Desktop app'
    run "$bin/cdra-workbench" "$out/project.toml"
    exit
fi

# A finished step's result is under its final name, an unfinished one's is not: what is there need not be done again.
sensitivity="$out/sensitivity.h5" plan="$out/plan.h5" job="$out/runs/demo"
data=(--data "fashion-mnist:$inputs/fashion-mnist?train=1000&seed=0" --image-size 56)

step 'Sensitivity of every weight to the task (400 images)'
if [ -f "$sensitivity" ]; then say "$sensitivity is already there"; else
    run "$bin/cdra" sensitivity --model "$inputs/dinov2-small" "${data[@]}" --samples 400 --out "$sensitivity"
fi

# The app opens on what was computed here: the map by the project's own key, the run by its place under runs/.
grep -q '^map = ' "$out/project.toml" || { sed 's|^\[sensitivity\]$|&\nmap = "sensitivity.h5"|' "$out/project.toml" > "$out/.project.toml.new" &&
    mv "$out/.project.toml.new" "$out/project.toml"; }

step 'Compact plan: which rows and columns, which ranks'
run "$bin/cdra" plan "$sensitivity" --out "$plan"

step "Fine-tuning, $epochs epochs"
if [ -f "$job/results.h5" ]; then say "$job has finished already"
elif [ -f "$job/project.toml" ]; then run "$bin/cdra" resume "$job"
else
    rm -rf "$job"
    mkdir -p "$out/runs"
    warmup=$((epochs > 10 ? 3 : epochs / 5)) # at most a fifth
    run "$bin/cdra" train "$out/project.toml" --plan "$plan" --epochs "$epochs" --warmup-epochs "$warmup" --out "$job"
fi

step 'Evaluation on the test images'
run "$bin/cdra" evaluate "$job"

step 'Figures 2, 4 and 5'
mkdir -p "$out/figures"
run "$bin/cdra-workbench" --export-figures "$out/figures" "$plan"

step 'Adapter'
run "$bin/cdra" export "$job" --format compact --out "$out/adapter"

step 'Done. Here they are'
say "project       $out/project.toml"
say "sensitivity   $sensitivity"
say "plan          $plan"
say "run           $job"
say "results       $job/results.h5"
say "figures       $out/figures/"
say "adapter       $out/adapter/"
say "look at them  $bin/cdra-workbench $out/project.toml"
