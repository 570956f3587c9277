/* Every function with everything that is not a live handle of its kind. */
#include "contract.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLIENT, RESPONSE, OPTIONS, CALL, PAGES, KINDS };

static const char *const kind_names[KINDS] = {"client", "response", "options", "call", "pages"};

static void *make(int kind)
{
    switch (kind) {
    case CLIENT: return good_client();
    /* Of a call that goes nowhere: the handle is a response's all the same. */
    case RESPONSE: return te_get(NULL, "tests");
    case OPTIONS: return te_options_new();
    case CALL: return te_call_new("POST", "echo");
    default: return te_pages_new(NULL, "tests");
    }
}

static void new_token(const char *token, const char *valid_until, void *user)
{
    (void)token, (void)valid_until, (void)user;
    TRUE(0);
}

static void as_client(void *handle)
{
    te_call *call = te_call_new("GET", "tests");
    STATUS(TE_E_BAD_HANDLE, refused(te_get(handle, "tests")));
    STATUS(TE_E_BAD_HANDLE, refused(te_request(handle, "POST", "tests", "{}", 2)));
    STATUS(TE_E_BAD_HANDLE, refused(te_perform(handle, call)));
    STATUS(TE_E_BAD_HANDLE, refused(te_client_guard(handle)));
    STATUS(TE_E_BAD_HANDLE, refused(te_client_rotate_token(handle, new_token, NULL)));
    STATUS(TE_E_BAD_HANDLE, outcome(te_pages_new(handle, "tests")));
    STATUS(TE_E_BAD_HANDLE, outcome(te_pages_of_call(handle, call)));
    STATUS(TE_E_BAD_HANDLE, te_client_unblock_token(handle));
    te_client_cancel(handle);
    te_free(call);
}

static void as_response(void *handle)
{
    size_t length = 1;
    NUMBER(0, te_response_http_status(handle));
    NUMBER(-1, te_response_sent(handle));
    TEXT("", te_response_body(handle, NULL));
    TEXT("", te_response_body(handle, &length));
    NUMBER(0, (int64_t)length);
    TEXT(NULL, te_response_header(handle, "date"));
    NUMBER(0, te_response_header_count(handle));
    TEXT(NULL, te_response_header_name(handle, 0));
    TEXT(NULL, te_response_header_value(handle, 0));
    NUMBER(-1, te_response_retry_after_ms(handle));
    NUMBER(-1, te_response_rate_limit(handle, NULL));
    NUMBER(-1, te_response_rate_limit_remaining(handle, NULL));
    NUMBER(-1, te_response_rate_limit_reset_ms(handle, NULL));
    TEXT("else", te_response_json_string(handle, "", "else"));
    TEXT(NULL, te_response_json_string(handle, "", NULL));
    NUMBER(INT64_MIN, te_response_json_int64(handle, "", INT64_MIN));
    TRUE(te_response_json_double(handle, "", 0.5) == 0.5);
    NUMBER(-7, te_response_json_bool(handle, "", -7));
    NUMBER(-1, te_response_json_count(handle, ""));
    NUMBER(TE_JSON_ABSENT, te_response_json_type(handle, ""));
    TEXT(NULL, te_response_json_name(handle, "", 0));
    TEXT(NULL, te_response_json_items(handle, NULL));
    length = 1;
    TEXT(NULL, te_response_json_raw(handle, "", &length));
    NUMBER(0, (int64_t)length);
}

static void as_options(void *handle)
{
    STATUS(TE_E_BAD_HANDLE, te_options_set_base_url(handle, "http://127.0.0.1:1"));
    STATUS(TE_E_BAD_HANDLE, te_options_set_state_dir(handle, ""));
    STATUS(TE_E_BAD_HANDLE, te_options_set_account_group(handle, "1"));
    STATUS(TE_E_BAD_HANDLE, te_options_set_ca_file(handle, "file"));
    STATUS(TE_E_BAD_HANDLE, te_options_set_client_certificate(handle, "file", NULL));
    STATUS(TE_E_BAD_HANDLE, te_options_set_proxy(handle, ""));
    STATUS(TE_E_BAD_HANDLE, te_options_set_user_agent(handle, "program/1"));
    STATUS(TE_E_BAD_HANDLE, te_options_set_timeout_ms(handle, 1));
    STATUS(TE_E_BAD_HANDLE, te_options_set_connect_timeout_ms(handle, 1));
    STATUS(TE_E_BAD_HANDLE, te_options_set_idle_timeout_ms(handle, 1));
    STATUS(TE_E_BAD_HANDLE, te_options_set_body_limit(handle, 1));
    STATUS(TE_E_BAD_HANDLE, te_options_set_unauthorized_budget(handle, 1));
    STATUS(TE_E_BAD_HANDLE, te_options_set_wait_for_rate_limits(handle, 1));
    STATUS(TE_E_BAD_HANDLE, te_options_set_retries(handle, 1));
    STATUS(TE_E_BAD_HANDLE, te_options_set_interrupt(handle, NULL, NULL));
    STATUS(TE_E_BAD_HANDLE, te_options_set_log(handle, NULL, NULL));
    if (handle != NULL) {
        te_client *client = te_client_new(GOOD_TOKEN, handle);
        STATUS(TE_E_BAD_HANDLE, te_status_of(client));
        STATUS(TE_E_BAD_HANDLE, refused(te_get(client, "tests")));
        STATUS(TE_E_BAD_HANDLE, te_client_unblock_token(client));
        STATUS(TE_E_BAD_HANDLE, outcome(client));
    }
}

