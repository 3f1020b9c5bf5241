/* GET /api/assets/{id}/content: the bytes, whole or a range, to whoever may have them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "assets/disk.h"
#include "blob/blob.h"
#include "content_proto.h"
#include "dispatch/dispatch.h"
#include "http/header.h"
#include "log.h"
#include "pages/page.h"
#include "payments_proto.h"
#include "rest/answer.h"

struct delivery {
	struct exchange *exchange;
	int64_t id;
	struct disk_job job; /* of a copy that has to come first */
	struct content_assets_open_response asset;
	struct principal self; /* of the calls made here: the gateway, in the reader's tenant */
};

/* ---- the answer ---- */

/* What a browser may show in place.  Anything else could be a page that acts in this system's name. */
static bool
is_shown(const char *mime_type)
{
	static const char *const shown[] = { "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "text/plain", "application/pdf" };

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (strcmp(mime_type, shown[i]) == 0)
			return true;
	return strncmp(mime_type, "audio/", 6) == 0 || strncmp(mime_type, "video/", 6) == 0;
}

/* RFC 6266, with the name in the form of RFC 8187: every byte survives. */
static const char *
disposition(struct arena *arena, const struct content_assets_open_response *asset)
{
	struct buf buf;

	buf_init(&buf, arena, 256);
	buf_add_text(&buf, is_shown(asset->mime_type) ? "inline; filename*=UTF-8''" : "attachment; filename*=UTF-8''");
	for (const char *c = asset->filename; *c; c++) {
		if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr("-._", *c))
			buf_add_char(&buf, *c);
		else
			buf_printf(&buf, "%%%02X", (unsigned char)*c);
	}
	buf_add_char(&buf, '\0');
	return buf.bytes;
}

static void
set_headers(struct exchange *exchange, const struct content_assets_open_response *asset, const char *etag)
{
	bool is_public = strcmp(asset->access_mode, "public") == 0;

	exchange_set_header(exchange, "ETag", etag);
	exchange_set_header(exchange, "Cache-Control", is_public ? "public, max-age=3600" : "private, no-store");
	exchange_set_header(exchange, "Accept-Ranges", "bytes");
	exchange_set_header(exchange, "Content-Disposition", disposition(exchange->arena, asset));
	exchange_set_header(exchange, "Content-Security-Policy", "sandbox; default-src 'none'");
	exchange_set_header(exchange, "Cross-Origin-Resource-Policy", is_public ? "cross-origin" : "same-origin");
}

/* Of the whole, when no range holds: absent, of another version (If-Range), or not understood. */
static enum header_range
chosen_range(const struct exchange *exchange, const char *etag, int64_t n_bytes, int64_t *ret_first, int64_t *ret_n)
{
	const char *range = exchange_header(exchange, "range"), *if_range = exchange_header(exchange, "if-range");

	*ret_first = 0;
	*ret_n = n_bytes;
	if (!range || (if_range && strcmp(if_range, etag) != 0))
		return HEADER_RANGE_NONE;
	return header_range(range, n_bytes, ret_first, ret_n);
}

static const char *
etag_of(const struct delivery *delivery)
{
	return arena_printf(delivery->exchange->arena, "\"%s\"", delivery->asset.byte_hash);
}

static void
answer_without_bytes(struct delivery *delivery, int why)
{
	log_write(LOG_ERROR, "asset.no_bytes", LOG_TEXT("requestId", delivery->exchange->request_id), LOG_INT("asset", delivery->id),
	    LOG_TEXT("cause", strerror(why)));
	if (why == ENOENT || why == EINVAL)
		ANSWER_FAIL(delivery->exchange, ASSET_CONTENT_NOT_FOUND, "the bytes of asset %" PRId64 " are not in the store", delivery->id);
	else
		ANSWER_FAIL(delivery->exchange, ASSET_STORAGE_PROVIDER_REQUEST_FAILED, "the bytes of asset %" PRId64 " could not be read from the store", delivery->id);
}

