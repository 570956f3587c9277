/* Prints each item of a list when it first appears: watch [SECONDS [PATH [ID]]]; by default 60, /alerts and their "id".
 * SIGINT and SIGTERM end it at once, also while a call waits: with 130 and 143, as a shell calls it. */
#define _POSIX_C_SOURCE 200809L
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <thousandeyes.h>

static te_client *client;
static volatile sig_atomic_t stopped; /* by this signal */
static int wake[2]; /* readable from the first signal on, so that one just before the pause is not missed */

static void stop(int number)
{
    stopped = number;
    te_client_cancel(client); /* a signal handler may */
    if (write(wake[1], "", 1) < 0) {
        _exit(128 + number);
    }
}

static int is_new(const char *id)
{
    static struct known { struct known *next; char id[]; } *all;
    struct known *one;
    for (one = all; one != NULL; one = one->next) {
        if (strcmp(one->id, id) == 0) return 0;
    }
    if ((one = malloc(sizeof *one + strlen(id) + 1)) == NULL) abort();
    strcpy(one->id, id);
    one->next = all;
    all = one;
    return 1;
}

/* Goes over the pages once; what comes back is their end or a failure. */
static te_response *look(const char *path, const char *member)
{
    te_pages *pages = te_pages_new(client, path);
    te_response *page;
    while (te_status_of(page = te_pages_next(pages)) >= 0 && te_status_of(page) != TE_DONE) {
        const char *items = te_response_json_items(page, NULL);
        for (int64_t i = 0; i < te_response_json_count(page, items); i++) {
            char item[100], at[200];
            snprintf(item, sizeof item, "%s/%lld", items, (long long)i);
            snprintf(at, sizeof at, "%s/%s", item, member);
            const char *id = te_response_json_string(page, at, NULL);
            if (id == NULL || is_new(id)) {
                size_t length;
                const char *text = te_response_json_raw(page, item, &length);
                printf("%.*s\n", (int)length, text);
            }
        }
        fflush(stdout);
        te_free(page);
    }
    te_free(pages);
    return page;
}

int main(int argc, char **argv)
{
    const int seconds = argc > 1 ? atoi(argv[1]) : 60;
    const struct sigaction action = {.sa_handler = stop};
    int64_t pause;
    te_status status;

    if (seconds < 1 || seconds > 86400 || pipe(wake) != 0) {
        fputs("usage: watch [SECONDS [PATH [ID]]]\n", stderr);
        return 2;
    }
    client = te_client_new(NULL, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    do {
        te_response *end = look(argc > 2 ? argv[2] : "/alerts", argc > 3 ? argv[3] : "id");
        status = te_status_of(end);
        pause = seconds * INT64_C(1000);
        if (te_status_kind(status) == TE_KIND_WAIT && te_response_retry_after_ms(end) > pause) {
            pause = te_response_retry_after_ms(end);
        }
        if (status < 0 && status != TE_E_CANCELLED) {
            fprintf(stderr, "%s: %s\n", te_status_name(status), te_message(end));
            if (te_status_kind(status) != TE_KIND_WAIT && te_status_kind(status) != TE_KIND_RETRY) pause = 0;
        }
        te_free(end);
    } while (pause > 0 && poll(&(struct pollfd){.fd = wake[0], .events = POLLIN}, 1, (int)pause) == 0);
    te_free(client);
    return stopped ? 128 + stopped : 1;
}
