#include <thousandeyes.hpp>
#include <thousandeyes.hpp>

#include "units.hpp"

#include <cstdio>

#if !THOUSANDEYES_EXCEPTIONS
#error "this unit is for exceptions"
#endif

int main()
{
    const int with = tests_with_exceptions(), without = tests_without_exceptions(), wrong = wrong_without_exceptions();
    int caught = 0;
    try {
        thousandeyes::client(thousandeyes::options().interrupt([]() -> bool { throw 7; })).get("/tests");
    } catch (int thrown) {
        caught = thrown;
    }
    const auto alive = static_cast<int>(thousandeyes::live_handles());
    std::printf("with %d, without %d, wrong %d, caught %d, alive %d\n", with, without, wrong, caught, alive);
}
