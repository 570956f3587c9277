#include <thousandeyes.hpp>
#include <thousandeyes.hpp>

#include "units.hpp"

#if THOUSANDEYES_EXCEPTIONS
#error "this unit is for -fno-exceptions"
#endif

namespace te = thousandeyes;

int tests_without_exceptions()
{
    const auto client = te::client::try_make();
    auto pages = client.pages("/tests");
    int count = 0;
    while (const auto page = pages.try_next()) {
        for (const auto &test : page.items()) {
            count += test.string("testName").empty() ? 0 : 1;
        }
    }
    return pages.status() < 0 ? pages.status() : count;
}

// The number of the first line that is wrong.
#define RIGHT(it)        \
    if (!(it)) {         \
        return __LINE__; \
    }

int wrong_without_exceptions()
{
    const auto bad = te::client::try_make("Bearer abc");
    RIGHT(bad.status() == te::status::bad_token && *bad.message() != '\0')
    RIGHT(bad.try_get("/tests").status() == te::status::bad_token)
    RIGHT(bad.try_unblock_token() == te::status::bad_token)
    int asked = 0, told = 0;
    auto options = te::options().interrupt([&] { return ++asked < 0; });
    options.log([&](te::log_level level, const char *) { told += level == te::log_level::debug; });
    const auto client = te::client::try_make(nullptr, options);
    const auto missing = client.try_get("nothing");
    RIGHT(!missing && missing.status() == te::status::not_found && missing.http_status() == 404)
    RIGHT(missing.kind() == te::kind::request && missing.sent() == te::sent::yes)
    RIGHT(asked > 0 && told == 1)
    RIGHT(client.try_request("POST", "echo", "{\"a\":1}").string("/body") == "{\"a\":1}")
    RIGHT(client.try_perform(te::call("PUT", "tests/http-server/1").body("{\"a\":2}")).int64("a") == 2)
    RIGHT(client.try_guard().string("token") == "accepted")
    RIGHT(te::client::try_make(nullptr, te::options().interrupt([] { return true; })).try_get("/tests").status()
          == te::status::cancelled)
    return 0;
}
