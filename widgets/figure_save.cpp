// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "widgets/figure.h"

#include <QBuffer>
#include <QPageSize>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <QWidget>
#include <cmath>

namespace cdra::widgets::figures {
namespace {

constexpr double points_per_millimetre = 72 / 25.4;

QSizeF points_of(QSizeF millimetres) {
    return millimetres * points_per_millimetre;
}

[[noreturn]] void cannot_write(const std::filesystem::path& path) {
    throw IoError(path.string() +
                  ": the figure can't be written; check that the folder is writable and the disk not full");
}

// Paints `paint` (in points) as `format`, into memory: what is written to a disk is written in one piece, by any thread.
QByteArray vector_bytes(const std::filesystem::path& shown, Format format, const QString& title, QSizeF points,
                        const std::function<void(QPainter&, QSizeF)>& paint) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPainter painter;
    if (format == Format::svg) {
        QSvgGenerator svg;
        svg.setOutputDevice(&buffer);
        svg.setTitle(title);
        svg.setResolution(72);
        svg.setSize(points.toSize());
        svg.setViewBox(QRectF(QPointF(0, 0), points));
        if (!painter.begin(&svg)) cannot_write(shown);
        painter.fillRect(QRectF(QPointF(0, 0), points), Qt::white);
        paint(painter, points);
        if (!painter.end()) cannot_write(shown);
        return buffer.data();
    }
    QPdfWriter pdf(&buffer);
    pdf.setTitle(title);
    pdf.setCreator(QStringLiteral("CDRA workbench " CDRA_VERSION));
    pdf.setPageSize(QPageSize(points, QPageSize::Point, {}, QPageSize::ExactMatch));
    pdf.setPageMargins(QMarginsF(0, 0, 0, 0));
    pdf.setResolution(1200);
    if (!painter.begin(&pdf)) cannot_write(shown);
    painter.scale(1200 / 72.0, 1200 / 72.0);
    paint(painter, points);
    if (!painter.end()) cannot_write(shown);
    return buffer.data();
}

void write_bytes(const std::filesystem::path& path, const QByteArray& bytes) {
    write_file_atomically(path, {bytes.constData(), std::size_t(bytes.size())});
}

void write_png(const QImage& image, const std::filesystem::path& path) {
    AtomicFile file(path);
    if (!image.save(QString::fromStdString(file.temporary_path().string()), "PNG")) cannot_write(path);
    file.commit();
}

} // namespace

Format format_of(const std::filesystem::path& path) {
    const std::string ending = path.extension().string();
    if (ending == ".png") return Format::png;
    if (ending == ".svg") return Format::svg;
    if (ending == ".pdf") return Format::pdf;
    if (ending == ".csv") return Format::csv;
    throw InputError(path.string() + ": ending '" + ending +
                     "' found; a figure is saved as .png, .svg, .pdf or .csv");
}

QImage render(const Figure& figure, int dpi) {
    const QSizeF points = points_of(figure.millimetres);
    const double scale = dpi / 72.0;
    QImage image(int(std::ceil(points.width() * scale)), int(std::ceil(points.height() * scale)),
                 QImage::Format_RGB32);
    if (image.isNull())
        throw InputError("figure: " + std::to_string(dpi) +
                         " dots per inch make an image too large for memory; choose fewer");
    image.fill(Qt::white);
    image.setDotsPerMeterX(int(std::lround(dpi / 0.0254)));
    image.setDotsPerMeterY(int(std::lround(dpi / 0.0254)));
    image.setText(QStringLiteral("Title"), figure.title);
    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    painter.scale(scale, scale);
    figure.paint(painter, points);
    return image;
}

void save(const Figure& figure, const std::filesystem::path& path, int dpi) {
    const Format format = format_of(path);
    if (format == Format::csv) return write_file_atomically(path, figure.csv);
    if (format == Format::png) return write_png(render(figure, dpi), path);
    write_bytes(path, vector_bytes(path, format, figure.title, points_of(figure.millimetres), figure.paint));
}

std::vector<std::filesystem::path> export_figures(const std::filesystem::path& folder,
                                                  const compact::CompactPlan& plan, int dpi) {
    // All three are made before the first is written: a plan without sensitive weights leaves nothing behind.
    const std::vector<Figure> figures = {figure2(plan, default_figure2_matrix(plan)),
                                         figure4(plan, default_figure4_matrices(plan)), figure5(plan)};
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw IoError(folder.string() + ": the folder can't be made (" + error.message() +
                      "); choose another");
    std::vector<std::filesystem::path> files;
    for (const Figure& figure : figures)
        for (const char* ending : {".png", ".svg", ".pdf", ".csv"}) {
            files.push_back(folder / (figure.name + ending));
            save(figure, files.back(), dpi);
        }
    return files;
}

std::function<void()> prepare_widget(QWidget& widget, const std::filesystem::path& path, int dpi) {
    const Format format = format_of(path);
    if (format == Format::csv)
        throw InputError(path.string() + ": a picture can't be saved as .csv; choose .png, .svg or .pdf");
    // A widget's pixel is 1/96 inch.
    if (format == Format::png) {
        const double scale = dpi / 96.0;
        QImage image((QSizeF(widget.size()) * scale).toSize(), QImage::Format_RGB32);
        image.setDevicePixelRatio(scale);
        image.fill(widget.palette().color(QPalette::Base));
        widget.render(&image);
        return [image, path] { write_png(image, path); };
    }
    const QByteArray bytes = vector_bytes(path, format, widget.accessibleName(), QSizeF(widget.size()) * 0.75, [&](QPainter& painter, QSizeF) {
        painter.scale(0.75, 0.75);
        widget.render(&painter);
    });
    return [bytes, path] { write_bytes(path, bytes); };
}

void save_widget(QWidget& widget, const std::filesystem::path& path, int dpi) { prepare_widget(widget, path, dpi)(); }

} // namespace cdra::widgets::figures
