/*
 * libthousandeyes: calls to the Cisco ThousandEyes v7 API that cannot get an account locked or an address blocked.
 * Independent; not made or endorsed by Cisco. Written by cbindgen from src/ffi; do not edit.
 *
 * Rules that hold for every function:
 *   - No constructor and no call returns NULL. What went wrong is in the handle: te_status_of, te_message.
 *   - A handle is a checked ticket, not an address. NULL, a freed handle, one of another kind, one cut to 32 bits or an
 *     invented one is TE_E_BAD_HANDLE, never a crash. Store handles as pointers, never as int.
 *   - What a function returns as T * is yours: te_free it, in any order. const char * is borrowed: it lives as long as
 *     the handle it came from and must not be freed.
 *   - const T * arguments: many threads at once. T * arguments: one thread at a time, but for te_free.
 *   - Strings are UTF-8 and end with NUL; they are copied. NULL or another encoding is TE_E_INVALID_ARGUMENT unless the
 *     function says what NULL means. Options and calls are copied when they are used.
 *   - Setters check the text, te_client_new and te_perform what it says. The environment is read by te_client_new.
 *   - A rejected token is not sent again by any program that shares the state directory, but for one probe after 15, 30,
 *     60 minutes and so on; after 1, 5, 15, 30, 60 if it was accepted before. A token that was not accepted within the
 *     last 10 minutes goes alone, and at most 16 requests of one token go at once: other calls wait, inside their time.
 *   - Redirects are not followed. A rate limit is waited for, inside the call's time, and the call is made again.
 *   - Callbacks run on the thread that makes the call, of several threads at once. They must not throw, longjmp or end
 *     the thread. Inside, te_free and the cancels may be used; everything that calls or asks the guard is refused.
 *   - After fork() a child may use the clients it has, over connections of its own; not options, calls, pages and
 *     responses that another thread was using at that moment. Do not fork from a callback, nor from a signal handler.
 *   - Durations are milliseconds.
 *   - te_status: 0 success; above 0 success with news; below 0 failure. Messages never hold a secret.
 */


#ifndef THOUSANDEYES_H
#define THOUSANDEYES_H

#include <stddef.h>
#include <stdint.h>

// Nothing to do: it worked.
#define TE_KIND_OK 0

// Stop; a person must look after the token or the account.
#define TE_KIND_TOKEN 1

// Wait for te_response_retry_after_ms, then call again.
#define TE_KIND_WAIT 2

// The network or the server had a fault: it may work later.
#define TE_KIND_RETRY 3

// The call itself is wrong, or not allowed.
#define TE_KIND_REQUEST 4

// Something on this machine is wrong: settings, memory, a handle; or the call was cancelled.
#define TE_KIND_LOCAL 5

// The version of the C interface; it changes only when programs must be built anew.
#define TE_ABI_VERSION 0

// Nothing is there, or the body is not JSON.
#define TE_JSON_ABSENT 0

// null.
#define TE_JSON_NULL 1

// true or false.
#define TE_JSON_BOOL 2

// A number.
#define TE_JSON_NUMBER 3

// A string.
#define TE_JSON_STRING 4

// An array.
#define TE_JSON_ARRAY 5

// An object.
#define TE_JSON_OBJECT 6

// Something failed and a person must act.
#define TE_LOG_ERROR 1

// Something a person should know.
#define TE_LOG_WARN 2

// A wait, a retry.
#define TE_LOG_INFO 3

// One line a call.
#define TE_LOG_DEBUG 4

// A call to be made, once or often. Freed with te_free; copied when it is performed. A failed setter sticks, as with
// te_options.
typedef struct te_call te_call;

// One token at one origin. Freed with te_free; used by many threads at once.
typedef struct te_client te_client;

// Settings of a client. Freed with te_free; copied when a client is made. After a setter failed nothing changes any
// more: every later one returns that failure, and so does the client made from them.
typedef struct te_options te_options;

// The pages of a list, read one by one. Freed with te_free; lives on when its client and call are freed.
typedef struct te_pages te_pages;

// What came of a call. Freed with te_free; what it lends lives as long.
typedef struct te_response te_response;

// What became of a call: 0 success, above 0 success with news, below 0 failure.
typedef int32_t te_status;

