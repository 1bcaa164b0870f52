// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/help.h"

#include "widgets/theme.h"

#include <QApplication>
#include <QCoreApplication>
#include <QDialog>
#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QTextBrowser>
#include <QToolButton>
#include <QVBoxLayout>

namespace cdra::workbench {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("Help", text); }

struct Source {
    const char* word;
    const char* title;
    const char* text;
};
constexpr Source sources[] = {
    {"road", QT_TRANSLATE_NOOP("Help", "The road"),
     QT_TRANSLATE_NOOP("Help",
                       "<p>Seven stops, each of which needs those above it: a pretrained <b>model</b> and the <b>data</b> of a new task; the "
                       "<b>sensitivity</b> of every weight to that task; the <b>compact</b> boxes that the sensitive ones fit into; their <b>ranks</b>; "
                       "<b>training</b>; <b>results</b>. Each stop's mark says how it stands: nothing yet, ready, being worked on, failed, or <b>stale</b>: "
                       "something before it changed since it was made. Every setting can be changed at any time, and taken back with Ctrl+Z.</p>")},
    {"sensitivity", QT_TRANSLATE_NOOP("Help", "Sensitivity"),
     QT_TRANSLATE_NOOP("Help",
                       "<p>How much the task pulls at a weight (Eq. 3): the mean over images of the squared gradient of one image's loss, at the pretrained "
                       "weights. One pass over 400 images, forwards and backwards, is enough; no weight is changed. <i>By batch</i> squares the gradients of "
                       "whole batches instead, as SPT's published code does: pulls of different images in opposite directions cancel there.</p>")},
    {"gamma", QT_TRANSLATE_NOOP("Help", "γ, τ and the budget"),
     QT_TRANSLATE_NOOP("Help",
                       "<p><b>γ</b> is the share of weights that count as sensitive: the γ largest of all, by <i>one</i> threshold for the whole model, so that "
                       "some matrices get many and others none. <b>τ</b> says the same as a number of weights. A <b>budget</b> says what may be trained in the end, "
                       "in per cent of the backbone, and γ is found for it.</p><p>More is not always better: a larger γ makes the boxes larger and less dense. "
                       "The curves behind the slider show what every γ would train, and the sum of ranks. The default, 0.43 %, trains about 0.4 % of a ViT.</p>")},
    {"compact", QT_TRANSLATE_NOOP("Help", "Compact size"),
     QT_TRANSLATE_NOOP("Help",
                       "<p>In a matrix with d rows (input features) and k columns (output features), <b>d̄</b> rows and <b>k̄</b> columns hold at least one sensitive "
                       "weight. Sorted by how many they hold (Eq. 4, 5), these come first, and every sensitive weight lies in the d̄ × k̄ corner: the red box. Only the "
                       "box is adapted; the rest of the matrix stays as it is. <b>Density</b> is the share of the box that is sensitive: the denser, the "
                       "better a low rank fits.</p><p><b>Size</b> stretches the box beyond the method's (Table 6), <b>quadrant</b> takes another corner (Table 7): "
                       "both are there to see what the choice is worth. The box's corner can be dragged in the picture, and Ctrl+click picks the quadrant.</p>")},
    {"eq7", QT_TRANSLATE_NOOP("Help", "Ranks and Eq. 7"),
     QT_TRANSLATE_NOOP("Help",
                       "<p>The box of a matrix is changed by A·B (Eq. 6), A of size d̄ × r and B of size r × k̄: that costs r·(d̄ + k̄) weights. <b>Eq. 7</b> gives each "
                       "matrix the largest rank r that its own Σm sensitive weights pay for.</p><p><b>eq7-unscaled</b> is r = ⌊Σm / (d̄ + k̄)⌋. <b>eq7</b> is the equation "
                       "as it is printed, with a factor d·k / (d̄·k̄); with it most ranks come out as 0 at the paper's budgets, while the "
                       "paper's own parameter counts fit the unscaled form. Hence the default. Both are in the table of strategies, side by side.</p>"
                       "<p><b>Rank 0</b>: the matrix has too few sensitive weights for a rank. Then just those weights are tuned, which costs less than rank 1; or the "
                       "matrix is left as it is.</p>")},
    {"training", QT_TRANSLATE_NOOP("Help", "Training"),
     QT_TRANSLATE_NOOP("Help",
                       "<p>A run is a command of its own, the one that is shown: it lives on when this window closes, and a window opened later finds it again. "
                       "<i>Stop and save</i> keeps everything; <i>Resume</i> goes on where it stopped and ends in the same bytes. <i>Add to queue</i> freezes the "
                       "settings as they are now and starts the run when those before it are done.</p><p>The <b>honest</b> protocol chooses everything on validation "
                       "images and reads the test images once, at the end. <b>Published</b> code takes the best test accuracy over all epochs; such numbers look better "
                       "than they are.</p>")},
    {"results", QT_TRANSLATE_NOOP("Help", "Results"),
     QT_TRANSLATE_NOOP("Help",
                       "<p>Trainable per cent = trainable backbone parameters ÷ backbone parameters, both without the head. Select several runs to see their curves over "
                       "each other and in what they differ. <b>ΔW</b> is what training added to a matrix: its singular values say how many of the ranks given were "
                       "used. <b>Export</b> writes the adapter, a folder for peft, or a merged checkpoint that needs none of this program.</p>")},
    {"attention", QT_TRANSLATE_NOOP("Help", "Attention"),
     QT_TRANSLATE_NOOP("Help",
                       "<p>In every block each head decides how much every token takes from every other one. Shown is what the class token, from which the image is "
                       "classified, takes from the patches; the brightest patch of each map is its largest. The small maps are all blocks (down) and heads (across; ∅ is "
                       "their mean): a click or the arrow keys choose one. A click into the image asks what that patch looks at instead; Escape goes back.</p><p>Attention "
                       "says where a head reads, not what of it decides.</p>")},
};

