// Is the token refused, the account locked, this address blocked? Asks the guard, which sends nothing. Once the account
// is unlocked or the token renewed: --unblock makes one call now. Ends with 0 when calls can be made.
#include <iostream>
#include <string>
#include <thousandeyes.hpp>

namespace {

// Below 0: it does not apply.
std::int64_t minutes(const thousandeyes::response &known, const char *name)
{
    const std::int64_t ms = known.int64(name, -1);
    return ms < 0 ? -1 : (ms + 30000) / 60000;
}

bool held(const thousandeyes::response &known)
{
    const auto refused = minutes(known, "rejected_ms_ago");
    const auto blocked = minutes(known, "source_ip_blocked_ms_ago");
    if (refused < 0) {
        std::cout << "The token is not refused: " << known.string("token") << ".\n";
    } else {
        const bool never = minutes(known, "accepted_ms_ago") < 0;
        std::cout << "The token was refused " << refused << " min ago"
                  << (never ? " and never accepted: mistyped, expired or revoked?\n"
                            : ", but accepted before: is the account locked?\n")
                  << "No program here sends it for another " << minutes(known, "next_try_in_ms") << " min.\n";
    }
    if (blocked >= 0) {
        std::cout << "The API has blocked this address, as was found " << blocked << " min ago.\n";
    }
    std::cout << "401 answers within the hour: " << known.int64("unauthorized_last_hour") << " of "
              << known.int64("budget") << ".\nKept: " << known.string("store") << ", " << known.string("store_reason")
              << ".\n";
    return refused >= 0 || blocked >= 0;
}

}  // namespace

int main(int argc, char **argv)
{
    try {
        const thousandeyes::client client;
        const bool refused = held(client.guard());
        if (argc < 2 || argv[1] != std::string("--unblock")) {
            return refused ? 1 : 0;
        }
        client.unblock_token();  // at most 3 times an hour
        client.get("/account-groups");
        std::cout << "One try now: it worked.\n";
    } catch (const thousandeyes::error &failure) {
        std::cerr << failure.status_name() << ": " << failure.what() << '\n';
        return 1;
    }
}
