// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/tensor_io/hdf5_detail.h"
#include "core/tensor_io/hdf5_seal.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

namespace cdra::tensor_io::hdf5 {

std::int64_t Handle::id() const noexcept {
    return state_ ? state_->id : H5I_INVALID_HID;
}

void silence() {
    // At exit the library would try again to write what a full disk refused, and crash: every file is closed here.
    static const herr_t no_exit_handler = H5dont_atexit();
    (void)no_exit_handler;
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

std::string last_reason() {
    std::string text;
    // The first entry walked upwards is the innermost call; its description is the most telling.
    H5Ewalk2(
        H5E_DEFAULT, H5E_WALK_UPWARD,
        [](unsigned n, const H5E_error2_t* entry, void* out) -> herr_t {
            if (n == 0 && entry->desc) *static_cast<std::string*>(out) = entry->desc;
            return 0;
        },
        &text);
    std::ranges::replace(text, '\n', ' ');
    return text;
}

namespace {

// "/a/.b.h5.123.4.tmp" is what "/a/b.h5" is called until it is complete (AtomicFile).
std::string final_name(const std::string& path) {
    const std::filesystem::path whole(path);
    std::string name = whole.filename().string();
    if (!name.starts_with('.') || !name.ends_with(".tmp")) return path;
    for (int parts = 0; parts < 3; ++parts) name.resize(std::min(name.size(), name.rfind('.')));
    return (whole.parent_path() / name.substr(std::min<std::size_t>(name.size(), 1))).string();
}

// The system's own words within "file write failed: time = …, error message = '…', buf = …".
std::string system_words(const std::string& reason) {
    constexpr std::string_view before = "error message = '";
    const auto at = reason.find(before);
    if (at == std::string::npos) return reason;
    const auto begin = at + before.size();
    return reason.substr(begin, reason.find('\'', begin) - begin);
}

} // namespace

void fail(const Object& object, const std::string& what) {
    const FileState& file = Access::file(object);
    if (const std::string reason = last_reason(), words = system_words(reason); file.writing && words != reason)
        throw IoError(final_name(file.path) + ": can't be written: " + words + "; is the disk full or the folder read-only?");
    std::string message = file.path + ": " + object.path() + ": " + what;
    if (const std::string reason = last_reason(); !reason.empty()) message += " (" + reason + ")";
    if (file.writing) throw IoError(message + "; is the disk full or the folder read-only?");
    throw CorruptFile(message + "; the file is damaged or of another kind: make it again");
}

FixedTexts::FixedTexts(const Object& object, std::span<const std::string> texts)
    : type(Access::handle(check(H5Tcopy(H5T_C_S1), object, "out of identifiers"), H5Tclose)) {
    std::size_t longest = 1;
    for (const std::string& text : texts) longest = std::max(longest, text.size());
    H5Tset_size(static_cast<hid_t>(type.id()), longest);
    H5Tset_strpad(static_cast<hid_t>(type.id()), H5T_STR_NULLPAD);
    H5Tset_cset(static_cast<hid_t>(type.id()), H5T_CSET_UTF8);
    bytes.assign(std::max<std::size_t>(texts.size(), 1) * longest, '\0');
    for (std::size_t i = 0; i < texts.size(); ++i)
        std::ranges::copy(texts[i], bytes.begin() + static_cast<std::ptrdiff_t>(i * longest));
}

std::string to_text(const Shape& shape) {
    if (shape.empty()) return "scalar";
    std::string text;
    for (const std::uint64_t size : shape)
        text += (text.empty() ? "" : "×") + std::to_string(size);
    return text;
}

std::string Object::path() const {
    return path_;
}

void Object::corrupt(const std::string& what) const {
    throw CorruptFile(file_->path + ": " + path_ + ": " + what +
                      "; the file is damaged or of another kind: make it again");
}

namespace {

void write_seal(const std::string& path) {
    const std::string seal = seal_of(MappedFile(path).bytes());
    std::ofstream file(path, std::ios::binary | std::ios::app);
    file << seal;
    file.flush();
    if (!file) throw IoError(final_name(path) + ": can't be written to the end; is the disk full?");
}

} // namespace

File File::open(const std::filesystem::path& path) {
    silence();
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code))
        throw InputError(path.string() + ": no such file; check the path");
    const auto size = std::filesystem::file_size(path, code);
    if (code) throw InputError(path.string() + ": can't be read: " + code.message());
    const htri_t known = H5Fis_hdf5(path.c_str());
    if (known < 0) throw InputError(path.string() + ": can't be read; check its permissions");
    if (known == 0) throw UnrecognisedFormat(path.string() + ": not an HDF5 file (its signature is missing)");
    auto state = std::make_shared<FileState>();
    state->path = path.string();
    state->size = size;
    check_seal(state->map.emplace(path));
    const hid_t id = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    if (id < 0)
        throw CorruptFile(path.string() + ": can't be opened as HDF5 (" + last_reason() +
                          "); it is cut short or still being written: make it again");
    File file;
    Access::fill(file, id, H5Fclose, std::move(state), "/");
    return file;
}

