/* POST /api/public/forms/{slug}/files: a file for a form's asset field.  Whether the form wants it is asked before its bytes are taken. */
#include <string.h>

#include "access/access.h"
#include "assets/incoming.h"
#include "codec/json.h"
#include "dispatch/dispatch.h"
#include "forms/visit.h"
#include "forms_proto.h"
#include "gateway.h"
#include "pages/page.h"
#include "rest/answer.h"
#include "settings.h"
#include "utf8.h"

enum { FORM_BYTES_MAX = 16 * 1024, NAME_BYTES_MAX = 255, TYPE_BYTES_MAX = 127 };

struct file {
	struct visit *visit;
	int64_t form_id;
	struct incoming incoming;
};

/* ---- may it come? ---- */

static void
on_admitted(void *context, const struct dispatch_reply *reply)
{
	struct file *file = context;

	if (reply->error) {
		answer_error(file->visit->exchange, reply->error);
		return;
	}
	file->form_id = ((const struct forms_files_admit_response *)reply->output)->form_id;
	exchange_continue(file->visit->exchange);
}

static void
admit(struct exchange *exchange)
{
	struct visit *visit = visit_new(exchange, "file");
	const char *type = exchange_header(exchange, "content-type");

	if (!visit || !access_count_upload(exchange))
		return;
	if (!type || strncasecmp(type, "multipart/form-data", 19) != 0) {
		ANSWER_FAIL(exchange, UNSUPPORTED_MEDIA_TYPE, "send the file as multipart/form-data, for example with curl -F file=@photo.jpg");
		return;
	}
	struct file *file = ARENA_NEW(exchange->arena, struct file);
	struct forms_files_admit_request *in = ARENA_NEW(exchange->arena, struct forms_files_admit_request);
	file->visit = visit;
	exchange->page_state = file;
	*in = (struct forms_files_admit_request){ .domain_id = visit->domain_id, .slug = visit->slug };
	exchange_wait(exchange);
	dispatch(exchange->gateway, &(struct dispatch_request){ .operation = &operation_forms_files_admit, .input = in, .principal = &dispatch_system_principal,
	    .request_id = exchange->request_id, .trace_parent = exchange->trace_parent, .surface = "rest", .is_kept = true, .arena = exchange->arena,
	    .done = on_admitted, .context = file });
}

/* ---- what comes ---- */

/* A browser's form may have more fields than the file; nobody reads them. */
static bool
take_field(void *context, const struct form_piece *piece)
{
	(void)context;
	(void)piece;
	return true;
}

static void
begin(struct file *file)
{
	file->incoming = (struct incoming){ .exchange = file->visit->exchange, .tenant = file->visit->domain_id, .n_bytes_max = settings.form_file_bytes_max,
		.take_field = take_field, .context = file };
	incoming_begin(&file->incoming);
}

static void
take(struct exchange *exchange, const char *bytes, size_t n)
{
	struct file *file = exchange->page_state;

	if (!file->incoming.exchange)
		begin(file);
	(void)incoming_take(&file->incoming, bytes, n);
}

/* ---- when it is whole ---- */

static void
on_entered(void *context, const struct dispatch_reply *reply)
{
	struct file *file = context;
	struct exchange *exchange = file->visit->exchange;
	struct buf json;

	if (reply->error) {
		if (reply->error->info->status < 500) /* what may have been entered keeps its bytes */
			incoming_drop(&file->incoming);
		answer_error(exchange, reply->error);
		return;
	}
	buf_init(&json, exchange->arena, 1024);
	buf_add_text(&json, "{\"data\":");
	codec_json_write(&json, &forms_files_store_response_shape, reply->output);
	buf_add_text(&json, ",\"meta\":{\"recommendedNextAction\":\"Send the form with POST /api/public/forms/{slug}/submissions: fileToken is the value of its field.\","
	    "\"availableActions\":[\"POST /api/public/forms/{slug}/submissions\"],\"actionPriority\":\"high\"}}");
	answer_json(exchange, 201, &json);
}

static void
on_stored(struct disk_job *job)
{
	struct file *file = job->context;
	const struct incoming *incoming = &file->incoming;
	struct exchange *exchange = file->visit->exchange;

	if (!job->is_done) {
		incoming_answer_unstored(&file->incoming);
		return;
	}
	struct forms_files_store_request *in = ARENA_NEW(exchange->arena, struct forms_files_store_request);
	bool has_type = incoming->file_type && strlen(incoming->file_type) <= TYPE_BYTES_MAX && utf8_is_valid(incoming->file_type, strlen(incoming->file_type));
	*in = (struct forms_files_store_request){ .form_id = file->form_id, .domain_id = file->visit->domain_id, .filename = incoming->file_name,
		.mime_type = has_type ? incoming->file_type : "application/octet-stream", .storage_key = job->blob.key, .byte_hash = job->blob.hash, .size_bytes = job->blob.n_bytes };
	dispatch(exchange->gateway, &(struct dispatch_request){ .operation = &operation_forms_files_store, .input = in, .principal = &dispatch_system_principal,
	    .request_id = exchange->request_id, .trace_parent = exchange->trace_parent, .surface = "rest", .arena = exchange->arena,
	    .done = on_entered, .context = file });
}

static void
answer(struct exchange *exchange)
{
	struct file *file = exchange->page_state;

	if (!file->incoming.exchange)
		begin(file);
	const struct error *error = incoming_end(&file->incoming);
	if (!error && strlen(file->incoming.file_name) > NAME_BYTES_MAX)
		error = EXCHANGE_ERROR(exchange, INVALID_ASSET_UPLOAD_BODY, "the file's name has more than %d bytes", NAME_BYTES_MAX);
	if (!error && !utf8_is_valid(file->incoming.file_name, strlen(file->incoming.file_name)))
		error = EXCHANGE_ERROR(exchange, INVALID_ASSET_UPLOAD_BODY, "the file's name is not UTF-8");
	if (error)
		answer_error(exchange, error);
	else
		incoming_store(&file->incoming, on_stored);
}

static void
leave(struct exchange *exchange)
{
	struct file *file = exchange->page_state;

	if (file && file->incoming.exchange)
		incoming_leave(&file->incoming);
}

static size_t
body_limit(void)
{
	return (size_t)settings.form_file_bytes_max + FORM_BYTES_MAX;
}

const struct page form_file_page = { .method = "POST", .path = "/api/public/forms/{slug}/files", .name = "forms.file", .body_limit = body_limit, .admit = admit,
	.take = take, .answer = answer, .leave = leave, .is_cross_origin = true };
