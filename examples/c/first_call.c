/* Makes one call and prints its answer: first_call [PATH]. Token: $TE_TOKEN or the file $TE_TOKEN_FILE. */
#include <stdio.h>
#include <thousandeyes.h>

int main(int argc, char **argv)
{
    te_client *client = te_client_new(NULL, NULL);
    te_response *response = te_get(client, argc > 1 ? argv[1] : "/account-groups");
    te_status status = te_status_of(response);

    if (status < 0) {
        fprintf(stderr, "%s: %s\n", te_status_name(status), te_message(response));
    } else {
        puts(te_response_body(response, NULL));
    }
    te_free(response);
    te_free(client);
    return status < 0;
}