static void
send_file(struct delivery *delivery, int fd, int64_t n_bytes)
{
	struct exchange *exchange = delivery->exchange;
	const struct content_assets_open_response *asset = &delivery->asset;
	const char *etag = etag_of(delivery);
	int64_t first = 0, n = 0;

	enum header_range range = chosen_range(exchange, etag, n_bytes, &first, &n);
	if (range == HEADER_RANGE_UNSATISFIABLE) {
		(void)close(fd);
		exchange_set_header(exchange, "Content-Range", arena_printf(exchange->arena, "bytes */%" PRId64, n_bytes));
		ANSWER_FAIL(exchange, ASSET_RANGE_NOT_SATISFIABLE, "asset %" PRId64 " has %" PRId64 " bytes", delivery->id, n_bytes);
		return;
	}
	set_headers(exchange, asset, etag);
	if (range == HEADER_RANGE_PART)
		exchange_set_header(exchange, "Content-Range", arena_printf(exchange->arena, "bytes %" PRId64 "-%" PRId64 "/%" PRId64, first, first + n - 1, n_bytes));
	exchange_answer_file(exchange, range == HEADER_RANGE_PART ? 206 : 200, asset->mime_type, fd, (uint64_t)first, (size_t)n);
}

static void
on_fetched(struct disk_job *job)
{
	struct delivery *delivery = job->context;

	if (job->is_done)
		send_file(delivery, job->fd, job->blob.n_bytes);
	else
		answer_without_bytes(delivery, job->why);
}

static void
fetch(struct delivery *delivery)
{
	const struct content_assets_open_response *asset = &delivery->asset;
	struct gateway *gateway = delivery->exchange->gateway;
	struct disk_job *job = &delivery->job;

	*job = (struct disk_job){ .run = disk_fetch, .store = gateway->blobs, .blob = { .n_bytes = asset->size_bytes }, .done = on_fetched, .context = delivery };
	(void)snprintf(job->blob.key, sizeof(job->blob.key), "%s", asset->storage_key);
	(void)snprintf(job->blob.hash, sizeof(job->blob.hash), "%s", asset->byte_hash);
	exchange_wait(delivery->exchange);
	disk_submit(gateway->disk, job);
}

