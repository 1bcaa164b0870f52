// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Runs the real program and gives back everything it did.
#pragma once

#include <QProcess>
#include <QProcessEnvironment>

#include <filesystem>
#include <fstream>
#include <string>

namespace cdra::test {

struct Outcome {
    int code = -1;
    QString out, err;
};

// `engine` is put into CDRA_ENGINE if it is not empty; `folder` is where it runs.
inline Outcome run_cdra(const QStringList& arguments, const std::filesystem::path& folder = {},
                        const std::filesystem::path& engine = {}) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove("CDRA_ENGINE");
    if (!engine.empty()) environment.insert("CDRA_ENGINE", QString::fromStdString(engine.string()));
    process.setProcessEnvironment(environment);
    if (!folder.empty()) process.setWorkingDirectory(QString::fromStdString(folder.string()));
    process.start(QStringLiteral(CDRA_BIN_DIR) + "/cdra", arguments);
    if (!process.waitForFinished(120'000)) return {-2, {}, process.errorString()};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -3,
            QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
}

// Stands in for the engine: prints "COMMAND JSON" and ends with `code`.
inline std::filesystem::path write_fake_engine(const std::filesystem::path& path, int code = 0) {
    {
        std::ofstream file(path);
        file << "#!/bin/sh\nprintf '%s %s\\n' \"$1\" \"$2\"\nexit " << code << "\n";
    }
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
}

inline std::size_t entries(const std::filesystem::path& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::recursive_directory_iterator(folder)) ++count;
    return count;
}

} // namespace cdra::test
