/* Preloaded in front of the C library: name lookups take their time, and are counted with the signals of their thread. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    char line[32];
    sigset_t blocked;
    int signal, open_ones = 0, file = open(getenv("LOOKUPS"), O_WRONLY | O_APPEND | O_CREAT, 0600);
    (void)node;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    for (signal = 1; signal < 32; signal++) {
        open_ones += signal != SIGKILL && signal != SIGSTOP && !sigismember(&blocked, signal);
    }
    if (write(file, line, (size_t)snprintf(line, sizeof line, "%d\n", open_ones)) < 0) {
        abort();
    }
    close(file);
    usleep((useconds_t)atoi(getenv("LOOKUP_MS")) * 1000);
    return real("127.0.0.1", service, hints, found);
}
