// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTemporaryDir>

#include <filesystem>
#include <string>

namespace cdra::test {

// A folder that vanishes with the test.
class TemporaryFolder {
  public:
    std::filesystem::path path() const { return dir_.path().toStdString(); }
    std::filesystem::path operator/(const std::string& name) const { return path() / name; }

  private:
    QTemporaryDir dir_;
};

} // namespace cdra::test