static void as_call(void *handle)
{
    te_client *client = te_client_new(GOOD_TOKEN, NULL);
    STATUS(TE_E_BAD_HANDLE, te_call_set_query(handle, "a", "b"));
    STATUS(TE_E_BAD_HANDLE, te_call_set_header(handle, "a", "b"));
    STATUS(TE_E_BAD_HANDLE, te_call_set_body(handle, "{}", 2, NULL));
    STATUS(TE_E_BAD_HANDLE, te_call_set_account_group(handle, "1"));
    STATUS(TE_E_BAD_HANDLE, te_call_set_timeout_ms(handle, 1));
    te_call_cancel(handle);
    STATUS(TE_E_BAD_HANDLE, refused(te_perform(client, handle)));
    STATUS(TE_E_BAD_HANDLE, outcome(te_pages_of_call(client, handle)));
    te_free(client);
}

static void as_pages(void *handle)
{
    STATUS(TE_E_BAD_HANDLE, refused(te_pages_next(handle)));
}

static void (*const as[KINDS])(void *) = {as_client, as_response, as_options, as_call, as_pages};

/* No function takes it, none changes anything, and the message says what is wrong. */
static void is_none(void *handle, const char *why)
{
    int64_t live = te_live_handles();
    int kind;
    for (kind = 0; kind < KINDS; kind++) {
        as[kind](handle);
    }
    STATUS(TE_E_BAD_HANDLE, te_status_of(handle));
    TRUE(strstr(te_message(handle), why) != NULL);
    te_free(handle);
    te_free(handle);
    NUMBER(live, te_live_handles());
}

/* A number as a pointer, as a program gets it that stored a handle in an integer. */
static void *from(uintptr_t number)
{
    return (void *)number;
}

static void invented(void)
{
    char object = 0;
    void *block = malloc(64);
    const uintptr_t numbers[] = {1, 2, 0xf, 0x10, 0x11, UINT32_MAX, UINTPTR_MAX, UINTPTR_MAX - 1, UINTPTR_MAX / 2};
    uint64_t random = ((uint64_t)time(NULL) << 32) ^ (uint64_t)clock() ^ 0x9e3779b97f4a7c15u;
    size_t i;
    for (i = 0; i < LENGTH(numbers); i++) {
        about("invented %#llx", (unsigned long long)numbers[i]);
        is_none(from(numbers[i]), "");
    }
    for (i = 0; i < 200; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        about("invented %#llx", (unsigned long long)random);
        is_none(from((uintptr_t)random), "");
    }
    about("the address of something else");
    is_none(&object, "");
    is_none(block, "");
    free(block);
}

/* What becomes of a live handle that is kept wrongly. */
static void damaged(void *handle, int kind)
{
    uintptr_t number = (uintptr_t)handle;
    uintptr_t bit;
    if (sizeof number > 4) {
        about("%s cut to 32 bits", kind_names[kind]);
        is_none(from(number & UINT32_MAX), "32 bits");
        about("%s cut to 32 bits, sign-extended", kind_names[kind]);
        is_none(from(number | ~(uintptr_t)UINT32_MAX), "32 bits");
        about("%s cut to its upper half", kind_names[kind]);
        is_none(from(number >> (4 * sizeof number)), "");
    }
    for (bit = 1; bit != 0; bit <<= 1) {
        about("%s with bit %#llx flipped", kind_names[kind], (unsigned long long)bit);
        is_none(from(number ^ bit), "");
    }
}

static void freed(int kind)
{
    void *old = make(kind);
    void *later[KINDS];
    int other;
    about("%s, freed", kind_names[kind]);
    te_free(old);
    is_none(old, "freed");
    about("%s, freed twice, its place taken by another", kind_names[kind]);
    te_free(old);
    for (other = 0; other < KINDS; other++) {
        later[other] = make(other);
    }
    is_none(old, "freed");
    for (other = 0; other < KINDS; other++) {
        te_free(later[other]);
    }
}

void handles(void)
{
    void *live[KINDS];
    te_status before[KINDS];
    int kind, other;
    about("NULL");
    is_none(NULL, "NULL");
    for (kind = 0; kind < KINDS; kind++) {
        freed(kind);
        live[kind] = make(kind);
        before[kind] = te_status_of(live[kind]);
    }
    for (kind = 0; kind < KINDS; kind++) {
        damaged(live[kind], kind);
        for (other = 0; other < KINDS; other++) {
            if (other != kind) {
                about("%s used as %s", kind_names[kind], kind_names[other]);
                as[other](live[kind]);
            }
        }
    }
    invented();
    about("client and call, after cancelling with other handles");
    STATUS(TE_OK, outcome(te_get(live[CLIENT], "status")));
    STATUS(TE_OK, outcome(te_perform(live[CLIENT], live[CALL])));
    for (kind = 0; kind < KINDS; kind++) {
        about("%s, after all that", kind_names[kind]);
        STATUS(before[kind], te_status_of(live[kind]));
        STATUS(before[kind], outcome(live[kind]));
    }
    NUMBER(0, te_live_handles());
}
