// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"

int main(int argc, char** argv) { return cdra::cli::run(argc, argv); }
