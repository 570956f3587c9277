/* Every parameter that is a string, with every text that is not one, or not a sensible one. */
#include "contract.h"

#include <stdlib.h>
#include <string.h>

/* The columns of the tables. */
enum { MISSING, EMPTY, NOT_UTF8, CONTROLS, LONG, TEXTS };

#define LONGEST (10u * 1024 * 1024)

static const char *texts[TEXTS] = {NULL, "", "a\x80\xc3(", "a\001b\r\nc\x1b[2J\x7f", NULL};
static const char *const names[TEXTS] = {"NULL", "empty", "not UTF-8", "control characters", "10 MB"};

#define OK TE_OK
#define ARGUMENT TE_E_INVALID_ARGUMENT

static te_client *client;

/* Functions that take the text alone, or that need another argument. */

static te_status new_client(const char *text)
{
    return outcome(te_client_new(text, NULL));
}

static te_status get(const char *text)
{
    return outcome(te_get(client, text));
}

static te_status request_method(const char *text)
{
    return refused(te_request(client, text, "tests", NULL, 0));
}

static te_status request_path(const char *text)
{
    return outcome(te_request(client, "GET", text, NULL, 0));
}

static te_status perform(te_call *call)
{
    te_status status = te_status_of(call);
    te_response *response = te_perform(client, call);
    if (status < TE_OK) {
        STATUS(status, te_status_of(response));
        NUMBER(0, te_response_sent(response));
    }
    STATUS(status, outcome(call));
    return outcome(response);
}

static te_status call_method(const char *text)
{
    return perform(te_call_new(text, "status"));
}

static te_status call_path(const char *text)
{
    return perform(te_call_new("GET", text));
}

static te_status pages_path(const char *text)
{
    te_pages *list = te_pages_new(client, text);
    te_response *response = te_pages_next(list);
    STATUS(te_status_of(list), te_status_of(response));
    TEXT(te_message(list), te_message(response));
    te_free(list);
    return outcome(response);
}

static const struct {
    const char *name;
    te_status (*use)(const char *);
    te_status expected[TEXTS];
} plain[] = {
    {"token", new_client, {TE_E_NO_TOKEN, TE_E_NO_TOKEN, TE_E_BAD_TOKEN, TE_E_BAD_TOKEN, TE_E_BAD_TOKEN}},
    {"te_get path", get, {ARGUMENT, TE_E_NOT_FOUND, ARGUMENT, ARGUMENT, ARGUMENT}},
    {"te_request method", request_method, {ARGUMENT, ARGUMENT, ARGUMENT, ARGUMENT, ARGUMENT}},
    {"te_request path", request_path, {ARGUMENT, TE_E_NOT_FOUND, ARGUMENT, ARGUMENT, ARGUMENT}},
    {"te_call_new method", call_method, {ARGUMENT, ARGUMENT, ARGUMENT, ARGUMENT, ARGUMENT}},
    {"te_pages_new path", pages_path, {ARGUMENT, TE_E_NOT_FOUND, ARGUMENT, ARGUMENT, ARGUMENT}},
    {"te_call_new path", call_path, {ARGUMENT, TE_E_NOT_FOUND, ARGUMENT, ARGUMENT, ARGUMENT}},
};

/* Setters of calls: the call is performed after them. */

static te_status query_name(te_call *call, const char *text)
{
    return te_call_set_query(call, text, "value");
}

static te_status query_value(te_call *call, const char *text)
{
    return te_call_set_query(call, "name", text);
}

static te_status header_name(te_call *call, const char *text)
{
    return te_call_set_header(call, text, "value");
}

static te_status header_value(te_call *call, const char *text)
{
    return te_call_set_header(call, "x-name", text);
}

static te_status content_type(te_call *call, const char *text)
{
    return te_call_set_body(call, "{}", 2, text);
}

static const struct {
    const char *name;
    te_status (*set)(te_call *, const char *);
    te_status expected[TEXTS];
} of_call[] = {
    {"query name", query_name, {ARGUMENT, ARGUMENT, ARGUMENT, OK, ARGUMENT}},
    {"query value", query_value, {ARGUMENT, OK, ARGUMENT, OK, ARGUMENT}},
    {"header name", header_name, {ARGUMENT, ARGUMENT, ARGUMENT, ARGUMENT, ARGUMENT}},
    {"header value", header_value, {ARGUMENT, OK, ARGUMENT, ARGUMENT, ARGUMENT}},
    {"content type", content_type, {OK, OK, ARGUMENT, ARGUMENT, ARGUMENT}},
    {"account group", te_call_set_account_group, {ARGUMENT, OK, ARGUMENT, OK, ARGUMENT}},
};

static te_status client_certificate(te_options *options, const char *text)
{
    return te_options_set_client_certificate(options, text, NULL);
}

