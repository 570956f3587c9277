// What the checks of the C++ header are made of; each runs by its name. tests/cpp_callers.rs sets the scene.
#ifndef CHECKS_HPP
#define CHECKS_HPP

#include <chrono>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include <thousandeyes.hpp>

namespace te = thousandeyes;

std::map<std::string, void (*)()> &all_checks();

#define CHECK(name)                                                       \
    static void name();                                                   \
    static const bool name##_is_known = (all_checks()[#name] = name, true); \
    static void name()

inline void holds(bool it, const std::string &what)
{
    if (!it) {
        throw std::logic_error(what);
    }
}

template <typename Expected, typename Actual>
void same(const Expected &expected, const Actual &actual, const std::string &what)
{
    std::ostringstream text;
    text << what << ": expected " << expected << ", got " << actual;
    holds(expected == actual, text.str());
}

inline bool begins(const std::string &text, const std::string &start) { return text.compare(0, start.size(), start) == 0; }

inline bool contains(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }

// The exception of this class that it must throw.
template <typename Error, typename Act> Error fails(const Act &act)
{
    try {
        act();
    } catch (const Error &error) {
        return error;
    }
    throw std::logic_error("an exception was expected, and nothing was thrown");
}

// Likewise, with this status.
template <typename Error, typename Act> Error fails(te_status status, te::sent sent, const Act &act)
{
    const Error error = fails<Error>(act);
    same(status, error.status(), error.what());
    holds(sent == error.sent(), std::string("sent: ") + error.what());
    if (error.response().handle() != nullptr) {
        same(status, error.response().status(), "the response's status");
        same(std::string(error.what()), error.response().message(), "the response's message");
    }
    return error;
}

// That it ends soon, where without what is checked it would take ten seconds.
template <typename Act> void soon(const Act &act)
{
    const auto start = std::chrono::steady_clock::now();
    act();
    holds(std::chrono::steady_clock::now() - start < std::chrono::seconds(5), "took 5 seconds or more");
}

std::string environment(const char *name);

#endif  // CHECKS_HPP
