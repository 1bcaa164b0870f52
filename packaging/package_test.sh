#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Makes the Debian package and tries it in a fresh Debian 12: installs, starts, makes a plan and a picture, computes a
# sensitivity map with LibTorch, uninstalls, and looks for what was left. Needs root (chroot).
set -euo pipefail
. "$(dirname "$0")/common.sh"

usage() {
    cat <<EOF2
usage: bash packaging/package_test.sh [--build DIR] [--no-build] [--chroot DIR]

  --build DIR   build folder with everything in it (default: build/release; it is built first)
  --no-build    package the programs as they are in the build folder
  --chroot DIR  a Debian 12 made by debootstrap to copy from (default: one is made, from DEBIAN_MIRROR or deb.debian.org)
EOF2
}

build="$cdra_root/build/release" base='' compile=yes
while [ $# -gt 0 ]; do
    case $1 in
        --build) build=$(readlink -f "$2"); shift ;;
        --no-build) compile=no ;;
        --chroot) base=$(readlink -f "$2"); shift ;;
        -h|--help) usage; exit 0 ;;
        *) usage >&2; die "unknown option '$1'" ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || die 'a chroot needs root: run this with sudo'
[ -f "$build/CMakeCache.txt" ] || die "$build is no build folder; cmake --preset release && cmake --build --preset release"

step 'Package'
desktop-file-validate "$cdra_root/packaging/linux/cdra-workbench.desktop"
appstreamcli validate --no-net "$cdra_root/packaging/linux/org.cdra.workbench.metainfo.xml" | tail -1
[ "$compile" = no ] || cmake --build "$build" --target cdra cdra-engine cdra-workbench parity_make_tiny_inputs
out=$(mktemp -d)
root="$out/root"
cleanup() {
    for folder in dev proc; do ! mountpoint -q "$root/$folder" || umount -l "$root/$folder"; done
    rm -rf --one-file-system "$out"
}
trap cleanup EXIT
(cd "$out" && cpack -G DEB --config "$build/CPackConfig.cmake" -B "$out" >"$out/cpack.log" 2>&1) || { cat "$out/cpack.log"; die 'cpack failed'; }
package=$(ls "$out"/*.deb)
say "$(basename "$package"), $(du -h "$package" | cut -f1)"
dpkg-deb -f "$package" Depends | fold -s -w 110 | sed 's/^/    /'

step 'A fresh Debian 12'
mkdir -p "$root"
if [ -n "$base" ]; then
    cp -a --one-file-system "$base/." "$root/"
else
    debootstrap --variant=minbase bookworm "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$out/debootstrap.log" || die 'debootstrap failed'
fi
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
cp -L /etc/hosts "$root/etc/hosts"
inside() { chroot "$root" env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
apt() { attempt inside apt-get -q -y -o Acquire::Check-Valid-Until=false -o Acquire::Check-Date=false -o Acquire::Retries=3 "$@" >"$out/apt.log" 2>&1 || { tail -5 "$out/apt.log"; die "apt-get $1 failed"; }; }
apt update
# dpkg is told to leave documents out in some images; the test looks for them.
rm -f "$root"/etc/dpkg/dpkg.cfg.d/*
must() { "$@" >"$out/step.log" 2>&1 || { tail -5 "$out/step.log"; die "failed: ${*:2}"; }; }
listing() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./tmp -o -path ./root -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log \) -prune -o -print | sort); }

step 'Install'
cp "$package" "$root/tmp/"
apt install --no-install-recommends desktop-file-utils shared-mime-info
apt install --no-install-recommends "/tmp/$(basename "$package")"
listing >"$out/with"
for file in usr/bin/cdra usr/bin/cdra-workbench usr/bin/cdra-setup usr/libexec/cdra/cdra-engine usr/share/applications/cdra-workbench.desktop \
            usr/share/icons/hicolor/scalable/apps/cdra-workbench.svg usr/share/metainfo/org.cdra.workbench.metainfo.xml \
            usr/share/doc/cdra-workbench/copyright; do
    [ -e "$root/$file" ] || die "/$file is not installed"
done
grep -q 'application/x-cdra-project+toml' "$root/usr/share/applications/mimeinfo.cache" || die 'the project type has no program'
grep -q 'x-cdra-project' "$root/usr/share/mime/globs2" || die 'the project type is not registered'

step 'Smoke test'
say "$(inside cdra --version)"
must inside cdra methods
must inside env QT_QPA_PLATFORM=offscreen cdra-workbench --help
message=$(inside /usr/libexec/cdra/cdra-engine x y 2>&1 || true)
[[ $message == *cdra-setup* ]] || die "without LibTorch it says: $message"
say "without LibTorch: $message"
# The libraries of this machine, with its CUDA toolkit, where they are complete; else what a user does: cdra-setup.
torch=()
if [ -e "$cdra_torch_home/torch" ]; then
    mkdir -p "$root/opt/torch-libraries"
    mount --bind "$cdra_torch_home" "$root/opt/torch-libraries"
    trap 'umount -l "$root/opt/torch-libraries" "$root/opt/cuda" 2>/dev/null || true; cleanup' EXIT
    torch=(env CDRA_LIBTORCH=/opt/torch-libraries/torch)
    if toolkit=$(cuda_toolkit); then # an engine built with it needs its libraries
        mkdir -p "$root/opt/cuda"
        mount --bind "$toolkit" "$root/opt/cuda"
        torch+=(LD_LIBRARY_PATH=/opt/cuda/lib64:/opt/cuda/extras/CUPTI/lib64)
    fi
    message=$(inside "${torch[@]}" /usr/libexec/cdra/cdra-engine x y 2>&1 || true)
    [[ $message == *"no command"* ]] || { umount -l "$root/opt/torch-libraries"; torch=(); }
fi
if [ ${#torch[@]} = 0 ]; then
    [ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    must inside env PIP_CERT=/etc/ssl/certs/ca-certificates.crt cdra-setup
fi
"$build/tests/parity_make_tiny_inputs" "$root/tmp/inputs"
must inside "${torch[@]}" cdra sensitivity --model /tmp/inputs/vit.safetensors --data /tmp/inputs/images --image-size 32 --samples 20 --device cpu --out /tmp/S.h5
must inside cdra plan /tmp/S.h5 --gamma 0.05 --out /tmp/P.h5
must inside "${torch[@]}" cdra train --model /tmp/inputs/vit.safetensors --data /tmp/inputs/images --image-size 32 --plan /tmp/P.h5 --epochs 2 --device cpu --out /tmp/RUN
must inside env QT_QPA_PLATFORM=offscreen cdra-workbench --export-figures /tmp/figures /tmp/P.h5
[ -n "$(ls "$root/tmp/figures")" ] || die 'no figures were written'

step 'Uninstall'
apt purge cdra-workbench
listing >"$out/without"
left=$(comm -12 <(grep -i cdra "$out/with") <(grep -i cdra "$out/without") || true)
[ -z "$left" ] || die "left behind: $left"
step 'The package installs, starts, works and leaves nothing'