static void
send_bytes(struct delivery *delivery)
{
	struct exchange *exchange = delivery->exchange;
	const struct content_assets_open_response *asset = &delivery->asset;
	const char *etag = etag_of(delivery), *if_none_match = exchange_header(exchange, "if-none-match");
	int64_t n_bytes = 0;

	if (if_none_match && header_names_etag(if_none_match, etag)) {
		set_headers(exchange, asset, etag);
		exchange_answer(exchange, 304, NULL, "", 0);
		return;
	}
	int fd = blob_open(exchange->gateway->blobs, asset->storage_key, &n_bytes), why = errno;
	if (fd >= 0 && n_bytes == asset->size_bytes) {
		send_file(delivery, fd, n_bytes);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	if ((fd >= 0 || why == ENOENT) && strcmp(blob_store_provider(exchange->gateway->blobs), "s3") == 0)
		fetch(delivery);
	else
		answer_without_bytes(delivery, fd >= 0 ? EIO : why);
}

/* ---- who may ---- */

static void
on_used(void *context, const struct dispatch_reply *reply)
{
	struct delivery *delivery = context;
	const struct payments_entitlements_use_response *used = reply->output;

	if (reply->error)
		answer_error(delivery->exchange, reply->error);
	else if (!used->entitlement_id)
		ANSWER_FAIL(delivery->exchange, ENTITLEMENT_NOT_FOUND, "asset %" PRId64 " needs an entitlement, and none that covers it is sold", delivery->id);
	else
		send_bytes(delivery);
}

static int64_t
api_key_of(const struct principal *principal)
{
	return strncmp(principal->id, "api_key:", 8) == 0 ? strtoll(principal->id + 8, NULL, 10) : 0;
}

/* One read of an entitlement of the key, whatever part of the bytes is asked for. */
static void
use_entitlement(struct delivery *delivery)
{
	struct exchange *exchange = delivery->exchange;
	const struct asset_scope *scope = delivery->asset.entitlement_scope;
	struct payments_entitlements_use_request *use = ARENA_NEW(exchange->arena, struct payments_entitlements_use_request);
	int64_t *key = ARENA_NEW(exchange->arena, int64_t);

	*key = api_key_of(&exchange->principal);
	*use = (struct payments_entitlements_use_request){ .api_key_id = *key ? key : NULL, .path = exchange->path, .action = "GET /api/assets/:id/content",
		.content_item_id = strcmp(scope->type, "item") == 0 ? scope->ref : NULL,
		.content_type_id = strcmp(scope->type, "type") == 0 ? scope->ref : NULL };
	exchange_wait(exchange);
	dispatch(exchange->gateway, &(struct dispatch_request){ .operation = &operation_payments_entitlements_use, .input = use,
	    .principal = &delivery->self, .request_id = exchange->request_id, .trace_parent = exchange->trace_parent, .surface = "rest",
	    .arena = exchange->arena, .done = on_used, .context = delivery });
}

static void
on_opened(void *context, const struct dispatch_reply *reply)
{
	struct delivery *delivery = context;

	if (reply->error) {
		answer_error(delivery->exchange, reply->error);
		return;
	}
	delivery->asset = *(const struct content_assets_open_response *)reply->output;
	if (strcmp(delivery->asset.access_mode, "entitled") == 0 && strcmp(delivery->exchange->head.method, "HEAD") != 0)
		use_entitlement(delivery);
	else
		send_bytes(delivery);
}

static bool
read_id(const struct exchange *exchange, int64_t *ret_id)
{
	const struct route_variable *variable = &exchange->match.variables[0];
	char text[16] = "", *end;

	if (variable->n == 0 || variable->n >= sizeof(text))
		return false;
	memcpy(text, variable->text, variable->n);
	*ret_id = strtoll(text, &end, 10);
	return *end == '\0' && text[0] >= '1' && text[0] <= '9' && *ret_id <= INT32_MAX;
}

static const char *
read_query(struct exchange *exchange, const char **ret_token)
{
	for (size_t i = 0; i < exchange->query.n; i++) {
		if (strcmp(exchange->query.list[i].name, "token") != 0)
			return arena_printf(exchange->arena, "unknown query parameter '%s'; 'token' is the only one", exchange->query.list[i].name);
		*ret_token = exchange->query.list[i].value;
	}
	return NULL;
}

static void
answer(struct exchange *exchange)
{
	struct delivery *delivery = ARENA_NEW(exchange->arena, struct delivery);
	struct content_assets_open_request *open = ARENA_NEW(exchange->arena, struct content_assets_open_request);

	delivery->exchange = exchange;
	if (!exchange->principal.id && !access_take_anonymous(exchange))
		return;
	if (!read_id(exchange, &delivery->id)) {
		ANSWER_FAIL(exchange, VALIDATION_ERROR, "'id' must be an integer between 1 and 2147483647");
		return;
	}
	open->id = delivery->id;
	delivery->self = dispatch_system_principal;
	delivery->self.tenant = exchange->principal.tenant;
	if (exchange->principal.tenant)
		open->reader_domain_id = &delivery->self.tenant;
	const char *problem = read_query(exchange, &open->token);
	if (problem) {
		ANSWER_FAIL(exchange, VALIDATION_ERROR, "%s", problem);
		return;
	}
	exchange_wait(exchange);
	dispatch(exchange->gateway, &(struct dispatch_request){ .operation = &operation_content_assets_open, .input = open,
	    .principal = &delivery->self, .request_id = exchange->request_id, .trace_parent = exchange->trace_parent, .surface = "rest",
	    .is_kept = true, .arena = exchange->arena, .done = on_opened, .context = delivery });
}

/* Whoever shows no key is served what is public, or what its token opens. */
static bool
is_open(const struct exchange *exchange)
{
	return !access_has_credential(exchange);
}

static const struct operation content_permission = { .id = "content.assets.content", .policy = "content.read", .resource_type = "asset" };

const struct page asset_content_page = { .method = "GET", .path = "/api/assets/{id}/content", .name = "content.assets.content",
	.permission = &content_permission, .is_open = is_open, .answer = answer };
