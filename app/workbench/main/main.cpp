// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/headless.h"
#include "app/workbench/main_window.h"
#include "app/workbench/recovery.h"
#include "app/workbench/translations.h"
#include "core/base/error.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QIcon>
#include <QSettings>
#include <QTimer>

#include <filesystem>
#include <iostream>
#include <string_view>
#include <unistd.h>

namespace {

using namespace cdra;

// The offscreen platform says of every window that it can't propagate size hints: true, and of no use to anybody.
void without_platform_notes(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    if (message.startsWith(QLatin1String("This plugin does not support"))) return;
    std::cerr << qFormatLogMessage(type, context, message).toStdString() << '\n';
}

// These need no display, and must work where there is none. Qt chooses its platform before it parses anything.
void choose_platform(int argc, char** argv) {
    const bool display = qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY");
    bool headless = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word(argv[i]);
        for (const char* option : {"--export-figures", "--screenshots", "--help", "-h", "--version", "-v"})
            headless = headless || word == option || word.starts_with(std::string(option) + "=");
    }
    if (!headless) return;
    if (!display && !qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    // Nothing of a session is needed; without a folder for one Qt would say so on standard error.
    if (!qEnvironmentVariableIsSet("XDG_RUNTIME_DIR")) {
        const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("cdra-workbench-" + std::to_string(getuid()));
        std::error_code error;
        std::filesystem::create_directory(folder, error);
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
        qputenv("XDG_RUNTIME_DIR", QByteArray::fromStdString(folder.string()));
    }
    qInstallMessageHandler(without_platform_notes);
}

widgets::Appearance appearance(const QString& word) {
    if (word == "light") return widgets::Appearance::light;
    if (word == "dark") return widgets::Appearance::dark;
    if (word == "system") return widgets::Appearance::system;
    throw InputError("the theme is '" + word.toStdString() + "'; expected light, dark or system");
}

QSize size_of(const QString& words) {
    const QStringList sides = words.split('x');
    const QSize size(sides.value(0).toInt(), sides.value(1).toInt());
    if (sides.size() != 2 || size.width() < 200 || size.height() < 200 || size.width() > 8192 || size.height() > 8192)
        throw InputError("--size is '" + words.toStdString() + "'; expected two sides of 200 to 8192 pixels, as in 1280x800");
    return size;
}

int run(QApplication& app) {
    QCommandLineParser parser;
    parser.setApplicationDescription("Sensitivity analysis and CDRA fine-tuning of vision transformers.");
    const QCommandLineOption help = parser.addHelpOption(), version = parser.addVersionOption();
    const QCommandLineOption figures("export-figures", "Write Figures 2, 4 and 5 of the plan P.h5 into DIR; needs no display.", "DIR");
    const QCommandLineOption screenshots("screenshots", "Write a picture of every page of PROJECT into DIR; needs no display.", "DIR");
    const QCommandLineOption size("size", "[--screenshots] Size of the window (default 1280x800).", "WxH", "1280x800");
    const QCommandLineOption theme("theme", "light, dark or system.", "WORD");
    parser.addOptions({figures, screenshots, size, theme});
    parser.addPositionalArgument("PROJECT", "Project file to open; with --export-figures a plan P.h5.", "[PROJECT]");
    if (!parser.parse(app.arguments())) throw InputError(parser.errorText().toStdString() + "; see cdra-workbench --help");
    if (parser.isSet(help)) {
        std::cout << parser.helpText().toStdString();
        return exit_codes::done;
    }
    if (parser.isSet(version)) {
        std::cout << "cdra-workbench " << CDRA_VERSION << '\n';
        return exit_codes::done;
    }
    const QStringList files = parser.positionalArguments();
    if (files.size() > 1) throw InputError("one file is expected, " + std::to_string(files.size()) + " were given: open each in a window of its own");
    if (parser.isSet(figures)) {
        if (files.isEmpty()) throw InputError("--export-figures needs a plan: cdra-workbench --export-figures DIR P.h5");
        return workbench::export_figures_of(files.first(), parser.value(figures));
    }

    const QString word = parser.isSet(theme) ? parser.value(theme) : QSettings().value("theme", "system").toString();
    widgets::apply_theme(app, appearance(word));
    if (parser.isSet(screenshots)) {
        if (files.isEmpty()) throw InputError("--screenshots needs a project: cdra-workbench --screenshots DIR PROJECT.toml");
        workbench::MainWindow window;
        window.resize(size_of(parser.value(size)));
        window.show();
        window.document().open(files.first());
        return workbench::take_screenshots(window, parser.value(screenshots));
    }
    workbench::MainWindow window(workbench::default_recovery_folder());
    window.show();
    // The window is there at once; what it shows comes after.
    QTimer::singleShot(0, &window, [&window, files] {
        if (!files.isEmpty()) window.take(files.first());
        else window.restore_session();
        window.offer_recovery();
    });
    return app.exec();
}

} // namespace

int main(int argc, char** argv) {
    choose_platform(argc, argv);
    QCoreApplication::setOrganizationName("cdra-workbench");
    QCoreApplication::setApplicationName("cdra-workbench");
    QCoreApplication::setApplicationVersion(CDRA_VERSION);
    QGuiApplication::setDesktopFileName("cdra-workbench");
    QApplication app(argc, argv);
    QApplication::setWindowIcon(QIcon(":/icons/cdra-workbench.svg"));
    workbench::install_translations(app);
    try {
        return run(app);
    } catch (const std::exception& error) {
        std::cerr << "cdra-workbench: " << error.what() << '\n';
        return exit_code(error);
    }
}
