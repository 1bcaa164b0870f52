// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// PyTorch's .pth: a pickle beside the tensors' raw data, in a ZIP archive (since 1.6) or in one stream before.
#pragma once

#include "core/tensor_io/pickle.h"
#include "core/tensor_io/zip.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cdra::tensor_io {

class TorchFile {
  public:
    // Throws InputError (missing), UnrecognisedFormat (another kind), CorruptFile. Reads the pickle, no data.
    static TorchFile open(const std::filesystem::path& path);

    const std::filesystem::path& path() const noexcept { return path_; }
    const PickleDocument& document() const noexcept { return *document_; }

    std::string type_name(const PickleValue& tensor) const; // "Float", "Half", "Long"
    static bool floating(const std::string& type_name);
    // Its place, shape and strides fit its storage, its storage the file. Throws CorruptFile naming `name`.
    void check(const PickleValue& tensor, const std::string& name) const;
    // Row-major values; after check().
    std::vector<float> floats(const PickleValue& tensor, const std::string& name) const;
    std::vector<std::int64_t> integers(const PickleValue& tensor, const std::string& name) const;

  private:
    struct Storage {
        std::uint64_t begin = 0; // legacy: byte in the file
        std::uint64_t elements = 0;
    };
    void open_zip(ZipFile zip);
    void open_legacy();
    template <class T, class Convert>
    std::vector<T> gather(const PickleValue& tensor, const std::string& name, Convert convert) const;
    [[noreturn]] void corrupt(const std::string& what) const;

    std::filesystem::path path_;
    std::shared_ptr<const PickleDocument> document_;
    std::shared_ptr<const ZipFile> zip_; // or
    std::shared_ptr<const MappedFile> stream_;
    std::string folder_; // of the archive's members: "archive/"
    std::map<std::string, Storage> storages_;
};

} // namespace cdra::tensor_io
