/* Calls on a thread with little stack: small_stack KIB CA_FILE CERTIFICATE KEY PATH... */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <thousandeyes.h>

struct calls {
    const char *ca_file, *certificate, *key;
    char **paths;
};

static void *make(void *of)
{
    const struct calls *calls = of;
    te_options *options = te_options_new();
    te_client *client;
    char **path;
    te_options_set_ca_file(options, calls->ca_file);
    te_options_set_client_certificate(options, calls->certificate, calls->key);
    client = te_client_new(NULL, options);
    for (path = calls->paths; *path != NULL; path++) {
        te_response *response = te_get(client, *path);
        const char *items = te_response_json_items(response, NULL);
        printf("%s %s\n", te_status_name(te_status_of(response)), items == NULL ? "-" : items);
        te_free(response);
    }
    te_free(client);
    te_free(options);
    return NULL;
}

int main(int count, char **arguments)
{
    struct calls calls;
    pthread_attr_t attributes;
    pthread_t thread;
    if (count < 6) {
        return 2;
    }
    calls.ca_file = arguments[2];
    calls.certificate = arguments[3];
    calls.key = arguments[4];
    calls.paths = arguments + 5;
    if (pthread_attr_init(&attributes) != 0 ||
        pthread_attr_setstacksize(&attributes, (size_t)atol(arguments[1]) * 1024) != 0 ||
        pthread_create(&thread, &attributes, make, &calls) != 0) {
        return 1;
    }
    return pthread_join(thread, NULL);
}
