#!/bin/sh
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# The installed cdra-engine: finds LibTorch, which no package of the distribution brings in this version, and becomes
# the program. Looks in CDRA_LIBTORCH, where `cdra-setup` puts it (the user's cache), and beside the program.
here=$(dirname "$(readlink -f "$0")")
cache=${CDRA_CACHE:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/cdra-workbench}
for torch in "${CDRA_LIBTORCH:-}" "$cache/torch-@CDRA_TORCH_VERSION@/torch" "$here/torch"; do
    if [ -n "$torch" ] && [ -f "$torch/lib/libtorch_cpu.so" ]; then
        libraries="$torch/lib"
        for folder in "$torch"/../nvidia/*/lib; do
            [ ! -d "$folder" ] || libraries="$libraries:$folder"
        done
        LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
        export LD_LIBRARY_PATH
        exec "$here/cdra-engine.bin" "$@"
    fi
done
if ldd "$here/cdra-engine.bin" 2>/dev/null | grep -q 'not found'; then
    echo "cdra: LibTorch @CDRA_TORCH_VERSION@ is not installed; run 'cdra-setup' once (about 0.5 GB to download), or name the folder of one in CDRA_LIBTORCH" >&2
    exit 1
fi
exec "$here/cdra-engine.bin" "$@"
