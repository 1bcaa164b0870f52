# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Shared by the scripts of this folder and by tests/run.sh: sourced, never run.

cdra_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cdra_cache="${CDRA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cdra-workbench}"
cdra_torch_version=2.11.0
cdra_torch_home="$cdra_cache/torch-$cdra_torch_version"   # holds torch/ and nvidia/

if [ -t 1 ]; then cdra_bold=$'\e[1m'; cdra_plain=$'\e[0m'; else cdra_bold=''; cdra_plain=''; fi
step() { printf '%s==> %s%s\n' "$cdra_bold" "$*" "$cdra_plain"; }
say() { printf '    %s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# Shows a command the way it can be typed again, then runs it.
run() {
    printf '    $'; printf ' %q' "$@"; printf '\n'
    "$@"
}

# Networks fail now and then: three attempts, then the last failure counts.
attempt() {
    local tries
    for tries in 1 2 3; do
        "$@" && return 0
        [ "$tries" = 3 ] || { say "failed, trying again in $((tries * 5)) s"; sleep $((tries * 5)); }
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "'$*' needs root and sudo is not installed: run it as root, then run this script again"
    fi
}

# One compiler of this project takes up to 2 GiB.
cdra_jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/MemAvailable/ { print int($2 / 2097152) }' /proc/meminfo)
    [ "$memory" -ge 1 ] || memory=1
    echo $((cores < memory ? cores : memory))
}
export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$(cdra_jobs)}"

# A fresh virtual environment in DIR.
new_venv() { # DIR
    rm -rf "$1"
    python3 -m venv "$1" || die "python3 -m venv failed: is python3-venv installed?"
}

# A Python of our own for downloads: the distribution's refuses pip. Sets cdra_python.
need_python_tools() {
    cdra_python="$cdra_cache/tools-venv/bin/python"
    if ! "$cdra_python" -m pip --version >/dev/null 2>&1; then
        mkdir -p "$cdra_cache"
        new_venv "$cdra_cache/tools-venv"
    fi
}

# The libraries that FILE needs and the loader does not find, one a line.
missing_libraries() { ldd "$1" 2>/dev/null | awk '/not found/ { print $1 }' | sort -u; }

# The toolkit as CMake will find it (setup has installed CMake by then, but need not).
cuda_toolkit() {
    local folder
    for folder in "${CUDAToolkit_ROOT:-}" "${CUDA_HOME:-}" "${CUDA_PATH:-}" "$(dirname "$(dirname "$(command -v nvcc || true)")")" \
                  /usr/local/cuda; do
        if [ -n "$folder" ] && [ -x "$folder/bin/nvcc" ] && "$folder/bin/nvcc" --version | grep -q 'release 13\.'; then
            (cd "$folder" && pwd -P)
            return 0
        fi
    done
    return 1
}
