/* Forms by libmicrohttpd's post processor. */
#include "http/form.h"

#include <microhttpd.h>
#include <stdlib.h>

#include "http/connection.h"

enum { FORM_BUFFER_BYTES = 16 * 1024 };

struct form {
	struct MHD_PostProcessor *processor;
	form_take_fn take;
	void *context;
};

static enum MHD_Result
on_piece(void *context, enum MHD_ValueKind kind, const char *name, const char *file_name, const char *type, const char *encoding,
    const char *bytes, uint64_t offset, size_t n)
{
	const struct form *form = context;

	(void)kind;
	(void)encoding;
	return form->take(form->context, &(struct form_piece){ .name = name ? name : "", .file_name = file_name, .type = type, .bytes = bytes, .n = n,
	    .is_first = offset == 0 }) ? MHD_YES : MHD_NO;
}

struct form *
form_new(struct exchange *exchange, form_take_fn take, void *context)
{
	struct form *form = calloc(1, sizeof(*form));

	if (!form)
		abort();
	form->take = take;
	form->context = context;
	form->processor = MHD_create_post_processor(exchange->connection->mhd, FORM_BUFFER_BYTES, on_piece, form);
	if (form->processor)
		return form;
	free(form);
	return NULL;
}

bool
form_add(struct form *form, const char *bytes, size_t n)
{
	return MHD_post_process(form->processor, bytes, n) == MHD_YES;
}

bool
form_end(struct form *form)
{
	if (!form)
		return false;
	bool is_whole = MHD_destroy_post_processor(form->processor) == MHD_YES;
	free(form);
	return is_whole;
}
