// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/page.h"

#include "widgets/empty_state.h"
#include "widgets/format.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QStackedLayout>
#include <QStyle>
#include <QVBoxLayout>

#include <utility>

namespace cdra::workbench {

Page::Page(Stage stage, Workbench& bench, const QString& sentence, const QString& action, QWidget* parent)
    : QWidget(parent), stage_(stage), bench_(bench) {
    setObjectName("page-" + word_of(stage));
    setAccessibleName(title_of(stage));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * widgets::grid, 2 * widgets::grid, 2 * widgets::grid, 2 * widgets::grid);
    layout->setSpacing(widgets::grid);

    auto* header = new QHBoxLayout;
    auto* words = new QVBoxLayout;
    words->setSpacing(widgets::grid / 4);
    title_ = new QLabel(title_of(stage));
    title_->setFont(widgets::fonts::title(font()));
    words->addWidget(title_);
    QLabel* line = muted_label(sentence);
    line->setWordWrap(true);
    words->addWidget(line);
    header->addLayout(words, 1);
    primary_ = named(new QPushButton(action), "primary-" + word_of(stage), action);
    primary_->setProperty("primary", true);
    primary_->setVisible(!action.isEmpty());
    // Where the road goes on, once this stop has what it is for.
    next_ = named(new QPushButton, "next-" + word_of(stage), tr("Next stop"));
    connect(next_, &QPushButton::clicked, this, [this] { emit go_to(all_stages[std::size_t(stage_) + 1]); });
    header->addWidget(next_, 0, Qt::AlignTop);
    header->addWidget(primary_, 0, Qt::AlignTop);
    layout->addLayout(header);

    banner_ = new QWidget;
    banner_->setObjectName("banner-" + word_of(stage));
    banner_->setAutoFillBackground(true);
    auto* banner_layout = new QHBoxLayout(banner_);
    banner_layout->setContentsMargins(widgets::grid, widgets::grid / 2, widgets::grid, widgets::grid / 2);
    banner_text_ = named(new QLabel, "banner-text-" + word_of(stage), tr("State of this stop"));
    banner_text_->setWordWrap(true);
    banner_text_->setTextFormat(Qt::PlainText);
    banner_text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    banner_layout->addWidget(banner_text_, 1);
    banner_button_ = named(new QPushButton, "remedy-" + word_of(stage), tr("Remedy"));
    banner_layout->addWidget(banner_button_);
    connect(banner_button_, &QPushButton::clicked, this, [this] {
        if (remedy_) remedy_();
    });
    layout->addWidget(banner_);

    extra_ = new QVBoxLayout;
    layout->addLayout(extra_);
    auto* holder = new QWidget;
    stack_ = new QStackedLayout(holder);
    empty_ = new widgets::EmptyState;
    empty_->setObjectName("empty-" + word_of(stage));
    empty_->button()->setObjectName("empty-action-" + word_of(stage));
    connect(empty_, &widgets::EmptyState::actionRequested, this, [this] { empty_action(); });
    stack_->addWidget(empty_);
    layout->addWidget(holder, 1);

    connect(&bench.road, &Road::states_changed, this, &Page::refresh_banner);
    connect(&bench.road, &Road::states_changed, this, &Page::refresh_next);
    refresh_banner();
    refresh_next();
}

void Page::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    refresh_banner();
    restyle();
}

void Page::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    const auto waiting = std::exchange(waiting_, {});
    for (const auto& [key, act] : waiting) act();
}

void Page::when_seen(const char* key, std::function<void()> act) {
    if (isVisible()) return act();
    std::erase_if(waiting_, [&](const auto& one) { return one.first == QLatin1String(key); });
    waiting_.emplace_back(key, std::move(act));
}

void Page::set_content(QWidget* content) {
    stack_->addWidget(content);
    stack_->setCurrentWidget(content);
}

void Page::show_content() { stack_->setCurrentIndex(1); }

void Page::show_empty(const QString& title, const QString& text, const QString& action) {
    empty_->set(title, text, action);
    stack_->setCurrentIndex(0);
}

void Page::set_remedy(const QString& text, std::function<void()> act) {
    banner_button_->setText(text);
    banner_button_->setAccessibleName(text);
    remedy_ = std::move(act);
    refresh_banner();
}

void Page::emphasise(QPushButton* button, bool emphasised) {
    if (button->property("primary").toBool() == emphasised) return;
    button->setProperty("primary", emphasised);
    button->style()->unpolish(button); // the style sheet asks for the property only then
    button->style()->polish(button);
}