File File::create(const std::filesystem::path& path) {
    silence();
    auto state = std::make_shared<FileState>();
    state->path = path.string();
    state->writing = true;
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG); // closed means closed: the check sum comes after
    errno = 0;
    const hid_t id = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    const int why = errno; // the library's own reason is often empty here
    H5Pclose(access);
    if (id < 0)
        throw IoError(final_name(path.string()) + ": can't be created: " +
                      (why != 0 ? std::string(std::strerror(why)) : last_reason()) +
                      "; is the disk full, the folder there and writable?");
    File file;
    Access::fill(file, id, H5Fclose, std::move(state), "/");
    return file;
}

void File::close() {
    if (H5Fflush(Access::id(*this), H5F_SCOPE_LOCAL) < 0) fail(*this, "can't be written to the end");
    const std::string path = Access::file(*this).path;
    const bool writing = Access::file(*this).writing;
    Access::release(*this);
    if (writing) write_seal(path);
}

bool Group::contains(const std::string& name) const {
    // H5Lexists fails, rather than saying no, if a group on the way is missing.
    std::size_t end = 0;
    while (end != std::string::npos) {
        end = name.find('/', end + 1);
        if (H5Lexists(Access::id(*this), name.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
    }
    return !name.empty();
}

namespace {

std::string join(const std::string& parent, const std::string& name) {
    return parent == "/" ? "/" + name : parent + "/" + name;
}

} // namespace

std::vector<std::string> Group::names() const {
    std::vector<std::string> found;
    const herr_t status = H5Literate(
        Access::id(*this), H5_INDEX_NAME, H5_ITER_INC, nullptr,
        [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
            static_cast<std::vector<std::string>*>(out)->emplace_back(name);
            return 0;
        },
        &found);
    if (status < 0) fail(*this, "its members can't be listed");
    std::ranges::sort(found);
    return found;
}

Group Group::group(const std::string& name) const {
    if (!contains(name)) corrupt("group \"" + name + "\" is missing");
    const hid_t id = H5Gopen2(Access::id(*this), name.c_str(), H5P_DEFAULT);
    if (id < 0) fail(*this, "\"" + name + "\" can't be opened as a group");
    Group result;
    Access::fill(result, id, H5Gclose, file_, join(path_, name));
    return result;
}

Dataset Group::dataset(const std::string& name) const {
    if (!contains(name)) corrupt("dataset \"" + name + "\" is missing");
    const hid_t id = H5Dopen2(Access::id(*this), name.c_str(), H5P_DEFAULT);
    if (id < 0) fail(*this, "\"" + name + "\" can't be opened as a dataset");
    Dataset result;
    Access::fill(result, id, H5Dclose, file_, join(path_, name));
    return result;
}

std::optional<Dataset> Group::find_dataset(const std::string& name) const {
    if (!contains(name)) return std::nullopt;
    return dataset(name);
}

Dataset Group::dataset(const std::string& name, const Shape& expected) const {
    Dataset found = dataset(name);
    if (const Shape shape = found.shape(); shape != expected)
        found.corrupt("has shape " + to_text(shape) + ", expected " + to_text(expected));
    return found;
}

Group Group::make_group(const std::string& name, std::string_view nexus_class) {
    const Handle links =
        Access::handle(check(H5Pcreate(H5P_LINK_CREATE), *this, "out of identifiers"), H5Pclose);
    H5Pset_create_intermediate_group(static_cast<hid_t>(links.id()), 1);
    const hid_t id =
        H5Gcreate2(Access::id(*this), name.c_str(), static_cast<hid_t>(links.id()), H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0) fail(*this, "group \"" + name + "\" can't be made");
    Group result;
    Access::fill(result, id, H5Gclose, file_, join(path_, name));
    if (!nexus_class.empty()) result.set("NX_class", nexus_class);
    return result;
}

} // namespace cdra::tensor_io::hdf5
