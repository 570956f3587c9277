// Lists the tests of the account: token from $TE_TOKEN or the file $TE_TOKEN_FILE.
#include <iostream>
#include <memory>
#include <string>
#include <thousandeyes.h>

struct Free {
    void operator()(void *handle) const { te_free(handle); }
};
template <typename T> using Handle = std::unique_ptr<T, Free>;

int main()
{
    const Handle<te_client> client(te_client_new(nullptr, nullptr));
    const Handle<te_response> tests(te_get(client.get(), "/tests"));
    const te_status status = te_status_of(tests.get());

    if (status < 0) {
        std::cerr << te_status_name(status) << ": " << te_message(tests.get()) << '\n';
        return 1;
    }
    const int64_t count = te_response_json_count(tests.get(), "/tests");
    for (int64_t i = 0; i < count; ++i) {
        const std::string at = "/tests/" + std::to_string(i) + "/testName";
        std::cout << te_response_json_string(tests.get(), at.c_str(), "(no name)") << '\n';
    }
}
