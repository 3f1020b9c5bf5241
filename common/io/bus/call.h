/* The calls of one client: lists they wait in and the table that finds them by correlation.  Private to the bus client. */
#ifndef BUS_CALL_H
#define BUS_CALL_H

#include "arena.h"
#include "bus/internal.h"

enum {
	CALL_HASH_SIZE = 2048, /* power of two; correlations are consecutive */
	CALL_HELD_MAX = 1024,  /* calls waiting for a first live instance */
	CALLS_MAX = BUS_INSTANCES_MAX * BUS_OUTSTANDING_MAX + CALL_HELD_MAX,
};

struct call_list {
	struct call *head, *tail;
	size_t n;
};

/* A call is in exactly one list from bus_client_call until done. */
struct call {
	struct call *previous, *next, *hash_next;
	struct call_list *list;
	struct bus_instance *instance; /* NULL while no instance has it */
	uint64_t correlation;
	int64_t deadline_us;           /* realtime */
	int64_t hold_until_us;         /* monotonic; while no instance is live */
	uint8_t *record;               /* malloc'd; NULL after the send that needs no second try */
	size_t n_record;
	bool is_retryable;             /* still has its second try */
	bool was_sent;
	enum bus_result result;
	bus_done done;
	void *context;
};

struct call_table {
	struct arena *arena;
	struct call *hash[CALL_HASH_SIZE];
	struct call_list free;
	struct call_list finished;     /* with a result their owner has not been told */
	size_t n;
};

void call_list_add(struct call_list *list, struct call *call);
void call_list_remove(struct call *call);

/* A new call in no list. */
struct call *call_new(struct call_table *table, const struct bus_call *request);
struct call *call_find(struct call_table *table, uint64_t correlation);

/* Forget the call and run its done, which may start the next one. */
void call_finish(struct call_table *table, struct call *call, enum bus_result result, const void *reply, size_t n_reply);

/* For failures met while queueing: told by the next flush, receive or tick, never from inside bus_client_call. */
void call_finish_later(struct call_table *table, struct call *call, enum bus_result result);
size_t call_tell_finished(struct call_table *table);

#endif