void Page::refresh_next() {
    // The Ranks page's own action already leads on, and nothing comes after the results.
    const bool leads = stage_ != Stage::ranks && stage_ != Stage::results;
    const Health health = bench_.road.state(stage_).health;
    // While γ is dragged a plan is in work again and again: nothing may come and go with it.
    if (health != Health::running || next_->text().isEmpty()) {
        const bool ready = leads && health == Health::ready;
        next_->setVisible(ready);
        emphasise(next_, ready);
        emphasise(primary_, !ready);
    }
    if (!leads) return;
    const Stage following = all_stages[std::size_t(stage_) + 1];
    next_->setText(tr("Next: %1").arg(title_of(following)));
    next_->setToolTip(QStringLiteral("Ctrl+%1").arg(int(following) + 1));
}

void Page::refresh_banner() {
    const StageState& state = bench_.road.state(stage_);
    const bool stale = state.health == Health::stale, failed = state.health == Health::failed;
    banner_->setVisible(stale || failed);
    if (!stale && !failed) return;
    const QString reason = state.reason.isEmpty() ? QString() : state.reason.at(0).toUpper() + state.reason.mid(1);
    banner_text_->setText((stale ? tr("Stale") : tr("Failed")) + " — " + reason);
    QPalette palette = this->palette();
    const QColor tone = stale ? widgets::colours::warning(palette) : widgets::colours::danger(palette);
    QColor ground = widgets::colours::surface(palette);
    ground = QColor::fromRgbF(ground.redF() * 0.88F + tone.redF() * 0.12F, ground.greenF() * 0.88F + tone.greenF() * 0.12F,
                              ground.blueF() * 0.88F + tone.blueF() * 0.12F);
    palette.setColor(QPalette::Window, ground);
    banner_->setPalette(palette);
    banner_button_->setVisible(bool(remedy_));
}

namespace {

// Thousands in groups as everywhere else in the window; typed with or without them.
class GroupedSpinBox : public QSpinBox {
  public:
    using QSpinBox::QSpinBox;

  protected:
    QString textFromValue(int value) const override { return widgets::grouped(value); }
    int valueFromText(const QString& text) const override { return bare(text).toInt(); }
    QValidator::State validate(QString& text, int&) const override {
        const QString digits = bare(text);
        if (digits.isEmpty() || digits == "-" || text == specialValueText()) return QValidator::Intermediate;
        bool ok = false;
        const int value = digits.toInt(&ok);
        if (!ok || value > maximum()) return QValidator::Invalid;
        return value < minimum() ? QValidator::Intermediate : QValidator::Acceptable;
    }

  private:
    QString bare(QString text) const {
        if (!specialValueText().isEmpty() && text == specialValueText()) return QString::number(minimum());
        if (!prefix().isEmpty() && text.startsWith(prefix())) text.remove(0, prefix().size());
        if (!suffix().isEmpty() && text.endsWith(suffix())) text.chop(suffix().size());
        text.remove(QRegularExpression("[\\s\\x{202f}]"));
        return text;
    }
};

} // namespace

QSpinBox* make_spin(int low, int high, const QString& object_name, const QString& accessible_name, const QString& suffix) {
    auto* box = named<QSpinBox>(new GroupedSpinBox, object_name, accessible_name);
    box->setRange(low, high);
    box->setKeyboardTracking(false); // half-typed numbers are no edits
    if (!suffix.isEmpty()) box->setSuffix(suffix);
    return box;
}

QDoubleSpinBox* make_real(double low, double high, double step, int decimals, const QString& object_name,
                          const QString& accessible_name, const QString& suffix) {
    auto* box = named(new QDoubleSpinBox, object_name, accessible_name);
    box->setRange(low, high);
    box->setSingleStep(step);
    box->setDecimals(decimals);
    box->setKeyboardTracking(false);
    if (!suffix.isEmpty()) box->setSuffix(suffix);
    return box;
}

QWidget* with_browse(QLineEdit* edit, QPushButton* browse) {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(edit, 1);
    layout->addWidget(browse);
    return row;
}

QLabel* heading(const QString& text) {
    auto* label = new QLabel(text);
    label->setFont(widgets::fonts::heading(label->font()));
    return label;
}

QLabel* muted_label(const QString& text) {
    auto* label = new QLabel(text);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setTextFormat(Qt::PlainText);
    return label;
}

QLabel* value_label(const QString& object_name, const QString& accessible_name) {
    auto* label = named(new QLabel, object_name, accessible_name);
    label->setFont(widgets::fonts::tabular(label->font()));
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setTextFormat(Qt::PlainText);
    return label;
}

} // namespace cdra::workbench
