// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// mini-vtab: seven small tasks in VTAB-1k's and VOC's layouts, out of Fashion-MNIST and scikit-learn's digits.
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "datasets/build.h"
#include "datasets/build_folder.h"
#include "datasets/build_mini.h"
#include "datasets/encode_jpeg.h"
#include "datasets/encode_png.h"
#include "datasets/voc_palette.h"
#include "datasets/vtab_tasks.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <optional>

namespace cdra::datasets {

namespace {

constexpr const char* scenes = "fashion_scenes";

std::vector<std::string> task_names() {
    std::vector<std::string> names;
    for (const VtabTask& task : vtab_tasks())
        if (task.group == "mini") names.emplace_back(task.name);
    names.emplace_back(scenes);
    return names;
}

struct List {
    std::string name; // "train800"
    Pool pool;
    std::uint32_t count = 0;
    std::uint64_t key = 0;
};

std::vector<std::uint32_t> part(const std::vector<std::uint32_t>& order, std::size_t from, std::size_t to) {
    return {order.begin() + static_cast<std::ptrdiff_t>(from), order.begin() + static_cast<std::ptrdiff_t>(to)};
}

std::vector<std::uint32_t> shuffled(const Source& source, std::uint64_t key) {
    return random_permutation(static_cast<std::uint32_t>(source.images.size()), key);
}

class Builder {
  public:
    Builder(const BuildOptions& options, ProgressSink& progress, const std::stop_token& stop)
        : options_(options), progress_(progress), stop_(stop) {
        const std::vector<std::string> all = task_names();
        tasks_ = options.tasks.empty() ? all : options.tasks;
        for (const std::string& task : tasks_)
            if (std::find(all.begin(), all.end(), task) == all.end()) {
                std::string known;
                for (const std::string& name : all)
                    known += (known.empty() ? "" : ", ") + name;
                throw InputError("task '" + task + "' is not one of mini-vtab's; expected " + known);
            }
        std::sort(tasks_.begin(), tasks_.end(), [&](const auto& a, const auto& b) {
            return std::find(all.begin(), all.end(), a) < std::find(all.begin(), all.end(), b);
        });
        tasks_.erase(std::unique(tasks_.begin(), tasks_.end()), tasks_.end());
    }

    std::vector<BuiltTask> run() {
        AtomicFolder folder(options_.out / "mini-vtab"); // refuses before anything is computed
        progress_.report({"build", 0, 0, "reading the sources"});
        for (const std::string& task : tasks_) {
            if (task == "digits") digits_ = read_digits(options_.digits);
            else if (!fashion_) fashion_ = read_fashion(options_.fashion);
            throw_if_stopped(stop_);
        }
        std::vector<std::vector<List>> lists;
        for (const std::string& task : tasks_) {
            lists.push_back(lists_of(task));
            for (const List& list : lists.back())
                total_ += list.count;
        }
        std::vector<BuiltTask> built;
        for (std::size_t i = 0; i < tasks_.size(); ++i) {
            if (tasks_[i] == scenes) write_scenes(folder, lists[i]);
            else write_task(folder, tasks_[i], lists[i]);
            const auto place = (options_.out / "mini-vtab" / tasks_[i]).string();
            built.push_back({tasks_[i], (tasks_[i] == scenes ? "voc:" : "vtab:") + place, classes_of(tasks_[i]),
                             lists[i][0].count, lists[i][1].count, lists[i][2].count});
        }
        progress_.report({"build", total_, total_, "flushing to the disk"});
        throw_if_stopped(stop_);
        folder.commit();
        return built;
    }

  private:
    static int classes_of(const std::string& task) { return task == scenes ? 11 : find_vtab_task(task)->classes; }

    // Training images out of the 60,000 (five sixths for train, the others for val), test images out of the 10,000.
    std::vector<List> lists_of(const std::string& task) const {
        const std::uint64_t key = mix_seed(mix_seed(options_.seed, "mini-vtab"), task);
        std::vector<List> lists(3);
        if (task == "digits") {
            const auto order = shuffled(*digits_, mix_seed(key, "images"));
            if (order.size() <= 1000)
                throw InputError(options_.digits.string() + ": " + std::to_string(order.size()) +
                                 " digits, expected more than 1,000");
            lists[0].pool = {&*digits_, part(order, 0, 800)};
            lists[1].pool = {&*digits_, part(order, 800, 1000)};
            lists[2].pool = {&*digits_, part(order, 1000, order.size())};
        } else {
            const auto order = shuffled(fashion_->train, mix_seed(key, "training images"));
            const std::size_t border = order.size() - order.size() / 6;
            lists[0].pool = {&fashion_->train, part(order, 0, border)};
            lists[1].pool = {&fashion_->train, part(order, border, order.size())};
            lists[2].pool = {&fashion_->test, shuffled(fashion_->test, mix_seed(key, "test images"))};
        }
        lists[0].name = "train800", lists[1].name = "val200", lists[2].name = "test";
        lists[0].count = 800, lists[1].count = 200;
        lists[2].count = task == scenes ? 600 : 4000;
        for (List& list : lists) {
            list.key = mix_seed(key, list.name);
            if (task == "digits" || task == "fashion")
                list.count = std::min(list.count, static_cast<std::uint32_t>(list.pool.members.size()));
            if (options_.limit > 0) list.count = std::min(list.count, options_.limit);
        }
        return lists;
    }

