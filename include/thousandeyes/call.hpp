// Calls that need more than a path.
#ifndef THOUSANDEYES_CALL_HPP
#define THOUSANDEYES_CALL_HPP

#include <chrono>
#include <utility>

#include "handle.hpp"
#include "text.hpp"

THOUSANDEYES_BEGIN

// A call that needs more than a path, to be made once or often.
class call {
public:
    // GET, POST, PUT, PATCH or DELETE, on a path or a URL of the same origin.
    call(const text &method, const text &path) : handle_(te_call_new(method.c_str(), path.c_str())) {}

    // Adds a parameter; name and value are percent-encoded.
    call &query(const text &name, const text &content) &
    {
        return set(te_call_set_query(handle(), name.c_str(), content.c_str()));
    }
    call &&query(const text &name, const text &content) && { return std::move(query(name, content)); }
    call &header(const text &name, const text &content) &
    {
        return set(te_call_set_header(handle(), name.c_str(), content.c_str()));
    }
    call &&header(const text &name, const text &content) && { return std::move(header(name, content)); }
    // With nullptr as its type: application/json. Not for GET and DELETE.
    call &body(const text &content, const text &type = nullptr) &
    {
        return set(te_call_set_body(handle(), content.data(), content.size(), type.c_str()));
    }
    call &&body(const text &content, const text &type = nullptr) && { return std::move(body(content, type)); }
    // Instead of the client's; "": the user's login account group.
    call &account_group(const text &id) & { return set(te_call_set_account_group(handle(), id.c_str())); }
    call &&account_group(const text &id) && { return std::move(account_group(id)); }
    // Instead of the client's, waits included.
    call &timeout(std::chrono::milliseconds time) & { return set(te_call_set_timeout_ms(handle(), time.count())); }
    call &&timeout(std::chrono::milliseconds time) && { return std::move(timeout(time)); }
    // Ends this call on whatever thread it is, and every later use of it.
    void cancel() const noexcept { te_call_cancel(handle()); }

    // Of the first setter that failed.
    te_status status() const noexcept { return te_status_of(handle()); }
    const char *message() const noexcept { return te_message(handle()); }

    // For the C interface; owned by this.
    te_call *handle() const noexcept { return handle_.get(); }

private:
    // What it returned sticks; see status().
    call &set(te_status) noexcept { return *this; }

    detail::handle<te_call> handle_;
};

THOUSANDEYES_END

#endif  // THOUSANDEYES_CALL_HPP
