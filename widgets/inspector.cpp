// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector.h"

#include "core/sensitivity/profile.h"
#include "widgets/format.h"
#include "widgets/theme.h"

#include <QFormLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>

namespace cdra::widgets {

// A few bars without axes; the number of the tallest beside them.
class SparkBars : public QWidget {
  public:
    using QWidget::QWidget;
    void setValues(std::vector<double> values, const QString& highest) {
        values_ = std::move(values);
        highest_ = highest;
        update();
    }
    QSize sizeHint() const override { return {160, 48}; }
    QSize minimumSizeHint() const override { return {80, 48}; }

  protected:
    void paintEvent(QPaintEvent*) override {
        if (values_.empty()) return;
        QPainter painter(this);
        const double most = std::max(1e-300, *std::max_element(values_.begin(), values_.end()));
        const std::size_t bars = std::min<std::size_t>(values_.size(), std::size_t(std::max(1, width() / 3)));
        for (std::size_t bar = 0; bar < bars; ++bar) {
            const std::size_t from = bar * values_.size() / bars,
                              to = std::max(from + 1, (bar + 1) * values_.size() / bars);
            const double value = *std::max_element(values_.begin() + std::ptrdiff_t(from),
                                                   values_.begin() + std::ptrdiff_t(to));
            const double left = double(width()) * double(bar) / double(bars),
                         right = double(width()) * double(bar + 1) / double(bars);
            const double tall = value > 0 ? std::max(1.0, (height() - 2) * value / most) : 0;
            painter.fillRect(QRectF(left, height() - 1 - tall, std::max(1.0, right - left - 1), tall),
                             colours::rows(palette()));
        }
        painter.setPen(colours::line(palette()));
        painter.drawLine(0, height() - 1, width(), height() - 1);
        painter.setPen(colours::muted(palette()));
        painter.setFont(fonts::small(font()));
        painter.drawText(rect(), Qt::AlignRight | Qt::AlignTop, highest_);
    }

  private:
    std::vector<double> values_;
    QString highest_;
};

Inspector::Inspector(QWidget* parent)
    : QWidget(parent), title_(new QLabel), form_(new QFormLayout), bars_title_(new QLabel),
      bars_(new SparkBars), notes_(new QLabel) {
    setAccessibleName(tr("Inspector"));
    title_->setFont(fonts::heading(font()));
    title_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    title_->setWordWrap(true);
    bars_title_->setFont(fonts::small(font()));
    notes_->setWordWrap(true);
    notes_->setFont(fonts::small(font()));
    notes_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    form_->setContentsMargins(0, 0, 0, 0);
    form_->setHorizontalSpacing(grid + 4);
    form_->setVerticalSpacing(grid / 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * grid, 2 * grid, 2 * grid, 2 * grid);
    layout->setSpacing(grid);
    layout->addWidget(title_);
    layout->addLayout(form_);
    layout->addWidget(bars_title_);
    layout->addWidget(bars_);
    layout->addWidget(notes_);
    layout->addStretch(1);
    clear();
}

void Inspector::setFacts(const QString& title, const std::vector<std::pair<QString, QString>>& facts) {
    title_->setText(title);
    facts_ = facts;
    const int rows = int(facts.size());
    // The labels are reused: this runs on every move of the γ slider.
    while (form_->rowCount() > rows)
        form_->removeRow(form_->rowCount() - 1);
    for (int i = 0; i < rows; ++i) {
        if (i >= form_->rowCount()) {
            auto* label = new QLabel;
            auto* value = new QLabel;
            value->setTextInteractionFlags(Qt::TextSelectableByMouse);
            value->setFont(fonts::tabular(font()));
            value->setWordWrap(true);
            form_->addRow(label, value);
        }
        auto* label = static_cast<QLabel*>(form_->itemAt(i, QFormLayout::LabelRole)->widget());
        auto* value = static_cast<QLabel*>(form_->itemAt(i, QFormLayout::FieldRole)->widget());
        label->setText(facts[std::size_t(i)].first);
        label->setForegroundRole(QPalette::PlaceholderText);
        value->setText(facts[std::size_t(i)].second);
    }
}

void Inspector::setShape(const checkpoint::MatrixShape& shape) {
    setFacts(QString::fromStdString(shape.name), {{tr("rows d"), grouped(shape.in)},
                                                  {tr("columns k"), grouped(shape.out)},
                                                  {tr("weights"), grouped(shape.size())}});
    bars_title_->hide();
    bars_->hide();
}

void Inspector::setMatrix(const compact::CompactPlan& plan, int index) {
    if (index < 0 || std::size_t(index) >= plan.matrices.size()) return clear();
    const auto& matrix = plan.matrices[std::size_t(index)];
    const auto sensitive = std::int64_t(matrix.mask.size());
    const auto treatment = compact::name_of(matrix.treatment);
    std::vector<std::pair<QString, QString>> facts = {
        {tr("d × k"), size_text(matrix.shape.in, matrix.shape.out)},
        {tr("sensitive"),
         grouped(sensitive) + " = " +
             percent(matrix.shape.size() ? double(sensitive) / double(matrix.shape.size()) : 0)},
        {tr("d̄ × k̄"), size_text(matrix.reorganised.compact_rows, matrix.reorganised.compact_columns)},
        {tr("density"), percent(matrix.density(), 1)},
        {tr("treatment"), QString::fromUtf8(treatment.data(), qsizetype(treatment.size()))},
        {tr("rank r"), grouped(matrix.rank)},
        {tr("trainable"), grouped(std::int64_t(matrix.parameters()))},
    };
    if (std::int64_t(matrix.box.rows.size()) != matrix.reorganised.compact_rows ||
        std::int64_t(matrix.box.columns.size()) != matrix.reorganised.compact_columns)
        facts.insert(facts.begin() + 4,
                     {tr("adapted box"), size_text(std::int64_t(matrix.box.rows.size()),
                                                   std::int64_t(matrix.box.columns.size()))});
    if (matrix.sensitivity_total > 0)
        facts.emplace_back(tr("Σs in the box"),
                           percent(matrix.sensitivity_in_box / matrix.sensitivity_total, 1));
    setFacts(QString::fromStdString(matrix.shape.name), facts);
    auto counts = sensitivity::profile(matrix.shape, matrix.mask).row_counts;
    std::sort(counts.begin(), counts.end(), std::greater<>());
    counts.resize(std::min<std::size_t>(counts.size(), matrix.reorganised.compact_rows));
    bars_title_->setText(tr("sensitive weights by row, sorted"));
    bars_title_->setVisible(!counts.empty());
    bars_->setVisible(!counts.empty());
    bars_->setValues({counts.begin(), counts.end()}, counts.empty() ? QString() : grouped(counts.front()));
}

void Inspector::setSpectrum(const std::vector<double>& singular_values) {
    bars_title_->setText(tr("singular values of A·B"));
    bars_title_->setVisible(!singular_values.empty());
    bars_->setVisible(!singular_values.empty());
    bars_->setValues(singular_values, singular_values.empty() ? QString() : decimal(singular_values.front()));
}

void Inspector::setNotes(const QString& notes) {
    notes_->setText(notes);
}

void Inspector::clear() {
    setFacts(tr("No matrix selected"), {});
    bars_title_->hide();
    bars_->hide();
}

} // namespace cdra::widgets
