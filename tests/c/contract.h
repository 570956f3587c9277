/* What the parts of the contract's test share. Each part calls the library wrongly and checks what it answers. */
#ifndef CONTRACT_H
#define CONTRACT_H

#include <stddef.h>
#include <stdint.h>
#include <thousandeyes.h>

#define GOOD_TOKEN "contract-good-token"
#define BAD_TOKEN "contract-bad-token"
#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* The stand-in of the API: what clients without options use too, since it is in the environment. */
extern const char *base_url;

/* Names the case that the next checks are about. */
void about(const char *format, ...);

/* The status of a handle, whose message must fit it, and frees it. */
te_status outcome(void *handle);

/* The same of a response to a call that must not have reached the wire. */
te_status refused(te_response *response);

/* A client of the good token, and options that lead to the stand-in. */
te_client *good_client(void);
te_options *options_of_stand_in(void);

#define TRUE(condition) check((condition) != 0, __FILE__, __LINE__, #condition)
#define STATUS(expected, call) check_status(expected, call, __FILE__, __LINE__, #call)
#define NUMBER(expected, call) check_number(expected, call, __FILE__, __LINE__, #call)
#define TEXT(expected, call) check_text(expected, call, __FILE__, __LINE__, #call)

void check(int holds, const char *file, int line, const char *what);
void check_status(te_status expected, te_status found, const char *file, int line, const char *what);
void check_number(int64_t expected, int64_t found, const char *file, int line, const char *what);
/* Either may be NULL. */
void check_text(const char *expected, const char *found, const char *file, int line, const char *what);

void handles(void);
void strings(void);
void numbers(void);
void calls(void);
void callbacks(void);
void pages(void);

#endif
