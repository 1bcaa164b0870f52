// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What stands behind the last byte that HDF5 knows of: a word and a check sum of all before it. libhdf5 trusts what it reads
// and can crash on damage; so a file is checked whole before the library sees it. The sum finds damage, not forgery: it is
// the XXH3 (128 bits) of the XXH3s of pieces of 1 MiB, so that several threads can share a large file.
#pragma once

#include "core/tensor_io/mapped_file.h"

#include <cstddef>
#include <span>
#include <string>

namespace cdra::tensor_io::hdf5 {

// 48 characters: the word, then 32 hexadecimal ones.
std::string seal_of(std::span<const std::byte> bytes);
// Throws CorruptFile, naming the file, if its end is no seal or not that of the bytes before it.
void check_seal(const MappedFile& file);

} // namespace cdra::tensor_io::hdf5
