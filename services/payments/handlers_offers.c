/* handlers_offers.c: what is sold, and under which terms.  Order follows proto/payments.toml. */
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "clock.h"
#include "content_proto.h"
#include "store.h"

static const struct error *
offer_not_found(struct request *req, int64_t id)
{
	return FAIL(req, OFFER_NOT_FOUND, "offer %" PRId64 " does not exist", id);
}

/* ---- offers ---- */

/* What is sold from now on is withheld when the answer is there.  Content hears of it by our events; nothing is lost when it cannot be asked. */
static const struct error *
await_gate(struct request *req, int64_t offer_id, bool is_sold)
{
	enum { ASKS_MAX = 100, WAIT_MS = 25, AWAIT_US = 3 * 1000 * 1000 };
	struct content_offers_known_request in = { .offer_id = offer_id };
	const struct principal *caller = req->principal;
	int64_t deadline_us = req->deadline_us, end_us = clock_now_us() + AWAIT_US;
	bool is_there = false;

	req->principal = request_system_principal(req);
	req->deadline_us = deadline_us < end_us ? deadline_us : end_us; /* the answer is not kept for longer by a content that is not there */
	for (int i = 0; i < ASKS_MAX && !is_there; i++) {
		struct content_offers_known_response *out = ARENA_NEW(req->arena, struct content_offers_known_response);
		if (i > 0)
			(void)poll(NULL, 0, WAIT_MS);
		const struct error *error = request_call(req, &operation_content_offers_known, &in, NULL, out);
		is_there = error || out->is_sold == is_sold;
	}
	req->principal = caller;
	req->deadline_us = deadline_us;
	return NULL;
}

static const struct error *
no_such_scope(struct request *req, const struct payments_offers_create_request *in)
{
	return FAIL_AT(req, OFFER_SCOPE_INVALID, "/scopeRef", "content %s %" PRId64 " does not exist", in->scope_type, *in->scope_ref);
}

/* What is sold exists when it is offered. */
const struct error *
payments_offers_create_prepare(struct request *req, const struct payments_offers_create_request *in)
{
	const struct principal *caller = req->principal;
	struct content_items_snapshot_response *item = ARENA_NEW(req->arena, struct content_items_snapshot_response);
	struct content_type *type = ARENA_NEW(req->arena, struct content_type);
	const struct error *error = NULL;

	if (!in->scope_ref)
		return NULL;
	if (strcmp(in->scope_type, "type") == 0) {
		error = request_call(req, &operation_content_types_get, &(struct content_types_get_request){ .id = *in->scope_ref }, NULL, type);
	} else if (strcmp(in->scope_type, "item") == 0) {
		req->principal = request_system_principal(req);
		error = request_call(req, &operation_content_items_snapshot, &(struct content_items_snapshot_request){ .id = *in->scope_ref }, NULL, item);
		req->principal = caller;
	}
	bool is_missing = error && (error->info == &error_catalogue[ERROR_CONTENT_ITEM_NOT_FOUND] || error->info == &error_catalogue[ERROR_CONTENT_TYPE_NOT_FOUND]);
	return is_missing ? no_such_scope(req, in) : error;
}

const struct error *
payments_offers_create(struct request *req, const struct payments_offers_create_request *in, struct offer *out)
{
	const struct offer *offer;

	if ((strcmp(in->scope_type, "subscription") == 0) != !in->scope_ref)
		return FAIL_AT(req, OFFER_SCOPE_INVALID, "/scopeRef", "an offer of scope %s %s", in->scope_type,
		    in->scope_ref ? "names no item or type" : "has to name an item or type");
	const struct error *error = query_find(req, &payments_offer_add_query, PARAMS(P_INT(req->tenant), P_TEXT(in->slug), P_TEXT(in->name),
	    P_TEXT(in->scope_type), P_INT_OPT(in->scope_ref), P_INT(in->price_sats), P_BOOL(*in->active), P_TIME(req->now_us)), &offer);
	if (error)
		return error;
	*out = *offer;
	emit_offer_create(req, offer->id, 0, &(struct offer_create_event){ .scope_type = offer->scope_type, .scope_ref = offer->scope_ref,
	    .price_sats = offer->price_sats, .active = offer->active });
	if (req->dry_run)
		out->id = 0; /* the one it would get is not known before it is created */
	return NULL;
}

