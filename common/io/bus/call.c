/* The calls of one client: pool, lists and correlation table. */
#include "bus/call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS_PER_CHUNK = 64 };

void
call_list_add(struct call_list *list, struct call *call)
{
	call->list = list;
	call->next = NULL;
	call->previous = list->tail;
	if (list->tail)
		list->tail->next = call;
	else
		list->head = call;
	list->tail = call;
	list->n++;
}

void
call_list_remove(struct call *call)
{
	struct call_list *list = call->list;

	if (call->previous)
		call->previous->next = call->next;
	else
		list->head = call->next;
	if (call->next)
		call->next->previous = call->previous;
	else
		list->tail = call->previous;
	list->n--;
	call->list = NULL;
	call->previous = call->next = NULL;
}

static struct call **
hash_slot(struct call_table *table, uint64_t correlation)
{
	struct call **slot = &table->hash[correlation & (CALL_HASH_SIZE - 1)];
	while (*slot && (*slot)->correlation != correlation)
		slot = &(*slot)->hash_next;
	return slot;
}

struct call *
call_find(struct call_table *table, uint64_t correlation)
{
	return *hash_slot(table, correlation);
}

struct call *
call_new(struct call_table *table, const struct bus_call *request)
{
	if (table->free.n == 0) {
		struct call *chunk = ARENA_ARRAY(table->arena, struct call, CALLS_PER_CHUNK);
		for (size_t i = 0; i < CALLS_PER_CHUNK; i++)
			call_list_add(&table->free, &chunk[i]);
	}
	struct call *call = table->free.tail;
	call_list_remove(call);
	*call = (struct call){
		.correlation = request->correlation, .deadline_us = request->deadline_us,
		.is_retryable = request->is_retryable, .done = request->done, .context = request->context,
		.n_record = request->n_record,
	};
	if (request->n_record > 0) {
		call->record = malloc(request->n_record);
		assert(call->record);
		memcpy(call->record, request->record, request->n_record);
	}

	struct call **slot = hash_slot(table, call->correlation);
	assert(!*slot); /* correlations are the caller's to keep apart */
	*slot = call;
	table->n++;
	return call;
}

void
call_finish(struct call_table *table, struct call *call, enum bus_result result, const void *reply, size_t n_reply)
{
	bus_done done = call->done;
	void *context = call->context;

	*hash_slot(table, call->correlation) = call->hash_next;
	if (call->list)
		call_list_remove(call);
	free(call->record);
	call_list_add(&table->free, call);
	table->n--;
	done(context, result, reply, n_reply);
}

void
call_finish_later(struct call_table *table, struct call *call, enum bus_result result)
{
	call->result = result;
	call->instance = NULL;
	call_list_add(&table->finished, call);
}

size_t
call_tell_finished(struct call_table *table)
{
	size_t n = table->finished.n; /* what callbacks add now waits for the next turn */
	size_t n_told = 0;
	for (; n_told < n && table->finished.head; n_told++)
		call_finish(table, table->finished.head, table->finished.head->result, NULL, 0);
	return n_told;
}
