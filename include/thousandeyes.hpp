// libthousandeyes for C++11 and later: thousandeyes.h with owners, exceptions and ranges. Header-only, by hand.
//
//     thousandeyes::client client;                                   // token: $TE_TOKEN, else the file $TE_TOKEN_FILE
//     for (const auto &test : client.items("/tests")) {              // all pages
//         std::cout << test.string("testName") << '\n';
//     }
//
// Rules that hold for everything here:
//   - What thousandeyes.h says of a function holds for what calls it here: the guard, the waits, the times.
//   - Failures are exceptions, by what to do about them: token_error, wait_error, retry_error, request_error and
//     local_error, which are all thousandeyes::error. Each function that throws them has a noexcept twin, try_...,
//     whose result has a status below 0 instead. Where exceptions are off (-fno-exceptions) only the twins are there.
//     A twin ends the program when there is no memory left for a few bytes.
//   - Setters of options and calls never fail: their first error sticks, and the client or call made of them has it.
//   - client, options, call, pages, items and response can be moved, not copied, and free what they own once. One that
//     was moved from answers with TE_E_BAD_HANDLE.
//   - Views of JSON (value) share the response that they look into: it lives as long as the last of them.
//   - const: by many threads at once, a client above all. Everything else: by one thread at a time.
//   - Callbacks live as long as the client made from the options, its pages and its items. They run on the thread that
//     makes the call, of several threads at once. They must not make calls. An exception of theirs cancels the call and
//     comes out of it in place of its result; out of a twin it does not come.
//   - Text goes in as const char *, std::string or std::string_view, in UTF-8 and without U+0000; nullptr where the C
//     interface takes NULL.

#ifndef THOUSANDEYES_HPP
#define THOUSANDEYES_HPP

#include "thousandeyes/client.hpp"

#endif  // THOUSANDEYES_HPP
