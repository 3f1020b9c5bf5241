/* Memory region of one request: a chain of blocks, freed or rewound together. */
#include "arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK_BYTES = 64 * 1024, ALIGNMENT = 16, OVERRUN_FACTOR = 4 };

struct block {
	struct block *next;
	size_t capacity;
	size_t used;
	_Alignas(ALIGNMENT) unsigned char bytes[];
};

struct arena {
	struct block *first;
	struct block *current;
	size_t limit_bytes;
	size_t used_bytes;
	size_t n_more; /* bytes of the blocks behind the first */
	struct arena_budget *budget;
};

static struct block *
block_new(size_t capacity)
{
	struct block *block = malloc(sizeof(*block) + capacity);
	if (!block)
		abort();
	block->next = NULL;
	block->capacity = capacity;
	block->used = 0;
	return block;
}

struct arena *
arena_new(size_t limit_bytes)
{
	return arena_new_shared(limit_bytes, NULL);
}

struct arena *
arena_new_shared(size_t limit_bytes, struct arena_budget *budget)
{
	struct arena *arena = malloc(sizeof(*arena));
	if (!arena)
		abort();
	arena->first = arena->current = block_new(FIRST_BLOCK_BYTES);
	arena->limit_bytes = limit_bytes;
	arena->used_bytes = arena->n_more = 0;
	arena->budget = budget;
	return arena;
}

static void
hold_more(struct arena *arena, size_t n_bytes)
{
	arena->n_more += n_bytes;
	if (arena->budget)
		arena->budget->held_bytes += n_bytes;
}

/* Every block behind this one. */
static void
free_behind(struct arena *arena, struct block *last)
{
	struct block *block = last->next;

	while (block) {
		struct block *next = block->next;
		arena->n_more -= block->capacity;
		if (arena->budget)
			arena->budget->held_bytes -= block->capacity;
		free(block);
		block = next;
	}
	last->next = NULL;
}

void
arena_free(struct arena *arena)
{
	if (!arena)
		return;
	arena_reset(arena);
	free(arena->first);
	free(arena);
}

void
arena_reset(struct arena *arena)
{
	free_behind(arena, arena->first);
	arena->first->used = 0;
	arena->current = arena->first;
	arena->used_bytes = 0;
}

struct arena_mark
arena_mark(const struct arena *arena)
{
	return (struct arena_mark){ arena->current, arena->current->used, arena->used_bytes };
}

void
arena_rewind(struct arena *arena, struct arena_mark mark)
{
	struct block *current = mark.block;

	free_behind(arena, current);
	current->used = mark.used;
	arena->current = current;
	arena->used_bytes = mark.used_bytes;
}

static size_t
round_up(size_t n_bytes)
{
	if (n_bytes > SIZE_MAX / 2)
		abort();
	return (n_bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void *
arena_alloc_raw(struct arena *arena, size_t n_bytes)
{
	size_t rounded = round_up(n_bytes);
	struct block *block = arena->current;
	if (block->capacity - block->used < rounded) {
		/* Doubling keeps the number of blocks logarithmic in what a request uses. */
		size_t capacity = block->capacity * 2;
		if (capacity < rounded)
			capacity = rounded;
		block->next = block_new(capacity);
		hold_more(arena, capacity);
		block = arena->current = block->next;
	}
	arena->used_bytes += rounded;
	if (arena->used_bytes / OVERRUN_FACTOR > arena->limit_bytes)
		abort();
	void *bytes = block->bytes + block->used;
	block->used += rounded;
	return bytes;
}

bool
arena_extend(struct arena *arena, const void *bytes, size_t n_old, size_t n_new)
{
	struct block *block = arena->current;
	size_t before = round_up(n_old), n_more = round_up(n_new) - before;

	if (n_new < n_old || block->used < before || block->bytes + (block->used - before) != (const unsigned char *)bytes || block->capacity - block->used < n_more)
		return false;
	(void)arena_alloc_raw(arena, n_more);
	return true;
}

void *
arena_alloc(struct arena *arena, size_t n_bytes)
{
	return memset(arena_alloc_raw(arena, n_bytes), 0, n_bytes);
}

bool
arena_budget_is_spent(const struct arena_budget *budget)
{
	return budget->max_bytes > 0 && budget->held_bytes > budget->max_bytes;
}

bool
arena_is_short(const struct arena *arena, size_t n_bytes)
{
	const struct arena_budget *budget = arena->budget;

	if (!budget || budget->max_bytes == 0)
		return false;
	if (arena_budget_is_spent(budget) && arena->n_more > 0)
		return true;
	bool needs_block = n_bytes > arena->current->capacity - arena->current->used;
	return needs_block && (arena_budget_is_spent(budget) || n_bytes > budget->max_bytes - budget->held_bytes);
}

bool
arena_is_exhausted(const struct arena *arena)
{
	return arena->used_bytes > arena->limit_bytes || arena_is_short(arena, 0);
}

bool
arena_has_room(const struct arena *arena, size_t n_bytes)
{
	return arena->used_bytes <= arena->limit_bytes && n_bytes <= arena->limit_bytes - arena->used_bytes && !arena_is_short(arena, n_bytes);
}

size_t
arena_used_bytes(const struct arena *arena)
{
	return arena->used_bytes;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *
arena_strndup(struct arena *arena, const char *text, size_t n_bytes)
{
	char *copy = arena_alloc_raw(arena, n_bytes + 1);
	if (n_bytes)
		memcpy(copy, text, n_bytes);
	copy[n_bytes] = '\0';
	return copy;
}

void *
arena_memdup(struct arena *arena, const void *bytes, size_t n_bytes)
{
	void *copy = arena_alloc_raw(arena, n_bytes ? n_bytes : 1);
	if (n_bytes)
		memcpy(copy, bytes, n_bytes);
	return copy;
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	if (n < 0)
		abort();
	char *text = arena_alloc_raw(arena, (size_t)n + 1);
	(void)vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	return text;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}
