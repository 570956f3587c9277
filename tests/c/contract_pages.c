/* Lists: whole, failing in the middle, and used against the rules. What the stand-in answers is in
 * tests/support/contract.rs. */
#include "contract.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static te_client *client;

/* As the header says a list is read; counts the items and stops at what is not a page. */
static te_status read_all(te_pages *list, int64_t *items)
{
    te_response *page = te_pages_next(list);
    te_status status;
    while ((status = te_status_of(page)) >= TE_OK && status != TE_DONE) {
        const char *at = te_response_json_items(page, NULL);
        TRUE(at != NULL);
        *items += te_response_json_count(page, at);
        STATUS(TE_OK, te_status_of(list));
        te_free(page);
        page = te_pages_next(list);
    }
    STATUS(status, te_status_of(list));
    TEXT(te_message(list), te_message(page));
    if (status == TE_DONE) {
        NUMBER(0, te_response_http_status(page));
        NUMBER(0, te_response_sent(page));
        TEXT("", te_response_body(page, NULL));
    }
    return outcome(page);
}

static void whole(void)
{
    te_pages *list = te_pages_new(client, "tests?max=1");
    te_call *call = te_call_new("POST", "endpoint/agents/filter");
    int64_t items = 0;
    about("a list of three pages");
    STATUS(TE_OK, te_status_of(list));
    STATUS(TE_DONE, read_all(list, &items));
    NUMBER(3, items);
    STATUS(TE_DONE, refused(te_pages_next(list)));
    STATUS(TE_DONE, outcome(list));
    about("a filter, its call changed and freed meanwhile");
    STATUS(TE_OK, te_call_set_body(call, "{}", 2, NULL));
    STATUS(TE_OK, te_call_set_query(call, "max", "2"));
    list = te_pages_of_call(client, call);
    STATUS(TE_E_INVALID_ARGUMENT, te_call_set_header(call, "Host", "x"));
    te_free(call);
    items = 0;
    STATUS(TE_DONE, read_all(list, &items));
    NUMBER(3, items);
    te_free(list);
    about("a method that reads no list");
    call = te_call_new("DELETE", "tests/1");
    list = te_pages_of_call(client, call);
    STATUS(TE_E_INVALID_ARGUMENT, te_status_of(list));
    STATUS(TE_E_INVALID_ARGUMENT, refused(te_pages_next(list)));
    te_free(call);
    te_free(list);
}

/* What came before is the program's; the error names the page; asking again goes on. */
static void failing(void)
{
    te_client *own = good_client();
    te_pages *list = te_pages_new(own, "list");
    int64_t items = 0;
    const char *message;
    char kept[1000];
    te_response *first, *page;
    about("a list whose second page fails twice");
    te_free(own);
    first = te_pages_next(list);
    NUMBER(1, te_response_json_int64(first, "/items/0/id", 0));
    page = te_pages_next(list);
    STATUS(TE_E_SERVER, te_status_of(page));
    NUMBER(500, te_response_http_status(page));
    message = te_message(list);
    TRUE(strstr(te_message(page), "Page 2 (GET /v7/list?page=2): ") == te_message(page));
    TEXT(te_message(page), message);
    snprintf(kept, sizeof kept, "%s", message);
    STATUS(TE_E_SERVER, outcome(page));
    STATUS(TE_E_SERVER, outcome(te_pages_next(list)));
    STATUS(TE_E_SERVER, te_status_of(list));
    NUMBER(1, te_response_json_int64(first, "/items/0/id", 0));
    STATUS(TE_DONE, read_all(list, &items));
    NUMBER(2, items);
    TEXT("", te_message(list));
    /* Against the rules, and no crash. */
    TEXT(kept, message);
    te_free(list);
    STATUS(TE_OK, outcome(first));
}

static void without_end(void)
{
    const struct {
        const char *path;
        te_status expected;
    } rows[] = {{"circle", TE_E_BAD_RESPONSE}, {"away", TE_E_FOREIGN_LINK}};
    size_t row;
    for (row = 0; row < LENGTH(rows); row++) {
        te_pages *list = te_pages_new(client, rows[row].path);
        int64_t items = 0;
        about("links of %s", rows[row].path);
        STATUS(rows[row].expected, read_all(list, &items));
        NUMBER(1, items);
        STATUS(rows[row].expected, refused(te_pages_next(list)));
        te_free(list);
    }
}

