/* Lists the tests of the account: token from $TE_TOKEN or the file $TE_TOKEN_FILE. */
#include <stdio.h>
#include <thousandeyes.h>

int main(void)
{
    te_client *client = te_client_new(NULL, NULL);
    te_response *tests = te_get(client, "/tests");
    int failed = te_status_of(tests) < 0;
    int64_t i;

    if (failed) {
        fprintf(stderr, "%s: %s\n", te_status_name(te_status_of(tests)), te_message(tests));
    }
    for (i = 0; i < te_response_json_count(tests, "/tests"); i++) {
        char at[64];
        snprintf(at, sizeof at, "/tests/%lld/testName", (long long)i);
        puts(te_response_json_string(tests, at, "(no name)"));
    }
    te_free(tests);
    te_free(client);
    return failed;
}
