// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/chart_export.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "widgets/figure.h"
#include "widgets/latest.h"
#include "widgets/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QPixmap>
#include <QSettings>
#include <QWidget>
#include <algorithm>

namespace cdra::widgets {

void save_chart(QWidget& chart, const std::filesystem::path& path, int dpi) { prepare_chart(chart, path, dpi)(); }

std::function<void()> prepare_chart(QWidget& chart, const std::filesystem::path& path, int dpi) {
    if (figures::format_of(path) == figures::Format::csv) {
        const auto* source = dynamic_cast<const ChartSource*>(&chart);
        if (!source) throw InputError(path.string() + ": this view has no table behind it; choose .png, .svg or .pdf");
        return [path, text = source->csv()] { write_file_atomically(path, text); };
    }
    // A palette of its own reaches the widget and what is inside it, and goes again without a trace.
    class PrintPalette {
      public:
        explicit PrintPalette(QWidget& widget)
            : widget_(widget), own_(widget.testAttribute(Qt::WA_SetPalette)), before_(widget.palette()),
              filled_(widget.autoFillBackground()) {
            QPalette print = light_palette();
            print.setColor(QPalette::Window, Qt::white);
            print.setColor(QPalette::Base, Qt::white);
            widget.setPalette(print);
            widget.setAutoFillBackground(true);
        }
        ~PrintPalette() {
            widget_.setAutoFillBackground(filled_);
            widget_.setPalette(own_ ? before_ : QPalette());
        }

      private:
        QWidget& widget_;
        bool own_;
        QPalette before_;
        bool filled_;
    } print(chart);
    return figures::prepare_widget(chart, path, dpi);
}

void offer_export(QWidget* chart, const QString& stem, std::function<void(const QString&, bool)> told) {
    const auto tell = [told](const QString& message, bool error) {
        if (told) told(message, error);
    };
    auto* save = new QAction(QObject::tr("Save picture or data…"), chart);
    save->setObjectName("chart-save");
    // Encoding a large picture takes its time, and the disk may be far away.
    auto writer = std::make_shared<LatestOnly<QString>>([tell](const QString& saved) { tell(QObject::tr("Saved %1").arg(saved), false); },
                                                        [tell](const QString& why) { tell(why, true); });
    QObject::connect(save, &QAction::triggered, chart, [chart, stem, tell, writer] {
        const bool data = dynamic_cast<ChartSource*>(chart) != nullptr;
        const QString start = QSettings().value("figures/folder").toString() + "/" + stem + ".png";
        const QString file = QFileDialog::getSaveFileName(
            chart, QObject::tr("Save %1").arg(chart->accessibleName()), start,
            QObject::tr("Picture, %1 dots per inch (*.png);;Vector picture (*.svg);;Document (*.pdf)").arg(figure_dpi()) +
                (data ? QObject::tr(";;Numbers (*.csv)") : QString()));
        if (file.isEmpty()) return;
        try {
            writer->request([rest = prepare_chart(*chart, file.toStdString(), figure_dpi()), file](const std::stop_token&) {
                rest();
                return file;
            });
            QSettings().setValue("figures/folder", QFileInfo(file).absolutePath());
        } catch (const std::exception& error) {
            tell(QString::fromUtf8(error.what()), true);
        }
    });
    auto* copy = new QAction(QObject::tr("Copy picture"), chart);
    copy->setObjectName("chart-copy");
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    QObject::connect(copy, &QAction::triggered, chart, [chart, tell] {
        QApplication::clipboard()->setPixmap(chart->grab());
        tell(QObject::tr("The picture is on the clipboard."), false);
    });
    chart->addActions({save, copy});
    if (dynamic_cast<ChartSource*>(chart)) {
        auto* data = new QAction(QObject::tr("Copy data"), chart);
        data->setObjectName("chart-copy-data");
        QObject::connect(data, &QAction::triggered, chart, [chart, tell] {
            QApplication::clipboard()->setText(QString::fromStdString(dynamic_cast<ChartSource*>(chart)->csv()));
            tell(QObject::tr("The numbers are on the clipboard, as CSV."), false);
        });
        chart->addAction(data);
    }
    chart->setContextMenuPolicy(Qt::ActionsContextMenu);
}

int figure_dpi() { return std::clamp(QSettings().value("figures/dpi", 300).toInt(), 50, 2400); }
void set_figure_dpi(int dpi) { QSettings().setValue("figures/dpi", std::clamp(dpi, 50, 2400)); }

} // namespace cdra::widgets
