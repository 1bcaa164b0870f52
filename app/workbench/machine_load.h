// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How busy this machine is: processors and memory as the kernel says it, GPUs as nvidia-smi does where it is installed.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QProcess>
#include <QString>
#include <QTimer>

#include <vector>

namespace cdra::workbench {

struct GpuLoad {
    QString name;
    double utilisation = 0;            // 0 … 1
    double used_mib = 0, total_mib = 0;
};
// "NVIDIA H100, 87, 40211, 81559" a line; lines that are none are left out.
std::vector<GpuLoad> parse_gpu_load(const QByteArray& text);

struct HostLoad {
    double busy = 0, all = 0; // processor time since boot, in the kernel's ticks, over all cores
    double used_mib = 0, total_mib = 0;
};
// Of /proc/stat's and /proc/meminfo's text.
HostLoad parse_host_load(const QByteArray& stat, const QByteArray& meminfo);

// Looks every two seconds while it is told to.
class MachineLoad : public QObject {
    Q_OBJECT
  public:
    explicit MachineLoad(QObject* parent = nullptr);
    ~MachineLoad() override;
    void setActive(bool active);
    QString text() const { return text_; } // "this machine: processors 97 %, memory 3.1 of 23 GiB, GPU 84 %, 39 of 80 GiB"

  signals:
    void changed();

  private:
    void look();
    void say();

    QTimer timer_;
    QString program_; // nvidia-smi; empty: none
    QProcess process_;
    HostLoad host_;
    double processors_ = -1; // 0 … 1 since the last look
    std::vector<GpuLoad> gpus_;
    QString text_;
};

} // namespace cdra::workbench
