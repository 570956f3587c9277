// Lists, page by page.
#ifndef THOUSANDEYES_PAGES_HPP
#define THOUSANDEYES_PAGES_HPP

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

#include "callbacks.hpp"
#include "handle.hpp"
#include "response.hpp"

THOUSANDEYES_BEGIN

namespace detail {

// Goes over what a source reads, one after the other; a default one is the end.
template <typename Source> class reader {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = typename Source::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = value_type *;
    using reference = value_type &;

    reader() noexcept : source_(nullptr) {}
    explicit reader(Source &source) : source_(&source) { ++*this; }

    reference operator*() const noexcept { return source_->current_; }
    pointer operator->() const noexcept { return &source_->current_; }

    reader &operator++()
    {
        if (!source_->read()) {
            source_ = nullptr;
        }
        return *this;
    }
    void operator++(int) { ++*this; }

    friend bool operator==(const reader &one, const reader &other) noexcept { return one.source_ == other.source_; }
    friend bool operator!=(const reader &one, const reader &other) noexcept { return one.source_ != other.source_; }

private:
    Source *source_;
};

}  // namespace detail

// The pages of a list, one call each. Made by a client, outlives it.
class pages {
public:
    // Takes what the C interface made, and keeps the callbacks of the client that it was made with.
    pages(te_pages *owned, std::shared_ptr<const detail::callbacks> callbacks) noexcept
        : handle_(owned), callbacks_(std::move(callbacks))
    {
    }

    // The next page; false after the last: while (auto page = pages.try_next()). What failed is asked for again by the
    // next call, which first waits as long as the failure says, or else a second. The third failure in a row is final.
    response try_next() noexcept
    {
        const detail::calling now(callbacks_);
        return response(te_pages_next(handle()));
    }

#if THOUSANDEYES_EXCEPTIONS
    response next()
    {
        const detail::calling now(callbacks_);
        return now.checked(te_pages_next(handle()));
    }

    // For a loop over what is left. It throws at a page that fails; another loop begins with that page. Take what is to
    // be kept out of the page: auto kept = std::move(page).
    using value_type = response;
    using iterator = detail::reader<pages>;
    iterator begin() & { return iterator(*this); }
    iterator end() & noexcept { return iterator(); }
#endif

    // Of the last try_next() or next().
    te_status status() const noexcept { return te_status_of(handle()); }
    const char *message() const noexcept { return te_message(handle()); }

    // For the C interface; owned by this.
    te_pages *handle() const noexcept { return handle_.get(); }

private:
#if THOUSANDEYES_EXCEPTIONS
    friend class detail::reader<pages>;

    bool read()
    {
        current_ = next();
        return static_cast<bool>(current_);
    }
#endif

    detail::handle<te_pages> handle_;
    std::shared_ptr<const detail::callbacks> callbacks_;
    response current_;
};

THOUSANDEYES_END

#endif  // THOUSANDEYES_PAGES_HPP
