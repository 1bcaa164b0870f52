// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/decode.h"

#include <webp/decode.h>

namespace cdra::datasets {

Image decode_webp(Bytes bytes, const std::string& name) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK)
        corrupt(name, "damaged WebP: its header can't be read");
    if (features.has_animation) corrupt(name, "an animated WebP; expected a still image");
    Image image = make_image(features.width, features.height, name);
    if (!WebPDecodeRGBInto(bytes.data(), bytes.size(), image.rgb.data(), image.rgb.size(), 3 * image.width))
        corrupt(name, "damaged WebP: its pixels can't be decoded");
    return image;
}

} // namespace cdra::datasets
