// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/demo.h"

#include "app/workbench/runner.h"
#include "core/base/error.h"
#include "core/job/project.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace cdra::workbench {

QString demo_project() {
    // Beside the sources, where the script puts it by default, and where an earlier call of this function put it.
    const QString mine = Runner::default_parent() + "/Fashion-MNIST demo/project.toml";
    for (const QString& place : {QDir::currentPath() + "/demo/project.toml", QCoreApplication::applicationDirPath() + "/../../../demo/project.toml", mine})
        if (QFileInfo::exists(place)) return QFileInfo(place).canonicalFilePath();
    const QString cache = qEnvironmentVariable("CDRA_CACHE", QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) + "/cdra-workbench");
    const QString model = cache + "/inputs/dinov2-small", images = cache + "/inputs/fashion-mnist";
    if (!QFileInfo::exists(model) || !QFileInfo::exists(images))
        throw InputError("the demo's model and images are not on this machine yet; 'bash packaging/demo.sh' in the sources' folder "
                         "fetches them and makes the project");
    job::Project demo;
    demo.name = "Fashion-MNIST demo";
    demo.notes = "1,000 training images (800 to tune on, 200 to validate), the whole test set, 56 pixels.";
    demo.model.path = model.toStdString();
    demo.data.spec = "fashion-mnist:" + images.toStdString() + "?train=1000&seed=0";
    demo.data.image_size = 56;
    demo.recipe.epochs = 25;
    demo.recipe.warmup_epochs = 3;
    if (!QDir().mkpath(QFileInfo(mine).absolutePath())) throw IoError(mine.toStdString() + ": its folder can't be made");
    job::write_project(mine.toStdString(), demo);
    return mine;
}

} // namespace cdra::workbench