const Source* source_of(const QString& word) {
    for (const Source& one : sources)
        if (word == one.word) return &one;
    return nullptr;
}

// Goes away by a click elsewhere, Escape, or when the focus leaves.
void pop_up(QToolButton* button, const QString& word) {
    const Source* source = source_of(word);
    if (!source) return;
    auto* frame = new QFrame(button->window(), Qt::Popup);
    frame->setObjectName("help-" + word);
    frame->setAttribute(Qt::WA_DeleteOnClose);
    frame->setFrameShape(QFrame::StyledPanel);
    frame->setAccessibleName(tr(source->title));
    auto* layout = new QVBoxLayout(frame);
    layout->setContentsMargins(2 * widgets::grid, 2 * widgets::grid, 2 * widgets::grid, widgets::grid);
    auto* title = new QLabel(tr(source->title));
    title->setFont(widgets::fonts::heading(title->font()));
    layout->addWidget(title);
    auto* text = new QLabel(tr(source->text));
    text->setTextFormat(Qt::RichText);
    text->setWordWrap(true);
    text->setFixedWidth(50 * widgets::grid);
    layout->addWidget(text);
    auto* more = new QPushButton(tr("All terms (F1)"));
    more->setObjectName("help-more");
    more->setFlat(true);
    layout->addWidget(more, 0, Qt::AlignRight);
    QWidget* window = button->window();
    QObject::connect(more, &QPushButton::clicked, frame, [frame, window, word] {
        frame->close();
        show_help(window, word);
    });
    frame->adjustSize();
    // Below the button and within the screen.
    QPoint at = button->mapToGlobal(QPoint(button->width() - frame->width(), button->height() + widgets::grid / 2));
    const QRect room = button->screen()->availableGeometry();
    if (at.y() + frame->height() > room.bottom()) at.setY(button->mapToGlobal(QPoint(0, 0)).y() - frame->height() - widgets::grid / 2);
    at.setX(std::clamp(at.x(), room.left(), std::max(room.left(), room.right() - frame->width())));
    frame->move(at.x(), std::max(room.top(), at.y()));
    frame->show();
    more->setFocus();
}

} // namespace

std::vector<HelpTopic> help_topics() {
    std::vector<HelpTopic> topics;
    for (const Source& one : sources) topics.push_back({one.word, tr(one.title), tr(one.text)});
    return topics;
}

QString help_word(Stage stage) {
    switch (stage) {
    case Stage::model:
    case Stage::data: return "road";
    case Stage::sensitivity: return "gamma";
    case Stage::compact: return "compact";
    case Stage::ranks: return "eq7";
    case Stage::train: return "training";
    case Stage::results: return "results";
    }
    return "road";
}

QToolButton* help_button(const QString& word, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setText("?");
    button->setObjectName("help-of-" + word);
    button->setProperty("help", true); // a small disc, by the theme
    button->setFocusPolicy(Qt::TabFocus);
    if (const Source* source = source_of(word)) {
        button->setAccessibleName(tr("Help: %1").arg(tr(source->title)));
        button->setToolTip(tr("What is this? %1").arg(tr(source->title)));
        button->setWhatsThis(tr(source->text));
    }
    QObject::connect(button, &QToolButton::clicked, button, [button, word] { pop_up(button, word); });
    return button;
}

void show_help(QWidget* parent, const QString& word) {
    auto* dialog = parent->findChild<QDialog*>("help-window", Qt::FindDirectChildrenOnly);
    if (!dialog) {
        dialog = new QDialog(parent);
        dialog->setObjectName("help-window");
        dialog->setWindowTitle(tr("What the terms mean"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        auto* layout = new QVBoxLayout(dialog);
        layout->setContentsMargins(0, 0, 0, 0);
        auto* browser = new QTextBrowser;
        browser->setObjectName("help-text");
        browser->setAccessibleName(tr("What the terms mean"));
        browser->setFrameShape(QFrame::NoFrame);
        browser->document()->setDocumentMargin(2 * widgets::grid);
        QString html;
        for (const HelpTopic& one : help_topics()) html += QString("<a name='%1'></a><h3>%2</h3>%3").arg(one.word, one.title.toHtmlEscaped(), one.text);
        browser->setHtml(html);
        layout->addWidget(browser);
        dialog->resize(80 * widgets::grid, 76 * widgets::grid);
    }
    dialog->show();
    dialog->raise();
    dialog->activateWindow();
    dialog->findChild<QTextBrowser*>("help-text")->scrollToAnchor(word);
}

} // namespace cdra::workbench
