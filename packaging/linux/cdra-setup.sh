#!/bin/sh
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# Fetches LibTorch into the user's cache (CDRA_CACHE changes the folder): what the computing commands need.
here=$(dirname "$(readlink -f "$0")")
exec bash "$here/../share/cdra-workbench/setup/libtorch.sh" "$@"
