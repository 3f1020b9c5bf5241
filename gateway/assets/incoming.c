/* The one file of a multipart/form-data request. */
#include "assets/incoming.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "gateway.h"
#include "log.h"
#include "rest/answer.h"

static void
begin_file(struct incoming *incoming, const struct form_piece *piece)
{
	struct arena *arena = incoming->exchange->arena;

	incoming->file_name = arena_strndup(arena, piece->file_name, strnlen(piece->file_name, 1024));
	incoming->file_type = piece->type ? arena_strndup(arena, piece->type, strnlen(piece->type, 256)) : NULL;
	incoming->writer = blob_begin(incoming->exchange->gateway->blobs, incoming->tenant);
	if (!incoming->writer)
		incoming->why = errno;
}

static bool
on_piece(void *context, const struct form_piece *piece)
{
	struct incoming *incoming = context;

	if (!piece->file_name) {
		incoming->has_refused_field |= !incoming->take_field(incoming->context, piece);
		return !incoming->has_refused_field;
	}
	if (piece->is_first && incoming->n_files++ == 0)
		begin_file(incoming, piece);
	if (incoming->n_files > 1 || !incoming->writer || piece->n == 0)
		return !incoming->why;
	incoming->is_too_large = blob_n_bytes(incoming->writer) + (int64_t)piece->n > incoming->n_bytes_max;
	if (!incoming->is_too_large && !blob_add(incoming->writer, piece->bytes, piece->n))
		incoming->why = errno;
	return !incoming->is_too_large && !incoming->why;
}

void
incoming_begin(struct incoming *incoming)
{
	incoming->form = form_new(incoming->exchange, on_piece, incoming);
}

void
incoming_answer_unstored(struct incoming *incoming)
{
	int why = incoming->why ? incoming->why : incoming->job.why;

	log_write(LOG_ERROR, "asset.not_stored", LOG_TEXT("requestId", incoming->exchange->request_id), LOG_TEXT("cause", strerror(why)));
	ANSWER_FAIL(incoming->exchange, ASSET_STORAGE_PROVIDER_REQUEST_FAILED, "the asset could not be stored");
}

bool
incoming_take(struct incoming *incoming, const char *bytes, size_t n)
{
	if (incoming->form && form_add(incoming->form, bytes, n))
		return true;
	if (incoming->why)
		incoming_answer_unstored(incoming);
	else if (incoming->is_too_large)
		ANSWER_FAIL(incoming->exchange, PAYLOAD_TOO_LARGE, "the file has more than %" PRId64 " bytes", incoming->n_bytes_max);
	else if (!incoming->has_refused_field)
		ANSWER_FAIL(incoming->exchange, INVALID_ASSET_UPLOAD_BODY, "the body is not multipart/form-data as its Content-Type says");
	return false;
}

const struct error *
incoming_end(struct incoming *incoming)
{
	struct exchange *exchange = incoming->exchange;
	bool is_read = form_end(incoming->form);

	incoming->form = NULL;
	if (!is_read)
		return EXCHANGE_ERROR(exchange, INVALID_ASSET_UPLOAD_BODY, "the body ends before its last part does");
	if (incoming->n_files > 1)
		return EXCHANGE_ERROR(exchange, ASSET_MULTIPART_TOO_MANY_FILES, "the form has %zu files", incoming->n_files);
	if (incoming->n_files == 0)
		return EXCHANGE_ERROR(exchange, ASSET_MULTIPART_FILE_REQUIRED, "the form has no file");
	if (blob_n_bytes(incoming->writer) == 0)
		return EXCHANGE_ERROR(exchange, EMPTY_ASSET_CONTENT, "the file is empty");
	return NULL;
}

void
incoming_store(struct incoming *incoming, void (*done)(struct disk_job *job))
{
	struct gateway *gateway = incoming->exchange->gateway;

	incoming->job = (struct disk_job){ .run = disk_finish, .writer = incoming->writer, .store = gateway->blobs, .done = done, .context = incoming->context };
	incoming->writer = NULL;
	exchange_wait(incoming->exchange);
	disk_submit(gateway->disk, &incoming->job);
}

void
incoming_drop(const struct incoming *incoming)
{
	disk_remove(incoming->exchange->gateway->disk, incoming->job.store, incoming->job.blob.key);
}

void
incoming_leave(struct incoming *incoming)
{
	(void)form_end(incoming->form);
	incoming->form = NULL;
	blob_abandon(incoming->writer);
	incoming->writer = NULL;
}
