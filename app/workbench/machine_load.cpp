// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/machine_load.h"

#include "widgets/format.h"

#include <QFile>
#include <QList>
#include <QStandardPaths>
#include <QStringList>

namespace cdra::workbench {

namespace {

QByteArray text_of(const char* path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

constexpr double mib = 1024.0 * 1024.0;

} // namespace

std::vector<GpuLoad> parse_gpu_load(const QByteArray& text) {
    std::vector<GpuLoad> found;
    for (const QByteArray& line : text.split('\n')) {
        const auto parts = line.split(',');
        if (parts.size() < 4) continue;
        // A name may hold commas; the numbers are the last three.
        const auto n = parts.size();
        bool ok[3];
        GpuLoad one;
        one.utilisation = parts[n - 3].trimmed().toDouble(&ok[0]) / 100;
        one.used_mib = parts[n - 2].trimmed().toDouble(&ok[1]);
        one.total_mib = parts[n - 1].trimmed().toDouble(&ok[2]);
        one.name = QString::fromUtf8(parts.mid(0, n - 3).join(',')).trimmed();
        if (ok[0] && ok[1] && ok[2]) found.push_back(std::move(one));
    }
    return found;
}

HostLoad parse_host_load(const QByteArray& stat, const QByteArray& meminfo) {
    HostLoad load;
    const auto words = stat.left(stat.indexOf('\n')).simplified().split(' '); // "cpu user nice system idle iowait …"
    for (qsizetype i = 1; i < std::min<qsizetype>(words.size(), 9); ++i) {
        const double ticks = words[i].toDouble();
        load.all += ticks;
        if (i != 4 && i != 5) load.busy += ticks;
    }
    double available = 0;
    for (const QByteArray& line : meminfo.split('\n')) {
        const auto parts = line.simplified().split(' ');
        if (parts.size() < 2) continue;
        if (parts[0] == "MemTotal:") load.total_mib = parts[1].toDouble() / 1024;
        if (parts[0] == "MemAvailable:") available = parts[1].toDouble() / 1024;
    }
    load.used_mib = load.total_mib - available;
    return load;
}

MachineLoad::MachineLoad(QObject* parent) : QObject(parent), program_(QStandardPaths::findExecutable("nvidia-smi")) {
    timer_.setInterval(2000);
    connect(&timer_, &QTimer::timeout, this, &MachineLoad::look);
    connect(&process_, &QProcess::finished, this, [this](int code) {
        const QByteArray out = process_.readAllStandardOutput();
        gpus_ = code == 0 ? parse_gpu_load(out) : std::vector<GpuLoad>();
        if (code != 0) program_.clear(); // a driver that is not there: no use in asking again
        say();
    });
}

MachineLoad::~MachineLoad() {
    process_.disconnect(this);
    if (process_.state() != QProcess::NotRunning) {
        process_.kill();
        process_.waitForFinished(1000);
    }
}

void MachineLoad::setActive(bool active) {
    if (active == timer_.isActive()) return;
    if (!active) {
        timer_.stop();
        processors_ = -1;
        gpus_.clear();
        text_.clear();
        emit changed();
        return;
    }
    host_ = {};
    timer_.start();
    look();
}

void MachineLoad::look() {
    const HostLoad now = parse_host_load(text_of("/proc/stat"), text_of("/proc/meminfo"));
    processors_ = host_.all > 0 && now.all > host_.all ? (now.busy - host_.busy) / (now.all - host_.all) : -1;
    host_ = now;
    say();
    if (!program_.isEmpty() && process_.state() == QProcess::NotRunning)
        process_.start(program_, {"--query-gpu=name,utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits"});
}

void MachineLoad::say() {
    if (!timer_.isActive()) return;
    QStringList words;
    if (processors_ >= 0) words << tr("processors %1").arg(widgets::percent(processors_, 0));
    if (host_.total_mib > 0) words << tr("memory %1 of %2").arg(widgets::bytes(host_.used_mib * mib), widgets::bytes(host_.total_mib * mib));
    for (std::size_t i = 0; i < gpus_.size(); ++i)
        words << tr("GPU%1 %2, %3 of %4")
                     .arg(gpus_.size() > 1 ? " " + QString::number(i) : QString(), widgets::percent(gpus_[i].utilisation, 0), widgets::bytes(gpus_[i].used_mib * mib),
                          widgets::bytes(gpus_[i].total_mib * mib));
    const QString text = words.isEmpty() ? QString() : tr("this machine: %1").arg(words.join(" · "));
    if (text == text_) return;
    text_ = text;
    emit changed();
}

} // namespace cdra::workbench