enum { THREADS = 4 };

struct reader {
    te_pages *list;
    int pages, done, refused, other;
};

static void *read_on(void *argument)
{
    struct reader *reader = argument;
    while (reader->done + reader->other == 0) {
        te_response *page = te_pages_next(reader->list);
        te_status status = te_status_of(page);
        const char *message = te_message(reader->list);
        TRUE(strlen(message) < 2000);
        switch (status) {
        case TE_OK: reader->pages++; break;
        case TE_DONE: reader->done++; break;
        case TE_E_INVALID_ARGUMENT: reader->refused++; break;
        default: reader->other++; fprintf(stderr, "%s\n", te_message(page)); break;
        }
        te_free(page);
    }
    return NULL;
}

/* Against the rules: each page comes once all the same, and who comes in between is told. */
static void by_several_threads(void)
{
    te_pages *list = te_pages_new(client, "tests?max=1");
    pthread_t threads[THREADS];
    struct reader readers[THREADS];
    int i, count = 0;
    about("pages read by %d threads at once", THREADS);
    for (i = 0; i < THREADS; i++) {
        memset(&readers[i], 0, sizeof readers[i]);
        readers[i].list = list;
        TRUE(pthread_create(&threads[i], NULL, read_on, &readers[i]) == 0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        count += readers[i].pages;
        NUMBER(1, readers[i].done);
        NUMBER(0, readers[i].other);
    }
    NUMBER(3, count);
    te_free(list);
}

struct inside {
    te_pages *list, *other;
    int asked;
};

static int32_t read_from_inside(void *argument)
{
    struct inside *inside = argument;
    inside->asked++;
    STATUS(TE_E_INVALID_ARGUMENT, refused(te_pages_next(inside->list)));
    STATUS(TE_E_INVALID_ARGUMENT, refused(te_pages_next(inside->other)));
    return 0;
}

static void from_a_callback(void)
{
    te_options *options = options_of_stand_in();
    struct inside inside = {NULL, NULL, 0};
    int64_t items = 0;
    te_client *own;
    about("pages read from inside a callback");
    te_options_set_interrupt(options, read_from_inside, &inside);
    own = te_client_new(GOOD_TOKEN, options);
    te_free(options);
    inside.list = te_pages_new(own, "tests?max=1");
    inside.other = te_pages_new(client, "tests?max=1");
    STATUS(TE_DONE, read_all(inside.list, &items));
    NUMBER(3, items);
    TRUE(inside.asked > 0);
    te_client_cancel(own);
    te_free(own);
    te_free(inside.list);
    items = 0;
    STATUS(TE_DONE, read_all(inside.other, &items));
    NUMBER(3, items);
    te_free(inside.other);
}

static void cancelled(void)
{
    te_client *own = good_client();
    te_call *call = te_call_new("GET", "tests?max=1");
    te_pages *by_call = te_pages_of_call(own, call);
    te_pages *by_client = te_pages_new(own, "tests?max=1");
    about("pages that are cancelled");
    STATUS(TE_OK, outcome(te_pages_next(by_call)));
    STATUS(TE_OK, outcome(te_pages_next(by_client)));
    te_call_cancel(call);
    STATUS(TE_E_CANCELLED, refused(te_pages_next(by_call)));
    STATUS(TE_OK, outcome(te_pages_next(by_client)));
    te_client_cancel(own);
    STATUS(TE_E_CANCELLED, refused(te_pages_next(by_client)));
    te_free(call);
    te_free(own);
    te_free(by_call);
    te_free(by_client);
}

void pages(void)
{
    client = good_client();
    whole();
    failing();
    without_end();
    by_several_threads();
    from_a_callback();
    cancelled();
    te_free(client);
    about("pages, after all that");
    NUMBER(0, te_live_handles());
}
