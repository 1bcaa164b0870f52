// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/launcher.h"

#include "core/base/error.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QStandardPaths>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

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
    const std::string program = find_cdra().toStdString(), output = output_file.toStdString();
    QDir().mkpath(QFileInfo(output_file).absolutePath());
    std::vector<std::string> words{program};
    for (const QString& argument : arguments) words.push_back(argument.toStdString());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    // Spawned, not forked: a window that holds a map of 340 MB would copy its page tables first, on the event loop.
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1); // files that libraries hold open are none of its business
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);           // goes on when the window or its terminal goes
    pid_t pid = 0;
    const int failed = posix_spawn(&pid, program.c_str(), &files, &attributes, argv.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0)
        throw IoError("the command " + program + " can't be started, its output going to " + output + ": " + std::system_category().message(failed));
    // The window comes first. Before it has any threads, so that all of them inherit it; nothing to do where this is refused.
    setpriority(PRIO_PROCESS, static_cast<id_t>(pid), getpriority(PRIO_PROCESS, 0) + 5);
    return {pid, output_file};
}

bool process_alive(qint64 pid) {
    if (pid <= 0) return false;
    // One of this window's own that has ended is taken note of, so that no zombie of it stays.
    if (::waitpid(static_cast<pid_t>(pid), nullptr, WNOHANG) == pid) return false;
    if (::kill(static_cast<pid_t>(pid), 0) != 0) return false;
    QFile stat("/proc/" + QString::number(pid) + "/stat");
    if (!stat.open(QIODevice::ReadOnly)) return true; // no /proc: the signal's answer stands
    const QByteArray line = stat.read(512);
    const qsizetype name_end = line.lastIndexOf(')'); // the name itself may hold anything
    return name_end < 0 || line.mid(name_end + 2, 1) != "Z";
}

} // namespace cdra::workbench
