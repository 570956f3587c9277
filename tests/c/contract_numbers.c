/* Numbers at and beyond their limits, and bodies whose length is a lie. */
#include "contract.h"

#include <stdlib.h>
#include <string.h>

#define ARGUMENT TE_E_INVALID_ARGUMENT
#define LARGE (7u * 1024 * 1024)

static te_client *client;

static te_status timeout(int64_t number)
{
    te_options *options = te_options_new();
    te_status status = te_options_set_timeout_ms(options, number);
    STATUS(status, outcome(options));
    return status;
}

static te_status connect_timeout(int64_t number)
{
    te_options *options = te_options_new();
    te_status status = te_options_set_connect_timeout_ms(options, number);
    STATUS(status, outcome(options));
    return status;
}

static te_status idle_timeout(int64_t number)
{
    te_options *options = te_options_new();
    te_status status = te_options_set_idle_timeout_ms(options, number);
    STATUS(status, outcome(options));
    return status;
}

static te_status body_limit(int64_t number)
{
    te_options *options = te_options_new();
    te_status status = te_options_set_body_limit(options, number);
    STATUS(status, outcome(options));
    return status;
}

static te_status timeout_of_call(int64_t number)
{
    te_call *call = te_call_new("GET", "tests");
    te_status status = te_call_set_timeout_ms(call, number);
    STATUS(status, outcome(call));
    return status;
}

static te_status budget(int64_t number)
{
    te_options *options = te_options_new();
    te_status status = te_options_set_unauthorized_budget(options, (int32_t)number);
    STATUS(status, outcome(options));
    return status;
}

static te_status retries(int64_t number)
{
    te_options *options = te_options_new();
    te_status status = te_options_set_retries(options, (int32_t)number);
    STATUS(status, outcome(options));
    return status;
}

static te_status wait_for_rate_limits(int64_t number)
{
    te_options *options = te_options_new();
    te_status status = te_options_set_wait_for_rate_limits(options, (int32_t)number);
    STATUS(status, outcome(options));
    return status;
}

/* A setter takes what lies from the first number to the last. */
static const struct {
    const char *name;
    te_status (*set)(int64_t);
    int64_t first, last, least, most;
} ranges[] = {
    {"timeout", timeout, 1, INT64_MAX, INT64_MIN, INT64_MAX},
    {"connect timeout", connect_timeout, 1, INT64_MAX, INT64_MIN, INT64_MAX},
    {"idle timeout", idle_timeout, 1, INT64_MAX, INT64_MIN, INT64_MAX},
    {"body limit", body_limit, 1, INT64_MAX, INT64_MIN, INT64_MAX},
    {"timeout of a call", timeout_of_call, 1, INT64_MAX, INT64_MIN, INT64_MAX},
    {"budget of 401 answers", budget, 1, 110, INT32_MIN, INT32_MAX},
    {"retries", retries, 0, 10, INT32_MIN, INT32_MAX},
    {"waiting for rate limits", wait_for_rate_limits, INT32_MIN, INT32_MAX, INT32_MIN, INT32_MAX},
};

static void in_ranges(void)
{
    const int64_t tried[] = {INT64_MIN, INT64_MIN + 1, INT32_MIN, -1, 0, 1, 2, 109, 110, 111, INT32_MAX,
                             (int64_t)UINT32_MAX + 1, INT64_MAX / 1000, INT64_MAX - 1, INT64_MAX};
    size_t row, number;
    for (row = 0; row < LENGTH(ranges); row++) {
        for (number = 0; number < LENGTH(tried); number++) {
            int64_t at = tried[number];
            int good = at >= ranges[row].first && at <= ranges[row].last;
            if (at >= ranges[row].least && at <= ranges[row].most) {
                about("%s: %lld", ranges[row].name, (long long)at);
                STATUS(good ? TE_OK : ARGUMENT, ranges[row].set(at));
            }
        }
    }
}

/* The largest settings are used as well: nothing overflows where they are added up. */
static void at_the_limit(void)
{
    te_options *options = options_of_stand_in();
    te_call *call = te_call_new("GET", "tests");
    te_client *made;
    about("the largest settings");
    te_options_set_timeout_ms(options, INT64_MAX);
    te_options_set_connect_timeout_ms(options, INT64_MAX);
    te_options_set_idle_timeout_ms(options, INT64_MAX);
    te_options_set_body_limit(options, INT64_MAX);
    te_options_set_unauthorized_budget(options, 110);
    te_call_set_timeout_ms(call, INT64_MAX);
    made = te_client_new(GOOD_TOKEN, options);
    STATUS(TE_OK, outcome(options));
    STATUS(TE_OK, outcome(te_get(made, "tests")));
    STATUS(TE_OK, outcome(te_perform(made, call)));
    te_free(call);
    te_free(made);
}

static void bodies(void)
{
    char *large = calloc(1, LARGE);
    const struct {
        const char *name, *method;
        const void *body;
        size_t length;
        te_status expected;
    } rows[] = {
        {"none", "POST", NULL, 0, TE_OK},
        {"empty", "POST", "", 0, TE_OK},
        {"NULL, length 1", "POST", NULL, 1, ARGUMENT},
        {"NULL, length SIZE_MAX", "PUT", NULL, SIZE_MAX, ARGUMENT},
        {"length SIZE_MAX", "PATCH", "x", SIZE_MAX, ARGUMENT},
        {"length SIZE_MAX / 2 + 1", "POST", "x", SIZE_MAX / 2 + 1, ARGUMENT},
        {"on GET", "GET", "x", 1, ARGUMENT},
        {"on DELETE", "DELETE", "x", 1, ARGUMENT},
        {"with NUL and what is not UTF-8", "POST", "\0\xff\0", 3, TE_OK},
        {"7 MB of NUL", "POST", large, LARGE, TE_OK},
    };
    size_t row;
    for (row = 0; row < LENGTH(rows); row++) {
        te_call *call = te_call_new(rows[row].method, "echo");
        te_response *response;
        about("body %s", rows[row].name);
        STATUS(rows[row].expected, te_call_set_body(call, rows[row].body, rows[row].length, NULL));
        STATUS(rows[row].expected, outcome(te_perform(client, call)));
        te_free(call);
        response = te_request(client, rows[row].method, "echo", rows[row].body, rows[row].length);
        NUMBER(rows[row].expected == TE_OK, te_response_sent(response));
        STATUS(rows[row].expected, outcome(response));
    }
    free(large);
}

