#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Makes the Debian package and tries it in a fresh Debian 12: installs, starts both programs, walks the road from a
# checkpoint to an adapter on the real inputs, fills a disk, uninstalls, and looks for what was left. Tries
# `cmake --install` with a prefix too. Needs root (chroot).
set -euo pipefail
. "$(dirname "$0")/common.sh"

usage() {
    cat <<EOF2
usage: bash packaging/package_test.sh [--build DIR] [--no-build] [--chroot DIR] [--setup]

  --build DIR   build folder (default: build/release; configured and built first)
  --no-build    package the programs as they are in the build folder
  --chroot DIR  a Debian 12 made by debootstrap to copy from (default: one is made, from DEBIAN_MIRROR or deb.debian.org)
  --setup       fetch LibTorch inside as a user does, by cdra-setup (0.5 GB, 3 GB where the engine is built with CUDA);
                else this machine's LibTorch is lent to it, where it is complete
EOF2
}

build="$cdra_root/build/release" base='' compile=yes setup=no
while [ $# -gt 0 ]; do
    case $1 in
        --build) build=$(readlink -f "$2"); shift ;;
        --no-build) compile=no ;;
        --chroot) base=$(readlink -f "$2"); shift ;;
        --setup) setup=yes ;;
        -h|--help) usage; exit 0 ;;
        *) usage >&2; die "unknown option '$1'" ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || die 'a chroot needs root: run this with sudo'
[ -n "$base" ] || command -v debootstrap >/dev/null || die 'debootstrap is missing: apt-get install debootstrap'
inputs="$cdra_cache/inputs"
need_python_tools
"$cdra_python" "$cdra_root/packaging/offline_inputs.py" --out "$inputs" >/dev/null || die 'the real inputs could not be made, see above'

out=$(mktemp -d)
root="$out/root"
cleanup() {
    local folder
    for folder in tmp/small opt/torch-libraries opt/cuda dev proc; do ! mountpoint -q "$root/$folder" || umount -l "$root/$folder"; done
    rm -rf --one-file-system "$out"
}
trap cleanup EXIT
must() { "$@" >"$out/step.log" 2>&1 || { tail -5 "$out/step.log"; die "failed: ${*:2}"; }; }
# A program with a window runs until it is told to stop: what ends by itself within the time did not start.
must_stay() {
    local status=0
    timeout --signal=TERM --kill-after=20 10 "$@" >"$out/step.log" 2>&1 || status=$?
    [ "$status" = 124 ] || { tail -5 "$out/step.log"; die "ended by itself with $status: ${*:2}"; }
}

step 'Package'
desktop-file-validate "$cdra_root/packaging/linux/cdra-workbench.desktop"
appstreamcli validate --no-net "$cdra_root/packaging/linux/org.cdra.workbench.metainfo.xml" | tail -1
if [ "$compile" = yes ]; then
    [ -f "$build/CMakeCache.txt" ] || cmake -S "$cdra_root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release
    cmake --build "$build" --target cdra cdra-engine cdra-workbench
fi
for program in cdra cdra-engine cdra-workbench; do
    [ -x "$build/bin/$program" ] || die "$build/bin/$program is not built; leave out --no-build, or cmake --preset release && cmake --build --preset release"
