// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/page_stack.h"

#include <QEvent>

namespace cdra::workbench {

void PageStack::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange || event->type() == QEvent::LanguageChange) {
        room_ = {};
        updateGeometry();
    }
    QStackedWidget::changeEvent(event);
}

} // namespace cdra::workbench
