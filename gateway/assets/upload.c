/* POST /api/assets as multipart/form-data: the file goes to the store as it comes, its facts to content when it is there. */
#include "assets/asset_pages.h"

#include <string.h>

#include "access/access.h"
#include "assets/incoming.h"
#include "codec/json.h"
#include "content_proto.h"
#include "json/json.h"
#include "pages/page.h"
#include "rest/answer.h"
#include "rest/rest.h"
#include "settings.h"

enum {
	FORM_BYTES_MAX = 128 * 1024, /* of a request beside its file */
};

/* The form's fields and how they become JSON; where a part's own header says it too, the field wins. */
static const struct form_field {
	const char *name;
	bool is_json;
} form_fields[] = {
	{ "filename", false }, { "originalFilename", false }, { "mimeType", false }, { "accessMode", false }, { "variantKey", false },
	{ "sourceAssetId", true }, { "entitlementScope", true }, { "metadata", true }, { "transformSpec", true },
};
enum { N_FORM_FIELDS = sizeof(form_fields) / sizeof(form_fields[0]) };

struct upload {
	struct exchange *exchange;
	struct incoming incoming;
	struct buf fields[N_FORM_FIELDS];
	size_t n_field_bytes;
	const char *unknown;          /* a field that no asset has */
	struct principal self;        /* of the call that enters it: the gateway, in the uploader's tenant */
};

/* ---- what comes ---- */

static struct buf *
field_of(struct upload *upload, const char *name)
{
	for (size_t i = 0; i < N_FORM_FIELDS; i++)
		if (strcmp(form_fields[i].name, name) == 0)
			return &upload->fields[i];
	return NULL;
}

static bool
take_field(void *context, const struct form_piece *piece)
{
	struct upload *upload = context;
	struct buf *field = field_of(upload, piece->name);

	upload->n_field_bytes += piece->n;
	if (!field) {
		upload->unknown = upload->unknown ? upload->unknown : arena_strndup(upload->exchange->arena, piece->name, strnlen(piece->name, 64));
		return true;
	}
	if (upload->n_field_bytes > FORM_BYTES_MAX)
		return false;
	if (!field->bytes)
		buf_init(field, upload->exchange->arena, piece->n + 1);
	buf_add(field, piece->bytes, piece->n);
	return true;
}

static struct upload *
begin(struct exchange *exchange)
{
	struct upload *upload = ARENA_NEW(exchange->arena, struct upload);

	upload->exchange = exchange;
	upload->incoming = (struct incoming){ .exchange = exchange, .tenant = exchange->principal.tenant, .n_bytes_max = settings.asset_bytes_max,
		.take_field = take_field, .context = upload };
	exchange->page_state = upload;
	incoming_begin(&upload->incoming);
	return upload;
}

static void
take(struct exchange *exchange, const char *bytes, size_t n)
{
	struct upload *upload = exchange->page_state ? exchange->page_state : begin(exchange);

	if (!incoming_take(&upload->incoming, bytes, n) && upload->incoming.has_refused_field)
		ANSWER_FAIL(exchange, INVALID_ASSET_UPLOAD_BODY, "the form's fields have more than %d bytes together", FORM_BYTES_MAX);
}

/* ---- when it is whole ---- */

static void
add_member(struct buf *json, const char *name, const char *value, size_t n, bool is_json)
{
	buf_add_char(json, json->len > 1 ? ',' : ' ');
	buf_add_json_text(json, name, strlen(name));
	buf_add_char(json, ':');
	if (is_json)
		buf_add(json, value, n);
	else
		buf_add_json_text(json, value, n);
}

/* Each by itself: what is put together from them then means what they say. */
static const char *
broken_field(const struct upload *upload)
{
	struct json_error problem;

	for (size_t i = 0; i < N_FORM_FIELDS; i++) {
		const struct buf *field = &upload->fields[i];
		if (form_fields[i].is_json && field->bytes && !json_parse(upload->exchange->arena, field->bytes, field->len, NULL, &problem))
			return form_fields[i].name;
	}
	return NULL;
}

/* The input of content.assets.store as JSON text: the form's fields, and what was found out here. */
static const char *
facts_json(const struct upload *upload, size_t *ret_n)
{
	struct arena *arena = upload->exchange->arena;
	const struct blob *blob = &upload->incoming.job.blob;
	struct buf json;

	buf_init(&json, arena, 1024);
	buf_add_char(&json, '{');
	for (size_t i = 0; i < N_FORM_FIELDS; i++)
		if (upload->fields[i].bytes)
			add_member(&json, form_fields[i].name, upload->fields[i].bytes, upload->fields[i].len, form_fields[i].is_json);
	const char *type = upload->incoming.file_type ? upload->incoming.file_type : "application/octet-stream";
	if (!upload->fields[0].bytes)
		add_member(&json, "filename", upload->incoming.file_name, strlen(upload->incoming.file_name), false);
	if (!upload->fields[2].bytes)
		add_member(&json, "mimeType", type, strlen(type), false);
	add_member(&json, "storageKey", blob->key, strlen(blob->key), false);
	add_member(&json, "byteHash", blob->hash, strlen(blob->hash), false);
	buf_printf(&json, ",\"sizeBytes\":%lld", (long long)blob->n_bytes);
	const struct principal *actor = &upload->exchange->principal;
	add_member(&json, "actorId", actor->id, strlen(actor->id), false);
	add_member(&json, "actorType", actor->type, strlen(actor->type), false);
	add_member(&json, "actorSource", actor->source, strlen(actor->source), false);
	buf_add_char(&json, '}');
	*ret_n = json.len;
	return json.bytes;
}