    // Calls make(number) for every picture of a list and keeps the text lines it returns in order.
    std::vector<std::string> for_each(const std::string& task, const List& list,
                                      const std::function<std::string(std::uint32_t)>& make) {
        std::vector<std::string> lines(list.count);
        std::atomic<std::int64_t> finished = 0;
        parallel_for(options_.threads, list.count, [&](std::size_t thread, std::size_t number) {
            throw_if_stopped(stop_);
            lines[number] = make(static_cast<std::uint32_t>(number));
            const std::int64_t now = ++finished;
            if (thread == 0 && now % 32 == 0) progress_.report({"build", done_ + now, total_, task + " " + list.name});
        });
        done_ += list.count;
        progress_.report({"build", done_, total_, task + " " + list.name});
        return lines;
    }

    static std::string sources_line(const std::string& file, const Drawn& drawn, const Pool& pool) {
        std::string line = file;
        for (const std::uint32_t member : drawn.used)
            line += ' ' + pool.source->names[member];
        return line + '\n';
    }

    static std::string joined(const std::vector<std::string>& lines) {
        std::string text;
        for (const std::string& line : lines)
            text += line;
        return text;
    }

    void write_task(const AtomicFolder& folder, const std::string& task, const std::vector<List>& lists) {
        std::string sources, both;
        for (const List& list : lists) {
            std::vector<std::string> labels(list.count);
            sources += joined(for_each(task, list, [&](std::uint32_t number) {
                const Drawn drawn = draw_picture(task, list.pool, number, list.key);
                char name[16];
                std::snprintf(name, sizeof name, "%06u.png", number);
                const std::string file = "images/" + list.name + "/" + name;
                folder.write(task + "/" + file, encode_png(drawn.image.width, drawn.image.height, drawn.image.pixels));
                labels[number] = file + ' ' + std::to_string(drawn.label) + '\n';
                return sources_line(file, drawn, list.pool);
            }));
            const std::string text = joined(labels);
            folder.write(task + "/" + list.name + ".txt", text);
            if (list.name != "test") both += text;
        }
        folder.write(task + "/train800val200.txt", both);
        folder.write(task + "/sources.txt", sources);
    }

    void write_scenes(const AtomicFolder& folder, const std::vector<List>& lists) {
        const std::string root = std::string(scenes) + "/VOCdevkit/VOC2012/";
        const std::string sets = root + "ImageSets/Segmentation/";
        std::string sources, both;
        std::uint32_t first = 0; // ids go on through the lists
        for (const List& list : lists) {
            const auto id_of = [&](std::uint32_t number) {
                char id[16];
                std::snprintf(id, sizeof id, "2012_%06u", first + number);
                return std::string(id);
            };
            std::string ids;
            for (std::uint32_t number = 0; number < list.count; ++number)
                ids += id_of(number) + '\n';
            sources += joined(for_each(scenes, list, [&](std::uint32_t number) {
                const Drawn drawn = draw_scene(list.pool, number, list.key);
                const std::string id = id_of(number);
                const Grey& image = drawn.image;
                folder.write(root + "JPEGImages/" + id + ".jpg", encode_grey_jpeg(image.width, image.height, image.pixels));
                folder.write(root + "SegmentationClass/" + id + ".png",
                             encode_png(image.width, image.height, drawn.classes, voc_palette()));
                return sources_line("JPEGImages/" + id + ".jpg", drawn, list.pool);
            }));
            const std::string split = list.name == "train800" ? "train" : list.name == "val200" ? "val" : "test";
            folder.write(sets + split + ".txt", ids);
            if (split != "test") both += ids;
            first += list.count;
        }
        folder.write(sets + "trainval.txt", both);
        std::string classes = "background\n";
        for (const std::string& name : fashion_->classes)
            classes += name + '\n';
        folder.write(root + "classes.txt", classes);
        folder.write(std::string(scenes) + "/sources.txt", sources);
    }

    const BuildOptions& options_;
    ProgressSink& progress_;
    const std::stop_token& stop_;
    std::vector<std::string> tasks_;
    std::optional<FashionSource> fashion_;
    std::optional<Source> digits_;
    std::int64_t done_ = 0, total_ = 0;
};

std::vector<BuiltTask> build_mini_vtab(const BuildOptions& options, ProgressSink& progress, const std::stop_token& stop) {
    return Builder(options, progress, stop).run();
}

} // namespace

std::span<const Benchmark> benchmarks() {
    static constexpr Benchmark all[] = {
        {"mini-vtab",
         "seven small tasks from Fashion-MNIST and scikit-learn's digits: six in VTAB-1k's layout, one in VOC's",
         task_names, build_mini_vtab},
    };
    return all;
}

} // namespace cdra::datasets