// Given a new token and the time until which it is valid (NULL: not told), both borrowed for the time of the call, on
// the caller's own thread. Inside, what calls the API or asks the guard is refused.
typedef void (*te_new_token)(const char *token, const char *valid_until, void *user);

// Called while a call blocks or waits, at least every 100 ms, on the caller's own thread. Not 0 cancels the call.
// Inside, what calls the API or asks the guard is refused.
typedef int32_t (*te_interrupt)(void *user);

// Given one line of text, on the caller's own thread, with no lock held. `level` is one of TE_LOG_*. `text` is
// borrowed for the time of the call. Inside, what calls the API or asks the guard is refused.
typedef void (*te_log)(int32_t level, const char *text, void *user);

// It worked.
#define TE_OK 0

// There is no further page.
#define TE_DONE 1

// A bulk operation (HTTP 207) worked for some items only, or the answer does not say of each: te_message tells, and
// the body has it all.
#define TE_PARTIAL 2

// This call got a 401, and the token was never accepted before.
#define TE_E_UNAUTHORIZED -100

// This call got a 401 although the token was accepted before: the account may be locked.
#define TE_E_LOCKOUT_SUSPECTED -101

// Nothing was sent: the token was answered 401 earlier.
#define TE_E_TOKEN_REFUSED -102

// Nothing was sent: the token is not one that could be accepted.
#define TE_E_BAD_TOKEN -103

// There is no token.
#define TE_E_NO_TOKEN -104

// Nothing was sent: too many 401 answers within the hour.
#define TE_E_BUDGET_EXHAUSTED -200

// The API answers this source IP with 429.
#define TE_E_SOURCE_IP_BLOCKED -201

// A rate limit was reached, and its window is longer than the call's time.
#define TE_E_RATE_LIMITED -202

// The host name was not found.
#define TE_E_DNS -300

// No connection could be made to the host or to its proxy, or it was cut before TLS was agreed.
#define TE_E_CONNECT -301

// No TLS session: certificate or protocol.
#define TE_E_TLS -302

// The proxy refused (HTTP 403 and 407 among others) or is none, or its setting is wrong.
#define TE_E_PROXY -303

// The call's time was over.
#define TE_E_TIMEOUT -304

// The connection broke.
#define TE_E_IO -305

// The answer is not one that the API gives, such as a proxy's web page. The request may have been carried out.
#define TE_E_BAD_RESPONSE -306

// A fault of the server, or of a gateway before it (HTTP 500 to 599). The request may have been carried out.
#define TE_E_SERVER -307

// Refused with an HTTP status that has none of its own here, such as 400, 409, 415 or a redirect.
#define TE_E_HTTP -400

// HTTP 403: the role of the token's user lacks a permission; te_message names it where the API's reference does. No
// verdict on the token.
#define TE_E_FORBIDDEN -401

// HTTP 404: there is no such resource.
#define TE_E_NOT_FOUND -402

// The body, of the request or of the answer, is larger than the limit; te_response_sent says which.
#define TE_E_TOO_LARGE -403

// Nothing was sent: the URL is of another origin, and the token is not for it.
#define TE_E_FOREIGN_LINK -404

// Nothing was sent: an argument is wrong.
#define TE_E_INVALID_ARGUMENT -405

// The caller cancelled.
#define TE_E_CANCELLED -500

// Not a live handle of the right kind.
#define TE_E_BAD_HANDLE -501

// Out of memory.
#define TE_E_NO_MEMORY -502

// A fault in this library.
#define TE_E_PANIC -503

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The name of a status, such as "TE_E_UNAUTHORIZED"; "TE_E_UNKNOWN" for a number that is none. Static, never NULL.
const char *te_status_name(te_status status);

// What to do about a status: one of TE_KIND_*. A failure with a number that this version does not know: TE_KIND_LOCAL.
int32_t te_status_kind(te_status status);

// The version of the library, such as "0.1.0". Static, never NULL.
const char *te_version(void);

// TE_ABI_VERSION as the library was built with: compare it with the header's.
int32_t te_abi_version(void);

// Frees a handle of any kind. NULL and a handle that was freed already are fine. A handle that another thread uses
// lives until that call ends; freeing a client does not end its calls.
void te_free(void *handle);

// How many handles are alive in this process: 0 when everything was freed.
int64_t te_live_handles(void);