const struct error *
payments_offers_create_complete(struct request *req, const struct payments_offers_create_request *in, struct offer *out)
{
	(void)in;
	return await_gate(req, out->id, out->active);
}

const struct error *
payments_offers_list(struct request *req, const struct payments_offers_list_request *in, struct payments_offers_list_response *out)
{
	int64_t after = in->after ? *in->after : 0;
	const struct error *error = in->scope_type
	    ? query_list(req, &payments_offer_list_of_scope_query, PARAMS(P_TEXT(in->scope_type), P_INT_OPT(in->scope_ref), P_INT(after),
	          P_INT(*in->limit + 1)), &out->offers)
	    : query_list(req, &payments_offer_list_query, PARAMS(P_INT(after), P_INT(*in->limit + 1)), &out->offers);

	if (error)
		return error;
	out->has_more = (int64_t)out->offers.n > *in->limit;
	if (out->has_more)
		out->offers.n = (size_t)*in->limit;
	return NULL;
}

const struct error *
payments_offers_get(struct request *req, const struct payments_offers_get_request *in, struct offer *out)
{
	const struct offer *offer;
	const struct error *error = store_offer_get(req, in->id, &offer);

	if (error)
		return error;
	if (!offer)
		return offer_not_found(req, in->id);
	*out = *offer;
	return NULL;
}

const struct error *
payments_offers_update(struct request *req, const struct payments_offers_update_request *in, struct offer *out)
{
	const struct offer *offer;

	if (!in->name && !in->price_sats && !in->active)
		return FAIL(req, EMPTY_UPDATE_BODY, "give at least one of name, priceSats and active");
	const struct error *error = query_find(req, &payments_offer_update_query, PARAMS(P_INT(in->id), P_TEXT(in->name), P_INT_OPT(in->price_sats),
	    P_BOOL_OPT(in->active), P_TIME(req->now_us)), &offer);
	if (error)
		return error;
	if (!offer)
		return offer_not_found(req, in->id);
	*out = *offer;
	emit_offer_update(req, offer->id, 0, &(struct offer_update_event){ .scope_type = offer->scope_type, .scope_ref = offer->scope_ref,
	    .price_sats = offer->price_sats, .active = offer->active });
	return NULL;
}

const struct error *
payments_offers_update_complete(struct request *req, const struct payments_offers_update_request *in, struct offer *out)
{
	(void)in;
	return await_gate(req, out->id, out->active);
}

const struct error *
payments_offers_delete(struct request *req, const struct payments_offers_delete_request *in, struct payments_offers_delete_response *out)
{
	const struct offer *offer;
	const struct error *error = query_find(req, &payments_offer_delete_query, PARAMS(P_INT(in->id)), &offer);

	if (!error && offer) {
		out->id = offer->id;
		out->message = arena_printf(req->arena, "offer %" PRId64 " was deleted", offer->id);
		emit_offer_delete(req, offer->id, 0, &(struct offer_delete_event){ .scope_type = offer->scope_type, .scope_ref = offer->scope_ref });
		return NULL;
	}
	if (!error)
		error = store_offer_get(req, in->id, &offer);
	if (error)
		return error;
	return offer ? FAIL(req, OFFER_IN_USE, "offer %" PRId64 " was bought", in->id) : offer_not_found(req, in->id);
}

const struct error *
payments_offers_delete_complete(struct request *req, const struct payments_offers_delete_request *in, struct payments_offers_delete_response *out)
{
	(void)out;
	return await_gate(req, in->id, false);
}

/* ---- license policies ---- */

static const struct error *
license_not_found(struct request *req, int64_t id)
{
	return FAIL(req, LICENSE_POLICY_NOT_FOUND, "license policy %" PRId64 " does not exist", id);
}

