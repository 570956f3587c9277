// Who frees what and when, many threads, and what is left in memory.
#include "checks.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

template <typename T> constexpr bool moves_only()
{
    return std::is_nothrow_move_constructible<T>::value && std::is_nothrow_move_assignable<T>::value
        && !std::is_copy_constructible<T>::value && !std::is_copy_assignable<T>::value;
}

static_assert(moves_only<te::client>() && moves_only<te::options>() && moves_only<te::call>(), "handles have one owner");
static_assert(moves_only<te::pages>() && moves_only<te::response>(), "handles have one owner");
static_assert(std::is_move_constructible<te::items>::value && !std::is_copy_constructible<te::items>::value, "as pages");

CHECK(moving)
{
    auto client = std::unique_ptr<te::client>(new te::client());
    te::call call("GET", "/tests");
    te::options options;
    te::response response = client->perform(call);
    auto pages = client->pages("/tests");
    same(5, te::live_handles(), "handles alive");
    const te::client other_client = std::move(*client);
    const te::call other_call = std::move(call);
    const te::options other_options = std::move(options);
    te::response other = std::move(response);
    auto other_pages = std::move(pages);
    same(5, te::live_handles(), "handles alive");
    // What was moved from answers, and does nothing.
    same(te::status::bad_handle, client->status(), "the client");
    fails<te::local_error>(te::status::bad_handle, te::sent::no, [&] { client->get("/tests"); });
    fails<te::local_error>(te::status::bad_handle, te::sent::no, [&] { client->unblock_token(); });
    fails<te::local_error>(te::status::bad_handle, te::sent::no, [&] { client->pages("/tests").next(); });
    client->cancel();
    same(te::status::bad_handle, call.query("a", "b").timeout(std::chrono::seconds(1)).status(), "the call");
    call.cancel();
    fails<te::local_error>(te::status::bad_handle, te::sent::no, [&] { other_client.perform(call); });
    same(te::status::bad_handle, options.log([](te::log_level, const char *) {}).status(), "the options");
    fails<te::local_error>([&] { const te::client made(nullptr, options); });
    same(te::status::bad_handle, response.status(), "the response");
    same(0U, response.size() + response.headers().size() + response.members().size(), "the response");
    same("fallback", response.string("/tests/0/testName", "fallback"), "the response");
    holds(response.begin() == response.end() && !response, "the response");
    fails<te::local_error>(te::status::bad_handle, te::sent::no, [&] { pages.next(); });
    same("Example 1", other.string("/tests/0/testName"), "the new owner");
    holds(static_cast<bool>(other_pages.next()), "the new owner");
    other = other_client.get("/tests");
    same(5, te::live_handles(), "the assigned-to is freed");
}

CHECK(one_bad_token_in_many_threads)
{
    const te::client client;
    std::vector<std::thread> threads;
    std::atomic<int> unauthorized(0), refused(0);
    for (int index = 0; index < 32; ++index) {
        threads.emplace_back([&] {
            try {
                client.get("/tests");
            } catch (const te::token_error &error) {
                unauthorized += error.status() == te::status::unauthorized;
                refused += error.status() == te::status::token_refused;
            }
        });
    }
    for (auto &thread : threads) {
        thread.join();
    }
    same(1, unauthorized, "rejected");
    same(31, refused, "refused");
}

// One client and one response, read by all at once.
CHECK(many_threads)
{
    const te::client client;
    const te::response shared = client.get("/tests");
    std::atomic<int> right(0);
    std::vector<std::thread> threads;
    for (int index = 0; index < 8; ++index) {
        threads.emplace_back([&] {
            for (const auto &test : client.items("/tests?max=10")) {
                right += test.int64("testId") > 0;
            }
            for (const auto &test : shared.at("tests")) {
                right += begins(test.string("testName"), "Example ");
            }
        });
    }
    for (auto &thread : threads) {
        thread.join();
    }
    same(8 * 50, right, "what they read");
}

// How often a text stands in this process's writable memory; it is given upside down, so as not to be found itself.
static int times_in_memory(const std::string &reversed)
{
    std::ifstream maps("/proc/self/maps");
    std::ifstream memory("/proc/self/mem", std::ios::binary);
    std::vector<char> block(1 << 20);
    std::string line;
    int found = 0;
    while (std::getline(maps, line)) {
        unsigned long at = 0, end = 0;
        char readable = 0, writable = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx %c%c", &at, &end, &readable, &writable) != 4 || writable != 'w') {
            continue;
        }
        for (; at < end; at += block.size() - reversed.size()) {
            memory.clear();
            memory.seekg(static_cast<std::streamoff>(at));
            memory.read(block.data(), static_cast<std::streamsize>(std::min(block.size(), end - at)));
            const auto size = static_cast<std::size_t>(memory.gcount());
            for (std::size_t start = 0; start + reversed.size() <= size; ++start) {
                std::size_t same = 0;
                while (same < reversed.size() && block[start + same] == reversed[reversed.size() - 1 - same]) {
                    ++same;
                }
                found += same == reversed.size();
            }
        }
        std::fill(block.begin(), block.end(), '\0');
    }
    return found;
}

// Of a token that came as a view no copy is left; white space has it refused at once. Looked for is its end: what is
// freed loses its beginning anyway.
CHECK(the_copy_of_a_token_is_wiped)
{
    const std::string reversed = "kram si siht rof eno dna ,eciwt ton si taht nekot a";
    const std::string end = reversed.substr(0, 24);
#if THOUSANDEYES_STRING_VIEW
    std::string token(reversed.rbegin(), reversed.rend());
    token += "what is not part of the view";
    fails<te::token_error>([&] { const te::client client(std::string_view(token).substr(0, reversed.size())); });
    same(1, times_in_memory(end), "the host's own");
    std::fill(token.begin(), token.end(), ' ');
#endif
    same(0, times_in_memory(end), "none");
}
