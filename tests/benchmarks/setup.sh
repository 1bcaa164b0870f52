#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# The Python peers of the benchmark, in a virtual environment that extends the parity tests'. Safe to run twice.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
. "$here/../../packaging/common.sh"

venv="$cdra_cache/benchmark-venv"
python="$venv/bin/python"
stamp="$venv/complete"
bash "$here/../parity/setup.sh"
key=$(cat "$here/requirements.txt" "$here/setup.sh" "$cdra_cache/parity-venv/complete" | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ] && "$python" -c '' 2>/dev/null; then
    step "Benchmark environment: complete in $venv"
    exit 0
fi
step "Benchmark environment: making $venv"
new_venv "$venv"
packages() { "$1" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }
echo "import site; site.addsitedir('$(packages "$cdra_cache/parity-venv/bin/python")')" > "$(packages "$python")/parity-environment.pth"
attempt "$python" -m pip install --quiet --disable-pip-version-check --no-deps --retries 3 -r "$here/requirements.txt" ||
    die "pip could not install $here/requirements.txt from the Python package index"
"$python" -c 'import backpack, onnx, onnxruntime, opt_einsum, peft, safetensors, timm, torch, torchvision' ||
    die "the environment is incomplete, see above; delete $venv and run again"
echo "$key" > "$stamp"
