#!/bin/sh
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Fetches LibTorch into the user's cache (CDRA_CACHE changes the folder): what the computing commands need.
here=$(dirname "$(readlink -f "$0")")
# An engine built with CUDA loads all of NVIDIA's libraries, whether or not there is a GPU.
if ldd "$here/../libexec/cdra/cdra-engine.bin" 2>/dev/null | grep -q libtorch_cuda; then
    export CDRA_NEED_CUDA=yes
fi
exec bash "$here/../share/cdra-workbench/setup/libtorch.sh" "$@"
