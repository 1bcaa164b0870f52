#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Installs what building and running the CDRA workbench needs on Debian 12 and Ubuntu 24.04, and only what is missing.
set -euo pipefail
. "$(dirname "$0")/common.sh"

usage() {
    cat <<EOF
usage: bash packaging/setup.sh [--core-only | --no-desktop] [--no-torch]

  --core-only   what core, datasets and the command cdra need: no Qt, no LibTorch, no sample data
  --no-desktop  no Qt Widgets, Charts and Svg (the tests still need Qt Test)
  --no-torch    leave LibTorch alone (a build with -DCDRA_ENGINE=OFF, or one of your own by CDRA_LIBTORCH)

Packages come from apt-get (with sudo unless run as root); LibTorch $cdra_torch_version comes from the Python package
index and is unpacked in $cdra_torch_home (CDRA_CACHE changes the folder).
Running it again changes nothing.
EOF
}

desktop=yes torch=yes tests=yes
for argument in "$@"; do
    case $argument in
        --core-only) desktop=no torch=no tests=no ;;
        --no-desktop) desktop=no ;;
        --no-torch) torch=no ;;
        -h|--help) usage; exit 0 ;;
        *) usage >&2; die "unknown option '$argument'" ;;
    esac
done

# --- packages -------------------------------------------------------------------------------------------------------
# One line a need; where distributions differ in the name, the alternatives stand in order of preference.
needs=(build-essential cmake ninja-build ccache pkg-config
       libssl-dev libhdf5-dev libspdlog-dev nlohmann-json3-dev libtomlplusplus-dev libcli11-dev libeigen3-dev libxxhash-dev
       "libjpeg-dev|libjpeg62-turbo-dev" libpng-dev libwebp-dev zlib1g-dev
       python3 ca-certificates)
[ "$torch$tests" = nono ] || needs+=(python3-venv)
[ "$tests" = no ] || needs+=(qt6-base-dev dataset-fashion-mnist clang desktop-file-utils appstream)
if [ "$desktop" = yes ]; then
    needs+=("qt6-charts-dev|libqt6charts6-dev" "qt6-svg-dev|libqt6svg6-dev" libqt6opengl6-dev libgl-dev
            qt6-qpa-plugins qt6-tools-dev qt6-l10n-tools fonts-dejavu fonts-noto-cjk)
fi

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
available() { apt-cache show "$1" >/dev/null 2>&1; }

missing=()
for need in "${needs[@]}"; do
    found=no
    for name in ${need//|/ }; do if installed "$name"; then found=yes; fi; done
    [ "$found" = yes ] || missing+=("$need")
done

if [ ${#missing[@]} = 0 ]; then
    step "Packages: all ${#needs[@]} are installed"
else
    command -v apt-get >/dev/null || die "this system has no apt-get; install the equivalents of: ${missing[*]}"
    step "Packages to install with apt-get: ${missing[*]%%|*}"
    run_apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Acquire::Retries=3 "$@"; }
    attempt run_apt update || die "apt-get update failed: is there a network?"
    names=()
    for need in "${missing[@]}"; do
        chosen=''
        for name in ${need//|/ }; do
            if [ -z "$chosen" ] && available "$name"; then chosen=$name; fi
        done
        [ -n "$chosen" ] || die "no package ${need//|/ or } in this distribution's archive (Ubuntu: is 'universe' enabled?)"
        names+=("$chosen")
    done
    attempt run_apt install --no-install-recommends "${names[@]}" || die "apt-get install failed, see above"
fi

# --- LibTorch -------------------------------------------------------------------------------------------------------
if [ "$torch" = yes ]; then
    bash "$cdra_root/packaging/libtorch.sh"
fi
step "Set-up is complete"
