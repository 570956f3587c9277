/* Forks in the middle of everything.
 *
 *   forks storm CHILDREN   64 threads take every lock there is while children are forked; each child makes calls with
 *                          what it inherited
 *   forks all CHILDREN     children and parent make calls with one client that has made none yet
 *   forks leave            forks a child that only lives, says so, and makes one call
 *
 * Prints "done N", the number of calls that succeeded in parent and children, and "hung N", children that did not end
 * within 30 seconds. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thousandeyes.h>
#include <unistd.h>

enum { THREADS = 64, CALLS = 3 };

/* What parent and children count together. */
struct shared {
    atomic_int done, refused, failed;
};

static struct shared *shared;
static te_client *inherited, *bad;
static atomic_int stop;

static void call(const te_client *client) {
    te_response *response = te_get(client, "/tests");
    te_status status = te_status_of(response);
    if (status >= 0 && te_response_json_count(response, "/tests") == 3) {
        atomic_fetch_add(&shared->done, 1);
    } else if (status == TE_E_TOKEN_REFUSED || status == TE_E_UNAUTHORIZED) {
        atomic_fetch_add(&shared->refused, 1);
    } else {
        atomic_fetch_add(&shared->failed, 1);
        fprintf(stdout, "%s: %s\n", te_status_name(status), te_message(response));
        fflush(stdout);
    }
    te_free(response);
}

static void *make_calls(void *unused) {
    (void)unused;
    while (!atomic_load(&stop)) {
        te_client *own = te_client_new(NULL, NULL);
        call(inherited);
        call(own);
        te_free(own);
    }
    return NULL;
}

static void *make_handles(void *unused) {
    (void)unused;
    while (!atomic_load(&stop)) {
        te_call *never = te_call_new("GET", "/never");
        te_call_cancel(never);
        te_free(never);
    }
    return NULL;
}

static void *make_clients(void *unused) {
    (void)unused;
    while (!atomic_load(&stop)) {
        te_client *own = te_client_new(NULL, NULL);
        te_free(te_client_guard(own));
        te_client_cancel(own);
        te_free(own);
    }
    return NULL;
}

/* Refused without a request, and each time a line in the log. */
static void *be_refused(void *unused) {
    (void)unused;
    while (!atomic_load(&stop)) call(bad);
    return NULL;
}

static pid_t child(void) {
    pid_t pid = fork();
    if (pid != 0) return pid;
    alarm(30);
    for (int i = 0; i < CALLS; i++) call(inherited);
    te_client *own = te_client_new(NULL, NULL);
    call(own);
    if (bad != NULL) call(bad);
    te_free(te_client_guard(inherited));
    te_free(own);
    te_free(inherited);
    _exit(0);
}

static int hung(const pid_t *children, int count) {
    int hung = 0;
    for (int i = 0; i < count; i++) {
        int status;
        if (waitpid(children[i], &status, 0) != children[i] || status != 0) hung++;
    }
    return hung;
}

static void storm(int count, pid_t *children) {
    pthread_t threads[THREADS];
    struct timespec pause = {0, 10 * 1000 * 1000};
    bad = te_client_new("bad-token", NULL);
    call(inherited);
    call(bad);
    for (int i = 0; i < THREADS; i++) {
        void *(*work)(void *) = i < 52 ? make_calls : i < 56 ? make_handles : i < 60 ? make_clients : be_refused;
        if (pthread_create(&threads[i], NULL, work, NULL) != 0) abort();
    }
    for (int i = 0; i < count; i++) {
        nanosleep(&pause, NULL);
        children[i] = child();
    }
    printf("hung %d\n", hung(children, count));
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    te_free(bad);
}

static void all(int count, pid_t *children) {
    for (int i = 0; i < count; i++) children[i] = child();
    for (int i = 0; i < CALLS; i++) call(inherited);
    printf("hung %d\n", hung(children, count));
}

static void leave(void) {
    pid_t pid = fork();
    if (pid == 0) {
        for (;;) pause();
    }
    printf("%ld\n", (long)pid);
    fflush(stdout);
    call(inherited);
}

int main(int argc, char **argv) {
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (argc < 2 || shared == MAP_FAILED) return 2;
    int count = argc > 2 ? atoi(argv[2]) : 0;
    pid_t *children = calloc((size_t)count + 1, sizeof *children);
    inherited = te_client_new(NULL, NULL);
    if (strcmp(argv[1], "storm") == 0) storm(count, children);
    if (strcmp(argv[1], "all") == 0) all(count, children);
    if (strcmp(argv[1], "leave") == 0) leave();
    printf("done %d\nrefused %d\nfailed %d\n", shared->done, shared->refused, shared->failed);
    te_free(inherited);
    printf("live %lld\n", (long long)te_live_handles());
    free(children);
    return 0;
}
