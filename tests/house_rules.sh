#!/usr/bin/env bash
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# The house rules that a machine can check. usage: bash tests/house_rules.sh [BUILD_FOLDER]
# Prints each breach; exit code 1 if there is one.
set -uo pipefail
cd "$(dirname "$0")/.."
build="${1:-}"
breaches=0
breach() { printf 'house rule broken: %s\n' "$1"; printf '%s\n' "$2" | sed 's/^/    /' | head -20; breaches=$((breaches + 1)); }
none() { # RULE, then a command whose output must be empty
    local rule=$1 found
    shift
    found=$("$@" 2>/dev/null)
    [ -z "$found" ] || breach "$rule" "$found"
}
sources() { find "$@" -type f \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' -o -name '*.cuh' \) 2>/dev/null; }

none 'core, datasets and app/cli use no Qt' grep -rnE '#include *<Q|Qt6::' core datasets app/cli --include='*.cpp' --include='*.h' --include=CMakeLists.txt
none 'LibTorch and CUDA only in core/engine' grep -rnE '#include *[<"](torch|ATen|c10|cuda|cublas)' core/base core/tensor_io core/checkpoint core/sensitivity core/compact core/methods core/job datasets app widgets
none 'datasets and core do not reach up' grep -rnE '#include *"(app|widgets)/' core datasets
none 'widgets do not reach up' grep -rnE '#include *"app/' widgets
none 'no `using namespace` in headers' grep -rnE '^ *using namespace' core datasets app widgets --include='*.h'
none 'no test is skipped' grep -rnE 'QSKIP|pytest\.mark\.(skip|xfail)|pytest\.skip' tests --include='*.cpp' --include='*.h' --include='*.py'
none 'nothing is left to do' grep -rnwE 'TODO|FIXME|XXX' core datasets app widgets packaging tests --include='*.cpp' --include='*.h' --include='*.py' --include=CMakeLists.txt

licence_missing() {
    { sources core datasets app widgets tests; find packaging tests -type f \( -name '*.sh' -o -name '*.py' -o -name '*.cmake' \); } |
        while read -r file; do head -4 "$file" | grep -q 'SPDX-License-Identifier:' || echo "$file"; done
}
none 'every source begins with its licence' licence_missing
wrong_licence() {
    sources core datasets app/cli tests | xargs -r grep -LF 'SPDX-License-Identifier: Apache-2.0'
    sources widgets app/workbench | xargs -r grep -LF 'SPDX-License-Identifier: GPL-3.0-or-later'
}
none 'core, datasets, cli, tests are Apache-2.0; widgets, workbench GPL-3.0-or-later' wrong_licence
too_long() { sources core datasets app widgets tests | while read -r file; do [ "$(wc -l <"$file")" -le 500 ] || echo "$file: $(wc -l <"$file") lines"; done; }
none 'no file above 500 lines' too_long

if [ -n "$build" ]; then
    linked() { # PROGRAM PATTERN
        [ -x "$build/bin/$1" ] || { echo "$build/bin/$1 is not built"; return; }
        ldd "$build/bin/$1" | grep -iE "$2"
    }
    kernels="$build/core/engine/libcdra_cuda.a" # where there is nvcc
    [ ! -f "$kernels" ] || for sm in 80 86 89 90 120; do
        none "the CUDA kernels are compiled for sm_$sm" sh -c "grep -qa 'sm_$sm' '$kernels' || echo '$kernels'"
    done
    none 'cdra links neither LibTorch nor CUDA nor Qt' linked cdra 'torch|libc10|cuda|cudnn|libQt'
    [ ! -d "$build/widgets" ] || none 'cdra-workbench links neither LibTorch nor CUDA' linked cdra-workbench 'torch|libc10|libcuda|cudart|cudnn'
    [ ! -d "$build/core/engine" ] || none 'cdra-engine links no Qt' linked cdra-engine 'libQt'
fi
[ "$breaches" = 0 ] && echo 'house rules: all hold'
exit $((breaches > 0))
