// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/model_page.h"

#include "app/workbench/demo.h"
#include "app/workbench/dropped.h"
#include "widgets/empty_state.h"
#include "widgets/format.h"
#include "widgets/theme.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace cdra::workbench {

namespace {

QString shape_text(const std::vector<std::int64_t>& shape) {
    QStringList sides;
    for (const auto side : shape) sides << widgets::grouped(side);
    return sides.isEmpty() ? QString("scalar") : sides.join(" × ");
}

// "blocks.3.attn.q.weight" → "blocks.3" / "attn.q.weight"; others stay at the top.
std::pair<QString, QString> split_name(const QString& name) {
    if (!name.startsWith("blocks.")) return {{}, name};
    const qsizetype dot = name.indexOf('.', 7);
    return {name.left(dot), name.mid(dot + 1)};
}

} // namespace

ModelPage::ModelPage(Workbench& bench, QWidget* parent)
    : Page(Stage::model, bench, tr("The pretrained vision transformer that is to be fine-tuned."), tr("Open checkpoint…"),
           parent) {
    setAcceptDrops(true);
    binder_ = new Binder(bench.document, this);
    connect(primary(), &QPushButton::clicked, this, &ModelPage::browse);

    path_ = named(new QLineEdit, "model-path", tr("Checkpoint path"));
    path_->setPlaceholderText(tr("Path of a checkpoint: .safetensors, .npz, .pth, .bin, or a folder that holds one"));
    path_->setClearButtonEnabled(true);
    path_->setAcceptDrops(false); // would insert "file:///…"; the page below takes files
    auto* path_row = new QHBoxLayout;
    auto* path_label = new QLabel(tr("&Checkpoint"));
    path_label->setBuddy(path_);
    path_row->addWidget(path_label);
    path_row->addWidget(path_, 1);
    auto* folder = named(new QPushButton(tr("Folder…")), "model-folder", tr("Choose a folder that holds a checkpoint"));
    folder->setToolTip(tr("A folder as Hugging Face has it: model.safetensors or its shards, and config.json."));
    connect(folder, &QPushButton::clicked, this, [this] {
        const QString chosen = QFileDialog::getExistingDirectory(this, tr("Open checkpoint folder"), path_->text());
        if (!chosen.isEmpty()) choose(chosen);
    });
    path_row->addWidget(folder);
    header_extra()->addLayout(path_row);
    binder_->follow([this] { path_->setText(QString::fromStdString(this->bench().document.project().model.path)); });
    connect(path_, &QLineEdit::editingFinished, this, [this] { choose(path_->text().trimmed()); });

    auto* content = new QWidget;
    auto* layout = new QHBoxLayout(content);
    layout->setContentsMargins(0, widgets::grid, 0, 0);
    layout->setSpacing(3 * widgets::grid);

    auto* left = new QVBoxLayout;
    left->addWidget(heading(tr("Facts")));
    auto* form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignLeft);
    const QString labels[] = {tr("Architecture"), tr("Format"), tr("Blocks"), tr("Widths"), tr("Positions"), tr("Backbone")};
    const char* const names[] = {"model-architecture", "model-format", "model-blocks", "model-widths", "model-positions",
                                 "model-backbone"};
    for (int i = 0; i < 6; ++i) {
        facts_[i] = value_label(names[i], labels[i]);
        facts_[i]->setWordWrap(true);
        form->addRow(labels[i], facts_[i]);
    }
    left->addLayout(form);
    left->addSpacing(2 * widgets::grid);
    left->addWidget(heading(tr("How it is used")));
    auto* use = new QFormLayout;
    auto* pooling = named(new QComboBox, "model-pooling", tr("Pooling"));
    pooling->addItem(tr("class token"), "cls");
    pooling->addItem(tr("mean of the patches"), "mean");
    pooling->addItem(tr("class token and mean"), "cls+mean");
    pooling->setToolTip(tr("What the head looks at: the class token, the mean over all patch tokens, or both."));
    binder_->choice(pooling, tr("pooling"),
                    [](const job::Project& p) { return std::string(checkpoint::name_of(p.model.pooling)); },
                    [](job::Project& p, const std::string& word) { p.model.pooling = checkpoint::parse_pooling(word); });
    use->addRow(tr("&Pooling"), pooling);
    auto* resampling = named(new QComboBox, "model-resampling", tr("Position resampling"));
    resampling->addItem(tr("by the checkpoint's naming"), "");
    resampling->addItem(tr("timm (antialiased)"), "timm");
    resampling->addItem(tr("Hugging Face"), "hf");
    resampling->setToolTip(tr("How position embeddings are resized where the image size differs from pretraining."));
    binder_->choice(
        resampling, tr("position resampling"),
        [](const job::Project& p) {
            return p.model.position_resampling ? std::string(checkpoint::name_of(*p.model.position_resampling)) : "";
        },
        [](job::Project& p, const std::string& word) {
            if (word.empty()) p.model.position_resampling.reset();
            else p.model.position_resampling = checkpoint::parse_resampling(word);
        });
    use->addRow(tr("P&ositions"), resampling);
    auto* decoder = named(new QComboBox, "model-decoder", tr("Decoder of a segmentation"));
    decoder->addItem(tr("linear: one 1 × 1 convolution"), "linear");
    decoder->addItem(tr("fpn: a pyramid over four layers"), "fpn");
    decoder->setToolTip(tr("The head of a segmentation, on the patch tokens. Data with one class an image does not need it."));
    binder_->choice(decoder, tr("decoder"), [](const job::Project& p) { return p.model.decoder; }, [](job::Project& p, const std::string& word) { p.model.decoder = word; });
    use->addRow(tr("&Decoder"), decoder);
    left->addLayout(use);
    const auto show_decoder = [this, use, decoder] {
        const auto data = this->bench().road.data();
        use->setRowVisible(decoder, data && data->dataset->task() == datasets::Task::segmentation);
    };
    connect(&bench.road, &Road::data_changed, decoder, show_decoder);
    show_decoder();
    unused_ = muted_label();
    unused_->setWordWrap(true);
    unused_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    left->addSpacing(widgets::grid);
    left->addWidget(unused_);
    left->addStretch(1);
    auto* left_widget = new QWidget;
    left_widget->setLayout(left);
    left->setContentsMargins(0, 0, 0, 0);
    left_widget->setFixedWidth(300);
    layout->addWidget(left_widget);

    tree_ = named(new QTreeWidget, "model-tree", tr("Tensors by block"));
    tree_->setHeaderLabels({tr("Tensor"), tr("Shape"), tr("Parameters")});
    tree_->setUniformRowHeights(true);
    tree_->setAlternatingRowColors(true);
    tree_->setFont(widgets::fonts::tabular(tree_->font()));
    tree_->header()->setStretchLastSection(false);
    tree_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    tree_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    tree_->header()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    connect(tree_, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        const QVariant matrix = item ? item->data(0, Qt::UserRole) : QVariant();
        if (matrix.isValid()) this->bench().selection.set(matrix.toInt());
    });
    layout->addWidget(tree_, 1);
    set_content(content);

    connect(&bench.road, &Road::model_changed, this, &ModelPage::refresh);
    connect(&bench.road, &Road::states_changed, this, &ModelPage::refresh);
    refresh();
}

