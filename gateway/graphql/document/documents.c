/* A few hundred entries found by hash: a look through all hashes is shorter than a parse of anything. */
#include "graphql/document/documents.h"

#include <stdlib.h>
#include <string.h>

#include "access/admission.h"

struct entry {
	struct graphql_document_plan document; /* first: what callers hold */
	const char *key;    /* the operation's name, a newline, the text; in the arena */
	size_t n_holders;
	bool is_kept;       /* found by those who look */
	uint64_t used;      /* when, as a count */
};

struct graphql_documents {
	uint64_t seed;
	uint64_t clock;
	uint64_t hashes[GRAPHQL_DOCUMENTS_MAX]; /* 0: free */
	struct entry *entries[GRAPHQL_DOCUMENTS_MAX];
};

struct graphql_documents *
graphql_documents_new(uint64_t seed)
{
	struct graphql_documents *documents = calloc(1, sizeof(*documents));
	if (!documents)
		abort();
	documents->seed = seed;
	return documents;
}

static void
entry_free(struct entry *entry)
{
	arena_free(entry->document.arena);
	free(entry);
}

static void
forget(struct graphql_documents *documents, size_t i)
{
	struct entry *entry = documents->entries[i];

	documents->hashes[i] = 0;
	documents->entries[i] = NULL;
	entry->is_kept = false;
	if (entry->n_holders == 0)
		entry_free(entry);
}

void
graphql_documents_free(struct graphql_documents *documents)
{
	for (size_t i = 0; i < GRAPHQL_DOCUMENTS_MAX; i++)
		if (documents->entries[i])
			forget(documents, i);
	free(documents);
}

static uint64_t
hash_of(const struct graphql_documents *documents, const char *text, const char *name)
{
	uint64_t hash = admission_hash(documents->seed, text, strlen(text));
	return name ? admission_hash(hash, name, strlen(name)) : hash;
}

static bool
is_key(const char *key, const char *text, const char *name)
{
	size_t n_name = name ? strlen(name) : 0;
	return strncmp(key, name ? name : "", n_name) == 0 && key[n_name] == '\n' && strcmp(key + n_name + 1, text) == 0;
}

const struct graphql_document_plan *
graphql_documents_find(struct graphql_documents *documents, const char *text, const char *operation_name)
{
	uint64_t hash = hash_of(documents, text, operation_name);

	for (size_t i = 0; i < GRAPHQL_DOCUMENTS_MAX; i++) {
		struct entry *entry = documents->hashes[i] == hash ? documents->entries[i] : NULL;
		if (!entry || !is_key(entry->key, text, operation_name))
			continue;
		entry->n_holders++;
		entry->used = ++documents->clock;
		return &entry->document;
	}
	return NULL;
}

/* A free place, or that of the entry nobody has asked for the longest. */
static size_t
make_room(struct graphql_documents *documents)
{
	size_t oldest = 0;

	for (size_t i = 0; i < GRAPHQL_DOCUMENTS_MAX; i++) {
		if (!documents->entries[i])
			return i;
		if (documents->entries[i]->used < documents->entries[oldest]->used)
			oldest = i;
	}
	forget(documents, oldest);
	return oldest;
}

const struct graphql_document_plan *
graphql_documents_add(struct graphql_documents *documents, const char *text, const char *operation_name, struct arena *arena,
    const struct graphql_plan *plan)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	if (!entry)
		abort();
	entry->document = (struct graphql_document_plan){ .plan = plan, .arena = arena };
	entry->n_holders = 1;
	entry->used = ++documents->clock;
	if (strlen(text) > GRAPHQL_DOCUMENT_BYTES_MAX)
		return &entry->document;
	size_t i = make_room(documents);
	entry->key = arena_printf(arena, "%s\n%s", operation_name ? operation_name : "", text);
	entry->is_kept = true;
	documents->hashes[i] = hash_of(documents, text, operation_name);
	documents->entries[i] = entry;
	return &entry->document;
}

void
graphql_documents_release(struct graphql_documents *documents, const struct graphql_document_plan *held)
{
	struct entry *entry = (struct entry *)(uintptr_t)held;

	(void)documents;
	if (--entry->n_holders == 0 && !entry->is_kept)
		entry_free(entry);
}
