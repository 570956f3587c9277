/* Uses a client in the ways that could leave a secret behind, and lets it go, for a test that then looks through its
 * memory: secrets WHAT...
 *
 * Token (or an empty line: the library's own way to find one) and proxy URL (or an empty line) come from standard input,
 * and this program wipes its own copies. Files of TLS are named by SECRETS_CA, SECRETS_CERTIFICATE and SECRETS_KEY;
 * with SECRETS_REFUSED they must not fit.
 * Everything is done on a thread that then does nothing, so that its stack and its registers stay as they were left. It
 * says "called" when all is done and "gone" when the client is freed, with its process id, each time until a byte
 * comes. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <thousandeyes.h>
#include <unistd.h>

struct action {
    const char *name;
    void (*run)(void);
};

static te_client *client;
static sem_t done, one_done;

static void check(int right, const char *what, const void *handle) {
    if (!right) {
        fprintf(stderr, "%s: %s %s\n", what, te_status_name(te_status_of(handle)), te_message(handle));
        exit(1);
    }
}

static void ended_with(te_status status, const char *what, te_response *response) {
    check(te_status_of(response) == status, what, response);
    te_free(response);
}

static void say(const char *word) {
    char byte;
    dprintf(1, "%s %d\n", word, (int)getpid());
    if (read(0, &byte, 1) != 1) {
        _exit(2);
    }
}

static void make(void) {
    static char text[4096];
    const char *ca = getenv("SECRETS_CA"), *certificate = getenv("SECRETS_CERTIFICATE");
    te_options *options = te_options_new();
    char *proxy = NULL, *end = text;
    /* Not through stdio, whose buffer would keep a copy. */
    while (end < text + sizeof text - 1 && read(0, end, 1) == 1) {
        if (*end == '\n') {
            *end = 0;
            if (proxy != NULL) {
                break;
            }
            proxy = end + 1;
        }
        end++;
    }
    te_options_set_proxy(options, proxy);
    if (ca != NULL) {
        te_options_set_ca_file(options, ca);
    }
    if (certificate != NULL) {
        te_options_set_client_certificate(options, certificate, getenv("SECRETS_KEY"));
    }
    client = te_client_new(*text ? text : NULL, options);
    te_free(options);
    explicit_bzero(text, sizeof text);
    check(te_status_of(client) == (getenv("SECRETS_REFUSED") ? TE_E_TLS : TE_OK), "a client", client);
}

static void call(void) {
    for (int i = 0; i < 100; i++) {
        ended_with(TE_OK, "/tests", te_get(client, "/tests"));
    }
    /* Its message is about the token, which goes through more hands. */
    ended_with(TE_E_FORBIDDEN, "/forbidden", te_get(client, "/forbidden"));
}

static void call_in_vain(void) {
    ended_with(TE_E_PROXY, "/tests", te_get(client, "/tests"));
}

static void *some_calls(void *unused) {
    (void)unused;
    for (int i = 0; i < 10; i++) {
        ended_with(TE_OK, "/tests", te_get(client, "/tests"));
    }
    return NULL;
}

/* Stacks of ended threads are kept for others. */
static void call_on_threads(void) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, some_calls, NULL);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
}

static void *call_and_wait(void *path) {
    ended_with(TE_OK, path, te_get(client, path));
    sem_post(&one_done);
    for (;;) {
        pause();
    }
    return NULL;
}

/* One call on each stack: where the last block of what is encrypted begins differs. */
static void call_with_every_length(void) {
    static char paths[16][32];
    for (int i = 0; i < 16; i++) {
        pthread_t thread;
        snprintf(paths[i], sizeof paths[i], "/tests?x=%.*s", i, "aaaaaaaaaaaaaaaa");
        pthread_create(&thread, NULL, call_and_wait, paths[i]);
        sem_wait(&one_done);
    }
}

static void *cancel_soon(void *call) {
    usleep(100 * 1000);
    te_call_cancel(call);
    return NULL;
}

/* Calls that end while their answer is awaited. */
static void cut_short(void) {
    te_call *late = te_call_new("GET", "/silence"), *cancelled = te_call_new("GET", "/silence");
    pthread_t thread;
    te_call_set_timeout_ms(late, 200);
    ended_with(TE_E_TIMEOUT, "late", te_perform(client, late));
    pthread_create(&thread, NULL, cancel_soon, cancelled);
    ended_with(TE_E_CANCELLED, "cancelled", te_perform(client, cancelled));
    pthread_join(thread, NULL);
    te_free(late);
    te_free(cancelled);
}

/* Calls until the network changes a byte. A GET would be sent again. */
static void call_until_broken(void) {
    te_call *create = te_call_new("POST", "/tests/http-server");
    te_status status = TE_OK;
    for (int i = 0; i < 100 && status == TE_OK; i++) {
        te_response *response = te_perform(client, create);
        status = te_status_of(response);
        te_free(response);
    }
    te_free(create);
    if (status != TE_E_IO) {
        fprintf(stderr, "not broken: %s\n", te_status_name(status));
        exit(3);
    }
}

static void keep(const char *token, const char *until, void *user) {
    (void)token, (void)until, (void)user;
}

static void rotate(void) {
    ended_with(TE_OK, "/api-tokens", te_client_rotate_token(client, keep, NULL));
}

static void let_go(void) {
    te_free(client);
    say("gone");
}

static void in_child(int calls) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        if (calls) {
            some_calls(NULL);
        }
        let_go();
        _exit(0);
    }
    if (waitpid(child, &status, 0) != child || status != 0) {
        exit(4);
    }
}

/* What children inherit they can let go of: one that used it, and one that did not. */
static void fork_twice(void) {
    in_child(0);
    in_child(1);
}

static void *do_and_wait(void *action) {
    ((const struct action *)action)->run();
    sem_post(&done);
    for (;;) {
        pause();
    }
    return NULL;
}

static void on_a_thread(const struct action *action) {
    pthread_t thread;
    pthread_create(&thread, NULL, do_and_wait, (void *)action);
    sem_wait(&done);
}

int main(int count, char **arguments) {
    static const struct action made = {"make", make};
    static const struct action actions[] = {{"calls", call},          {"threads", call_on_threads},
                                            {"cut-short", cut_short}, {"broken", call_until_broken},
                                            {"rotated", rotate},      {"forked", fork_twice},
                                            {"in-vain", call_in_vain}, {"lengths", call_with_every_length}};
    sem_init(&done, 0, 0);
    sem_init(&one_done, 0, 0);
    on_a_thread(&made);
    for (int i = 1; i < count; i++) {
        size_t at = 0;
        while (strcmp(actions[at].name, arguments[i]) != 0) {
            if (++at == sizeof actions / sizeof *actions) {
                return 5;
            }
        }
        on_a_thread(&actions[at]);
    }
    say("called");
    let_go();
    return te_live_handles() == 0 ? 0 : 6;
}
