/* Lists the tests of the account, all pages: token from $TE_TOKEN or the file $TE_TOKEN_FILE. */
#include <stdio.h>
#include <thousandeyes.h>

int main(void)
{
    te_client *client = te_client_new(NULL, NULL);
    te_pages *pages = te_pages_new(client, "/tests");
    te_response *page;
    te_status status;
    int64_t i;

    while ((status = te_status_of(page = te_pages_next(pages))) >= 0 && status != TE_DONE) {
        for (i = 0; i < te_response_json_count(page, "/tests"); i++) {
            char at[64];
            snprintf(at, sizeof at, "/tests/%lld/testName", (long long)i);
            puts(te_response_json_string(page, at, "(no name)"));
        }
        te_free(page);
    }
    if (status < 0) {
        fprintf(stderr, "%s: %s\n", te_status_name(status), te_message(page));
    }
    te_free(page);
    te_free(pages);
    te_free(client);
    return status < 0;
}
