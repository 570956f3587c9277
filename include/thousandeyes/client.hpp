// Clients: where calls are made.
#ifndef THOUSANDEYES_CLIENT_HPP
#define THOUSANDEYES_CLIENT_HPP

#include <functional>
#include <memory>
#include <utility>

#include "call.hpp"
#include "items.hpp"
#include "options.hpp"
#include "pages.hpp"

THOUSANDEYES_BEGIN

// One token at one origin; by many threads at once.
class client {
public:
    // Makes one that answers every call with its error, if it could not be made; see status().
    static client try_make(const text &token = nullptr, const options &settings = options()) noexcept
    {
        const detail::calling now(settings.callbacks());
        return client(te_client_new(token.c_str(), settings.handle()), settings.callbacks());
    }

#if THOUSANDEYES_EXCEPTIONS
    // With nullptr as token: $TE_TOKEN, else the file $TE_TOKEN_FILE. Touches no network.
    explicit client(const text &token = nullptr, const options &settings = options()) : callbacks_(settings.callbacks())
    {
        const detail::calling now(callbacks_);
        handle_.reset(te_client_new(token.c_str(), settings.handle()));
        now.rethrow();
        if (status() < 0) {
            detail::raise(status(), message());
        }
    }
    explicit client(const options &settings) : client(nullptr, settings) {}

    // GET a path ("tests", "/tests?max=10", "/v7/tests") or a URL of the same origin.
    response get(const text &path) const
    {
        const detail::calling now(callbacks_);
        return now.checked(te_get(handle(), path.c_str()));
    }

    // Any method, with a JSON body; nullptr: none.
    response request(const text &method, const text &path, const text &body = nullptr) const
    {
        const detail::calling now(callbacks_);
        return now.checked(te_request(handle(), method.c_str(), path.c_str(), body.data(), body.size()));
    }

    response perform(const call &made) const
    {
        const detail::calling now(callbacks_);
        return now.checked(te_perform(handle(), made.handle()));
    }

    // What the guard knows of the token and of the source IP, as JSON.
    response guard() const
    {
        const detail::calling now(callbacks_);
        return now.checked(te_client_guard(handle()));
    }

    // A person says: try this token once more now, although it was rejected. At most 3 times an hour.
    void unblock_token() const
    {
        const detail::calling now(callbacks_);
        const te_status failed = te_client_unblock_token(handle());
        now.rethrow();
        if (failed < 0) {
            const char *why = "The token was not unblocked; that is possible at most 3 times an hour.";
            detail::raise(failed, status() < 0 ? message() : why);
        }
    }

    // Makes a new token for the user of this one, and the client goes on with it; the old one is valid for at most 14
    // days more. `keep` is called with it, and with the time until which it is valid or nullptr, before anything else
    // can fail. What it throws comes out of this call; the token is made all the same.
    response rotate_token(const std::function<void(const char *, const char *)> &keep) const
    {
        const detail::calling now(callbacks_);
        return now.checked(rotate(keep));
    }

    // for (const auto &item : client.items("/tests")); see thousandeyes::items.
    thousandeyes::items items(const text &path, const text &key = nullptr) const
    {
        return thousandeyes::items(pages(path), key);
    }
    thousandeyes::items items(const call &first, const text &key = nullptr) const
    {
        return thousandeyes::items(pages(first), key);
    }
#endif

    response try_get(const text &path) const noexcept
    {
        const detail::calling now(callbacks_);
        return response(te_get(handle(), path.c_str()));
    }

    response try_request(const text &method, const text &path, const text &body = nullptr) const noexcept
    {
        const detail::calling now(callbacks_);
        return response(te_request(handle(), method.c_str(), path.c_str(), body.data(), body.size()));
    }

    response try_perform(const call &made) const noexcept
    {
        const detail::calling now(callbacks_);
        return response(te_perform(handle(), made.handle()));
    }

    response try_guard() const noexcept
    {
        const detail::calling now(callbacks_);
        return response(te_client_guard(handle()));
    }

    response try_rotate_token(const std::function<void(const char *, const char *)> &keep) const noexcept
    {
        const detail::calling now(callbacks_);
        return response(rotate(keep));
    }

    te_status try_unblock_token() const noexcept
    {
        const detail::calling now(callbacks_);
        return te_client_unblock_token(handle());
    }

    // The pages of a list. Sends nothing yet, and never fails: what is wrong comes of the first page.
    thousandeyes::pages pages(const text &path) const
    {
        return thousandeyes::pages(te_pages_new(handle(), path.c_str()), callbacks_);
    }

    // Those that begin with a call of GET or POST: the API's filters page through POST. The call is copied.
    thousandeyes::pages pages(const call &first) const
    {
        return thousandeyes::pages(te_pages_of_call(handle(), first.handle()), callbacks_);
    }

    // Ends all calls, present and later, within about 100 ms. For shutdown; from any thread or signal handler.
    void cancel() const noexcept { te_client_cancel(handle()); }

    // Of its making; never changes.
    te_status status() const noexcept { return te_status_of(handle()); }
    const char *message() const noexcept { return te_message(handle()); }

    // For the C interface; owned by this.
    te_client *handle() const noexcept { return handle_.get(); }

private:
    client(te_client *owned, std::shared_ptr<const detail::callbacks> callbacks) noexcept
        : callbacks_(std::move(callbacks)), handle_(owned)
    {
    }

    te_response *rotate(const std::function<void(const char *, const char *)> &keep) const noexcept
    {
        void *user = const_cast<std::function<void(const char *, const char *)> *>(&keep);
        return te_client_rotate_token(handle(), keep ? &detail::hand_over : nullptr, user);
    }

    std::shared_ptr<const detail::callbacks> callbacks_;
    detail::handle<te_client> handle_;
};

THOUSANDEYES_END

#endif  // THOUSANDEYES_CLIENT_HPP
