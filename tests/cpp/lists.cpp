// Lists: pages, items, and what is left when a page fails.
#include "checks.hpp"

#include <iterator>
#include <vector>

#if __cplusplus >= 202002L
static_assert(std::input_iterator<te::items::iterator> && std::input_iterator<te::pages::iterator>);
static_assert(std::input_iterator<te::value::iterator>);
#endif

CHECK(items_of_all_pages)
{
    const te::client client;
    std::int64_t count = 0;
    for (const auto &test : client.items("/tests?max=10")) {
        same(++count, test.int64("testId"), "the order");
        holds(te::live_handles() <= 3, "the client, its pages and one page");
    }
    same(25, count, "items");
    // Items of earlier pages are read after the last page came.
    auto list = client.items("/tests?max=10", "tests");
    const std::vector<te::value> kept(list.begin(), list.end());
    same(25U, kept.size(), "items");
    same("Example 1", kept[0].string("/testName"), "an item of the first page");
    same("Example 25", kept[24].string("testName"), "the last one");
    holds(list.begin() == list.end(), "after the last");
}

CHECK(pages_without_items)
{
    const te::client client;
    std::string found;
    for (const auto &item : client.items("/gaps")) {
        found += item.string("id") + ';';
    }
    same("1;2;", found, "the items around an empty page");
}

CHECK(pages_one_by_one)
{
    const te::client client;
    std::int64_t items = 0;
    std::vector<te::response> kept;
    for (auto &page : client.pages("/tests?max=10")) {
        items += page.items().count();
        kept.push_back(std::move(page));
    }
    same(25, items, "items");
    same("Example 11", kept.at(1).string("/tests/0/testName"), "a page that was kept");
    auto pages = client.pages("/tests?max=10");
    int count = 0;
    while (const auto page = pages.next()) {
        ++count;
    }
    same(3, count, "pages");
    same(te::status::done, pages.status(), "after the last");
    same(te::status::done, pages.next().status(), "after the last");
}

CHECK(a_loop_that_was_left_goes_on)
{
    const te::client client;
    auto items = client.items("/tests?max=10");
    for (const auto &item : items) {
        if (item.int64("testId") == 3) {
            break;
        }
    }
    same(4, items.begin()->int64("testId"), "the next item");
}

CHECK(filters)
{
    auto client = te::client::try_make();
    auto filter = te::call("POST", "endpoint/agents/filter").body("{\"platform\":\"linux\"}").query("max", "10");
    auto items = client.items(filter, "agents");
    {
        const te::client gone = std::move(client);
        const te::call gone_too = std::move(filter);
    }
    int count = 0;
    for (const auto &agent : items) {
        count += agent.type() == te::json_type::object;
    }
    same(25, count, "items");
}

CHECK(lists_without_items)
{
    const te::client client;
    const auto wrong = fails<te::request_error>([&] {
        for (const auto &item : client.items("/several")) {
            holds(false, item.raw());
        }
    });
    same(te::status::invalid_argument, wrong.status(), wrong.what());
    same(2, wrong.response().count("two"), "the page is there");
    holds(contains(wrong.what(), "arrays: one, two. Name"), wrong.what());
    int count = 0;
    for (const auto &item : client.items("/several", "two")) {
        same(++count, item.int64(), "an item");
    }
    same(2, count, "items of the one that was named");
    fails<te::request_error>(te::status::invalid_argument, te::sent::no, [&] {
        auto pages = client.pages(te::call("DELETE", "tests"));
        pages.next();
    });
}

// What came before is kept, the failure names the page, and asking again goes on.
CHECK(a_page_that_fails)
{
    const te::client client;
    auto items = client.items("/tests?max=10");
    std::int64_t count = 0;
    const auto failure = fails<te::retry_error>(te::status::server, te::sent::yes, [&] {
        for (const auto &item : items) {
            same(++count, item.int64("testId"), "the order");
        }
    });
    holds(begins(failure.what(), "Page 2 (GET /v7/tests?cursor="), failure.what());
    same(500, failure.http_status(), "HTTP status");
    same(10, count, "items before the failure");
    const auto again = std::chrono::steady_clock::now();
    for (const auto &item : items) {
        same(++count, item.int64("testId"), "the order");
    }
    same(25, count, "items of the whole list");
    holds(std::chrono::steady_clock::now() - again > std::chrono::milliseconds(950), "a pause before it");
}
