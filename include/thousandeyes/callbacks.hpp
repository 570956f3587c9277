// The program's own functions, called back; what they throw does not cross C.
#ifndef THOUSANDEYES_CALLBACKS_HPP
#define THOUSANDEYES_CALLBACKS_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "error.hpp"

#if THOUSANDEYES_EXCEPTIONS
#include <exception>
#endif

THOUSANDEYES_BEGIN

enum class log_level : std::int32_t {
    error = TE_LOG_ERROR,
    warn = TE_LOG_WARN,
    info = TE_LOG_INFO,
    debug = TE_LOG_DEBUG,
};

namespace detail {

struct callbacks {
    std::function<bool()> interrupt;
    std::function<void(log_level, const char *)> log;
};

#if THOUSANDEYES_EXCEPTIONS
// What a callback threw into the call that this thread makes.
inline std::exception_ptr &thrown() noexcept
{
    static thread_local std::exception_ptr thrown_here;
    return thrown_here;
}

inline bool has_thrown() noexcept { return thrown() != nullptr; }

template <typename Act> void contained(const Act &act) noexcept
{
    try {
        act();
    } catch (...) {
        if (!has_thrown()) {
            thrown() = std::current_exception();
        }
    }
}
#else
inline bool has_thrown() noexcept { return false; }

template <typename Act> void contained(const Act &act) noexcept { act(); }
#endif

inline std::int32_t ask(void *user) noexcept
{
    const auto &interrupt = static_cast<const callbacks *>(user)->interrupt;
    bool cancel = false;
    if (interrupt && !has_thrown()) {
        contained([&] { cancel = interrupt(); });
    }
    return cancel || has_thrown() ? 1 : 0;
}

inline void tell(std::int32_t level, const char *line, void *user) noexcept
{
    const auto &log = static_cast<const callbacks *>(user)->log;
    contained([&] { log(static_cast<log_level>(level), line); });
}

inline void hand_over(const char *token, const char *valid_until, void *user) noexcept
{
    const auto &keep = *static_cast<const std::function<void(const char *, const char *)> *>(user);
    contained([&] { keep(token, valid_until); });
}

// The time of one call. Keeps the callbacks, should one of them destroy the client, and what they throw.
class calling {
public:
    explicit calling(std::shared_ptr<const callbacks> kept) noexcept : kept_(std::move(kept))
    {
#if THOUSANDEYES_EXCEPTIONS
        std::swap(before_, thrown());
#endif
    }
    calling(const calling &) = delete;
    calling &operator=(const calling &) = delete;
    ~calling()
    {
#if THOUSANDEYES_EXCEPTIONS
        thrown() = std::move(before_);
#endif
    }

#if THOUSANDEYES_EXCEPTIONS
    void rethrow() const
    {
        if (has_thrown()) {
            std::rethrow_exception(thrown());
        }
    }

    response checked(te_response *owned) const
    {
        response made(owned);
        rethrow();
        if (made.status() < 0) {
            raise(made.status(), made.message(), made.share());
        }
        return made;
    }
#endif

private:
    std::shared_ptr<const callbacks> kept_;
#if THOUSANDEYES_EXCEPTIONS
    // Of a call around this one: made from a callback of it, this one is refused.
    std::exception_ptr before_;
#endif
};

}  // namespace detail

THOUSANDEYES_END

#endif  // THOUSANDEYES_CALLBACKS_HPP
