/* So many calls on one client, for what a call costs: calls N */
#include <stdlib.h>
#include <thousandeyes.h>

int main(int count, char **arguments)
{
    te_client *client = te_client_new(NULL, NULL);
    long left = count > 1 ? atol(arguments[1]) : 1;
    for (; left > 0; left--) {
        te_free(te_get(client, "/tests"));
    }
    te_free(client);
    return 0;
}
