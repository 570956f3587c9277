/* Real calls: what they lend, how they fail, and a client that is freed while threads use it. */
#include "contract.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static te_client *client;

/* Everything that a good response lends, read to its last byte, also after other handles are gone. */
static void lent(void)
{
    te_client *own = good_client();
    te_response *response = te_get(own, "tests");
    size_t length = 0;
    const char *body = te_response_body(response, &length);
    const char *name = te_response_json_string(response, "/tests/0/testName", NULL);
    const char *date = te_response_header(response, "DaTe");
    int32_t i;
    about("what a response lends");
    te_free(own);
    outcome(te_get(client, "agents"));
    NUMBER(200, te_response_http_status(response));
    NUMBER(1, te_response_sent(response));
    NUMBER(-1, te_response_retry_after_ms(response));
    TRUE(strlen(body) == length && body[0] == '{');
    TEXT("Example 1", name);
    TEXT("1", te_response_json_string(response, "/tests/0/testId", NULL));
    TRUE(te_response_json_string(response, "/tests/0/testName", NULL) == name);
    TRUE(te_response_body(response, NULL) == body);
    TRUE(date != NULL && strlen(date) > 20);
    TEXT(NULL, te_response_header(response, "x-none"));
    for (i = 0; i < te_response_header_count(response); i++) {
        TRUE(te_response_header(response, te_response_header_name(response, i)) != NULL);
        TRUE(strlen(te_response_header_value(response, i)) > 0);
    }
    STATUS(TE_OK, outcome(response));
}

/* What an answer tells of rate limits, and a client that does not wait for them. */
static void rate_limits(void)
{
    te_options *options = options_of_stand_in();
    te_client *own = te_client_new(GOOD_TOKEN, options);
    te_response *response = te_get(own, "limited");
    about("rate limits");
    NUMBER(240, te_response_rate_limit(response, "organization"));
    NUMBER(17, te_response_rate_limit_remaining(response, "Organization"));
    NUMBER(-1, te_response_rate_limit_reset_ms(response, "organization"));
    NUMBER(10, te_response_rate_limit(response, NULL));
    NUMBER(3, te_response_rate_limit_remaining(response, NULL));
    NUMBER(12000, te_response_rate_limit_reset_ms(response, "template-deploy"));
    NUMBER(-1, te_response_rate_limit(response, "instant-test"));
    STATUS(TE_OK, outcome(response));
    te_free(own);
    te_options_set_wait_for_rate_limits(options, 0);
    own = te_client_new(GOOD_TOKEN, options);
    response = te_get(own, "spent");
    NUMBER(0, te_response_rate_limit_remaining(response, NULL));
    NUMBER(40000, te_response_retry_after_ms(response));
    STATUS(TE_E_RATE_LIMITED, outcome(response));
    te_free(own);
    te_free(options);
}

/* Failures that only an answer, or none, brings about. */
static void failures(void)
{
    const struct {
        const char *path;
        te_status expected;
        int32_t http_status, sent;
    } rows[] = {
        {"forbidden", TE_E_FORBIDDEN, 403, 1},
        {"none", TE_E_NOT_FOUND, 404, 1},
        {"teapot", TE_E_HTTP, 418, 1},
        {"portal", TE_E_BAD_RESPONSE, 200, 1},
        {"slow?ms=400", TE_E_TIMEOUT, 0, -1},
        {"big?bytes=5000", TE_E_TOO_LARGE, 200, 1},
        {"http://127.0.0.1:1/v7/tests", TE_E_FOREIGN_LINK, 0, 0},
        /* A path of the tests of the library itself; in a library that is shipped it is one like any other. */
        {"test-hooks/panic", TE_E_NOT_FOUND, 404, 1},
    };
    te_options *options = options_of_stand_in();
    te_client *own;
    size_t row;
    te_options_set_body_limit(options, 4096);
    te_options_set_timeout_ms(options, 200);
    own = te_client_new(GOOD_TOKEN, options);
    for (row = 0; row < LENGTH(rows); row++) {
        te_response *response;
        about("GET %s", rows[row].path);
        response = te_get(own, rows[row].path);
        NUMBER(rows[row].http_status, te_response_http_status(response));
        NUMBER(rows[row].sent, te_response_sent(response));
        STATUS(rows[row].expected, outcome(response));
    }
    te_free(own);
    about("a port that nobody listens on");
    te_options_set_base_url(options, "http://127.0.0.1:1");
    own = te_client_new(GOOD_TOKEN, options);
    STATUS(TE_E_CONNECT, refused(te_get(own, "tests")));
    te_free(own);
    te_free(options);
}

static void rejected(void)
{
    te_client *own = te_client_new(BAD_TOKEN, NULL);
    te_response *response = te_get(own, "tests");
    about("a token that is rejected");
    NUMBER(401, te_response_http_status(response));
    NUMBER(1, te_response_sent(response));
    STATUS(TE_E_UNAUTHORIZED, outcome(response));
    response = te_get(own, "tests");
    TRUE(te_response_retry_after_ms(response) > 0);
    STATUS(TE_E_TOKEN_REFUSED, refused(response));
    STATUS(TE_OK, te_client_unblock_token(own));
    STATUS(TE_E_UNAUTHORIZED, outcome(te_get(own, "tests")));
    response = te_client_guard(own);
    NUMBER(0, te_response_http_status(response));
    NUMBER(TE_JSON_OBJECT, te_response_json_type(response, ""));
    NUMBER(0, te_response_sent(response));
    TEXT(getenv("CONTRACT_STORE"), te_response_json_string(response, "/store", NULL));
    STATUS(TE_OK, outcome(response));
    STATUS(TE_OK, outcome(own));
}

