// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Numbers as text: thousands in groups (narrow no-break space), units, durations. Locale-independent.
#pragma once

#include <QString>
#include <cstdint>

namespace cdra::widgets {

QString grouped(std::int64_t value);                   // 85 798 656
QString short_count(double value);                     // 951, 20.2 k, 85.8 M
QString decimal(double value, int significant = 3);    // 0.0431, 12.3, 1.2e-09 (× 10⁻⁹ for small ones)
QString percent(double fraction, int digits = 2);      // 0.0043 → "0.43 %"
QString percent_value(double percent, int digits = 2); // 0.43 → "0.43 %"
QString duration(double seconds);                      // "4.2 s", "3 min 12 s", "2 h 5 min"
QString eta(double seconds);                           // "ETA 3 min"; empty for a negative or not finite one
QString bytes(double bytes);                           // "1.5 GiB"
QString size_text(std::int64_t rows, std::int64_t columns); // "384 × 1 536"

} // namespace cdra::widgets