/* A list of names as JSON; .json NULL when there is no list. */
static struct doc
channels(struct request *req, struct shape_list list)
{
	const char *const *names = list.items;
	struct buf buf;

	if (!list.items)
		return (struct doc){ NULL, 0 };
	buf_init(&buf, req->arena, 64);
	for (size_t i = 0; i < list.n; i++) {
		buf_add_char(&buf, i ? ',' : '[');
		buf_add_json_text(&buf, names[i], strlen(names[i]));
	}
	buf_add_text(&buf, list.n ? "]" : "[]");
	return (struct doc){ buf.bytes, buf.len };
}

const struct error *
payments_licenses_create(struct request *req, const struct payments_licenses_create_request *in, struct license_policy *out)
{
	struct doc allowed = channels(req, in->allowed_channels);
	const struct license_policy *license;
	const struct offer *offer;

	const struct error *error = store_offer_get(req, in->offer_id, &offer);
	if (error)
		return error;
	if (!offer)
		return offer_not_found(req, in->offer_id);
	error = query_find(req, &payments_license_add_query, PARAMS(P_INT(req->tenant), P_INT(in->offer_id), P_INT_OPT(in->max_reads),
	    P_TIME_OPT(in->expires_at), P_DOC(allowed.json ? allowed : ((struct doc){ "[]", 2 })),
	    P_BOOL(in->allow_redistribution && *in->allow_redistribution), P_DOC(in->terms), P_TIME(req->now_us)), &license);
	if (error)
		return error;
	*out = *license;
	emit_license_policy_create(req, license->id, 0, &(struct license_policy_create_event){ .offer_id = license->offer_id, .version = license->version });
	if (req->dry_run)
		out->id = 0;
	return NULL;
}

const struct error *
payments_licenses_list(struct request *req, const struct payments_licenses_list_request *in, struct payments_licenses_list_response *out)
{
	const struct offer *offer;
	const struct error *error = store_offer_get(req, in->offer_id, &offer);

	if (error)
		return error;
	if (!offer)
		return offer_not_found(req, in->offer_id);
	return query_list(req, &payments_license_list_query, PARAMS(P_INT(in->offer_id)), &out->policies);
}

const struct error *
payments_licenses_get(struct request *req, const struct payments_licenses_get_request *in, struct license_policy *out)
{
	const struct license_policy *license;
	const struct error *error = store_license_get(req, in->id, &license);

	if (error)
		return error;
	if (!license)
		return license_not_found(req, in->id);
	*out = *license;
	return NULL;
}

static const struct error *
license_refused(struct request *req, int64_t id)
{
	const struct license_policy *license;
	const struct error *error = store_license_get(req, id, &license);

	if (error)
		return error;
	return license ? FAIL(req, LICENSE_POLICY_IN_USE, "something was sold under license policy %" PRId64, id) : license_not_found(req, id);
}

const struct error *
payments_licenses_update(struct request *req, const struct payments_licenses_update_request *in, struct license_policy *out)
{
	const struct license_policy *license;

	if (!in->max_reads && !in->expires_at && !in->allowed_channels.items && !in->allow_redistribution && !in->terms.json)
		return FAIL(req, EMPTY_UPDATE_BODY, "give at least one term to change");
	const struct error *error = query_find(req, &payments_license_update_query, PARAMS(P_INT(in->id), P_INT_OPT(in->max_reads),
	    P_TIME_OPT(in->expires_at), P_DOC(channels(req, in->allowed_channels)), P_BOOL_OPT(in->allow_redistribution), P_DOC(in->terms)), &license);
	if (error)
		return error;
	if (!license)
		return license_refused(req, in->id);
	*out = *license;
	emit_license_policy_update(req, license->id, 0, &(struct license_policy_update_event){ .offer_id = license->offer_id, .version = license->version });
	return NULL;
}

const struct error *
payments_licenses_delete(struct request *req, const struct payments_licenses_delete_request *in, struct payments_licenses_delete_response *out)
{
	const struct license_policy *license;
	const struct error *error = query_find(req, &payments_license_delete_query, PARAMS(P_INT(in->id)), &license);

	if (error)
		return error;
	if (!license)
		return license_refused(req, in->id);
	out->id = license->id;
	out->message = arena_printf(req->arena, "license policy %" PRId64 " was deleted", license->id);
	emit_license_policy_delete(req, license->id, 0, &(struct license_policy_delete_event){ .offer_id = license->offer_id, .version = license->version });
	return NULL;
}
