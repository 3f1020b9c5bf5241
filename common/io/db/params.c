/* Statement parameters in the form the server infers their types from: text, and raw bytes for bytea. */
#include "db/internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "buf.h"

/* Years outside 1..9999 would need another notation; PostgreSQL reads these two words instead. */
static const int64_t TIME_MIN_US = INT64_C(-62135596800) * 1000000;
static const int64_t TIME_MAX_US = INT64_C(253402300800) * 1000000 - 1;

static const char *
time_text(struct arena *scratch, int64_t us)
{
	if (us < TIME_MIN_US)
		return "-infinity";
	if (us > TIME_MAX_US)
		return "infinity";

	int64_t fraction_us = us % 1000000;
	if (fraction_us < 0)
		fraction_us += 1000000;
	time_t seconds = (time_t)((us - fraction_us) / 1000000);
	struct tm tm;
	(void)gmtime_r(&seconds, &tm); /* cannot fail within these years */
	return arena_printf(scratch, "%04d-%02d-%02d %02d:%02d:%02d.%06" PRId64 "+00", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, fraction_us);
}

static const char *
int_list_text(struct arena *scratch, const int64_t *items, size_t n)
{
	struct buf buf;

	buf_init(&buf, scratch, 2 + 8 * n);
	buf_add_char(&buf, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(&buf, ',');
		buf_add_int(&buf, items[i]);
	}
	buf_add_char(&buf, '}');
	return buf.bytes;
}

static void
add_array_text(struct buf *buf, const char *text)
{
	buf_add_char(buf, '"');
	while (*text) {
		size_t n_plain = strcspn(text, "\"\\");
		buf_add(buf, text, n_plain);
		text += n_plain;
		if (!*text)
			break;
		buf_add_char(buf, '\\');
		buf_add_char(buf, *text++);
	}
	buf_add_char(buf, '"');
}

static const char *
text_list_text(struct arena *scratch, const char *const *items, size_t n)
{
	struct buf buf;

	buf_init(&buf, scratch, 2 + 16 * n);
	buf_add_char(&buf, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(&buf, ',');
		if (items[i])
			add_array_text(&buf, items[i]);
		else
			buf_add_text(&buf, "NULL");
	}
	buf_add_char(&buf, '}');
	return buf.bytes;
}

static const char *
param_text(struct arena *scratch, const struct db_param *param)
{
	switch (param->type) {
	case DB_PARAM_NULL:
		return NULL;
	case DB_PARAM_INT:
		return arena_printf(scratch, "%" PRId64, param->integer);
	case DB_PARAM_BOOL:
		return param->integer ? "t" : "f";
	case DB_PARAM_TEXT:
		return param->text;
	case DB_PARAM_TIME:
		return time_text(scratch, param->integer);
	case DB_PARAM_DOC:
		return arena_strndup(scratch, param->text, param->n);
	case DB_PARAM_BYTES:
		return param->text;
	case DB_PARAM_INT_LIST:
		return int_list_text(scratch, param->items, param->n);
	case DB_PARAM_TEXT_LIST:
		return text_list_text(scratch, param->items, param->n);
	}
	assert(!"unknown parameter type");
	return NULL;
}

void
db_params_encode(struct arena *scratch, const struct db_param *params, int n_params, struct db_encoded *ret_encoded)
{
	assert(n_params <= DB_PARAMS_MAX);
	for (int i = 0; i < n_params; i++) {
		bool is_bytes = params[i].type == DB_PARAM_BYTES;

		ret_encoded->values[i] = param_text(scratch, &params[i]);
		ret_encoded->lengths[i] = is_bytes ? (int)params[i].n : 0;
		ret_encoded->formats[i] = is_bytes;
	}
}
