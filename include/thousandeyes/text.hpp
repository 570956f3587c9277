// Text on its way into the C interface.
#ifndef THOUSANDEYES_TEXT_HPP
#define THOUSANDEYES_TEXT_HPP

#include <cstddef>
#include <cstring>
#include <string>

#include "features.hpp"

#if THOUSANDEYES_STRING_VIEW
#include <string_view>
#endif

THOUSANDEYES_BEGIN

// Text that a function takes; borrowed, and so for parameters only.
class text {
public:
    text(const char *from) noexcept : data_(from), size_(from == nullptr ? 0 : std::strlen(from)), ends_(true) {}
    text(const std::string &from) noexcept : data_(from.c_str()), size_(from.size()), ends_(true) {}
#if THOUSANDEYES_STRING_VIEW
    text(std::string_view from) noexcept : data_(from.data()), size_(from.size()), ends_(false) {}
#endif
    text(const text &) = default;
    text &operator=(const text &) = delete;

    // The copy may be of a token.
    ~text()
    {
        volatile char *const copy = copy_.empty() ? nullptr : &copy_[0];
        for (std::size_t at = 0; at < copy_.size(); ++at) {
            copy[at] = 0;
        }
    }

    const char *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

    // As the C interface takes it. What it would cut at a U+0000 inside is passed as what it refuses: no UTF-8.
    const char *c_str() const
    {
        if (size_ > 0 && std::memchr(data_, 0, size_) != nullptr) {
            return "\xff";
        }
        if (ends_) {
            return data_;
        }
        if (copy_.empty() && size_ > 0) {
            copy_.assign(data_, size_);
        }
        return copy_.c_str();
    }

private:
    const char *data_;
    std::size_t size_;
    bool ends_;
    mutable std::string copy_;
};

THOUSANDEYES_END

#endif  // THOUSANDEYES_TEXT_HPP
