// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/compact_page.h"

#include "app/workbench/help.h"
#include "app/workbench/pages/compare_panel.h"
#include "widgets/chart_export.h"
#include "widgets/compact_view.h"
#include "widgets/distribution_view.h"
#include "widgets/format.h"
#include "widgets/plots.h"
#include "widgets/theme.h"

#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

namespace cdra::workbench {

CompactPage::CompactPage(Workbench& bench, QWidget* parent)
    : Page(Stage::compact, bench, tr("Rows and columns in new order, so that all sensitive weights lie in one small box."),
           tr("Export figures…"), parent),
      gallery_made_([this](std::vector<widgets::Thumbnail> made) { gallery_->setThumbnails(std::move(made)); }) {
    binder_ = new Binder(bench.document, this);
    connect(primary(), &QPushButton::clicked, this, &CompactPage::export_figures);
    set_remedy(tr("Go to Sensitivity"), [this] { emit go_to(Stage::sensitivity); });

    auto* content = new QSplitter(Qt::Vertical);
    auto* upper = new QSplitter(Qt::Horizontal);
    view_ = named(new widgets::CompactView, "compact-view", tr("The reorganised matrix with its compact box"));
    connect(view_, &widgets::CompactView::failed, this, &Page::failed);
    connect(view_, &widgets::CompactView::sizeScaleAsked, this, [this](double scale) {
        this->bench().document.edit(tr("size of the box"), "size-scale", [&](job::Project& p) {
            p.plan.options.size_scale = scale;
            p.plan.options.quadrant = compact::Quadrant::q10; // a scale goes with the method's quadrant only
        });
    });
    connect(view_, &widgets::CompactView::quadrantAsked, this, [this](compact::Quadrant quadrant) {
        this->bench().document.edit(tr("quadrant"), {}, [&](job::Project& p) {
            p.plan.options.quadrant = quadrant;
            if (quadrant != compact::Quadrant::q10) p.plan.options.size_scale = 1;
        });
    });
    view_->layout()->setContentsMargins(0, widgets::grid, 0, 0); // off the tabs above
    upper->addWidget(view_);
    upper->addWidget(build_side());
    upper->setStretchFactor(0, 1);
    upper->setStretchFactor(1, 0);
    upper->setChildrenCollapsible(false);
    content->addWidget(upper);
    auto* lower = new QWidget;
    auto* lower_layout = new QVBoxLayout(lower);
    lower_layout->setContentsMargins(0, widgets::grid, 0, 0);
    lower_layout->addWidget(heading(tr("Sizes of all compact boxes")));
    distribution_ = named(new widgets::DistributionView, "compact-distribution", tr("Sizes of all compact boxes"));
    connect(distribution_, &widgets::DistributionView::selected, &bench.selection, &MatrixSelection::set);
    distribution_->setMinimumHeight(176);
    lower_layout->addWidget(distribution_, 1);
    content->addWidget(lower);
    content->setStretchFactor(0, 3);
    content->setStretchFactor(1, 1);
    content->setSizes({420, 220});
    content->setChildrenCollapsible(false);
    tabs_ = named(new QTabWidget, "compact-tabs", tr("Parts of the plan"));
    tabs_->setDocumentMode(true);
    tabs_->addTab(content, tr("&One matrix"));
    gallery_ = named(new widgets::ThumbnailGrid, "compact-gallery", tr("All compact matrices"));
    gallery_->setImageSize(112);
    connect(gallery_, &widgets::ThumbnailGrid::activated, this, [this](int index) {
        this->bench().selection.set(index);
        tabs_->setCurrentIndex(0);
    });
    tabs_->addTab(gallery_, tr("&Gallery"));
    compare_ = new ComparePanel(bench);
    connect(compare_, &ComparePanel::failed, this, &Page::failed);
    connect(compare_, &ComparePanel::told, this, &Page::told);
    tabs_->addTab(compare_, tr("Co&mpare"));
    connect(tabs_, &QTabWidget::currentChanged, this, &CompactPage::refresh_gallery);
    set_content(tabs_);

    connect(&bench.road, &Road::plan_changed, this, [this] {
        when_seen("matrix", [this] { refresh(); });
        when_seen("gallery", [this] { refresh_gallery(); });
    });
    connect(&bench.road, &Road::states_changed, this, &CompactPage::refresh_state);
    connect(&bench.selection, &MatrixSelection::changed, this, [this] { when_seen("matrix", [this] { refresh(); }); });
    const auto tell = teller(this);
    widgets::offer_export(view_->heatMap(), "compact", tell);
    widgets::offer_export(distribution_, "sizes", tell);
    refresh();
    refresh_state();
}

QWidget* CompactPage::build_side() {
    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    layout->setContentsMargins(2 * widgets::grid, widgets::grid, 0, 0);
    // One form, so that the numbers of both parts stand in one column.
    auto* form = new QFormLayout;
    form->addRow(heading(tr("This matrix")));
    const QString labels[] = {tr("Matrix d × k"), tr("Box d̄ × k̄"), tr("Sensitive"), tr("Density in the box"), tr("Share of Σs in it")};
    const char* const names[] = {"compact-size", "compact-box", "compact-sensitive", "compact-density", "compact-share"};
    for (int i = 0; i < 5; ++i) form->addRow(labels[i], matrix_facts_[i] = value_label(names[i], labels[i]));
    auto* whole = heading(tr("All matrices"));
    whole->setContentsMargins(0, widgets::grid, 0, 0);
    form->addRow(whole);
    const QString whole_labels[] = {tr("Mean d̄"), tr("Mean k̄"), tr("Mean density"), tr("Without a box")};
    const char* const whole_names[] = {"compact-mean-rows", "compact-mean-columns", "compact-mean-density", "compact-empty"};
    for (int i = 0; i < 4; ++i) form->addRow(whole_labels[i], whole_facts_[i] = value_label(whole_names[i], whole_labels[i]));
    layout->addLayout(form);
    layout->addSpacing(widgets::grid);
    auto* which = new QHBoxLayout;
    which->addWidget(heading(tr("Which box is adapted")), 1);
    which->addWidget(help_button("compact"));
    layout->addLayout(which);
    auto* options = new QFormLayout;
    auto* scale = make_real(0.05, 4.0, 0.25, 2, "compact-size-scale", tr("Size scale"), tr(" ×"));
    scale->setToolTip(tr("Table 6: this times d̄ and k̄ of the sorted orders. 1.00 is the method."));
    binder_->real(scale, tr("size scale"), [](auto& p) -> auto& { return p.plan.options.size_scale; });
    options->addRow(tr("&Size"), scale);
    auto* quadrant = named(new QComboBox, "compact-quadrant", tr("Quadrant"));
    quadrant->addItem(tr("10 — the method"), "10");
    quadrant->addItem(tr("00 — other rows"), "00");
    quadrant->addItem(tr("01 — the opposite"), "01");
    quadrant->addItem(tr("11 — other columns"), "11");
    quadrant->setToolTip(tr("Table 7: sensitive rows × sensitive columns (10), other rows × sensitive columns (00),\n"
                            "other rows × other columns (01), sensitive rows × other columns (11)."));
    binder_->choice(quadrant, tr("quadrant"),
                    [](const job::Project& p) { return std::string(compact::name_of(p.plan.options.quadrant)); },
                    [](job::Project& p, const std::string& word) {
                        p.plan.options.quadrant = compact::parse_quadrant(word);
                        if (p.plan.options.quadrant != compact::Quadrant::q10) p.plan.options.size_scale = 1;
                    });
    options->addRow(tr("&Quadrant"), quadrant);
    layout->addLayout(options);
    layout->addStretch(1);
    side->setFixedWidth(248);
    return side;
}

QString CompactPage::notes() const {
    return tr("Rows are input features, columns output features. Sorted by how many sensitive weights they hold, every sensitive "
              "weight lies in the d̄ × k̄ corner: the red box, which alone is adapted.");
}

bool CompactPage::settled() const { return !view_->heatMap()->building() && !gallery_made_.busy() && compare_->settled(); }

void CompactPage::show_compare() {
    tabs_->setCurrentWidget(compare_);
    if (!compare_->other()) compare_->browse();
}

// Figure 4 of every matrix; drawn when it is looked at.
void CompactPage::refresh_gallery() {
    const auto plan = bench().road.plan();
    if (tabs_->currentWidget() != gallery_ || plan == drawn_) return;
    drawn_ = plan;
    if (!plan) return gallery_->setThumbnails({});
    const QColor sensitive = widgets::colours::sensitive(palette()), paper = palette().color(QPalette::Base), box = widgets::colours::box(palette()), edge = widgets::colours::line(palette());
    gallery_made_.request([plan, sensitive, paper, box, edge](const std::stop_token& stop) {
        std::vector<widgets::Thumbnail> made;
        for (const auto& matrix : plan->matrices) {
            throw_if_stopped(stop);
            const auto& compact = matrix.reorganised;
            widgets::Thumbnail one;
            const int rows = int(matrix.shape.in), columns = int(matrix.shape.out);
            const QImage mask = widgets::plots::mask_image(matrix, 112, sensitive, paper);
            // True to the matrix's sides, within the square.
            const QSize size = QSize(columns, rows).scaled(112, 112, Qt::KeepAspectRatio).expandedTo({16, 16});
            one.image = mask.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation).convertToFormat(QImage::Format_RGB32);
            QPainter painter(&one.image);
            painter.setPen(edge); // on paper of the same colour the matrix would have no sides
            painter.drawRect(one.image.rect().adjusted(0, 0, -1, -1));
            painter.setPen(box);
            if (compact.compact_rows > 0)
                painter.drawRect(QRectF(0, 0, std::max(1.0, double(compact.compact_columns) / columns * size.width() - 1),
                                        std::max(1.0, double(compact.compact_rows) / rows * size.height() - 1)));
            painter.end();
            const QString name = QString::fromStdString(matrix.shape.name);
            one.label = name.mid(7);
            one.detail = QObject::tr("%1\nbox %2, density %3, rank %4")
                             .arg(name, widgets::size_text(compact.compact_rows, compact.compact_columns), widgets::percent(matrix.density(), 1))
                             .arg(matrix.rank);
            made.push_back(std::move(one));
        }
        return made;
    });
}

