// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A dataset's images as Qt's.
#pragma once

#include "datasets/image.h"

#include <QImage>

namespace cdra::workbench {

QImage to_image(const datasets::Image& image);

} // namespace cdra::workbench
