// Settings of a client.
#ifndef THOUSANDEYES_OPTIONS_HPP
#define THOUSANDEYES_OPTIONS_HPP

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "callbacks.hpp"
#include "handle.hpp"
#include "text.hpp"

THOUSANDEYES_BEGIN

// Settings of a client; what is not set has the default that thousandeyes.h names.
class options {
public:
    options() : handle_(te_options_new()) {}

    // With or without /v7.
    options &base_url(const text &url) & { return set(te_options_set_base_url(handle(), url.c_str())); }
    options &&base_url(const text &url) && { return std::move(base_url(url)); }
    // Who shares what is known of tokens; "": in memory only.
    options &state_dir(const text &path) & { return set(te_options_set_state_dir(handle(), path.c_str())); }
    options &&state_dir(const text &path) && { return std::move(state_dir(path)); }
    // For calls that name none; "": the user's login account group.
    options &account_group(const text &id) & { return set(te_options_set_account_group(handle(), id.c_str())); }
    options &&account_group(const text &id) && { return std::move(account_group(id)); }
    // PEM, or a directory of such files, to trust beside the system's.
    options &ca_file(const text &path) & { return set(te_options_set_ca_file(handle(), path.c_str())); }
    options &&ca_file(const text &path) && { return std::move(ca_file(path)); }
    // PEM, shown to a server that asks for one; without a file for the private key it is in the same one.
    options &client_certificate(const text &certificate) &
    {
        return set(te_options_set_client_certificate(handle(), certificate.c_str(), nullptr));
    }
    options &&client_certificate(const text &certificate) && { return std::move(client_certificate(certificate)); }
    options &client_certificate(const text &certificate, const text &key) &
    {
        return set(te_options_set_client_certificate(handle(), certificate.c_str(), key.c_str()));
    }
    options &&client_certificate(const text &certificate, const text &key) &&
    {
        return std::move(client_certificate(certificate, key));
    }
    // "": no proxy.
    options &proxy(const text &url) & { return set(te_options_set_proxy(handle(), url.c_str())); }
    options &&proxy(const text &url) && { return std::move(proxy(url)); }
    // Name and version of the program.
    options &user_agent(const text &agent) & { return set(te_options_set_user_agent(handle(), agent.c_str())); }
    options &&user_agent(const text &agent) && { return std::move(user_agent(agent)); }
    // Of a whole call, waits included.
    options &timeout(std::chrono::milliseconds time) &
    {
        return set(te_options_set_timeout_ms(handle(), time.count()));
    }
    options &&timeout(std::chrono::milliseconds time) && { return std::move(timeout(time)); }
    options &connect_timeout(std::chrono::milliseconds time) &
    {
        return set(te_options_set_connect_timeout_ms(handle(), time.count()));
    }
    options &&connect_timeout(std::chrono::milliseconds time) && { return std::move(connect_timeout(time)); }
    // The longest silence while an answer is awaited or read.
    options &idle_timeout(std::chrono::milliseconds time) &
    {
        return set(te_options_set_idle_timeout_ms(handle(), time.count()));
    }
    options &&idle_timeout(std::chrono::milliseconds time) && { return std::move(idle_timeout(time)); }
    // Of the unpacked body; a larger one is status::too_large, never cut.
    options &body_limit(std::int64_t bytes) & { return set(te_options_set_body_limit(handle(), bytes)); }
    options &&body_limit(std::int64_t bytes) && { return std::move(body_limit(bytes)); }
    // The most 401 answers in 60 minutes, 1 to 110.
    options &unauthorized_budget(std::int32_t answers) &
    {
        return set(te_options_set_unauthorized_budget(handle(), answers));
    }
    options &&unauthorized_budget(std::int32_t answers) && { return std::move(unauthorized_budget(answers)); }
    // How often a GET that was answered 502, 503 or 504 is sent again, 0 to 10.
    options &retries(std::int32_t most) & { return set(te_options_set_retries(handle(), most)); }
    options &&retries(std::int32_t most) && { return std::move(retries(most)); }
    // False: status::rate_limited at once.
    options &wait_for_rate_limits(bool wait) &
    {
        return set(te_options_set_wait_for_rate_limits(handle(), wait ? 1 : 0));
    }
    options &&wait_for_rate_limits(bool wait) && { return std::move(wait_for_rate_limits(wait)); }
    // Asked at least every 100 ms while a call blocks; true cancels it.
    options &interrupt(std::function<bool()> ask) &
    {
        call_back(std::move(ask), callbacks_ ? callbacks_->log : nullptr);
        return *this;
    }
    options &&interrupt(std::function<bool()> ask) && { return std::move(interrupt(std::move(ask))); }

    // Told what happens; the line is lent.
    options &log(std::function<void(log_level, const char *)> tell) &
    {
        call_back(callbacks_ ? callbacks_->interrupt : nullptr, std::move(tell));
        return *this;
    }
    options &&log(std::function<void(log_level, const char *)> tell) && { return std::move(log(std::move(tell))); }

    // Of the first setter that failed.
    te_status status() const noexcept { return te_status_of(handle()); }
    const char *message() const noexcept { return te_message(handle()); }

    // For the C interface; owned by this. Of what was moved from no handle at all: NULL would be the defaults.
    te_options *handle() const noexcept
    {
        static char none;
        return handle_ ? handle_.get() : reinterpret_cast<te_options *>(&none);
    }
    std::shared_ptr<const detail::callbacks> callbacks() const noexcept { return callbacks_; }

private:
    // What it returned sticks; see status().
    options &set(te_status) noexcept { return *this; }

    // Never changes those that a client may have by now.
    void call_back(std::function<bool()> interrupt, std::function<void(log_level, const char *)> log)
    {
        const auto made = std::make_shared<detail::callbacks>();
        made->interrupt = std::move(interrupt);
        made->log = std::move(log);
        const bool logs = static_cast<bool>(made->log);
        // What a log throws cancels the call through the interrupt.
        const bool asks = logs || made->interrupt;
        te_options_set_interrupt(handle(), asks ? detail::ask : nullptr, made.get());
        te_options_set_log(handle(), logs ? detail::tell : nullptr, made.get());
        callbacks_ = made;
    }

    detail::handle<te_options> handle_;
    std::shared_ptr<const detail::callbacks> callbacks_;
};

THOUSANDEYES_END

#endif  // THOUSANDEYES_OPTIONS_HPP
