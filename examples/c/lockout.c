/* Is the token refused, the account locked, this address blocked? Asks the guard, which sends nothing. Once the account
 * is unlocked or the token renewed: --unblock makes one call now. Ends with 0 when calls can be made. */
#include <stdio.h>
#include <string.h>
#include <thousandeyes.h>

static int number(const te_response *known, const char *pointer)
{
    return (int)te_response_json_int64(known, pointer, 0);
}

/* -1: it does not apply. */
static int minutes(const te_response *known, const char *pointer)
{
    const int64_t ms = te_response_json_int64(known, pointer, -1);
    return ms < 0 ? -1 : (int)((ms + 30000) / 60000);
}

static int report(const te_response *known)
{
    const int refused = minutes(known, "/rejected_ms_ago");
    const int blocked = minutes(known, "/source_ip_blocked_ms_ago");
    if (refused < 0) {
        printf("The token is not refused: %s.\n", te_response_json_string(known, "/token", ""));
    } else {
        printf("The token was refused %d min ago%s\n", refused, minutes(known, "/accepted_ms_ago") < 0
            ? " and never accepted: mistyped, expired or revoked?"
            : ", but accepted before: is the account locked?");
        printf("No program here sends it for another %d min.\n", minutes(known, "/next_try_in_ms"));
    }
    if (blocked >= 0) {
        printf("The API has blocked this address, as was found %d min ago.\n", blocked);
    }
    printf("401 answers within the hour: %d of %d.\n", number(known, "/unauthorized_last_hour"), number(known, "/budget"));
    printf("Kept: %s, %s.\n", te_response_json_string(known, "/store", ""), te_response_json_string(known, "/store_reason", ""));
    return refused >= 0 || blocked >= 0;
}

int main(int argc, char **argv)
{
    te_client *client = te_client_new(NULL, NULL);
    te_response *told = te_client_guard(client);
    te_status status = te_status_of(told);
    int held = status < 0 || report(told);

    if (status >= 0 && argc > 1 && strcmp(argv[1], "--unblock") == 0) {
        te_free(told);
        te_client_unblock_token(client); /* at most 3 times an hour; then the call says until when it is held back */
        told = te_get(client, "/account-groups");
        status = te_status_of(told);
        held = status < 0;
        if (!held) puts("One try now: it worked.");
    }
    if (status < 0) {
        fprintf(stderr, "%s: %s\n", te_status_name(status), te_message(told));
    }
    te_free(told);
    te_free(client);
    return held;
}
