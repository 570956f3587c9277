// What came of a call.
#ifndef THOUSANDEYES_RESPONSE_HPP
#define THOUSANDEYES_RESPONSE_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "handle.hpp"
#include "json.hpp"
#include "status.hpp"

THOUSANDEYES_BEGIN

// A window of a rate limit; -1 where the answer did not tell.
struct rate_limit {
    std::int64_t limit;
    std::int64_t remaining;
    std::chrono::milliseconds reset;
};

// What came of a call; as a value, the JSON of its body.
class response : public value {
public:
    response() noexcept {}
    // Takes what a function of the C interface gave.
    explicit response(te_response *owned) : value(std::shared_ptr<te_response>(owned, detail::free_handle()), "") {}
    explicit response(std::shared_ptr<te_response> shared) noexcept : value(std::move(shared), "") {}
    response(response &&) = default;
    response &operator=(response &&) = default;

    // Whether there is something to read: no failure, and no end of a list.
    explicit operator bool() const noexcept { return status() >= 0 && status() != status::done; }

    te_status status() const noexcept { return te_status_of(handle()); }
    const char *status_name() const noexcept { return te_status_name(status()); }
    thousandeyes::kind kind() const noexcept { return status_kind(status()); }

    // One line for a person; "" with status::ok. Lives as long as the response.
    const char *message() const noexcept { return te_message(handle()); }

    // 0: no answer came.
    int http_status() const noexcept { return te_response_http_status(handle()); }

    // May a POST be repeated? After sent::no it may.
    thousandeyes::sent sent() const noexcept
    {
        return handle() ? static_cast<thousandeyes::sent>(te_response_sent(handle())) : thousandeyes::sent::no;
    }

    // When calling again is worth it; below 0: not known.
    std::chrono::milliseconds retry_after() const noexcept
    {
        return std::chrono::milliseconds(te_response_retry_after_ms(handle()));
    }

    // Of "organization", for X-Organization-Rate-Limit-*, and so on; nullptr: the one of which the least is left.
    thousandeyes::rate_limit rate_limit(const text &name = nullptr) const
    {
        const char *of = name.c_str();
        return {te_response_rate_limit(handle(), of), te_response_rate_limit_remaining(handle(), of),
                std::chrono::milliseconds(te_response_rate_limit_reset_ms(handle(), of))};
    }

    // The body; the bytes live as long as the response.
    std::string body() const { return std::string(data(), size()); }
    const char *data() const noexcept { return te_response_body(handle(), nullptr); }
    std::size_t size() const noexcept
    {
        std::size_t length = 0;
        te_response_body(handle(), &length);
        return length;
    }

    // The first header of that name, in any case.
    std::string header(const text &name, const text &fallback = "") const
    {
        const char *found = te_response_header(handle(), name.c_str());
        return found != nullptr ? std::string(found) : std::string(fallback.data(), fallback.size());
    }

    // All headers, their names in lower case.
    std::vector<std::pair<std::string, std::string>> headers() const
    {
        std::vector<std::pair<std::string, std::string>> all;
        for (std::int32_t index = 0; index < te_response_header_count(handle()); ++index) {
            all.emplace_back(te_response_header_name(handle(), index), te_response_header_value(handle(), index));
        }
        return all;
    }

    // The array of a page's items: the document, or its member `key`, or with nullptr its only array. json_type::absent
    // when there is none, or several.
    value items(const text &key = nullptr) const
    {
        const char *found = te_response_json_items(handle(), key.c_str());
        return found != nullptr ? at(found) : value();
    }
};

THOUSANDEYES_END

#endif  // THOUSANDEYES_RESPONSE_HPP
