// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/build_mini.h"

#include "core/base/error.h"
#include "datasets/image.h"
#include "datasets/vtab_tasks.h"

#include <cstdlib>

namespace cdra::datasets {

namespace {

constexpr int canvas_side = 112;
constexpr int object_side = 28;

// Classes come in shuffled rounds, so that every list is balanced however long it is.
int balanced_label(int classes, std::uint32_t number, std::uint64_t key) {
    const auto count = static_cast<std::uint32_t>(classes);
    return static_cast<int>(random_permutation(count, mix_seed(mix_seed(key, "round"), number / count))[number % count]);
}

const Grey& take_object(Drawn& drawn, const Pool& pool, Draws& draws) {
    const std::uint32_t member = pool.members[static_cast<std::size_t>(draws.below(static_cast<int>(pool.members.size())))];
    drawn.used.push_back(member);
    return pool.source->images[member];
}

// Centres (in quarter pixels) at least 25 pixels apart in one direction: neighbours touch at most at their edges.
std::vector<Placement> apart(int count, Draws& draws) {
    constexpr int least = 4 * 25, room = 4 * (canvas_side - object_side);
    std::vector<Placement> places;
    for (int attempts = 0; static_cast<int>(places.size()) < count; ++attempts) {
        if (attempts == 500) { // jammed: begin again
            attempts = 0;
            places.clear();
        }
        const Placement place{2 * object_side + draws.below(room + 1), 2 * object_side + draws.below(room + 1),
                              object_side, 0};
        bool free = true;
        for (const Placement& other : places)
            free = free && (std::abs(place.x4 - other.x4) >= least || std::abs(place.y4 - other.y4) >= least);
        if (free) places.push_back(place);
    }
    return places;
}

Placement place_for(const std::string& task, int label, Draws& draws) {
    if (task == "fashion_location") {
        // The centre's range, within which the object lies whole, in 4×4 bins of 21 pixels.
        constexpr int bin = canvas_side - object_side;
        return {2 * object_side + label % 4 * bin + draws.below(bin), 2 * object_side + label / 4 * bin + draws.below(bin),
                object_side, 0};
    }
    if (task == "fashion_orientation") {
        constexpr int middle = 2 * canvas_side, shift = 4 * 6;
        return {middle + draws.between(-shift, shift), middle + draws.between(-shift, shift), 72, label};
    }
    if (task == "fashion_scale") {
        static constexpr int sizes[] = {18, 25, 34, 47, 65, 90};
        const int nominal = sizes[label], size = nominal + draws.between(-nominal / 16, nominal / 16);
        const int room = 4 * (canvas_side - size);
        return {2 * size + draws.below(room + 1), 2 * size + draws.below(room + 1), size, 0};
    }
    throw InputError("task '" + task + "' is not one of mini-vtab's");
}

} // namespace

Drawn draw_picture(const std::string& task, const Pool& pool, std::uint32_t number, std::uint64_t key) {
    Drawn drawn;
    if (task == "fashion" || task == "digits") { // the source's images as they are
        const std::uint32_t member = pool.members.at(number);
        drawn.used.push_back(member);
        drawn.image = pool.source->images[member];
        drawn.label = pool.source->labels[member];
        return drawn;
    }
    Draws draws(mix_seed(key, number));
    drawn.label = balanced_label(find_vtab_task(task)->classes, number, key);
    drawn.image = background(canvas_side, draws);
    if (task == "fashion_count")
        for (const Placement& place : apart(drawn.label + 1, draws))
            draw(drawn.image, take_object(drawn, pool, draws), place);
    else
        draw(drawn.image, take_object(drawn, pool, draws), place_for(task, drawn.label, draws));
    return drawn;
}

Drawn draw_scene(const Pool& pool, std::uint32_t number, std::uint64_t key) {
    Draws draws(mix_seed(key, number));
    Drawn drawn;
    drawn.image = background(canvas_side, draws);
    const auto side = static_cast<std::size_t>(canvas_side);
    std::vector<std::uint8_t> objects(side * side); // which object a pixel shows, 0 none
    std::vector<std::uint8_t> label_of{0};
    for (int object = 1, count = draws.between(1, 4); object <= count; ++object) {
        const Grey& image = take_object(drawn, pool, draws);
        label_of.push_back(static_cast<std::uint8_t>(1 + pool.source->labels[drawn.used.back()]));
        const int size = draws.between(32, 64), room = 4 * (canvas_side - size);
        draw(drawn.image, image, {2 * size + draws.below(room + 1), 2 * size + draws.below(room + 1), size, 0}, objects,
             static_cast<std::uint8_t>(object));
    }
    drawn.classes.resize(objects.size());
    for (std::size_t y = 0; y < side; ++y)
        for (std::size_t x = 0; x < side; ++x) {
            const std::size_t at = y * side + x;
            const std::uint8_t own = objects[at];
            // Against what it covers; the lower of two objects has its outline elsewhere.
            const bool outline = (x > 0 && objects[at - 1] < own) || (x + 1 < side && objects[at + 1] < own) ||
                                 (y > 0 && objects[at - side] < own) || (y + 1 < side && objects[at + side] < own);
            drawn.classes[at] = outline ? void_label : label_of[own];
        }
    return drawn;
}

} // namespace cdra::datasets
