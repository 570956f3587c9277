/* One POST of a large body, and what became of it, with SIGPIPE as every program has it: large_body [CA FILE] */
#include <stdio.h>
#include <stdlib.h>
#include <thousandeyes.h>

#define LARGE ((size_t)16 * 1024 * 1024)

int main(int count, char **arguments)
{
    te_options *options = te_options_new();
    te_client *client;
    te_response *response;
    char *body = calloc(1, LARGE);
    if (count > 1) {
        te_options_set_ca_file(options, arguments[1]);
    }
    client = te_client_new(NULL, options);
    response = te_request(client, "POST", "/tests", body, LARGE);
    printf("%s %d\n", te_status_name(te_status_of(response)), (int)te_response_sent(response));
    te_free(response);
    te_free(client);
    te_free(options);
    free(body);
    return 0;
}
