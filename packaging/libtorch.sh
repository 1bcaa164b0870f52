#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Unpacks LibTorch (the wheel torch of the Python package index: headers, libraries) and the NVIDIA libraries it needs
# here, side by side in one folder. What is complete is left as it is.
#
#   no CUDA toolkit 13, no NVIDIA driver   libcudart and libcupti, which even LibTorch's CPU half is linked to
#   a CUDA toolkit 13                      what the toolkit does not bring: cuSPARSELt, cuFile, NVSHMEM; cuDNN and NCCL
#                                          unless they are installed
#   no toolkit, an NVIDIA driver           everything that the wheel asks for
#
# With --list it only prints everything that the wheel asks for (Python's `import torch` needs all of it).
set -euo pipefail
. "$(dirname "$0")/common.sh"

# Versions as torch 2.11.0 and the package cuda-toolkit 13.0.2 name them, by the library that is looked for.
declare -A wheel_of=(
    [libcudart]=nvidia-cuda-runtime==13.0.96 [libcupti]=nvidia-cuda-cupti==13.0.85
    [libcusparseLt]=nvidia-cusparselt-cu13==0.8.0 [libcufile]=nvidia-cufile==1.15.1.6
    [libnvshmem_host]=nvidia-nvshmem-cu13==3.4.5 [libcudnn]=nvidia-cudnn-cu13==9.19.0.56
    [libnccl]=nvidia-nccl-cu13==2.28.9 [libcublas]=nvidia-cublas==13.1.0.3 [libcublasLt]=nvidia-cublas==13.1.0.3
    [libnvrtc]=nvidia-cuda-nvrtc==13.0.88 [libcufft]=nvidia-cufft==12.0.0.61 [libcurand]=nvidia-curand==10.4.0.35
    [libcusolver]=nvidia-cusolver==12.0.4.66 [libcusparse]=nvidia-cusparse==12.6.3.3
    [libnvJitLink]=nvidia-nvjitlink==13.0.88 [libnvToolsExt]=nvidia-nvtx==13.0.85)
all_wheels() { printf '%s\n' "${wheel_of[@]}" | sort -u; }

case "${1:-}" in
    '') ;;
    --list) all_wheels; exit 0 ;;
    *) die "unknown option '$1'; the only one is --list" ;;
esac
given="${CDRA_LIBTORCH:-}"
if [ -z "$given" ]; then
    IFS=':;' read -r -a prefixes <<<"${CMAKE_PREFIX_PATH:-}"
    for prefix in "${prefixes[@]}"; do
        if [ -n "$prefix" ] && [ -f "$prefix/include/torch/csrc/api/include/torch/torch.h" ]; then given=$prefix; fi
    done
fi
if [ -n "$given" ]; then
    [ -f "$given/lib/libtorch_cpu.so" ] || die "CDRA_LIBTORCH=$given has no lib/libtorch_cpu.so: it must be the folder that holds lib/ and include/"
    step "LibTorch: using the one in $given"
    exit 0
fi
[ "$(uname -m)" = x86_64 ] || say "note: NVIDIA's wheels are chosen for $(uname -m)"

lib="$cdra_torch_home/torch/lib"
have_torch() {
    grep -qs "'$cdra_torch_version" "$cdra_torch_home/torch/version.py" && [ -f "$lib/libtorch_cpu.so" ] &&
        [ -f "$cdra_torch_home/torch/include/torch/csrc/api/include/torch/torch.h" ] && [ ! -e "$cdra_torch_home/.unpacking" ]
}
unpacked() { compgen -G "$cdra_torch_home/${1//-/_}-*.dist-info" >/dev/null; }

unpack() { # REQUIREMENT
    local name=${1%%==*} version=${1##*==} wheels="$cdra_cache/wheels"
    wheel() { compgen -G "$wheels/${name//-/_}-$version-*.whl" | head -1; }
    need_python_tools
    mkdir -p "$wheels" "$cdra_torch_home"
    if [ -z "$(wheel)" ]; then
        say "downloading $1"
        attempt "$cdra_python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
            --retries 3 --dest "$wheels" "$1" ||
            die "could not download $1 for $("$cdra_python" --version) from the Python package index; without a network, put its wheel into $wheels"
    fi
    say "unpacking $(basename "$(wheel)")"
    [ "$name" != torch ] || touch "$cdra_torch_home/.unpacking"
    "$cdra_python" -m zipfile -e "$(wheel)" "$cdra_torch_home" || die "$(wheel) is damaged: delete it and run again"
    rm -f "$cdra_torch_home/.unpacking" "$(wheel)"
}

# The loader's own verdict, not a list of files, says what is missing.
missing_here() {
    local file
    for file in "${targets[@]}"; do missing_libraries "$lib/$file"; done | sort -u
}

driver=no
targets=(libtorch_cpu.so)
if toolkit=$(cuda_toolkit); then
    say "CUDA toolkit 13 in $toolkit"
    export LD_LIBRARY_PATH="$toolkit/lib64:$toolkit/extras/CUPTI/lib64${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
    targets+=(libtorch_cuda.so libtorch_cuda_linalg.so)
elif [ -n "${CDRA_NEED_CUDA:-}" ] || nvidia-smi >/dev/null 2>&1; then
    driver=yes
    targets+=(libtorch_cuda.so libtorch_cuda_linalg.so)
fi

changed=no
if ! have_torch; then
    step "LibTorch: torch $cdra_torch_version into $cdra_torch_home (about 0.5 GB to download)"
    unpack "torch==$cdra_torch_version"
    changed=yes
fi
if [ "$driver" = yes ]; then # some are opened by name while running, so the loader's list is not enough
    for requirement in $(all_wheels); do
        unpacked "${requirement%%==*}" || { unpack "$requirement"; changed=yes; }
    done
fi
for round in 1 2 3; do # a library just unpacked may itself need another
    missing=$(missing_here)
    [ -n "$missing" ] || break
    for library in $missing; do
        requirement=${wheel_of[${library%%.so*}]:-}
        [ -n "$requirement" ] || die "LibTorch needs $library, which no package of this list brings: install it"
        unpacked "${requirement%%==*}" || { unpack "$requirement"; changed=yes; }
    done
done
missing=$(missing_here)
[ -z "$missing" ] || die "in $lib, ${targets[*]} still do not find $(echo $missing); delete $cdra_torch_home and run again"
step "LibTorch $cdra_torch_version: complete in $cdra_torch_home$([ $changed = yes ] || echo ', nothing to do')"
say "${targets[*]}: every library they need is found"