// The status of a client, response, options, call or pages. TE_E_BAD_HANDLE for what is none.
//
// A client's never changes after its creation; that of options and calls is their first failed setter's, that of pages
// their last te_pages_next's.
te_status te_status_of(const void *handle);

// One line for a person: what happened, whether anything was sent, what to do next. "" with TE_OK; never NULL, never
// a secret. Borrowed from the handle; for a bad handle it says what is wrong with it, and is static.
const char *te_message(const void *handle);

// A client for a token. `token` NULL: $TE_TOKEN, else the file $TE_TOKEN_FILE. `options` NULL: defaults. Touches no
// network. A client that could not be made answers every call with its error; see te_status_of.
te_client *te_client_new(const char *token, const te_options *options);

// GET a path ("tests", "/tests?max=10", "/v7/tests") or an absolute URL of the same origin. Blocks at most for the
// client's timeout.
te_response *te_get(const te_client *client, const char *path);

// A call of any method (GET, POST, PUT, PATCH, DELETE) with a JSON body; `body` NULL and `length` 0: none. GET and
// DELETE take none. A body is at most 64 MiB. Blocks at most for the client's timeout.
te_response *te_request(const te_client *client,
                        const char *method,
                        const char *path,
                        const void *body,
                        size_t length);

// Makes a call. Blocks at most for the call's timeout, or else for the client's.
te_response *te_perform(const te_client *client, const te_call *call);

// Ends all calls of a client, present and later, within about 100 ms. For shutdown: there is no way back but a new
// client. From any thread or signal handler; one handler may cancel at most 64 handles.
void te_client_cancel(const te_client *client);

// A person says: try this token once more now, although it was rejected; a block of this source IP is forgotten too.
// At most 3 times an hour, then TE_E_TOKEN_REFUSED; where nothing holds the token back it is TE_OK and nothing is used
// up. Why not is told to the log.
te_status te_client_unblock_token(const te_client *client);

// Makes a new token for the user of the client's token (POST /api-tokens), and the client goes on with it; the old one
// is valid for at most 14 days more. `keep` is given the new token before anything else can fail: it stands nowhere
// else but in the response's body. `keep` NULL: TE_E_INVALID_ARGUMENT, nothing is sent. `user` is handed to it.
//
// One request is sent at most, whatever becomes of it. When its answer was lost the message says that a new token may
// exist that nobody has. TE_E_HTTP with status 409: two tokens of the user are active already.
te_response *te_client_rotate_token(const te_client *client,
                                    te_new_token keep,
                                    void *user);

// What the guard knows of the client's token and of its source IP, as the JSON body of a response. Asks nobody. Its
// members: docs/c.md, "What is known".
te_response *te_client_guard(const te_client *client);

// The HTTP status code; 0 when no answer came.
int32_t te_response_http_status(const te_response *response);

// Whether the request reached the wire: 1 yes, 0 no, -1 perhaps, or this is no live response. May a POST be repeated?
// After 0 it may.
int32_t te_response_sent(const te_response *response);

// The body, unpacked; never NULL. One NUL follows it. `length` may be NULL.
const char *te_response_body(const te_response *response, size_t *length);

// The value of the first header of that name, in any case; NULL when there is none.
const char *te_response_header(const te_response *response, const char *name);

// How many headers there are.
int32_t te_response_header_count(const te_response *response);

// The name of a header in lower case, counted from 0; NULL past the last.
const char *te_response_header_name(const te_response *response, int32_t index);

// The value of a header, counted from 0; NULL past the last.
const char *te_response_header_value(const te_response *response, int32_t index);

// When calling again is worth it, in milliseconds; also when the call was refused here. -1: not known.
int64_t te_response_retry_after_ms(const te_response *response);

// How many requests a window of a rate limit allows; -1 when the answer did not tell. `name` is "organization" for
// the headers `X-Organization-Rate-Limit-*`, and so on; NULL: the limit of which the least is left.
int64_t te_response_rate_limit(const te_response *response, const char *name);

// How many requests this window of a rate limit still allows; -1 when the answer did not tell. `name` as above.
int64_t te_response_rate_limit_remaining(const te_response *response, const char *name);

