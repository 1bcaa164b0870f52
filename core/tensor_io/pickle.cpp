// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/tensor_io/pickle.h"

#include "core/base/error.h"
#include "core/tensor_io/pickle_calls.h"

#include <bit>
#include <cstdio>
#include <limits>
#include <unordered_map>

namespace cdra::tensor_io {

namespace {

using Kind = PickleValue::Kind;

// The largest published checkpoint with its optimiser makes some 100,000 values.
constexpr std::size_t most_values = 2'000'000;
constexpr std::size_t deepest_stack = 4'000'000;
constexpr std::size_t longest_name = 256;

} // namespace

class PickleMachine {
  public:
    PickleMachine(std::span<const std::byte> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

    PickleDocument run() {
        while (!step()) {}
        if (stack_.size() != 1 || !marks_.empty()) bad("it ends with " + std::to_string(stack_.size()) + " values, expected one");
        document_.root_ = stack_.front();
        document_.length_ = at_;
        return std::move(document_);
    }

  private:
    [[noreturn]] void bad(const std::string& what) const {
        throw CorruptFile(name_ + ": pickle, byte " + std::to_string(begin_) + ": " + what +
                          "; nothing of it was run: fetch the file again, or save a plain state_dict of tensors");
    }
    std::span<const std::byte> take(std::uint64_t count) {
        if (count > bytes_.size() - at_) bad("it is cut short");
        const auto part = bytes_.subspan(at_, static_cast<std::size_t>(count));
        at_ += static_cast<std::size_t>(count);
        return part;
    }
    std::uint64_t number(std::size_t size) {
        std::uint64_t value = 0;
        const auto part = take(size);
        for (std::size_t i = size; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(part[i]);
        return value;
    }
    std::string characters(std::uint64_t count) {
        const auto part = take(count);
        return {reinterpret_cast<const char*>(part.data()), part.size()};
    }
    std::string line() {
        std::string text;
        for (char c = 0; (c = static_cast<char>(number(1))) != '\n';) {
            if (text.size() == longest_name) bad("a name is too long");
            text += c;
        }
        return text;
    }

    PickleIndex push(PickleValue value) {
        if (document_.values_.size() >= most_values || stack_.size() >= deepest_stack)
            bad("it holds more values than any file of tensors");
        document_.values_.push_back(std::move(value));
        const auto index = static_cast<PickleIndex>(document_.values_.size() - 1);
        stack_.push_back(index);
        return index;
    }
    void push(Kind kind, std::int64_t integer = 0) {
        PickleValue value;
        value.kind = kind;
        value.integer = integer;
        push(std::move(value));
    }
    void push_text(Kind kind, std::string text) {
        PickleValue value;
        value.kind = kind;
        value.text = std::move(text);
        push(std::move(value));
    }
    void push_sequence(Kind kind, std::vector<PickleIndex> items) {
        PickleValue value;
        value.kind = kind;
        value.items = std::move(items);
        push(std::move(value));
    }
    std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
    PickleIndex pop() {
        if (stack_.size() <= floor()) bad("it takes a value where there is none");
        const PickleIndex index = stack_.back();
        stack_.pop_back();
        return index;
    }
    PickleValue& top() {
        if (stack_.size() <= floor()) bad("it uses a value where there is none");
        return document_.values_[stack_.back()];
    }
    std::vector<PickleIndex> pop_mark() {
        if (marks_.empty()) bad("it closes a group that was not opened");
        const auto begin = static_cast<std::ptrdiff_t>(marks_.back());
        marks_.pop_back();
        std::vector<PickleIndex> items(stack_.begin() + begin, stack_.end());
        stack_.resize(static_cast<std::size_t>(begin));
        return items;
    }
    std::vector<PickleIndex> pop_many(std::size_t count) {
        std::vector<PickleIndex> items(count);
        for (std::size_t i = count; i-- > 0;) items[i] = pop();
        return items;
    }

    void extend(Kind kind, const std::vector<PickleIndex>& items) {
        PickleValue& target = top();
        // State given to an object that is only a description is of no use here.
        if (target.kind == Kind::opaque) return;
        if (target.kind != kind) bad(kind == Kind::dict ? "it fills a dict that is none" : "it fills a list that is none");
        if (kind == Kind::dict && items.size() % 2 != 0) bad("a dict has a key without a value");
        target.items.insert(target.items.end(), items.begin(), items.end());
    }
    void put(std::uint64_t slot) { memo_[static_cast<std::uint32_t>(slot)] = (top(), stack_.back()); }
    void get(std::uint64_t slot) {
        const auto found = memo_.find(static_cast<std::uint32_t>(slot));
        if (found == memo_.end()) bad("it refers to value " + std::to_string(slot) + ", which there is none of");
        if (stack_.size() >= deepest_stack) bad("it holds more values than any file of tensors");
        stack_.push_back(found->second);
    }
    void push_name(const std::string& module, const std::string& name) {
        const std::string full = module + "." + name;
        if (!pickle_name_allowed(full))
            bad("it asks for " + full.substr(0, 120) + ", which a file of tensors has no need of");
        push_text(Kind::name, full);
    }
    void call() {
        const PickleIndex arguments = pop(), function = pop();
        const PickleValue& callee = document_.values_[function];
        if (callee.kind != Kind::name) bad("it calls something that is no name");
        if (document_.values_[arguments].kind != Kind::tuple) bad("it calls " + callee.text + " without arguments");
        auto result = pickle_call(document_, callee.text, document_.values_[arguments]);
        if (!result) bad("it calls " + callee.text + " with other arguments than a file of tensors does");
        push(std::move(*result));
    }
    void persistent() {
        auto storage = pickle_storage(document_, document_.values_[pop()]);
        if (!storage) bad("it refers to data that is no storage of numbers");
        push(std::move(*storage));
    }
    void build() {
        pop(); // the state
        const Kind kind = top().kind;
        if (kind != Kind::opaque && kind != Kind::dict && kind != Kind::tensor) bad("it changes a value that has no state");
    }
    void long_integer(std::uint64_t size) {
        const auto part = take(size);
        if (size > 8) return push(Kind::opaque); // larger than any count: torch's magic number
        std::uint64_t value = size > 0 && std::to_integer<int>(part[size - 1]) >= 128 ? ~std::uint64_t{0} : 0;
        for (std::size_t i = static_cast<std::size_t>(size); i-- > 0;)
            value = value << 8 | std::to_integer<std::uint64_t>(part[i]);
        push(Kind::integer, std::bit_cast<std::int64_t>(value));
    }
    void real() {
        std::uint64_t bits = 0;
        for (const std::byte byte : take(8)) bits = bits << 8 | std::to_integer<std::uint64_t>(byte);
        PickleValue value;
        value.kind = Kind::real;
        value.real = std::bit_cast<double>(bits);
        push(std::move(value));
    }

    bool step(); // true at the end

    std::span<const std::byte> bytes_;
    const std::string& name_;
    std::size_t at_ = 0, begin_ = 0;
    PickleDocument document_;
    std::vector<PickleIndex> stack_;
    std::vector<std::size_t> marks_;
    std::unordered_map<std::uint32_t, PickleIndex> memo_;
};

bool PickleMachine::step() {
    begin_ = at_;
    const auto opcode = static_cast<unsigned char>(number(1));
    switch (opcode) {
    case 0x80: // PROTO
        if (const auto version = number(1); version > 5) bad("protocol " + std::to_string(version) + ", known up to 5");
        return false;
    case 0x95: // FRAME
        if (number(8) > bytes_.size() - at_) bad("a frame reaches past its end");
        return false;
    case '.': // STOP
        return true;
    case '(': // MARK
        if (marks_.size() >= deepest_stack) bad("it opens more groups than any file of tensors");
        marks_.push_back(stack_.size());
        return false;
    case '0': pop(); return false;       // POP
    case '1': pop_mark(); return false;  // POP_MARK
    case 'N': push(Kind::none); return false;
    case 0x88: push(Kind::boolean, 1); return false;
    case 0x89: push(Kind::boolean, 0); return false;
    case 'J': push(Kind::integer, static_cast<std::int32_t>(number(4))); return false;
    case 'K': push(Kind::integer, static_cast<std::int64_t>(number(1))); return false;
    case 'M': push(Kind::integer, static_cast<std::int64_t>(number(2))); return false;
    case 0x8a: long_integer(number(1)); return false;
    case 0x8b: long_integer(number(4)); return false;
    case 'G': real(); return false;
    case 'X': push_text(Kind::text, characters(number(4))); return false;
    case 0x8c: push_text(Kind::text, characters(number(1))); return false;
    case 0x8d: push_text(Kind::text, characters(number(8))); return false;
    case 'U': push_text(Kind::text, characters(number(1))); return false; // Python 2's str
    case 'T': push_text(Kind::text, characters(number(4))); return false;
    case 'C': push_text(Kind::bytes, characters(number(1))); return false;
    case 'B': push_text(Kind::bytes, characters(number(4))); return false;
    case 0x8e: push_text(Kind::bytes, characters(number(8))); return false;
    case ')': push(Kind::tuple); return false;
    case ']': push(Kind::list); return false;
    case '}': push(Kind::dict); return false;
    case 0x85: push_sequence(Kind::tuple, pop_many(1)); return false;
    case 0x86: push_sequence(Kind::tuple, pop_many(2)); return false;
    case 0x87: push_sequence(Kind::tuple, pop_many(3)); return false;
    case 't': push_sequence(Kind::tuple, pop_mark()); return false;
    case 'l': push_sequence(Kind::list, pop_mark()); return false;
    case 'd': {
        auto items = pop_mark();
        push(Kind::dict);
        extend(Kind::dict, items);
        return false;
    }
    case 'a': extend(Kind::list, pop_many(1)); return false;
    case 'e': extend(Kind::list, pop_mark()); return false;
    case 's': extend(Kind::dict, pop_many(2)); return false;
    case 'u': extend(Kind::dict, pop_mark()); return false;
    case 'q': put(number(1)); return false;
    case 'r': put(number(4)); return false;
    case 0x94: put(memo_.size()); return false; // MEMOIZE
    case 'h': get(number(1)); return false;
    case 'j': get(number(4)); return false;
    case 'c': {
        const std::string module = line(), name = line();
        push_name(module, name);
        return false;
    }
    case 0x93: { // STACK_GLOBAL
        const PickleIndex name = pop(), module = pop();
        if (document_.values_[name].kind != Kind::text || document_.values_[module].kind != Kind::text)
            bad("a name is no text");
        push_name(document_.values_[module].text, document_.values_[name].text);
        return false;
    }
    case 'R':                          // REDUCE
    case 0x81: call(); return false;   // NEWOBJ
    case 'b': build(); return false;
    case 'Q': persistent(); return false;
    default: {
        char text[8];
        std::snprintf(text, sizeof text, "0x%02x", opcode);
        bad(std::string("opcode ") + text + " is not one that a file of tensors uses");
    }
    }
}

PickleDocument PickleDocument::parse(std::span<const std::byte> bytes, const std::string& name) {
    return PickleMachine(bytes, name).run();
}

const PickleValue* PickleDocument::find(const PickleValue& dict, std::string_view key) const {
    if (dict.kind != Kind::dict) return nullptr;
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2)
        if (const PickleValue& name = values_[dict.items[i]]; name.kind == Kind::text && name.text == key)
            return &values_[dict.items[i + 1]];
    return nullptr;
}

} // namespace cdra::tensor_io
