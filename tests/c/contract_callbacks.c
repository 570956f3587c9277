/* The caller's own functions, called back: when, with what, and what they may not do. */
#include "contract.h"

#include <pthread.h>
#include <string.h>

/* What the callbacks are handed, and note. */
struct user {
    pthread_t thread;
    te_client *client;
    int32_t answer;
    int asked, told, wrong;
    te_status inside;
};

static int32_t interrupt(void *argument)
{
    struct user *user = argument;
    user->asked++;
    user->wrong += pthread_equal(user->thread, pthread_self()) == 0;
    return user->answer;
}

static int32_t call_from_inside(void *argument)
{
    struct user *user = argument;
    user->asked++;
    user->inside = refused(te_get(user->client, "tests"));
    STATUS(user->inside, te_client_unblock_token(user->client));
    STATUS(user->inside, refused(te_client_guard(user->client)));
    return 0;
}

static int32_t free_from_inside(void *argument)
{
    struct user *user = argument;
    user->asked++;
    te_free(user->client);
    return 0;
}

static void note(int32_t level, const char *text, void *argument)
{
    struct user *user = argument;
    user->told++;
    user->wrong += level < TE_LOG_ERROR || level > TE_LOG_DEBUG || strlen(text) == 0 || strchr(text, '\n') != NULL;
    user->wrong += strstr(text, GOOD_TOKEN) != NULL || strstr(text, BAD_TOKEN) != NULL;
    user->wrong += pthread_equal(user->thread, pthread_self()) == 0;
}

static void call_from_log(int32_t level, const char *text, void *argument)
{
    struct user *user = argument;
    (void)level, (void)text;
    user->told++;
    user->inside = refused(te_get(user->client, "tests"));
}

static void keep(const char *token, const char *valid_until, void *argument)
{
    struct user *user = argument;
    user->told++;
    user->wrong += strlen(token) < 10 || strcmp(token, GOOD_TOKEN) == 0;
    user->wrong += valid_until == NULL || strlen(valid_until) < 20;
    user->wrong += pthread_equal(user->thread, pthread_self()) == 0;
    user->inside = refused(te_get(user->client, "tests"));
}

/* A new token, which the client goes on with. */
static void rotation(struct user *user)
{
    te_response *response;
    memset(user, 0, sizeof *user);
    user->thread = pthread_self();
    user->client = good_client();
    about("a rotation that nobody takes");
    STATUS(TE_E_INVALID_ARGUMENT, refused(te_client_rotate_token(user->client, NULL, NULL)));
    about("a new token");
    response = te_client_rotate_token(user->client, keep, user);
    NUMBER(201, te_response_http_status(response));
    STATUS(TE_OK, outcome(response));
    NUMBER(1, user->told);
    NUMBER(0, user->wrong);
    STATUS(TE_E_INVALID_ARGUMENT, user->inside);
    STATUS(TE_OK, outcome(te_get(user->client, "tests")));
    about("a third token");
    STATUS(TE_E_HTTP, outcome(te_client_rotate_token(user->client, keep, user)));
    NUMBER(1, user->told);
    te_free(user->client);
}

/* Makes one call with these callbacks; a `token` of NULL is none. */
static te_status called_back(struct user *user, const char *token, te_interrupt ask, te_log tell)
{
    te_options *options = options_of_stand_in();
    te_response *response;
    user->thread = pthread_self();
    user->asked = user->told = user->wrong = 0;
    user->inside = TE_OK;
    STATUS(TE_OK, te_options_set_interrupt(options, ask, user));
    STATUS(TE_OK, te_options_set_log(options, tell, user));
    user->client = te_client_new(token, options);
    te_free(options);
    response = te_get(user->client, "slow?ms=250");
    te_free(user->client);
    return outcome(response);
}

void callbacks(void)
{
    struct user user = {0};
    about("callbacks that look on");
    STATUS(TE_OK, called_back(&user, GOOD_TOKEN, interrupt, note));
    TRUE(user.asked >= 2 && user.told >= 1);
    NUMBER(0, user.wrong);
    about("a log that hears of a rejection");
    STATUS(TE_E_TOKEN_REFUSED, called_back(&user, BAD_TOKEN, NULL, note));
    TRUE(user.told >= 1);
    NUMBER(0, user.wrong);
    about("an interrupt that cancels");
    user.answer = INT32_MIN;
    STATUS(TE_E_CANCELLED, called_back(&user, GOOD_TOKEN, interrupt, NULL));
    NUMBER(1, user.asked);
    user.answer = 0;
    about("no callbacks");
    STATUS(TE_OK, called_back(&user, GOOD_TOKEN, NULL, NULL));
    NUMBER(0, user.asked + user.told);
    about("an interrupt that makes a call");
    STATUS(TE_OK, called_back(&user, GOOD_TOKEN, call_from_inside, NULL));
    TRUE(user.asked > 0);
    STATUS(TE_E_INVALID_ARGUMENT, user.inside);
    about("a log that makes a call");
    STATUS(TE_OK, called_back(&user, GOOD_TOKEN, NULL, call_from_log));
    TRUE(user.told > 0);
    STATUS(TE_E_INVALID_ARGUMENT, user.inside);
    about("an interrupt that frees its client");
    STATUS(TE_OK, called_back(&user, GOOD_TOKEN, free_from_inside, NULL));
    TRUE(user.asked > 0);
    rotation(&user);
    about("callbacks, after all that");
    NUMBER(0, te_live_handles());
}
