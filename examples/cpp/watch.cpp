// Prints each item of a list when it first appears: watch [SECONDS [PATH [ID]]]; by default 60, /alerts and their "id".
// SIGINT and SIGTERM end it at once, also while a call waits: with 130 and 143, as a shell calls it.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <set>
#include <string>
#include <thread>
#include <thousandeyes.hpp>

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

volatile std::sig_atomic_t stopped = 0;

extern "C" void stop(int number) { stopped = number; }

void watch(const std::string &path, const std::string &id, std::chrono::milliseconds interval)
{
    // Asked while a call blocks, as the loop below asks while none does.
    const thousandeyes::client client(thousandeyes::options().interrupt([] { return stopped != 0; }));
    std::set<std::string> known;
    while (stopped == 0) {
        auto pause = interval;
        try {
            for (const auto &item : client.items(path)) {
                // What has no such member is new each time.
                if (const std::string name = item.string(id); name.empty() || known.insert(name).second) {
                    std::cout << item.raw() << std::endl;
                }
            }
        } catch (const thousandeyes::retry_error &failure) {
            std::cerr << failure.status_name() << ": " << failure.what() << '\n';
        } catch (const thousandeyes::wait_error &failure) {
            std::cerr << failure.status_name() << ": " << failure.what() << '\n';
            pause = std::max(pause, failure.retry_after());
        }
        for (const auto end = clock_type::now() + pause; stopped == 0 && clock_type::now() < end;) {
            std::this_thread::sleep_for(100ms);
        }
    }
}

}  // namespace

int main(int argc, char **argv)
{
    const int seconds = argc > 1 ? std::atoi(argv[1]) : 60;
    if (seconds < 1) {
        std::cerr << "usage: watch [SECONDS [PATH [ID]]]\n";
        return 2;
    }
    std::signal(SIGINT, stop);
    std::signal(SIGTERM, stop);
    try {
        watch(argc > 2 ? argv[2] : "/alerts", argc > 3 ? argv[3] : "id", std::chrono::seconds(seconds));
    } catch (const thousandeyes::error &failure) {
        if (failure.status() != thousandeyes::status::cancelled) {
            std::cerr << failure.status_name() << ": " << failure.what() << '\n';
            return 1;
        }
    }
    return 128 + stopped;
}
