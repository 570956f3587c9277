// Lists, item by item.
#ifndef THOUSANDEYES_ITEMS_HPP
#define THOUSANDEYES_ITEMS_HPP

#include <cstdint>
#include <string>
#include <utility>

#include "error.hpp"
#include "pages.hpp"

THOUSANDEYES_BEGIN

#if THOUSANDEYES_EXCEPTIONS
// The items of all pages of a list, as they come. An item that is copied keeps its page.
class items {
public:
    // The elements of each page's array `key`, with nullptr of its only array.
    explicit items(pages from, const text &key = nullptr)
        : pages_(std::move(from)), has_key_(key.data() != nullptr), key_(has_key_ ? key.c_str() : ""), index_(0), count_(0)
    {
    }

    // For a loop over what is left. It throws at a page that fails, after the items before it; another loop goes on
    // with that page.
    using value_type = const value;
    using iterator = detail::reader<items>;
    iterator begin() & { return iterator(*this); }
    iterator end() & noexcept { return iterator(); }

private:
    friend class detail::reader<items>;

    bool read()
    {
        while (index_ >= count_) {
            const response page = pages_.next();
            if (!page) {
                return false;
            }
            turn(page);
        }
        current_ = array_.at(index_++);
        return true;
    }

    void turn(const response &page)
    {
        const value array = page.items(has_key_ ? text(key_) : text(nullptr));
        if (array.type() != json_type::array) {
            detail::raise(status::invalid_argument, missing(page), page.share());
        }
        array_ = array;
        index_ = 0;
        count_ = array.count();
    }

    std::string missing(const response &page) const
    {
        std::string names;
        for (const member &each : page.members()) {
            if (each.value.type() == json_type::array) {
                names += names.empty() ? each.name : ", " + each.name;
            }
        }
        return "There is no one array of items" + (has_key_ ? " named " + key_ : std::string())
            + "; the answer's arrays: " + (names.empty() ? "none" : names) + ". Name the one to take.";
    }

    pages pages_;
    bool has_key_;
    std::string key_;
    value array_;
    value current_;
    std::int64_t index_;
    std::int64_t count_;
};
#endif

THOUSANDEYES_END

#endif  // THOUSANDEYES_ITEMS_HPP
