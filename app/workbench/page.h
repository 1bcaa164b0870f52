// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What all pages have in common: title, one plain sentence, one primary action, a banner when the stop is stale or failed,
// and an empty state that offers what is missing.
#pragma once

#include "app/workbench/binder.h"
#include "app/workbench/document.h"
#include "app/workbench/job_hub.h"
#include "app/workbench/road.h"
#include "app/workbench/runner.h"
#include "app/workbench/selection.h"
#include "app/workbench/stage.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QStackedLayout;
class QVBoxLayout;

namespace cdra::widgets {
class EmptyState;
}

namespace cdra::workbench {

// Everything a page may look at and ask for. Outlives the pages.
struct Workbench {
    ProjectDocument& document;
    JobHub& hub;
    Road& road;
    Runner& runner;
    MatrixSelection& selection;
};

class Page : public QWidget {
    Q_OBJECT
  public:
    Page(Stage stage, Workbench& bench, const QString& sentence, const QString& action, QWidget* parent = nullptr);

    Stage stage() const { return stage_; }
    QPushButton* primary() const { return primary_; }
    // A sentence or two about the page's terms, shown in the inspector.
    virtual QString notes() const { return {}; }
    // The page shows its data and nothing is under way (screenshots wait for it).
    virtual bool settled() const { return true; }

  signals:
    void go_to(cdra::workbench::Stage stage);
    void told(const QString& message);
    void failed(const QString& message);
    void open_project_asked(const QString& file); // empty: choose one

  protected:
    Workbench& bench() const { return bench_; }
    // Shown instead of the empty state.
    void set_content(QWidget* content);
    void show_content();
    void show_empty(const QString& title, const QString& text, const QString& action = {});
    widgets::EmptyState* empty() const { return empty_; }
    // The banner's button, e.g. "Compute again"; `act` empty: none.
    void set_remedy(const QString& text, std::function<void()> act);
    // Colours that were set by hand must be set again after a change of theme.
    virtual void restyle() {}
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    // Now if the page is seen, else when it is: what nobody looks at costs nothing while γ is dragged. By `key`, the last
    // wish counts.
    void when_seen(const char* key, std::function<void()> act);
    // The empty state's button.
    virtual void empty_action() {}
    // The one button in colour is what most people want next.
    static void emphasise(QPushButton* button, bool emphasised);
    // Room below the title for what chooses the page's subject.
    QVBoxLayout* header_extra() const { return extra_; }

  private:
    void refresh_banner();
    void refresh_next();

    Stage stage_;
    Workbench& bench_;
    QLabel* title_;
    QPushButton *primary_, *next_;
    QWidget* banner_;
    QLabel* banner_text_;
    QPushButton* banner_button_;
    std::function<void()> remedy_;
    QVBoxLayout* extra_;
    QStackedLayout* stack_;
    widgets::EmptyState* empty_;
    std::vector<std::pair<QString, std::function<void()>>> waiting_; // in order
};

// Small parts that pages build forms of. Every editor gets an object name and an accessible name.
template <class Widget> Widget* named(Widget* widget, const QString& object_name, const QString& accessible_name) {
    widget->setObjectName(object_name);
    widget->setAccessibleName(accessible_name);
    return widget;
}
// What hears of a chart's export: said by the page or panel, as a complaint or as news.
template <class Speaker> auto teller(Speaker* speaker) {
    return [speaker](const QString& message, bool error) { error ? emit speaker->failed(message) : emit speaker->told(message); };
}
QSpinBox* make_spin(int low, int high, const QString& object_name, const QString& accessible_name,
                    const QString& suffix = {});
QDoubleSpinBox* make_real(double low, double high, double step, int decimals, const QString& object_name,
                          const QString& accessible_name, const QString& suffix = {});
// A path field with a Browse button beside it.
QWidget* with_browse(QLineEdit* edit, QPushButton* browse);
QLabel* heading(const QString& text);
QLabel* muted_label(const QString& text = {});
QLabel* value_label(const QString& object_name, const QString& accessible_name); // selectable, tabular figures

} // namespace cdra::workbench
