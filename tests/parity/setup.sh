#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# The Python that the parity tests compare with, in a virtual environment of its own: torch is the unpacked one that
# the engine links, so both sides compute with the same library. Prints nothing but what it does; safe to run twice.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
. "$here/../../packaging/common.sh"

venv="$cdra_cache/parity-venv"
python="$venv/bin/python"
stamp="$venv/complete"
# What is installed depends on these alone.
key=$(cat "$here/requirements.txt" "$here/setup.sh" "$cdra_root/packaging/libtorch.sh" | sha256sum | cut -d' ' -f1)
torch_home="$cdra_torch_home"
[ -z "${CDRA_LIBTORCH:-}" ] || torch_home="$(dirname "$CDRA_LIBTORCH")"
[ -f "$torch_home/torch/__init__.py" ] || die "$torch_home/torch is not a Python torch; run packaging/setup.sh first"

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key $torch_home" ] && "$python" -c '' 2>/dev/null; then
    step "Parity environment: complete in $venv"
    exit 0
fi

step "Parity environment: making $venv"
new_venv "$venv"
pip_install() { attempt "$python" -m pip install --quiet --disable-pip-version-check --no-deps --retries 3 "$@"; }
pip_install -r "$here/requirements.txt" || die "pip could not install $here/requirements.txt from the Python package index"
echo "$torch_home" > "$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torch-unpacked.pth"

if ! "$python" -c 'import torch' 2>/dev/null; then
    # Python's torch loads its CUDA half whether or not there is a GPU.
    say "import torch lacks NVIDIA's libraries here: installing them (about 2 GB)"
    pip_install $(bash "$cdra_root/packaging/libtorch.sh" --list) || die "pip could not install NVIDIA's libraries"
fi
"$python" -c 'import h5py, onnxruntime, peft, PIL, pytest, safetensors, silx.io, sklearn.metrics, timm, torch, torchvision, transformers, xarray
from tensorboard.backend.event_processing import event_accumulator
print(f"    torch {torch.__version__}, torchvision {torchvision.__version__}, timm {timm.__version__}")' ||
    die "the environment is incomplete, see above; delete $venv and run again"
echo "$key $torch_home" > "$stamp"
