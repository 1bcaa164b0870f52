// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// TensorBoard's event files beside events.jsonl: records of a length, its masked CRC32C, an Event message and its
// masked CRC32C, all little-endian. Scalars only, tagged "train/loss", "val/accuracy".
#pragma once

#include "core/job/file_descriptor.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace cdra::job {

class TensorBoardWriter {
  public:
    explicit TensorBoardWriter(std::filesystem::path folder) : folder_(std::move(folder)) {}
    // Appends one record. The file is made with the first one: events.out.tfevents.<seconds>.<host>.<pid>.<n>.
    // Throws IoError.
    void scalar(std::int64_t step, std::string_view tag, double value);

  private:
    void append(std::string_view message);
    std::filesystem::path folder_, path_;
    FileDescriptor file_;
};

// What a resume does: records past `step` go from every event file of the folder, and so does a torn end. Throws
// IoError.
void cut_tensorboard_after(const std::filesystem::path& folder, std::int64_t step);

// The polynomial of iSCSI, as TensorBoard masks it.
std::uint32_t masked_crc32c(std::string_view bytes) noexcept;

} // namespace cdra::job
