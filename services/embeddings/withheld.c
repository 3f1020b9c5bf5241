/* What is sold is found, and not shown: content knows what that is, and is asked once in a while by those who sell nothing. */
#include "withheld.h"

#include <pthread.h>

#include "content_proto.h"
#include "contract/policy.h"

enum { SLOTS = 1024, KEEP_US = 500 * 1000, ASKED_MAX = 512 };

static struct slot {
	int64_t tenant, until_us;
} sells_nothing[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool
is_known_to_sell_nothing(const struct request *req)
{
	const struct slot *slot = &sells_nothing[(uint64_t)req->tenant % SLOTS];

	pthread_mutex_lock(&lock);
	bool is_known = slot->tenant == req->tenant && slot->until_us > req->now_us;
	pthread_mutex_unlock(&lock);
	return is_known;
}

static void
remember_to_sell_nothing(const struct request *req)
{
	pthread_mutex_lock(&lock);
	sells_nothing[(uint64_t)req->tenant % SLOTS] = (struct slot){ req->tenant, req->now_us + KEEP_US };
	pthread_mutex_unlock(&lock);
}

static const struct error *
ask_content(struct request *req, const int64_t *items, size_t n, bool *flags)
{
	struct content_items_withheld_request in = { .item_ids = { items, n } };
	struct content_items_withheld_response *out = ARENA_NEW(req->arena, struct content_items_withheld_response);

	const struct error *error = request_call(req, &operation_content_items_withheld, &in, NULL, out);
	if (error)
		return error;
	if (!out->sells)
		remember_to_sell_nothing(req);
	const int64_t *withheld = out->item_ids.items;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < out->item_ids.n && !flags[i]; j++)
			flags[i] = items[i] == withheld[j];
	}
	return NULL;
}

const struct error *
withheld_find(struct request *req, const int64_t *items, size_t n, bool *flags)
{
	const struct principal *caller = req->principal;
	const struct error *error = NULL;

	if (n == 0 || principal_sees_sold(caller) || is_known_to_sell_nothing(req))
		return NULL;
	req->principal = request_system_principal(req);
	for (size_t i = 0; i < n && !error; i += ASKED_MAX)
		error = ask_content(req, items + i, n - i < ASKED_MAX ? n - i : ASKED_MAX, flags + i);
	req->principal = caller;
	return error;
}

const struct error *
withheld_hide(struct request *req, const struct shape_list *results)
{
	struct search_result *result = (struct search_result *)results->items; /* made for this answer */
	int64_t *items = ARENA_ARRAY(req->arena, int64_t, results->n + 1);
	bool *flags = ARENA_ARRAY(req->arena, bool, results->n + 1);

	for (size_t i = 0; i < results->n; i++)
		items[i] = result[i].content_item_id;
	const struct error *error = withheld_find(req, items, results->n, flags);
	for (size_t i = 0; !error && i < results->n; i++) {
		if (!flags[i])
			continue;
		result[i].title = result[i].highlight = NULL;
		result[i].text_chunk = "";
		result[i].content_item_data = (struct doc){ NULL, 0 };
		result[i].is_withheld = arena_memdup(req->arena, &(bool){ true }, sizeof(bool));
	}
	return error;
}
