/* Memory region of one request: everything allocated in it dies together. */
#ifndef ARENA_H
#define ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Make a region that may hold limit_bytes.  Aborts when the system has no memory. */
struct arena *arena_new(size_t limit_bytes);

/* What several arenas of one thread may hold together beyond the first block of each.  An arena that needs more while it is spent is
 * exhausted, like one past its own limit; arenas that live in their first block go on. */
struct arena_budget {
	size_t max_bytes; /* 0: no bound */
	size_t held_bytes;
};
struct arena *arena_new_shared(size_t limit_bytes, struct arena_budget *budget);
bool arena_budget_is_spent(const struct arena_budget *budget);

/* Would n_bytes more exceed what all arenas of the budget may hold?  Then the same request may succeed later. */
bool arena_is_short(const struct arena *arena, size_t n_bytes);

/* Accepts NULL. */
void arena_free(struct arena *arena);

/* Forget every allocation but keep the first block for the next request. */
void arena_reset(struct arena *arena);

/* Forget what was allocated since the mark: for loops over pages whose rows need not outlive their turn. */
struct arena_mark {
	void *block;
	size_t used, used_bytes;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Zeroed, aligned for any type, never NULL.  Past the limit the allocation still succeeds and
 * arena_is_exhausted turns true: loops over input and rows check it and answer with an error, so a
 * large request is refused and the process lives.  Past four times the limit it aborts: a loop forgot. */
void *arena_alloc(struct arena *arena, size_t n_bytes) __attribute__((malloc, returns_nonnull));

/* The same without zeroes, for a caller that writes every byte before anybody reads it. */
void *arena_alloc_raw(struct arena *arena, size_t n_bytes) __attribute__((malloc, returns_nonnull));

/* Make the last allocation, of n_old bytes, one of n_new where it stands; false: it is not the last, or there is no room behind it. */
bool arena_extend(struct arena *arena, const void *bytes, size_t n_old, size_t n_new);

bool arena_is_exhausted(const struct arena *arena);

/* True when n_bytes more stay within the limit: asked before an allocation whose size a message claims. */
bool arena_has_room(const struct arena *arena, size_t n_bytes);
size_t arena_used_bytes(const struct arena *arena);

char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull, nonnull(2)));
char *arena_strndup(struct arena *arena, const char *text, size_t n_bytes) __attribute__((returns_nonnull));
void *arena_memdup(struct arena *arena, const void *bytes, size_t n_bytes) __attribute__((returns_nonnull));
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0), returns_nonnull));

/* One zeroed object, or an array of them. */
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc((arena), sizeof(type) * (size_t)(n)))

#endif