void CompactPage::export_figures() {
    const auto plan = bench().road.plan();
    if (!plan) return emit failed(tr("There is no plan to draw yet: compute the sensitivity first."));
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Export Figures 2, 4 and 5 into a folder"), bench().document.folder());
    if (folder.isEmpty()) return;
    bench().runner.export_figures(plan, folder);
}

void CompactPage::refresh_state() {
    const bool any = bool(bench().road.plan());
    primary()->setEnabled(any);
    if (any) return show_content();
    const StageState& state = bench().road.state(Stage::compact);
    if (state.health == Health::running) show_empty(tr("Working…"), tr("The plan is being made."));
    else if (state.health == Health::failed) show_empty(tr("No plan"), state.reason, tr("Go to Sensitivity"));
    else show_empty(tr("Needs a sensitivity map"), tr("The box is made of the weights that are sensitive to the task."), tr("Go to Sensitivity"));
}

void CompactPage::refresh() {
    const auto plan = bench().road.plan();
    const int index = bench().selection.index();
    if (!plan || index >= int(plan->matrices.size())) {
        view_->clear();
        distribution_->clear();
        return;
    }
    const auto map = bench().road.map();
    std::shared_ptr<const std::vector<float>> values;
    if (map && std::size_t(index) < map->matrices.size())
        values = map->matrices[std::size_t(index)].values.shared();
    view_->setMatrix(plan, index, values);
    distribution_->setPlan(*plan);
    distribution_->setCurrent(index);

    const auto& matrix = plan->matrices[std::size_t(index)];
    matrix_facts_[0]->setText(widgets::size_text(matrix.shape.in, matrix.shape.out));
    matrix_facts_[1]->setText(widgets::size_text(matrix.reorganised.compact_rows, matrix.reorganised.compact_columns));
    matrix_facts_[2]->setText(widgets::grouped(std::int64_t(matrix.mask.size())));
    matrix_facts_[3]->setText(widgets::percent(matrix.density(), 1));
    matrix_facts_[4]->setText(matrix.sensitivity_total > 0 ? widgets::percent(matrix.sensitivity_in_box / matrix.sensitivity_total, 1)
                                                           : tr("none"));
    double rows = 0, columns = 0, density = 0;
    int boxes = 0, empty = 0;
    for (const auto& one : plan->matrices) {
        rows += one.reorganised.compact_rows;
        columns += one.reorganised.compact_columns;
        if (one.mask.empty()) ++empty;
        else {
            density += one.density();
            ++boxes;
        }
    }
    const double count = std::max<double>(1, double(plan->matrices.size()));
    whole_facts_[0]->setText(QString::number(rows / count, 'f', 1));
    whole_facts_[1]->setText(QString::number(columns / count, 'f', 1));
    whole_facts_[2]->setText(boxes ? widgets::percent(density / boxes, 1) : tr("none"));
    whole_facts_[3]->setText(tr("%1 of %2").arg(empty).arg(plan->matrices.size()));
}

} // namespace cdra::workbench