// How many milliseconds this window of a rate limit lasts from the answer on, by the server's own clock; -1 when the
// answer did not tell. `name` as above.
int64_t te_response_rate_limit_reset_ms(const te_response *response, const char *name);

// The string at a pointer; true and false as JSON writes them, a number digit for digit as it came. `fallback` (which
// may be NULL) when nothing, null, an array or an object is there, or a string with U+0000 inside. Borrowed from the
// response.
const char *te_response_json_string(const te_response *response, const char *pointer, const char *fallback);

// The whole number at a pointer, written without fraction and exponent; a string of decimal digits, with a sign or
// without, counts, since the API's ids are strings. `fallback` when it is none or does not fit.
int64_t te_response_json_int64(const te_response *response, const char *pointer, int64_t fallback);

// The number at a pointer, or `fallback`.
double te_response_json_double(const te_response *response, const char *pointer, double fallback);

// 1 for true and 0 for false at a pointer, or `fallback`.
int32_t te_response_json_bool(const te_response *response, const char *pointer, int32_t fallback);

// How many elements the array, or members the object, at a pointer has; -1 when it is neither.
int64_t te_response_json_count(const te_response *response, const char *pointer);

// The name of a member of the object at a pointer, counted from 0 in the document's order; NULL past the last, when no
// object is there, and for a name with U+0000 inside. In a pointer, write ~0 for ~ and ~1 for / in it. Borrowed from
// the response.
const char *te_response_json_name(const te_response *response,
                                  const char *pointer,
                                  int64_t index);

// The JSON text of the value at a pointer, as it stands in the body, and its length: for a parser of your own. NULL,
// and length 0, when nothing is there. It is a part of the body: what follows it is not NUL. Borrowed from the
// response.
const char *te_response_json_raw(const te_response *response, const char *pointer, size_t *length);

// The pointer of the array that holds a page's items: "" where the document is an array, else that of its member `key`
// ("/tests"), and with `key` NULL that of its only member that is an array. NULL when there is none, or several.
// Borrowed from the response.
const char *te_response_json_items(const te_response *response,
                                   const char *key);

// What stands at a pointer: one of TE_JSON_*.
int32_t te_response_json_type(const te_response *response, const char *pointer);

// A call of a method (GET, POST, PUT, PATCH, DELETE) on a path or a URL of the same origin.
te_call *te_call_new(const char *method, const char *path);

// Adds a query parameter, beside one of that name; name and value are percent-encoded.
te_status te_call_set_query(te_call *call, const char *name, const char *value);

// Sets a header, in place of one of that name. Authorization, Host and those that frame the message are the library's
// own.
te_status te_call_set_header(te_call *call, const char *name, const char *value);

// Sets the body and its content type; NULL: application/json. Not for GET and DELETE.
te_status te_call_set_body(te_call *call, const void *body, size_t length, const char *content_type);

// Account group id of this call instead of the client's; "": the user's login account group. A path or query that
// names another (aid) makes the call TE_E_INVALID_ARGUMENT.
te_status te_call_set_account_group(te_call *call, const char *id);

// Time of this call in milliseconds, waits included, instead of the client's; more than 0.
te_status te_call_set_timeout_ms(te_call *call, int64_t milliseconds);

// Ends this call on whatever thread it is, within about 100 ms, and every later use of it. From any thread or signal
// handler; one handler may cancel at most 64 handles.
void te_call_cancel(const te_call *call);

// The pages of a list, from a path as te_get takes it. Sends nothing yet. Pages that could not be made answer every
// te_pages_next with their error; see te_status_of.
te_pages *te_pages_new(const te_client *client, const char *path);

// The pages that begin with a call of GET or POST: the API's filters page through POST. Each page is made with the
// call's body, headers, account group and time, the first with its query: the links have theirs. The call is copied;
// te_call_cancel of it ends these pages too.
te_pages *te_pages_of_call(const te_client *client, const te_call *call);

// Reads the next page: TE_OK; after the last TE_DONE, with no body. Loop while the response's te_status_of is at least 0
// and not TE_DONE. Blocks as te_perform does.
//
// A page that failed is asked for again by the next te_pages_next, after as long as the failure's
// te_response_retry_after_ms says, or else 1 s. The third failure in a row is final, and so is a link that leads to
// another origin or to a page read before: every later call gives the same error, after 1 s.
te_response *te_pages_next(te_pages *pages);

