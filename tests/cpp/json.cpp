// Answers: their JSON, headers and bytes. The document is in tests/cpp_callers.rs.
#include "checks.hpp"

#include <type_traits>

CHECK(json)
{
    const te::response json = te::client().get("json");
    holds(static_cast<bool>(json), "it is there");
    same(te::status::ok, json.status(), "status");
    same(std::string("TE_OK"), json.status_name(), "status name");
    same(std::string(), json.message(), "message");
    same(200, json.http_status(), "HTTP status");
    holds(json.sent() == te::sent::yes && json.kind() == te::kind::ok, "sent");
    same(-1, json.retry_after().count(), "retry after");
    same("text", json.string("/string"), "string");
    same("text", json.string("string"), "without the slash");
    same("", json.string("/none"), "no string");
    same("x", json.string("/null", "x"), "null as string");
    same("true", json.string("/true"), "a boolean as string");
    same(-5, json.int64("/string", -5), "no number");
    same(1.5, json.number("/double"), "double");
    same(-0.5, json.number("/none", -0.5), "no double");
    holds(json.boolean("/true") && !json.boolean("/false", true) && json.boolean("/none", true), "booleans");
    same(2, json.count("/array"), "array");
    same(12, json.count(), "document");
    same(-1, json.count("/string"), "neither array nor object");
    holds(json.type("/none") == te::json_type::absent, "type of nothing");
    holds(json.type("/null") == te::json_type::null, "type of null");
    holds(json.type("/object") == te::json_type::object, "type of an object");
    holds(json.type(nullptr) == te::json_type::absent, "no pointer");
    holds(json.type(std::string("string\0", 7)) == te::json_type::absent, "a pointer with U+0000");
    same("slash", json.string("/object/a~1b"), "escaped pointer");
    same("[1,{\"name\":\"two\"}]", json.raw("/array"), "a part's text");
    same("", json.raw("/none"), "no part");
    holds(json.items().type() == te::json_type::array, "the only array");
    holds(json.items("object").type() == te::json_type::absent, "no such array");
}

CHECK(numbers_are_exact)
{
    const te::response json = te::client().get("json");
    same(9007199254740993, json.int64("/id"), "a 64-bit id in a string");
    same(INT64_MAX, json.int64("/large"), "the largest number");
    same("9223372036854775807", json.string("/large"), "its digits");
    same("1.10", json.string("/digits"), "digits as they came");
    same(7, json.int64("/digits", 7), "a fraction is no whole number");
    same("1.10", json.raw("/digits"), "its text");
}

CHECK(views)
{
    // Neither the client nor the response has a name.
    const te::value array = te::client().get("json").at("/array");
    same(1, te::live_handles(), "the response lives with its view");
    same(2, array.count(), "relative to the view");
    same("two", array.at("/1/name").string(), "a view of a view");
    same("two", array.at(1).string("name"), "an element");
    same(1, array.at(0).int64(), "the first element");
    same("[1,{\"name\":\"two\"}]", array.raw(), "its text");
    std::string found;
    for (const auto &element : array) {
        found += element.raw() + ';';
    }
    same("1;{\"name\":\"two\"};", found, "the elements");
    found.clear();
    for (const auto &element : te::client().get("json").at("array")) {
        found += element.string("name", "-");
    }
    same("-two", found, "the elements of what has no name");
    for (const auto &element : array.at("/1")) {
        holds(false, "an object has no elements: " + element.raw());
    }
    for (const auto &element : te::value()) {
        holds(false, "nothing has no elements: " + element.raw());
    }
    same("fallback", te::value().string("/a", "fallback"), "in nothing");
}

CHECK(members)
{
    const te::response json = te::client().get("json");
    std::string found;
    for (const auto &each : json.at("object").members()) {
        found += each.name + '=' + each.value.string() + ';';
    }
    same("a/b=slash;c~d=tilde;=empty;", found, "names and values");
    same(12U, json.members().size(), "of the document");
    same(0U, json.at("array").members().size(), "of an array");
    same("a~1b~0", te::escaped("a/b~"), "an escaped name");
}

CHECK(bytes_and_headers)
{
    static_assert(std::is_nothrow_move_constructible<te::response>::value, "responses are moved");
    const te::client client;
    const te::response twice = client.get("twice");
    same(std::string("a\0b", 3), twice.body(), "the body");
    same(3U, twice.size(), "its size");
    same('b', twice.data()[2], "its bytes");
    same("one", twice.header("X-TWICE"), "the first value");
    same("none", twice.header("x-none", "none"), "no such header");
    std::string values;
    for (const auto &header : twice.headers()) {
        values += header.first == "x-twice" ? header.second + ';' : "";
    }
    same("one;two;", values, "both values");
    const te::rate_limit limit = client.get("tests").rate_limit("organization");
    same(200, limit.limit, "the limit");
    same(198, limit.remaining, "what is left");
    holds(limit.reset > std::chrono::seconds(50) && limit.reset <= std::chrono::seconds(61), "the reset");
    same(197, client.get("tests").rate_limit().remaining, "the one of which the least is left");
}

CHECK(text_goes_through_unchanged)
{
    const te::client client;
    const std::string odd = "\xc3\xbc \xf0\x9d\x84\x9e \"\\";
    const std::string body = "{\"name\":\"\xc3\xbc\xf0\x9d\x84\x9e\"}";
    const te::response echo = client.perform(te::call("POST", "echo").query("\xc3\xbc", odd).body(body));
    same(body, echo.string("/body"), "the body that came back");
#if THOUSANDEYES_STRING_VIEW
    // A view ends where it says, not at a NUL.
    const std::string longer = "POST echo" + body + "and more";
    const std::string_view all = longer;
    client.request(all.substr(0, 4), all.substr(5, 4), all.substr(9, body.size()));
    same("", echo.string(all.substr(0, 4)), "a view as pointer");
#else
    client.request("POST", "echo", body);
#endif
}
