// Failures as exceptions, by what to do about them.
#ifndef THOUSANDEYES_ERROR_HPP
#define THOUSANDEYES_ERROR_HPP

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "response.hpp"

#if THOUSANDEYES_EXCEPTIONS
#include <stdexcept>
#endif

THOUSANDEYES_BEGIN

#if THOUSANDEYES_EXCEPTIONS
// A status below 0. what() is the message: what happened, whether anything was sent, what to do next.
class error : public std::runtime_error {
public:
    // `response` is null when no call was made.
    error(te_status status, const std::string &message, std::shared_ptr<te_response> response)
        : std::runtime_error(message), status_(status), response_(std::move(response))
    {
    }

    te_status status() const noexcept { return status_; }
    const char *status_name() const noexcept { return te_status_name(status_); }
    thousandeyes::kind kind() const noexcept { return status_kind(status_); }
    int http_status() const noexcept { return response().http_status(); }
    thousandeyes::sent sent() const noexcept { return response().sent(); }
    std::chrono::milliseconds retry_after() const noexcept { return response().retry_after(); }

    // What came of the call, for a look at its body; empty when no call was made.
    thousandeyes::response response() const noexcept { return thousandeyes::response(response_); }

private:
    te_status status_;
    std::shared_ptr<te_response> response_;
};

// Stop; a person must look after the token or the account.
class token_error : public error {
public:
    using error::error;
};

// Wait for retry_after(), then call again.
class wait_error : public error {
public:
    using error::error;
};

// The network or the server had a fault: it may work later.
class retry_error : public error {
public:
    using error::error;
};

// The call itself is wrong, or not allowed.
class request_error : public error {
public:
    using error::error;
};

// Something on this machine is wrong: settings, memory, a handle; or the call was cancelled.
class local_error : public error {
public:
    using error::error;
};

namespace detail {

[[noreturn]] inline void raise(te_status status, const std::string &message, std::shared_ptr<te_response> response = {})
{
    switch (status_kind(status)) {
    case kind::token: throw token_error(status, message, std::move(response));
    case kind::wait: throw wait_error(status, message, std::move(response));
    case kind::retry: throw retry_error(status, message, std::move(response));
    case kind::request: throw request_error(status, message, std::move(response));
    case kind::ok:
    case kind::local: break;
    }
    throw local_error(status, message, std::move(response));
}

}  // namespace detail
#endif

THOUSANDEYES_END

#endif  // THOUSANDEYES_ERROR_HPP
