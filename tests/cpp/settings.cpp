// Every option, and every setter of a call.
#include "checks.hpp"

#include <thread>

static const std::chrono::milliseconds a_moment(300);

static te::options some_options()
{
    auto options = te::options().base_url(environment("CHECKS_BASE_URL")).proxy("").user_agent("checks/1");
    options.state_dir(environment("CHECKS_STATE_DIR")).account_group("7").body_limit(1000).unauthorized_budget(5);
    options.timeout(a_moment).connect_timeout(std::chrono::seconds(9)).wait_for_rate_limits(false);
    return options;
}

static void bad_token(te_status status, const te::options &options)
{
    const te::client client("not-accepted", options);
    const te::sent sent = status == te::status::unauthorized ? te::sent::yes : te::sent::no;
    fails<te::token_error>(status, sent, [&] { client.get("/tests"); });
}

// The message of a client that these options do not allow.
template <typename Error> std::string refused(const te::options &options)
{
    const te::client twin = te::client::try_make(nullptr, options);
    const std::string message = fails<Error>([&] { const te::client client(options); }).what();
    same(message, twin.message(), "the twin");
    same(message, twin.try_get("/tests").message(), "its calls");
    return message;
}

CHECK(every_option_arrives)
{
    auto options = some_options();
    {
        const te::client client(options);
        const te::response echo = client.request("POST", "echo");
        same("/v7/echo?aid=7", echo.string("/target"), "the account group");
        holds(begins(echo.string("/headers/user-agent"), "checks/1 libthousandeyes/"), "the user agent");
        const te::response guard = client.guard();
        same(5, guard.int64("/budget"), "the budget");
        same("accepted", guard.string("/token"), "the token");
        fails<te::request_error>(te::status::too_large, te::sent::yes, [&] { client.get("big?bytes=2000"); });
        soon([&] { fails<te::retry_error>(te::status::timeout, te::sent::perhaps, [&] { client.get("slow?ms=10000"); }); });
        const te::client patient(te::options().base_url(environment("CHECKS_BASE_URL")));
        const te::client hasty(te::options().base_url(environment("CHECKS_BASE_URL")).wait_for_rate_limits(false));
        same(1, patient.get("limited").int64("ok"), "after a wait");
        fails<te::wait_error>(te::status::rate_limited, te::sent::yes, [&] { hasty.get("limited"); });
    }
    // The same state knows the token, another does not: it is sent twice.
    bad_token(te::status::unauthorized, options);
    bad_token(te::status::token_refused, options);
    options.state_dir("");
    bad_token(te::status::unauthorized, options);
    holds(begins(refused<te::request_error>(te::options().unauthorized_budget(111)), "The budget"), "a budget too large");
    holds(begins(refused<te::request_error>(te::options().body_limit(0)), "The body limit"), "a body limit of nothing");
    holds(begins(refused<te::request_error>(te::options().timeout(a_moment * 0)), "The time"), "no time");
    holds(contains(refused<te::error>(te::options().ca_file("/nowhere.pem")), "/nowhere.pem"), "the CA file");
    holds(contains(refused<te::error>(te::options().base_url("http://example.com")), "plain http"), "the base URL");
    holds(contains(refused<te::error>(te::options().proxy("no proxy:at all")), "proxy option"), "the proxy");
    auto wrong = te::options();
    same(te::status::invalid_argument, wrong.body_limit(0).timeout(a_moment).status(), "the first failure sticks");
    holds(begins(wrong.message(), "The body limit"), wrong.message());
}

// A server that takes connections and says nothing: TLS never begins.
CHECK(the_connect_timeout_arrives)
{
    const te::client client(te::options().base_url(environment("CHECKS_SILENT")).connect_timeout(a_moment));
    soon([&] { holds(fails<te::retry_error>([&] { client.get("/tests"); }).sent() == te::sent::no, "sent"); });
}

CHECK(every_setter_of_a_call_arrives)
{
    const te::client client;
    auto call = te::call("put", "tests/http-server/1").query("expand", "a b").account_group("9");
    call.header("X-Check", "yes").body("{\"a\":1}", "application/merge-patch+json");
    for (int times = 0; times < 2; ++times) {
        same(1, client.perform(call).int64("/a"), "the body");
    }
    same(te::status::invalid_argument, call.header("Host", "x").status(), "a setter that failed");
    const std::string why = call.message();
    const auto failed = fails<te::request_error>(te::status::invalid_argument, te::sent::no, [&] { client.perform(call); });
    same(why, failed.what(), "its failure sticks");
    fails<te::request_error>(te::status::invalid_argument, te::sent::no, [&] { client.perform(te::call("BREW", "x")); });
    const auto slow = te::call("GET", "slow?ms=10000").timeout(a_moment);
    soon([&] { fails<te::retry_error>(te::status::timeout, te::sent::perhaps, [&] { client.perform(slow); }); });
}

CHECK(calls_are_cancelled_from_other_threads)
{
    const te::client client;
    const te::call slow("GET", "slow?ms=10000");
    std::thread first([&] {
        std::this_thread::sleep_for(a_moment);
        slow.cancel();
    });
    soon([&] { fails<te::local_error>(te::status::cancelled, te::sent::perhaps, [&] { client.perform(slow); }); });
    first.join();
    client.get("/tests");
    std::thread second([&] {
        std::this_thread::sleep_for(a_moment);
        client.cancel();
    });
    soon([&] { fails<te::local_error>(te::status::cancelled, te::sent::perhaps, [&] { client.get("slow?ms=10000"); }); });
    second.join();
}
