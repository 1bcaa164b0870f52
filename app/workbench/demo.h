// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The demo project: DINOv2 ViT-S/14 on a thousand Fashion-MNIST images.
#pragma once

#include <QString>

namespace cdra::workbench {

// The one packaging/demo.sh made; without one, a new one if its inputs are there. Throws InputError that says how to get
// it, IoError.
QString demo_project();

} // namespace cdra::workbench
