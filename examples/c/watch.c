/* Prints each alert when it first appears, until Ctrl-C: watch [SECONDS], 60 by default from one look to the next. */
#define _POSIX_C_SOURCE 200809L
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <thousandeyes.h>

static te_client *client;
static volatile sig_atomic_t stopped;

static void stop(int number)
{
    stopped = number;
    te_client_cancel(client); /* a signal handler may */
}

static int is_new(const char *id)
{
    static char **known;
    static size_t count;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(known[i], id) == 0) return 0;
    }
    known = realloc(known, (count + 1) * sizeof *known);
    if (known == NULL || (known[count++] = strdup(id)) == NULL) abort();
    return 1;
}

/* After how many seconds to look again; 0: never. */
static int64_t look(int64_t interval)
{
    te_pages *pages = te_pages_new(client, "/alerts");
    te_response *page;
    te_status status;
    while ((status = te_status_of(page = te_pages_next(pages))) >= 0 && status != TE_DONE) {
        for (int64_t i = 0; i < te_response_json_count(page, "/alerts"); i++) {
            char alert[40], id[50];
            snprintf(alert, sizeof alert, "/alerts/%lld", (long long)i);
            snprintf(id, sizeof id, "%s/id", alert);
            if (is_new(te_response_json_string(page, id, ""))) {
                size_t length;
                const char *json = te_response_json_raw(page, alert, &length);
                printf("%.*s\n", (int)length, json);
            }
        }
        fflush(stdout);
        te_free(page);
    }
    if (status < 0 && !stopped) fprintf(stderr, "%s: %s\n", te_status_name(status), te_message(page));
    if (te_status_kind(status) == TE_KIND_WAIT) {
        const int64_t told = te_response_retry_after_ms(page) / 1000 + 1;
        if (told > interval) interval = told;
    } else if (status < 0 && te_status_kind(status) != TE_KIND_RETRY) {
        interval = 0; /* to ask again would not help, and with a refused token it would harm */
    }
    te_free(page);
    te_free(pages);
    return interval;
}

int main(int argc, char **argv)
{
    const int interval = argc > 1 ? atoi(argv[1]) : 60;
    int64_t pause;

    if (interval < 1) {
        fputs("usage: watch [SECONDS]\n", stderr);
        return 2;
    }
    client = te_client_new(NULL, NULL);
    signal(SIGINT, stop);
    do {
        pause = look(interval);
        /* in slices: a signal just before one is seen after it */
        for (int64_t left = pause * 10; left > 0 && !stopped; left--) poll(NULL, 0, 100);
    } while (pause > 0 && !stopped);
    te_free(client);
    return stopped ? 130 : 1;
}
