// Callbacks: when they are called, how long they live, and what becomes of what they throw.
#include "checks.hpp"

#include <memory>
#include <thread>
#include <vector>

// What no one but these callbacks throws.
struct thrown_inside {
    int number;
};

CHECK(interrupts)
{
    int asked = 0;
    const auto start = std::chrono::steady_clock::now();
    const te::client client(te::options().interrupt([&] {
        ++asked;
        return std::chrono::steady_clock::now() - start > std::chrono::milliseconds(300);
    }));
    soon([&] { fails<te::local_error>(te::status::cancelled, te::sent::perhaps, [&] { client.get("slow?ms=10000"); }); });
    holds(asked >= 3, "asked " + std::to_string(asked) + " times");
    fails<te::local_error>(te::status::cancelled, te::sent::no, [&] { client.get("/tests"); });
}

CHECK(exceptions_of_an_interrupt_come_out_of_the_call)
{
    int armed = 1;
    const te::client client(te::options().interrupt([&]() -> bool {
        if (armed != 0) {
            throw thrown_inside{armed};
        }
        return false;
    }));
    same(1, fails<thrown_inside>([&] { client.get("/tests"); }).number, "what was thrown");
    armed = 2;
    same(2, fails<thrown_inside>([&] { client.request("POST", "echo"); }).number, "what was thrown");
    same(2, fails<thrown_inside>([&] { client.perform(te::call("GET", "tests")); }).number, "what was thrown");
    auto items = client.items("/tests?max=10");
    same(2, fails<thrown_inside>([&] { items.begin(); }).number, "what was thrown");
    same(te::status::cancelled, client.try_get("/tests").status(), "a twin drops it");
    armed = 0;
    fails<te::request_error>(te::status::not_found, te::sent::yes, [&] { client.get("nothing"); });
    same(1, items.begin()->int64("testId"), "the list goes on");
}

CHECK(exceptions_of_a_log_come_out_of_the_call)
{
    std::vector<std::string> lines;
    bool armed = false;
    const auto log = [&](te::log_level level, const char *line) {
        lines.push_back(std::to_string(static_cast<int>(level)) + ' ' + line);
        if (armed) {
            throw thrown_inside{static_cast<int>(lines.size())};
        }
    };
    const te::client client(te::options().log(log).interrupt(nullptr));
    client.get("/tests");
    same(1U, lines.size(), "lines");
    holds(begins(lines[0], "4 GET /v7/tests: 200 in "), lines[0]);
    armed = true;
    same(2, fails<thrown_inside>([&] { client.get("/tests"); }).number, "what was thrown");
    same(te::status::ok, client.try_get("/tests").status(), "a twin drops it");
    // The line about the wait cancels the wait.
    soon([&] { same(4, fails<thrown_inside>([&] { client.get("limited"); }).number, "what was thrown"); });
}

CHECK(a_callback_makes_no_calls)
{
    const te::client *inside = nullptr;
    const te::client client(te::options().interrupt([&] {
        inside->get("/tests");
        return false;
    }));
    inside = &client;
    const auto refused = fails<te::request_error>(te::status::invalid_argument, te::sent::no, [&] { client.get("/tests"); });
    holds(contains(refused.what(), "callback"), refused.what());
}

// What one call throws is not lost when another, refused, is made meanwhile.
CHECK(the_first_exception_wins)
{
    const te::client *inside = nullptr;
    bool told = false;
    auto options = te::options().log([&](te::log_level, const char *) {
        if (!told) {
            told = true;
            throw thrown_inside{1};
        }
        inside->try_get("/tests");
        throw thrown_inside{2};
    });
    const te::client client(options);
    inside = &client;
    same(1, fails<thrown_inside>([&] { client.get("limited"); }).number, "what was thrown");
}

CHECK(callbacks_live_as_long_as_the_pages)
{
    const auto asked = std::make_shared<int>(0);
    {
        auto options = te::options().interrupt([asked] { return ++*asked < 0; });
        auto client = std::unique_ptr<te::client>(new te::client(options));
        // Those of the client do not change any more.
        options.interrupt([]() -> bool { throw thrown_inside{1}; });
        auto pages = client->pages("/tests");
        client.reset();
        pages.next();
        holds(*asked > 0, "asked");
        same(2, asked.use_count(), "who has the callback");
    }
    same(1L, asked.use_count(), "who has the callback, after all");
}

CHECK(a_callback_may_destroy_its_client)
{
    std::unique_ptr<te::client> client;
    auto destroy = [&client] {
        client.reset();
        return false;
    };
    client.reset(new te::client(te::options().interrupt(destroy)));
    same(200, client->get("/tests").http_status(), "the call goes on");
    holds(client == nullptr, "it is gone");
}

CHECK(each_thread_gets_its_own_exception)
{
    const auto interrupt = []() -> bool { throw std::this_thread::get_id(); };
    const te::client client(te::options().interrupt(interrupt));
    std::vector<std::thread> threads;
    std::vector<int> own(8, 0);
    for (auto &mark : own) {
        threads.emplace_back([&client, &mark] {
            const auto thrown = fails<std::thread::id>([&] { client.get("/tests"); });
            mark = thrown == std::this_thread::get_id();
        });
    }
    for (auto &thread : threads) {
        thread.join();
    }
    same(std::vector<int>(8, 1) == own, true, "each its own");
}

CHECK(a_new_token)
{
    std::string kept;
    const te::client client;
    const te::response made = client.rotate_token([&](const char *token, const char *until) {
        kept = std::string(token) + " until " + until;
    });
    same(201, made.http_status(), "HTTP status");
    same(std::string("renewed-token-1 until 2028-11-25T00:00:00Z"), kept, "what was handed over");
    client.get("/tests");
    fails<te::request_error>(te::status::http, te::sent::yes, [&] { client.rotate_token([](const char *, const char *) {}); });
    fails<te::request_error>([&] { client.rotate_token(nullptr); });
    same(409, client.try_rotate_token([](const char *, const char *) {}).http_status(), "a third");
}

CHECK(a_new_token_that_cannot_be_kept)
{
    const te::client client;
    fails<std::runtime_error>([&] {
        client.rotate_token([](const char *, const char *) { throw std::runtime_error("the disk is full"); });
    });
    client.get("/tests");
}