static void headers_at(void)
{
    te_response *response = te_get(client, "status");
    int32_t count = te_response_header_count(response);
    const int32_t outside[] = {INT32_MIN, -1, count, INT32_MAX};
    size_t i;
    about("headers by number");
    TRUE(count > 0);
    TRUE(te_response_header_name(response, count - 1) != NULL);
    TRUE(te_response_header_value(response, count - 1) != NULL);
    for (i = 0; i < LENGTH(outside); i++) {
        TEXT(NULL, te_response_header_name(response, outside[i]));
        TEXT(NULL, te_response_header_value(response, outside[i]));
    }
    te_free(response);
}

/* Names in the document's order, and the text of a part. */
static void members(te_response *response)
{
    const int64_t outside[] = {INT64_MIN, -1, te_response_json_count(response, ""), INT64_MAX};
    const char *name = te_response_json_name(response, "", 0);
    const char *raw;
    size_t length = 1;
    size_t i;
    TEXT("largest", name);
    TRUE(te_response_json_name(response, "", 0) == name);
    TEXT("too_large", te_response_json_name(response, "", 1));
    TEXT("as_text", te_response_json_name(response, "", 2));
    TEXT(NULL, te_response_json_name(response, "/list", 0));
    for (i = 0; i < LENGTH(outside); i++) {
        TEXT(NULL, te_response_json_name(response, "", outside[i]));
    }
    TEXT("/list", te_response_json_items(response, NULL));
    TEXT("/list", te_response_json_items(response, "list"));
    TEXT(NULL, te_response_json_items(response, "null"));
    raw = te_response_json_raw(response, "/list", &length);
    TRUE(length == strlen("[1, \"2\", {}]") && strncmp(raw, "[1, \"2\", {}]", length) == 0);
    TRUE(te_response_json_raw(response, "/list", NULL) == raw);
    TRUE(te_response_json_raw(response, "/none", &length) == NULL && length == 0);
    TRUE(te_response_json_raw(response, "", &length) == te_response_body(response, NULL) && length > 100);
}

/* What the stand-in answers on this path is in tests/support/contract.rs. */
static void json(void)
{
    te_response *response = te_get(client, "numbers");
    about("numbers in JSON");
    NUMBER(INT64_MAX, te_response_json_int64(response, "/largest", 0));
    NUMBER(INT64_MIN, te_response_json_int64(response, "/as_text", 0));
    NUMBER(-5, te_response_json_int64(response, "/too_large", -5));
    NUMBER(INT64_MIN, te_response_json_int64(response, "/fraction", INT64_MIN));
    NUMBER(-5, te_response_json_int64(response, "/text", -5));
    TEXT("9223372036854775808", te_response_json_string(response, "/too_large", NULL));
    TRUE(te_response_json_double(response, "/fraction", 0) == 1.5);
    TRUE(te_response_json_double(response, "/text", -2) == -2);
    NUMBER(1, te_response_json_bool(response, "/true", INT32_MIN));
    NUMBER(INT32_MIN, te_response_json_bool(response, "/largest", INT32_MIN));
    NUMBER(3, te_response_json_count(response, "/list"));
    NUMBER(2, te_response_json_int64(response, "/list/1", 0));
    NUMBER(-5, te_response_json_int64(response, "/list/18446744073709551616", -5));
    NUMBER(TE_JSON_NULL, te_response_json_type(response, "/null"));
    TEXT("else", te_response_json_string(response, "/null", "else"));
    TEXT("else", te_response_json_string(response, "/nul_inside", "else"));
    TEXT("1.5", te_response_json_string(response, "/fraction", NULL));
    TEXT("1.10E+2", te_response_json_string(response, "/exact", NULL));
    TEXT("123456789012345678901234567890", te_response_json_string(response, "/many", NULL));
    TRUE(te_response_json_double(response, "/exact", 0) == 110);
    members(response);
    STATUS(TE_OK, outcome(response));
}

static void status_numbers(void)
{
    const te_status unknown[] = {INT32_MIN, -1, -99, -504, 3, INT32_MAX};
    size_t i;
    about("numbers that are no status");
    TEXT("TE_OK", te_status_name(TE_OK));
    TEXT("TE_E_PANIC", te_status_name(TE_E_PANIC));
    NUMBER(TE_KIND_REQUEST, te_status_kind(TE_E_INVALID_ARGUMENT));
    for (i = 0; i < LENGTH(unknown); i++) {
        TEXT("TE_E_UNKNOWN", te_status_name(unknown[i]));
        NUMBER(unknown[i] < 0 ? TE_KIND_LOCAL : TE_KIND_OK, te_status_kind(unknown[i]));
    }
}

void numbers(void)
{
    client = good_client();
    in_ranges();
    at_the_limit();
    bodies();
    headers_at();
    json();
    status_numbers();
    te_free(client);
    about("numbers, after all that");
    NUMBER(0, te_live_handles());
}