QString ModelPage::notes() const {
    return tr("Sensitivity and adaptation are about six matrices in every block: query, key, value, projection and the two "
              "MLP layers. Patch embedding, positions and LayerScale stay frozen always.");
}

void ModelPage::browse() {
    const QString file = QFileDialog::getOpenFileName(this, tr("Open checkpoint"), path_->text(),
                                                      tr("Checkpoints (*.safetensors *.safetensors.index.json *.npz *.pth *.pt *.bin);;All files (*)"));
    if (!file.isEmpty()) choose(file);
}

void ModelPage::choose(const QString& path) {
    const QString absolute = path.isEmpty() ? path : QFileInfo(path).absoluteFilePath();
    bench().document.edit(tr("choose the model"), {}, [&](job::Project& project) {
        project.model.path = absolute.toStdString();
        project.model.heads.reset();
    });
}

void ModelPage::dragEnterEvent(QDragEnterEvent* event) {
    // Anything else goes on to the window, which knows where it belongs.
    if (kind_of(*event) == Dropped::model) event->acceptProposedAction();
    else event->ignore();
}

void ModelPage::dropEvent(QDropEvent* event) {
    choose(event->mimeData()->urls().constFirst().toLocalFile());
    event->acceptProposedAction();
}

void ModelPage::refresh() {
    const auto info = bench().road.model();
    const StageState& state = bench().road.state(Stage::model);
    if (!info) {
        tree_->clear();
        if (state.health == Health::running || state.health == Health::failed) empty()->setLinks({});
        if (state.health == Health::running) show_empty(tr("Reading the checkpoint…"), state.reason);
        else if (state.health == Health::failed)
            show_empty(tr("This checkpoint can't be used"), state.reason, tr("Open another…"));
        else {
            const bool fresh = bench().document.file().isEmpty();
            show_empty(fresh ? tr("From a pretrained transformer to an adapter") : tr("No model yet"),
                       fresh ? tr("Down the road on the left: a model, images of a new task, which weights that task would change, the "
                                  "small boxes they fit into, their ranks, training, results. Begin with a checkpoint of a ViT of any size: timm's, "
                                  "Hugging Face's, the original release's, MAE, MoCo v3 or DINO. It can be dropped here.")
                             : tr("Open or drop a pretrained vision transformer of any size: .safetensors, .npz, .pth or .bin, or a folder "
                                  "that holds one."),
                       tr("Open checkpoint…"));
            show_ways(fresh);
        }
        return;
    }
    if (tree_->property("of").toString() == QString::fromStdString(info->path + info->sha256) && tree_->topLevelItemCount())
        return show_content();
    const checkpoint::VitSpec& spec = info->spec;
    facts_[0]->setText(model_title(spec));
    facts_[1]->setText(QString::fromStdString(info->format));
    facts_[2]->setText(tr("%1, each with 6 matrices, %2 heads").arg(spec.depth).arg(spec.heads));
    facts_[3]->setText(tr("%1 features, MLP %2%3")
                           .arg(widgets::grouped(spec.dim), widgets::grouped(spec.mlp_dim), spec.swiglu ? tr(" (SwiGLU)") : ""));
    facts_[4]->setText(tr("%1 × %2 patches of %3 px (%4 px images)")
                           .arg(spec.grid_width)
                           .arg(spec.grid_height)
                           .arg(spec.patch)
                           .arg(spec.pretraining_image_size()));
    facts_[5]->setText(tr("%1 parameters").arg(widgets::grouped(info->backbone_parameters)));
    fill_tree(*info);
    tree_->setProperty("of", QString::fromStdString(info->path + info->sha256));
    QStringList unused;
    for (const std::string& name : info->unused) unused << QString::fromStdString(name);
    unused_->setText(unused.isEmpty() ? tr("Every stored tensor is used.")
                                      : tr("Not used: %1", nullptr, int(unused.size()))
                                            .arg(unused.size() > 6 ? unused.mid(0, 6).join(", ") + tr(" and %1 more").arg(unused.size() - 6)
                                                                   : unused.join(", ")));
    show_content();
}

