// Failures as exceptions.
#include "checks.hpp"

#include <type_traits>

CHECK(versions)
{
    holds(te::compatible(), "the interface");
    same(std::string(te_version()), te::version(), "the version");
    same(std::string("TE_E_TLS"), te::status_name(te::status::tls), "a name");
    holds(te::status_kind(te::status::tls) == te::kind::local, "a kind");
}

CHECK(token_errors)
{
    const te::client bad("not-accepted");
    const auto first = fails<te::token_error>(te::status::unauthorized, te::sent::yes, [&] { bad.get("/tests"); });
    same(std::string("TE_E_UNAUTHORIZED"), first.status_name(), first.what());
    same(401, first.http_status(), "HTTP status");
    holds(first.kind() == te::kind::token, "the kind");
    same(std::string("invalid_token"), first.response().string("/error"), "the body of the failure");
    const auto held = fails<te::token_error>(te::status::token_refused, te::sent::no, [&] { bad.get("/tests"); });
    holds(held.retry_after() > std::chrono::minutes(1), "the guard's next try");
    for (int tries = 0; tries < 3; ++tries) {
        bad.unblock_token();
        fails<te::token_error>(te::status::unauthorized, te::sent::yes, [&] { bad.get("/tests"); });
    }
    const auto refused = fails<te::token_error>(te::status::token_refused, te::sent::no, [&] { bad.unblock_token(); });
    holds(contains(refused.what(), "3 times"), refused.what());
    same(te::status::token_refused, bad.try_unblock_token(), "the twin");
    holds(refused.response().handle() == nullptr, "no call was made");
    same(-1, refused.retry_after().count(), "retry after");
    fails<te::token_error>(te::status::bad_token, te::sent::no, [] { te::client("Bearer abc"); });
    fails<te::token_error>([] { te::client(std::string("a\0b", 3)); });
}

CHECK(other_errors)
{
    const te::client client(te::options().timeout(std::chrono::seconds(2)));
    const auto wait = fails<te::wait_error>(te::status::rate_limited, te::sent::yes, [&] { client.get("limited"); });
    holds(wait.retry_after() > std::chrono::seconds(58), "retry after");
    holds(wait.retry_after() <= std::chrono::seconds(60), "retry after");
    const te::rate_limit limit = wait.response().rate_limit("instant-test");
    same(0, limit.remaining, "remaining");
    same(-1, limit.limit, "a limit that was not told");
    same(-1, limit.reset.count(), "a reset that was not told");
    const auto missing = fails<te::request_error>(te::status::not_found, te::sent::yes, [&] { client.get("nothing"); });
    same(404, missing.http_status(), "HTTP status");
    same(-1, missing.retry_after().count(), "retry after");
    const char *foreign = "https://www.example.com/";
    fails<te::request_error>(te::status::foreign_link, te::sent::no, [&] { client.get(foreign); });
    fails<te::request_error>(te::status::invalid_argument, te::sent::no, [&] { client.get(nullptr); });
    const std::string cut("tests\0/1", 8);
    fails<te::request_error>(te::status::invalid_argument, te::sent::no, [&] { client.get(cut); });
    const te::client nobody(te::options().base_url("http://127.0.0.1:1"));
    const auto retry = fails<te::retry_error>(te::status::connect, te::sent::no, [&] { nobody.get("/tests"); });
    same(0, retry.http_status(), "HTTP status");
    client.cancel();
    const auto local = fails<te::local_error>(te::status::cancelled, te::sent::no, [&] { client.get("/tests"); });
    holds(local.kind() == te::kind::local, "the kind");
}

// Whoever catches an error keeps its response, with the client gone.
CHECK(errors_keep_their_response)
{
    static_assert(std::is_nothrow_copy_constructible<te::request_error>::value, "exceptions are copied");
    static_assert(std::is_base_of<std::runtime_error, te::error>::value, "what programs catch");
    std::exception_ptr kept;
    try {
        te::client().get("nothing");
    } catch (const te::error &) {
        kept = std::current_exception();
    }
    same(1, te::live_handles(), "the response's handle");
    try {
        std::rethrow_exception(kept);
    } catch (const te::error &error) {
        same(404, error.response().int64("status"), "the body");
    }
}
