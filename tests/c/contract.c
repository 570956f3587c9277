/*
 * Breaks every rule of the C interface that a caller can break, and checks that the library says so and lives.
 *
 *   contract               all of it, on the stand-in of the API that TE_BASE_URL names
 *   contract leak          loses a block of memory, for the proof that a memory checker is on
 *   contract read-freed    reads what a freed response had lent, likewise
 */
#include "contract.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *base_url;

static char context[200];
static long checked, failed;

void about(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(context, sizeof context, format, arguments);
    va_end(arguments);
}

/* Whether it holds; says where and with what if not. */
static int holds_here(int holds, const char *file, int line, const char *what)
{
    checked++;
    if (!holds) {
        failed++;
        fprintf(stderr, "%s:%d: %s [%s]", file, line, what, context);
    }
    return holds;
}

void check(int holds, const char *file, int line, const char *what)
{
    if (!holds_here(holds, file, line, what)) {
        fprintf(stderr, " does not hold\n");
    }
}

void check_status(te_status expected, te_status found, const char *file, int line, const char *what)
{
    if (!holds_here(expected == found, file, line, what)) {
        fprintf(stderr, " is %s, not %s\n", te_status_name(found), te_status_name(expected));
    }
}

void check_number(int64_t expected, int64_t found, const char *file, int line, const char *what)
{
    if (!holds_here(expected == found, file, line, what)) {
        fprintf(stderr, " is %lld, not %lld\n", (long long)found, (long long)expected);
    }
}

void check_text(const char *expected, const char *found, const char *file, int line, const char *what)
{
    int equal = expected != NULL && found != NULL ? strcmp(expected, found) == 0 : expected == found;
    if (!holds_here(equal, file, line, what)) {
        fprintf(stderr, " is %.200s, not %.200s\n", found ? found : "NULL", expected ? expected : "NULL");
    }
}

te_status outcome(void *handle)
{
    te_status status = te_status_of(handle);
    const char *message = te_message(handle);
    TRUE(handle != NULL);
    TRUE(message != NULL);
    if (message != NULL) {
        TRUE((message[0] == '\0') == (status >= TE_OK));
        /* One line for a person, whatever the caller passed. */
        TRUE(strlen(message) < 2000);
        TRUE(strpbrk(message, "\n\r\t\033\001") == NULL);
        TRUE(strstr(message, GOOD_TOKEN) == NULL && strstr(message, BAD_TOKEN) == NULL);
    }
    te_free(handle);
    return status;
}

te_status refused(te_response *response)
{
    size_t length = 1;
    NUMBER(0, te_response_sent(response));
    NUMBER(0, te_response_http_status(response));
    NUMBER(0, te_response_header_count(response));
    TEXT("", te_response_body(response, &length));
    NUMBER(0, (int64_t)length);
    return outcome(response);
}

te_options *options_of_stand_in(void)
{
    te_options *options = te_options_new();
    STATUS(TE_OK, te_options_set_base_url(options, base_url));
    return options;
}

te_client *good_client(void)
{
    te_options *options = options_of_stand_in();
    te_client *client = te_client_new(GOOD_TOKEN, options);
    STATUS(TE_OK, te_status_of(client));
    te_free(options);
    return client;
}

static int read_freed(void)
{
    te_client *client = good_client();
    te_response *response = te_get(client, "tests");
    const char *body = te_response_body(response, NULL);
    te_free(response);
    te_free(client);
    return body[0] == '{';
}

static int leak(void)
{
    void *volatile lost = malloc(12345);
    lost = NULL;
    return lost != NULL;
}

int main(int count, char **arguments)
{
    base_url = getenv("TE_BASE_URL");
    if (base_url == NULL) {
        fprintf(stderr, "contract: TE_BASE_URL is not set\n");
        return 2;
    }
    if (count > 1) {
        return strcmp(arguments[1], "leak") == 0 ? leak() : read_freed();
    }
    about("the library that was linked");
    NUMBER(TE_ABI_VERSION, te_abi_version());
    TRUE(strchr(te_version(), '.') != NULL);
    handles();
    strings();
    numbers();
    calls();
    callbacks();
    pages();
    about("the end");
    NUMBER(0, te_live_handles());
    printf("%ld checks, %ld failed\n", checked, failed);
    return failed != 0;
}
