/*
 * Rust's std comes built without ThreadSanitizer, which so does not see a lock taken where a thread had to wait for it:
 * the fast path is compiled into the caller, the rest is in std. The linker's --wrap puts these before the functions of
 * std in which that happens; each tells what std did. tests/thread_sanitizer finds the names.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

/* The linker's name for std's own function, and for what is called in its place. */
#define REAL(symbol) __asm__("__real_" symbol)
#define WRAP(symbol) __asm__("__wrap_" symbol)

void real_lock(void *mutex) REAL(LOCK_CONTENDED);
void lock(void *mutex) WRAP(LOCK_CONTENDED);
void lock(void *mutex)
{
    real_lock(mutex);
    __tsan_acquire(mutex);
}

void real_read(void *lock) REAL(READ_CONTENDED);
void read_lock(void *lock) WRAP(READ_CONTENDED);
void read_lock(void *lock)
{
    real_read(lock);
    __tsan_acquire(lock);
}

void real_write(void *lock) REAL(WRITE_CONTENDED);
void write_lock(void *lock) WRAP(WRITE_CONTENDED);
void write_lock(void *lock)
{
    real_write(lock);
    __tsan_acquire(lock);
}

void real_wait(void *condvar, void *mutex) REAL(CONDVAR_WAIT);
void condvar_wait(void *condvar, void *mutex) WRAP(CONDVAR_WAIT);
void condvar_wait(void *condvar, void *mutex)
{
    __tsan_release(mutex);
    real_wait(condvar, mutex);
    __tsan_acquire(mutex);
}

bool real_wait_timeout(void *condvar, void *mutex, uint64_t seconds, uint32_t nanos) REAL(CONDVAR_WAIT_TIMEOUT);
bool condvar_wait_timeout(void *condvar, void *mutex, uint64_t seconds, uint32_t nanos) WRAP(CONDVAR_WAIT_TIMEOUT);
bool condvar_wait_timeout(void *condvar, void *mutex, uint64_t seconds, uint32_t nanos)
{
    bool signalled;

    __tsan_release(mutex);
    signalled = real_wait_timeout(condvar, mutex, seconds, nanos);
    __tsan_acquire(mutex);
    return signalled;
}

/*
 * What runs once is a &mut dyn FnMut: data and a table of functions, of which the fifth is the call. Its end has to be
 * told before std lets others go on.
 */
struct once {
    void *once;
    void *data;
    void (*const *table)(void *, void *);
};

static void run_once(void *given, void *state)
{
    struct once *self = given;

    self->table[4](self->data, state);
    __tsan_release(self->once);
}

void real_once(void *once, bool poisoned, void *data, void (*const *table)(void *, void *)) REAL(ONCE_CALL);
void once(void *once, bool poisoned, void *data, void (*const *table)(void *, void *)) WRAP(ONCE_CALL);
void once(void *once, bool poisoned, void *data, void (*const *table)(void *, void *))
{
    struct once self = {once, data, table};
    void (*const own[])(void *, void *) = {NULL, NULL, NULL, NULL, run_once};

    real_once(once, poisoned, &self, own);
    __tsan_acquire(once);
}

/* The end of a scoped thread: three words, one of which is the counter that the scope's owner looks at. */
void real_scope_end(void *scope, bool panicked) REAL(SCOPE_END);
void scope_end(void *scope, bool panicked) WRAP(SCOPE_END);
void scope_end(void *scope, bool panicked)
{
    size_t word;

    for (word = 0; word < 3; word++) {
        __tsan_release((uint64_t *)scope + word);
    }
    real_scope_end(scope, panicked);
}

/* Who drops the last of an Arc counts down with Release, and at zero makes a fence, which the sanitizer does not know. */
uint64_t real_fetch_sub(volatile uint64_t *number, uint64_t by, int order) REAL("__tsan_atomic64_fetch_sub");
uint64_t fetch_sub(volatile uint64_t *number, uint64_t by, int order) WRAP("__tsan_atomic64_fetch_sub");
uint64_t fetch_sub(volatile uint64_t *number, uint64_t by, int order)
{
    uint64_t before = real_fetch_sub(number, by, order);

    if (order == __ATOMIC_RELEASE && before == by) {
        __tsan_acquire((void *)number);
    }
    return before;
}
