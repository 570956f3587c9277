// Prints each alert when it first appears, until Ctrl-C: watch [SECONDS], 60 by default from one look to the next.
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

using std::chrono::milliseconds;

volatile std::sig_atomic_t stopped = 0;

extern "C" void stop(int) { stopped = 1; }

void say(const thousandeyes::error &failure)
{
    std::cerr << failure.status_name() << ": " << failure.what() << '\n';
}

void watch(const thousandeyes::client &client, milliseconds interval)
{
    std::set<std::string> known;
    while (!stopped) {
        auto pause = interval;
        try {
            for (const auto &alert : client.items("/alerts")) {
                if (known.insert(alert.string("id")).second) {
                    std::cout << alert.raw() << std::endl;
                }
            }
        } catch (const thousandeyes::retry_error &failure) {
            say(failure);
        } catch (const thousandeyes::wait_error &failure) {
            say(failure);
            pause = std::max(pause, failure.retry_after());
        }
        for (const auto slice = milliseconds(100); pause.count() > 0 && !stopped; pause -= slice) {
            std::this_thread::sleep_for(slice);
        }
    }
}

}  // namespace

int main(int argc, char **argv)
{
    const int seconds = argc > 1 ? std::atoi(argv[1]) : 60;
    if (seconds < 1) {
        std::cerr << "usage: watch [SECONDS]\n";
        return 2;
    }
    std::signal(SIGINT, stop);
    try {
        // Asked while a call blocks.
        const thousandeyes::client client(thousandeyes::options().interrupt([] { return stopped != 0; }));
        watch(client, std::chrono::seconds(seconds));
    } catch (const thousandeyes::error &failure) {
        if (!stopped) {
            say(failure);
            return 1;
        }
    }
    return 130;
}
