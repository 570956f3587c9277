// checks NAME...: runs these checks.
#include "checks.hpp"

#include <cstdlib>
#include <iostream>

std::map<std::string, void (*)()> &all_checks()
{
    static std::map<std::string, void (*)()> checks;
    return checks;
}

std::string environment(const char *name)
{
    const char *found = std::getenv(name);
    holds(found != nullptr, std::string(name) + " is not set");
    return found;
}

int main(int count, char **arguments)
{
    for (int index = 1; index < count; ++index) {
        const std::string name = arguments[index];
        try {
            all_checks().at(name)();
            same(0, te::live_handles(), "handles alive at the end");
        } catch (const std::exception &failure) {
            std::cerr << name << " failed: " << failure.what() << '\n';
            return 1;
        }
        std::cout << name << " passed\n";
    }
    return count < 2;
}
