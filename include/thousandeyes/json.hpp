// What stands in a body, by pointer.
#ifndef THOUSANDEYES_JSON_HPP
#define THOUSANDEYES_JSON_HPP

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "text.hpp"

THOUSANDEYES_BEGIN

enum class json_type : std::int32_t {
    absent = TE_JSON_ABSENT,
    null = TE_JSON_NULL,
    boolean = TE_JSON_BOOL,
    number = TE_JSON_NUMBER,
    string = TE_JSON_STRING,
    array = TE_JSON_ARRAY,
    object = TE_JSON_OBJECT,
};

// A member's name as a part of a pointer: ~0 for ~ and ~1 for /.
inline std::string escaped(const std::string &name)
{
    std::string part;
    for (const char letter : name) {
        part += letter == '~' ? "~0" : letter == '/' ? "~1" : std::string(1, letter);
    }
    return part;
}

struct member;

// What stands at one place of a response's JSON: a view that shares the response. Pointers are RFC 6901, from here on;
// their first / may be left out, and "" is this value itself. Where nothing is there, there is the fallback.
class value {
public:
    value() noexcept {}

    // A string; true and false as JSON writes them, a number digit for digit as it came. The fallback also for null,
    // arrays and objects.
    std::string string(const text &pointer = "", const text &fallback = "") const
    {
        const char *found = te_response_json_string(handle(), path(pointer).c_str(), nullptr);
        return found != nullptr ? std::string(found) : std::string(fallback.data(), fallback.size());
    }

    // A whole number; a string of decimal digits counts, since the API's ids are strings.
    std::int64_t int64(const text &pointer = "", std::int64_t fallback = 0) const
    {
        return te_response_json_int64(handle(), path(pointer).c_str(), fallback);
    }

    double number(const text &pointer = "", double fallback = 0) const
    {
        return te_response_json_double(handle(), path(pointer).c_str(), fallback);
    }

    bool boolean(const text &pointer = "", bool fallback = false) const
    {
        return te_response_json_bool(handle(), path(pointer).c_str(), fallback ? 1 : 0) != 0;
    }

    // How many elements an array, or members an object, has; -1 when it is neither.
    std::int64_t count(const text &pointer = "") const
    {
        return te_response_json_count(handle(), path(pointer).c_str());
    }

    json_type type(const text &pointer = "") const
    {
        return static_cast<json_type>(te_response_json_type(handle(), path(pointer).c_str()));
    }

    // The JSON text, as it came, for a parser of your own; "" when nothing is there.
    std::string raw(const text &pointer = "") const
    {
        std::size_t length = 0;
        const char *found = te_response_json_raw(handle(), path(pointer).c_str(), &length);
        return found != nullptr ? std::string(found, length) : std::string();
    }

    value at(const text &pointer) const { return value(response_, path(pointer)); }

    // An element of an array, counted from 0.
    value at(std::int64_t index) const { return at(std::to_string(index)); }

    // The members of an object, in the document's order; without those that have U+0000 in their name.
    std::vector<member> members() const;

    // The elements of an array; none when it is none.
    class iterator;
    iterator begin() const;
    iterator end() const;

    // For the C interface. Do not free it: it is shared.
    te_response *handle() const noexcept { return response_.get(); }
    std::shared_ptr<te_response> share() const noexcept { return response_; }

protected:
    value(std::shared_ptr<te_response> response, std::string at) noexcept
        : response_(std::move(response)), at_(std::move(at))
    {
    }

    std::string path(const text &pointer) const
    {
        const char *rest = pointer.c_str();
        if (rest == nullptr) {
            return "\xff";  // no pointer: nothing is there
        }
        if (*rest == '\0') {
            return at_;
        }
        return *rest == '/' ? at_ + rest : at_ + '/' + rest;
    }

    std::shared_ptr<te_response> response_;
    std::string at_;
};

// A member of an object.
struct member {
    std::string name;
    thousandeyes::value value;
};

class value::iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = value;
    using difference_type = std::ptrdiff_t;
    using pointer = const value *;
    using reference = const value &;

    iterator() noexcept : index_(0) {}
    iterator(value array, std::int64_t index) : array_(std::move(array)), index_(index) { look(); }

    reference operator*() const noexcept { return element_; }
    pointer operator->() const noexcept { return &element_; }

    iterator &operator++()
    {
        ++index_;
        look();
        return *this;
    }
    iterator operator++(int)
    {
        iterator before = *this;
        ++*this;
        return before;
    }

    friend bool operator==(const iterator &one, const iterator &other) noexcept { return one.index_ == other.index_; }
    friend bool operator!=(const iterator &one, const iterator &other) noexcept { return one.index_ != other.index_; }

private:
    void look() { element_ = array_.at(index_); }

    value array_;
    value element_;
    std::int64_t index_;
};

inline value::iterator value::begin() const { return iterator(*this, 0); }

inline value::iterator value::end() const
{
    return iterator(*this, type() == json_type::array ? count() : 0);
}

inline std::vector<member> value::members() const
{
    std::vector<member> found;
    const std::int64_t size = type() == json_type::object ? count() : 0;
    for (std::int64_t index = 0; index < size; ++index) {
        const char *name = te_response_json_name(handle(), at_.c_str(), index);
        if (name != nullptr) {
            found.push_back({name, at("/" + escaped(name))});
        }
    }
    return found;
}

THOUSANDEYES_END

#endif  // THOUSANDEYES_JSON_HPP
