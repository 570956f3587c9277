// Handles of the C interface, freed once.
#ifndef THOUSANDEYES_HANDLE_HPP
#define THOUSANDEYES_HANDLE_HPP

#include <memory>

#include "features.hpp"

THOUSANDEYES_BEGIN

namespace detail {

struct free_handle {
    void operator()(void *handle) const noexcept { te_free(handle); }
};

template <typename T> using handle = std::unique_ptr<T, free_handle>;

}  // namespace detail

THOUSANDEYES_END

#endif  // THOUSANDEYES_HANDLE_HPP
