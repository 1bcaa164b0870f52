// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/launcher.h"

#include "core/base/error.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>

#include <algorithm>
#include <csignal>
#include <sys/types.h>
#include <unistd.h>

namespace cdra::workbench {

namespace {

QString quoted(const QString& word) {
    static const QRegularExpression plain("^[A-Za-z0-9_./:=,@%+-]+$");
    if (plain.match(word).hasMatch()) return word;
    QString inside = word;
    return "'" + inside.replace("'", "'\\''") + "'";
}

QString text(const std::string& value) { return QString::fromStdString(value); }
QString text(std::string_view value) { return QString::fromUtf8(value.data(), qsizetype(value.size())); }
QString number(double value) { return QString::number(value, 'g', 9); }

QString triple(const std::array<float, 3>& values) {
    return QStringList{number(values[0]), number(values[1]), number(values[2])}.join(',');
}

} // namespace

QString shell_text(const QStringList& arguments) {
    QStringList words{"cdra"};
    for (const QString& argument : arguments) words << quoted(argument);
    return words.join(' ');
}

QStringList sensitivity_arguments(const job::Project& project, const QString& map, const QString& job_folder,
                                  std::int64_t available) {
    std::int64_t samples = project.sensitivity.samples;
    if (available > 0) samples = std::min(samples, available);
    QStringList words{"sensitivity", "--model", text(project.model.path), "--data", text(project.data.spec)};
    words << "--samples" << QString::number(samples) << "--estimator"
          << text(project.sensitivity.estimator) << "--batch-size" << QString::number(project.sensitivity.batch_size)
          << "--seed" << QString::number(project.sensitivity.seed);
    if (project.model.heads) words << "--heads" << QString::number(*project.model.heads);
    if (project.model.pooling != checkpoint::Pooling::cls)
        words << "--pooling" << text(checkpoint::name_of(project.model.pooling));
    if (project.model.position_resampling)
        words << "--position-resampling" << text(checkpoint::name_of(*project.model.position_resampling));
    if (project.model.decoder != "linear") words << "--decoder" << text(project.model.decoder);
    if (project.data.image_size > 0) words << "--image-size" << QString::number(project.data.image_size);
    if (project.data.mean) words << "--mean" << triple(*project.data.mean);
    if (project.data.std) words << "--std" << triple(*project.data.std);
    if (project.data.resize != "squash") words << "--resize" << text(project.data.resize);
    words << "--device" << text(project.run.device);
    if (project.run.threads > 0) words << "--threads" << QString::number(project.run.threads);
    return words << "--out" << map << "--job" << job_folder;
}

QStringList train_arguments(const QString& project_file, const QString& plan, const QString& run_folder, const QString& map) {
    QStringList words{"train", project_file};
    if (!map.isEmpty()) words << "--sensitivity" << map;
    if (!plan.isEmpty()) words << "--plan" << plan;
    return words << "--out" << run_folder;
}

QStringList resume_arguments(const QString& run_folder, int epochs) {
    QStringList words{"resume", run_folder};
    if (epochs > 0) words << "--epochs" << QString::number(epochs);
    return words;
}

QStringList export_arguments(const QString& run_folder, const QString& out) {
    return {"export", run_folder, "--format", "compact", "--out", out};
}

QStringList merge_arguments(const QString& run_folder, const QString& naming, const QString& out) {
    return {"merge", run_folder, "--naming", naming, "--out", out};
}

QString find_cdra() {
    const QString named = qEnvironmentVariable("CDRA_COMMAND");
    if (!named.isEmpty()) {
        if (QFileInfo(named).isExecutable()) return QFileInfo(named).absoluteFilePath();
        throw InputError("CDRA_COMMAND names " + named.toStdString() + ", which is not an executable file: correct it");
    }
    const QString beside = QCoreApplication::applicationDirPath() + "/cdra";
    if (QFileInfo(beside).isExecutable()) return beside;
    const QString found = QStandardPaths::findExecutable("cdra");
    if (!found.isEmpty()) return found;
    throw InputError("the command cdra is neither beside this program (" + beside.toStdString() +
                     ") nor in PATH: install it or set CDRA_COMMAND");
}

QString next_free_path(const QString& base, const QString& stem, const QString& suffix) {
    for (int number = 1;; ++number) {
        const QString path = QDir(base).filePath(stem + "-" + QString::number(number) + suffix);
        if (!QFileInfo::exists(path)) return path;
    }
}

StartedProcess start_detached(const QStringList& arguments, const QString& output_file) {
    QProcess process;
    process.setProgram(find_cdra());
    process.setArguments(arguments);
    QDir().mkpath(QFileInfo(output_file).absolutePath());
    process.setStandardInputFile(QProcess::nullDevice());
    process.setStandardOutputFile(output_file, QIODevice::Append);
    process.setStandardErrorFile(output_file, QIODevice::Append);
    process.setChildProcessModifier([] {
        if (nice(5) == -1) return; // the window comes first; nothing to do where this is refused
    });
    StartedProcess started;
    started.output = output_file;
    if (!process.startDetached(&started.pid))
        throw IoError("the command " + process.program().toStdString() + " can't be started: " +
                      process.errorString().toStdString());
    return started;
}

bool process_alive(qint64 pid) {
    if (pid <= 0 || ::kill(static_cast<pid_t>(pid), 0) != 0) return false;
    QFile stat("/proc/" + QString::number(pid) + "/stat");
    if (!stat.open(QIODevice::ReadOnly)) return true; // no /proc: the signal's answer stands
    const QByteArray line = stat.read(512);
    const qsizetype name_end = line.lastIndexOf(')'); // the name itself may hold anything
    return name_end < 0 || line.mid(name_end + 2, 1) != "Z";
}

} // namespace cdra::workbench