static te_status key(te_options *options, const char *text)
{
    return te_options_set_client_certificate(options, "not there", text);
}

/* Setters of options: a client is made after them, and a call. */
static const struct {
    const char *name;
    te_status (*set)(te_options *, const char *);
    te_status expected[TEXTS];
} of_options[] = {
    {"base URL", te_options_set_base_url, {ARGUMENT, ARGUMENT, ARGUMENT, ARGUMENT, ARGUMENT}},
    {"state directory", te_options_set_state_dir, {ARGUMENT, OK, ARGUMENT, OK, OK}},
    {"account group", te_options_set_account_group, {ARGUMENT, OK, ARGUMENT, OK, ARGUMENT}},
    {"CA file", te_options_set_ca_file, {ARGUMENT, TE_E_TLS, ARGUMENT, TE_E_TLS, TE_E_TLS}},
    {"client certificate", client_certificate, {ARGUMENT, TE_E_TLS, ARGUMENT, TE_E_TLS, TE_E_TLS}},
    {"its key", key, {TE_E_TLS, TE_E_TLS, ARGUMENT, TE_E_TLS, TE_E_TLS}},
    /* Loopback never goes through one; what cannot be one is told all the same. */
    {"proxy", te_options_set_proxy, {ARGUMENT, OK, ARGUMENT, TE_E_PROXY, OK}},
    {"user agent", te_options_set_user_agent, {ARGUMENT, OK, ARGUMENT, ARGUMENT, ARGUMENT}},
};

static te_status with_options(te_status (*set)(te_options *, const char *), const char *text)
{
    te_options *options = options_of_stand_in();
    te_status status = set(options, text);
    te_client *made = te_client_new(GOOD_TOKEN, options);
    STATUS(status, te_status_of(options));
    if (status < TE_OK) {
        STATUS(status, te_options_set_timeout_ms(options, 1));
        STATUS(status, te_status_of(made));
    }
    STATUS(status, outcome(options));
    status = outcome(te_get(made, "status"));
    if (te_status_of(made) < TE_OK) {
        STATUS(status, te_status_of(made));
    }
    te_free(made);
    return status;
}

/* What is asked of a response with a hostile name or pointer. */
static void ask(te_response *response, int text)
{
    const char *at = texts[text];
    int whole = text == EMPTY;
    TEXT(NULL, te_response_header(response, at));
    NUMBER(-1, te_response_rate_limit(response, at));
    NUMBER(-1, te_response_rate_limit_remaining(response, at));
    NUMBER(-1, te_response_rate_limit_reset_ms(response, at));
    TEXT("else", te_response_json_string(response, at, "else"));
    NUMBER(-3, te_response_json_int64(response, at, -3));
    TRUE(te_response_json_double(response, at, -0.5) == -0.5);
    NUMBER(-3, te_response_json_bool(response, at, -3));
    NUMBER(whole ? 2 : -1, te_response_json_count(response, at));
    NUMBER(whole ? TE_JSON_OBJECT : TE_JSON_ABSENT, te_response_json_type(response, at));
    TRUE((te_response_json_name(response, at, 0) != NULL) == whole);
    TRUE((te_response_json_raw(response, at, NULL) != NULL) == whole);
    TEXT(text == MISSING ? "/tests" : NULL, te_response_json_items(response, at));
    /* A fallback is handed back, not read. */
    TRUE(te_response_json_string(response, "/none", at) == at);
}

void strings(void)
{
    char *text_of_10_mb = malloc(LONGEST + 1);
    te_response *response;
    size_t row;
    int text;
    memset(text_of_10_mb, 'a', LONGEST);
    text_of_10_mb[LONGEST] = '\0';
    texts[LONG] = text_of_10_mb;
    client = good_client();
    response = te_get(client, "tests");
    for (text = 0; text < TEXTS; text++) {
        for (row = 0; row < LENGTH(plain); row++) {
            about("%s: %s", plain[row].name, names[text]);
            STATUS(plain[row].expected[text], plain[row].use(texts[text]));
        }
        for (row = 0; row < LENGTH(of_call); row++) {
            te_call *call = te_call_new("POST", "echo");
            about("%s of a call: %s", of_call[row].name, names[text]);
            of_call[row].set(call, texts[text]);
            STATUS(of_call[row].expected[text], perform(call));
        }
        for (row = 0; row < LENGTH(of_options); row++) {
            about("%s of options: %s", of_options[row].name, names[text]);
            STATUS(of_options[row].expected[text], with_options(of_options[row].set, texts[text]));
        }
        about("questions to a response: %s", names[text]);
        ask(response, text);
    }
    about("strings, after all that");
    STATUS(TE_OK, outcome(response));
    STATUS(TE_OK, outcome(te_get(client, "status")));
    te_free(client);
    free(text_of_10_mb);
    NUMBER(0, te_live_handles());
}