done
(cd "$out" && cpack -G DEB --config "$build/CPackConfig.cmake" -B "$out" >"$out/cpack.log" 2>&1) || { cat "$out/cpack.log"; die 'cpack failed'; }
package=$(ls "$out"/*.deb)
say "$(basename "$package"), $(du -h "$package" | cut -f1)"
dpkg-deb -f "$package" Depends | fold -s -w 110 | sed 's/^/    /'

step 'cmake --install with a prefix'
prefix="$out/a prefix"
must cmake --install "$build" --prefix "$prefix"
cp "$build/install_manifest.txt" "$out/manifest"
! grep -vF "$prefix/" "$out/manifest" || die 'this was installed outside the prefix'
away() { env -i HOME="$out" PATH=/usr/bin:/bin LANG=C.UTF-8 QT_QPA_PLATFORM=offscreen ${LD_LIBRARY_PATH:+LD_LIBRARY_PATH="$LD_LIBRARY_PATH"} CDRA_CACHE="$cdra_cache" "$@"; }
must away "$prefix/bin/cdra" inspect "$inputs/dinov2-small"
must away "$prefix/bin/cdra" sensitivity --model "$inputs/dinov2-small" --data "fashion-mnist:$inputs/fashion-mnist?train=50&test=10" \
    --image-size 28 --samples 8 --device cpu --out "$out/prefix.h5"
must_stay env -i HOME="$out" PATH=/usr/bin:/bin LANG=C.UTF-8 QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR="$out" "$prefix/bin/cdra-workbench"
xargs -d '\n' rm -- <"$out/manifest"
left=$(find "$prefix" ! -type d)
[ -z "$left" ] || die "left behind when the manifest's files are removed: $left"
say "$(wc -l <"$out/manifest") files, the programs run from there, nothing is left when the manifest's files are removed"

step 'A fresh Debian 12'
mkdir -p "$root"
if [ -n "$base" ]; then
    cp -a --one-file-system "$base/." "$root/"
else
    attempt debootstrap --variant=minbase bookworm "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$out/debootstrap.log" || die 'debootstrap failed'
fi
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
cp -L /etc/hosts "$root/etc/hosts"
chrooted=(chroot "$root" env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive QT_QPA_PLATFORM=offscreen PATH=/usr/sbin:/usr/bin:/sbin:/bin)
inside() { "${chrooted[@]}" "$@"; }
apt() { attempt inside apt-get -q -y -o Acquire::Check-Valid-Until=false -o Acquire::Check-Date=false -o Acquire::Retries=3 "$@" >"$out/apt.log" 2>&1 || { tail -5 "$out/apt.log"; die "apt-get $1 failed"; }; }
apt update
# dpkg is told to leave documents out in some images; the test looks for them.
rm -f "$root"/etc/dpkg/dpkg.cfg.d/*
listing() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./opt/torch-libraries -o -path ./opt/cuda -o -path ./dev -o -path ./tmp -o -path ./root -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log \) -prune -o -print | sort); }

step 'Install'
cp "$package" "$root/tmp/"
apt install --no-install-recommends desktop-file-utils shared-mime-info appstream
# The libraries that the package asks for first, so that what the package itself brings is what differs.
inside apt-get -q -s install --no-install-recommends "/tmp/$(basename "$package")" | awk '$1 == "Inst" && $2 != "cdra-workbench" { print $2 }' >"$out/needs"
apt install --no-install-recommends $(cat "$out/needs")
listing >"$out/before"
apt install --no-install-recommends "/tmp/$(basename "$package")"
listing >"$out/with"
say "$(comm -13 "$out/before" "$out/with" | wc -l) files and folders, $(wc -l <"$out/needs") packages it needs"
for file in usr/bin/cdra usr/bin/cdra-workbench usr/bin/cdra-setup usr/libexec/cdra/cdra-engine usr/share/applications/cdra-workbench.desktop \
            usr/share/icons/hicolor/scalable/apps/cdra-workbench.svg usr/share/metainfo/org.cdra.workbench.metainfo.xml \
            usr/share/doc/cdra-workbench/copyright; do
    [ -e "$root/$file" ] || die "/$file is not installed"
done
must inside desktop-file-validate /usr/share/applications/cdra-workbench.desktop
must inside appstreamcli validate --no-net /usr/share/metainfo/org.cdra.workbench.metainfo.xml
grep -q 'application/x-cdra-project+toml' "$root/usr/share/applications/mimeinfo.cache" || die 'the project type has no program'
grep -q 'x-cdra-project' "$root/usr/share/mime/globs2" || die 'the project type is not registered'

step 'Smoke test on the real inputs'
say "$(inside cdra --version)"
must inside cdra methods
must inside cdra-workbench --help
message=$(inside /usr/libexec/cdra/cdra-engine x y 2>&1 || true)
[[ $message == *cdra-setup* ]] || die "without LibTorch it says: $message"
say "without LibTorch: $message"
torch=()
if [ "$setup" = no ] && [ -e "$cdra_torch_home/torch" ]; then
    mkdir -p "$root/opt/torch-libraries"
    mount --bind "$cdra_torch_home" "$root/opt/torch-libraries"
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
    say "cdra-setup: $(inside sh -c 'du -sh "$HOME/.cache/cdra-workbench"' | cut -f1) in the user's cache"
    must inside cdra-setup # finds its own
    grep -q 'nothing to do' "$out/step.log" || die 'a second cdra-setup does not find what the first fetched'
fi
cp -rL "$inputs/dinov2-small" "$inputs/fashion-mnist" "$root/tmp/"
data=(--model /tmp/dinov2-small --data 'fashion-mnist:/tmp/fashion-mnist?train=100&test=50' --image-size 28 --device cpu)
must inside cdra inspect /tmp/dinov2-small
must inside cdra dataset 'fashion-mnist:/tmp/fashion-mnist?train=100&test=50'
must inside "${torch[@]}" cdra sensitivity "${data[@]}" --samples 40 --out /tmp/S.h5
must inside cdra plan /tmp/S.h5 --out /tmp/P.h5
must inside "${torch[@]}" cdra train "${data[@]}" --plan /tmp/P.h5 --epochs 2 --out /tmp/RUN
must inside "${torch[@]}" cdra evaluate /tmp/RUN --json
say "trained: $(grep -o '"accuracy":[0-9.]*' "$out/step.log" | head -1)"
must inside cdra report /tmp/RUN
must inside cdra export /tmp/RUN --format compact --out /tmp/adapter
must inside cdra-workbench --export-figures /tmp/figures /tmp/P.h5
[ -n "$(ls "$root/tmp/figures")" ] || die 'no figures were written'
must_stay "${chrooted[@]}" cdra-workbench /tmp/RUN/project.toml
say 'the desktop app opens the project and stays'

step 'A small disk'
mkdir -p "$root/tmp/small"
mount -t tmpfs -o size=4m small "$root/tmp/small"
status=0
inside "${torch[@]}" cdra train "${data[@]}" --plan /tmp/P.h5 --epochs 2 --checkpoint-every 1 --quiet --out /tmp/small/RUN >"$out/step.log" 2>&1 || status=$?
[ "$status" = 1 ] || die "a full disk ended with $status: $(tail -1 "$out/step.log")"
grep -q 'no space left' "$out/step.log" || die "a full disk is called: $(tail -1 "$out/step.log")"
say "$(tail -1 "$out/step.log" | cut -c1-150)"
[ -z "$(find "$root/tmp/small" -name '*.tmp')" ] || die 'a file half written was left'
mount -o remount,size=200m "$root/tmp/small"
must inside "${torch[@]}" cdra resume /tmp/small/RUN
cmp "$root/tmp/small/RUN/adapter/adapter.safetensors" "$root/tmp/RUN/adapter/adapter.safetensors" || die 'the resumed run ended in other bytes'
say 'with more room it goes on to the same bytes as the run that had it'
umount "$root/tmp/small"

step 'Uninstall'
apt purge cdra-workbench
listing >"$out/without"
left=$(comm -13 "$out/before" "$out/without"; comm -12 <(grep -i cdra "$out/with") <(grep -i cdra "$out/without") || true)
[ -z "$left" ] || die "left behind: $left"
gone=$(comm -23 "$out/before" "$out/without")
[ -z "$gone" ] || die "taken along: $gone"
[ -z "$(inside dpkg -l cdra-workbench 2>/dev/null | grep '^[ri]' || true)" ] || die 'dpkg still knows it'
step 'The package installs, starts, works and leaves nothing'
