// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// One subcommand of `cdra`: one file, one line in commands.cpp.
#pragma once