/* What may have been entered keeps its bytes. */
static void
on_entered(void *context, const struct dispatch_reply *reply)
{
	struct upload *upload = context;
	struct exchange *exchange = upload->exchange;

	if (!reply->error) {
		rest_answer(exchange, &(struct invoked){ .output = reply->output });
		return;
	}
	if (reply->error->info->status < 500)
		incoming_drop(&upload->incoming);
	answer_error(exchange, reply->error);
}

static void
enter(struct upload *upload)
{
	const struct operation *store = &operation_content_assets_store;
	struct exchange *exchange = upload->exchange;
	struct violations *violations = ARENA_NEW(exchange->arena, struct violations);
	struct json_error problem;
	size_t n;

	const char *text = facts_json(upload, &n);
	const struct json_value *facts = json_parse(exchange->arena, text, n, NULL, &problem);
	void *input = arena_alloc(exchange->arena, store->request->size);
	if (!facts) { /* a text that is not UTF-8 */
		incoming_drop(&upload->incoming);
		ANSWER_FAIL(exchange, INVALID_ASSET_UPLOAD_BODY, "a field of the form is not readable: %s", problem.message);
		return;
	}
	(void)codec_json_read_all(exchange->arena, store->request, text, facts, input, violations);
	(void)codec_json_finish(exchange->arena, store->request, input, violations);
	if (violations->n > 0) {
		incoming_drop(&upload->incoming);
		answer_violations(exchange, store->request, violations);
		return;
	}
	upload->self = dispatch_system_principal;
	upload->self.tenant = exchange->principal.tenant;
	dispatch(exchange->gateway, &(struct dispatch_request){ .operation = store, .input = input, .principal = &upload->self,
	    .request_id = exchange->request_id, .trace_parent = exchange->trace_parent, .surface = "rest", .arena = exchange->arena,
	    .done = on_entered, .context = upload });
}

static void
on_stored(struct disk_job *job)
{
	struct upload *upload = job->context;

	if (job->is_done)
		enter(upload);
	else
		incoming_answer_unstored(&upload->incoming);
}

static const struct error *
check_whole(struct exchange *exchange, struct upload *upload)
{
	const struct error *error = incoming_end(&upload->incoming);
	const char *broken = error ? NULL : broken_field(upload);

	if (!error && upload->unknown)
		return EXCHANGE_ERROR(exchange, INVALID_ASSET_UPLOAD_BODY, "the form has the unknown field '%s'", upload->unknown);
	if (broken)
		return EXCHANGE_ERROR(exchange, INVALID_ASSET_UPLOAD_BODY, "the form's field '%s' does not hold JSON", broken);
	return error;
}

static void
answer(struct exchange *exchange)
{
	struct upload *upload = exchange->page_state ? exchange->page_state : begin(exchange);
	const struct error *error = check_whole(exchange, upload);

	if (error) {
		answer_error(exchange, error);
		return;
	}
	incoming_store(&upload->incoming, on_stored);
}

static void
leave(struct exchange *exchange)
{
	struct upload *upload = exchange->page_state;

	if (upload)
		incoming_leave(&upload->incoming);
}

static size_t
body_limit(void)
{
	return (size_t)settings.asset_bytes_max + FORM_BYTES_MAX;
}

const struct page asset_upload_page = { .method = "POST", .path = "/api/assets", .name = "content.assets.create",
	.permission = &operation_content_assets_create, .body_limit = body_limit, .take = take, .answer = answer, .leave = leave };

bool
asset_is_upload(const struct exchange *exchange)
{
	const char *type = exchange_header(exchange, "content-type");

	return exchange->plan->operation == &operation_content_assets_create && type && strncasecmp(type, "multipart/form-data", 19) == 0;
}

/* A form is stored as it comes, so there is nothing to try it with, and nothing to recognise its repetition by. */
void
asset_upload_check(struct exchange *exchange)
{
	if (exchange->query.n > 0)
		ANSWER_FAIL(exchange, VALIDATION_ERROR, "an upload as a form takes no query parameter, and '%s' is one; a dry run takes JSON with contentBase64",
		    exchange->query.list[0].name);
	else if (exchange_header(exchange, "idempotency-key"))
		ANSWER_FAIL(exchange, VALIDATION_ERROR, "an upload as a form takes no Idempotency-Key: leave it out, or send JSON with contentBase64");
}
