// Makes one call and prints its answer: first_call [PATH]. Token: $TE_TOKEN or the file $TE_TOKEN_FILE.
#include <iostream>
#include <thousandeyes.hpp>

int main(int argc, char **argv)
{
    try {
        const thousandeyes::client client;
        std::cout << client.get(argc > 1 ? argv[1] : "/account-groups").body() << '\n';
    } catch (const thousandeyes::error &failure) {
        std::cerr << failure.status_name() << ": " << failure.what() << '\n';
        return 1;
    }
}