static void made_of_parts(void)
{
    te_call *call = te_call_new("post", "/v7/echo?a=b");
    te_response *response;
    about("a call with everything");
    STATUS(TE_OK, te_call_set_query(call, "c d", "e&f=\x7f"));
    STATUS(TE_OK, te_call_set_header(call, "X-Name", "value"));
    STATUS(TE_OK, te_call_set_body(call, "{\"g\":1}", 7, "application/merge-patch+json"));
    STATUS(TE_OK, te_call_set_account_group(call, "17"));
    STATUS(TE_OK, te_call_set_timeout_ms(call, 60000));
    response = te_perform(client, call);
    TEXT("/v7/echo?a=b&c%20d=e%26f%3D%7F&aid=17", te_response_json_string(response, "/target", NULL));
    TEXT("{\"g\":1}", te_response_json_string(response, "/body", NULL));
    TEXT("value", te_response_json_string(response, "/headers/x-name", NULL));
    STATUS(TE_OK, outcome(response));
    about("headers that are the library's own");
    STATUS(TE_E_INVALID_ARGUMENT, te_call_set_header(call, "authorization", "Bearer other"));
    STATUS(TE_E_INVALID_ARGUMENT, refused(te_perform(client, call)));
    STATUS(TE_E_INVALID_ARGUMENT, outcome(call));
}

/* A success with news: what it tells, and a body that is whole. */
static void partly(void)
{
    const char *tags = "{\"tags\":[{\"key\":\"branch\",\"value\":\"sfo\"},{\"key\":\"branch\"}]}";
    te_response *response = te_request(client, "POST", "tags/bulk", tags, strlen(tags));
    about("a bulk operation that worked for some items");
    TRUE(strstr(te_message(response), "1 item failed (207): /errors/0: 400: No key or no value.") != NULL);
    NUMBER(207, te_response_http_status(response));
    NUMBER(1, te_response_sent(response));
    NUMBER(1, te_response_json_count(response, "/tags"));
    NUMBER(TE_KIND_OK, te_status_kind(te_status_of(response)));
    STATUS(TE_PARTIAL, te_status_of(response));
    te_free(response);
    response = te_request(client, "POST", "tags/bulk", tags, 0);
    STATUS(TE_E_HTTP, outcome(response));
}

static void cancelled(void)
{
    te_client *own = good_client();
    te_call *call = te_call_new("GET", "tests");
    about("cancelled beforehand");
    te_call_cancel(call);
    STATUS(TE_E_CANCELLED, refused(te_perform(own, call)));
    STATUS(TE_E_CANCELLED, refused(te_perform(own, call)));
    STATUS(TE_OK, te_status_of(call));
    STATUS(TE_OK, outcome(te_get(own, "tests")));
    te_client_cancel(own);
    STATUS(TE_E_CANCELLED, refused(te_get(own, "tests")));
    STATUS(TE_OK, outcome(own));
    te_free(call);
}

enum { THREADS = 8 };

struct seen {
    te_client *client;
    int good, bad_handle, other;
};

/* Calls until the client is freed under it. */
static void *use(void *argument)
{
    struct seen *seen = argument;
    while (seen->bad_handle == 0 && seen->other == 0 && seen->good < 100000) {
        te_response *response = te_get(seen->client, "slow?ms=5");
        switch (te_status_of(response)) {
        case TE_OK: seen->good += te_response_json_int64(response, "/slow", 0) == 5; break;
        case TE_E_BAD_HANDLE: seen->bad_handle++; break;
        default: seen->other++; fprintf(stderr, "%s\n", te_message(response)); break;
        }
        te_free(response);
    }
    return NULL;
}

static void freed_in_use(void)
{
    te_client *shared = good_client();
    pthread_t threads[THREADS];
    struct seen seen[THREADS];
    int i;
    about("a client freed while %d threads use it", THREADS);
    for (i = 0; i < THREADS; i++) {
        memset(&seen[i], 0, sizeof seen[i]);
        seen[i].client = shared;
        TRUE(pthread_create(&threads[i], NULL, use, &seen[i]) == 0);
    }
    for (i = 0; i < 20; i++) {
        outcome(te_get(shared, "slow?ms=5"));
    }
    te_free(shared);
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        NUMBER(1, seen[i].bad_handle);
        NUMBER(0, seen[i].other);
        TRUE(seen[i].good > 0);
    }
}

void calls(void)
{
    client = good_client();
    lent();
    rate_limits();
    failures();
    rejected();
    made_of_parts();
    partly();
    cancelled();
    freed_in_use();
    te_free(client);
    about("calls, after all that");
    NUMBER(0, te_live_handles());
}
