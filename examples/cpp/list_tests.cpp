// Lists the tests of the account, all pages: token from $TE_TOKEN or the file $TE_TOKEN_FILE.
#include <iostream>
#include <thousandeyes.hpp>

int main()
{
    try {
        const thousandeyes::client client;
        for (const auto &test : client.items("/tests")) {
            std::cout << test.string("testName", "(no name)") << '\n';
        }
    } catch (const thousandeyes::error &failure) {
        std::cerr << failure.status_name() << ": " << failure.what() << '\n';
        return 1;
    }
}
