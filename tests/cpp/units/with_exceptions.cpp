#include <thousandeyes.hpp>

#include "units.hpp"

int tests_with_exceptions()
{
    try {
        const thousandeyes::client client;
        int count = 0;
        for (const auto &test : client.items("/tests")) {
            count += test.string("testName").empty() ? 0 : 1;
        }
        return count;
    } catch (const thousandeyes::error &error) {
        return error.status();
    }
}