// Default options.
te_options *te_options_new(void);

// Base URL of the API, with or without /v7. Default: $TE_BASE_URL, else $TE_API_ENDPOINT, else
// https://api.thousandeyes.com. Plain http only for loopback.
te_status te_options_set_base_url(te_options *options, const char *url);

// Directory through which programs share what they know of tokens; "": in memory only. Made if it is not there. It
// may be shared by a group (mode 2770). Default: $TE_STATE_DIR, else the first of $STATE_DIRECTORY, else the user's
// own state directory. What cannot be used is passed over for the next, and te_client_guard says why.
te_status te_options_set_state_dir(te_options *options, const char *path);

// Account group id (the API's aid) for every call that does not name one itself, in its path for example; "": the
// user's login account group. Default: $TE_AID.
te_status te_options_set_account_group(te_options *options, const char *id);

// Name and version of the program, put in front of the library's own User-Agent. Visible ASCII. Default: none.
te_status te_options_set_user_agent(te_options *options, const char *text);

// Time of a whole call in milliseconds, waits included; more than 0. Default: 120,000.
te_status te_options_set_timeout_ms(te_options *options, int64_t milliseconds);

// The largest unpacked body in bytes; a larger one is TE_E_TOO_LARGE, never cut. Default: 64 MiB.
te_status te_options_set_body_limit(te_options *options, int64_t bytes);

// The most 401 answers in 60 minutes, 1 to 110, before nothing more is sent; requests that were never answered count
// as such. Tokens that were never accepted share half of it, probes of rejected ones a quarter. Default: 36.
te_status te_options_set_unauthorized_budget(te_options *options, int32_t answers);

// How often a GET that was answered 502, 503 or 504 is sent again inside its time, with growing pauses; 0 to 10.
// Default: 2.
te_status te_options_set_retries(te_options *options, int32_t retries);

// 1 (the default): a call waits for the API's rate limits inside its time, and is sent again after a 429 of one. 0: it
// fails at once with TE_E_RATE_LIMITED, and te_response_retry_after_ms says for how long.
te_status te_options_set_wait_for_rate_limits(te_options *options,
                                              int32_t wait);

// PEM file of certificate authorities to trust beside the system's, for proxies that inspect TLS, or a directory of such
// files. Default: none. What stands in for the system's store itself: $SSL_CERT_FILE, $SSL_CERT_DIR.
te_status te_options_set_ca_file(te_options *options,
                                 const char *path);

// The certificate that the client shows to a server which asks for one, and those that lead to its authority, in a PEM
// file; `key_path` is the PEM file of its private key, not encrypted; NULL: the same file. Never shown to a proxy.
// Default: none.
te_status te_options_set_client_certificate(te_options *options,
                                            const char *certificate_path,
                                            const char *key_path);

// Proxy URL: http://user:password@proxy.example.com:8080, https://... or socks5://...; "": no proxy. What is not a letter
// or a digit in user and password is percent-encoded. Default: $HTTPS_PROXY, else $ALL_PROXY, in lower case too, else
// what Windows is set to, with the exceptions of $NO_PROXY: hosts, domains, addresses, networks (10.0.0.0/8), "*".
// Loopback never goes through one.
te_status te_options_set_proxy(te_options *options,
                               const char *url);

// Time to connect in milliseconds, name lookup and TLS included; more than 0. Default: 10,000.
te_status te_options_set_connect_timeout_ms(te_options *options, int64_t milliseconds);

// The longest silence of a connection in milliseconds while an answer is awaited or read; more than 0. The call then
// ends with TE_E_TIMEOUT. Default: 60,000.
te_status te_options_set_idle_timeout_ms(te_options *options, int64_t milliseconds);

// What to ask while a call blocks; NULL: nothing. `user` is handed to the callback and must outlive the client and its pages.
te_status te_options_set_interrupt(te_options *options,
                                   te_interrupt callback,
                                   void *user);

// Whom to tell what happens; NULL: standard error, down to the level that $TE_LOG names (error, warn, info, debug), and
// nobody when it names none.
// `user` is handed to the callback and must outlive the client and its pages.
te_status te_options_set_log(te_options *options,
                             te_log callback,
                             void *user);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* THOUSANDEYES_H */