// The first page anybody sees: the demo project, and what was open lately.
void ModelPage::show_ways(bool fresh) {
    std::vector<widgets::EmptyState::Link> ways;
    if (fresh) {
        ways.push_back({"first-demo", tr("Open the demo project"), [this] { open_demo(); }});
        ways.push_back({"first-open", tr("Open a project…  Ctrl+O"), [this] { emit open_project_asked({}); }});
        for (const QString& file : recent_projects().mid(0, 4))
            ways.push_back({"first-recent", file, [this, file] { emit open_project_asked(file); }});
    }
    empty()->setLinks(std::move(ways));
}

void ModelPage::open_demo() {
    try {
        emit open_project_asked(demo_project());
    } catch (const std::exception& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void ModelPage::fill_tree(const ModelInfo& info) {
    const QSignalBlocker quiet(tree_);
    tree_->clear();
    const auto matrices = checkpoint::candidate_matrices(info.spec);
    QMap<QString, int> index_of;
    for (int i = 0; i < int(matrices.size()); ++i) index_of[QString::fromStdString(matrices[std::size_t(i)].name) + ".weight"] = i;
    QMap<QString, QTreeWidgetItem*> blocks;
    QMap<QString, std::int64_t> counts;
    for (const NamedTensor& tensor : info.tensors) {
        const auto [block, rest] = split_name(QString::fromStdString(tensor.name));
        if (!block.isEmpty() && !blocks.contains(block)) blocks[block] = new QTreeWidgetItem(tree_, {block});
        QTreeWidgetItem* item = block.isEmpty() ? new QTreeWidgetItem(tree_) : new QTreeWidgetItem(blocks[block]);
        item->setText(0, rest);
        item->setText(1, shape_text(tensor.shape));
        item->setText(2, widgets::grouped(tensor.count));
        item->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
        counts[block] += tensor.count;
        if (const auto found = index_of.constFind(QString::fromStdString(tensor.name)); found != index_of.constEnd())
            item->setData(0, Qt::UserRole, *found);
    }
    for (auto block = blocks.constBegin(); block != blocks.constEnd(); ++block) {
        block.value()->setText(2, widgets::grouped(counts[block.key()]));
        block.value()->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
    }
    if (QTreeWidgetItem* first = blocks.value("blocks.0")) first->setExpanded(true);
}

} // namespace cdra::workbench
