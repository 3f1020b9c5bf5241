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
add_array_text(struct buf *buf, const char *text, size_t n)
{
	const char *end = text + n;

	buf_add_char(buf, '"');
	while (text < end) {
		const char *plain = text;
		while (text < end && *text != '"' && *text != '\\')
			text++;
		buf_add(buf, plain, (size_t)(text - plain));
		if (text == end)
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
			add_array_text(&buf, items[i], strlen(items[i]));
		else
			buf_add_text(&buf, "NULL");
	}
	buf_add_char(&buf, '}');
	return buf.bytes;
}

static void
add_array_bytes(struct buf *buf, const unsigned char *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	buf_add_text(buf, "\"\\\\x");
	for (size_t i = 0; i < n; i++) {
		buf_add_char(buf, digits[bytes[i] >> 4]);
		buf_add_char(buf, digits[bytes[i] & 15]);
	}
	buf_add_char(buf, '"');
}

static void
add_array_item(struct buf *buf, struct arena *scratch, const struct db_param *param)
{
	switch (param->type) {
	case DB_PARAM_NULL:
		buf_add_text(buf, "NULL");
		return;
	case DB_PARAM_INT:
		buf_add_int(buf, param->integer);
		return;
	case DB_PARAM_BOOL:
		buf_add_char(buf, param->integer ? 't' : 'f');
		return;
	case DB_PARAM_TEXT:
		add_array_text(buf, param->text, strlen(param->text));
		return;
	case DB_PARAM_DOC:
		add_array_text(buf, param->text, param->n);
		return;
	case DB_PARAM_TIME: {
		const char *text = time_text(scratch, param->integer);
		add_array_text(buf, text, strlen(text));
		return;
	}
	case DB_PARAM_BYTES:
		add_array_bytes(buf, (const unsigned char *)param->text, param->n);
		return;
	case DB_PARAM_INT_LIST:
	case DB_PARAM_TEXT_LIST:
	case DB_PARAM_COLUMN:
		break;
	}
	assert(!"a list in a column");
}

static const char *
column_text(struct arena *scratch, const struct db_param *param)
{
	const struct db_param *const *rows = param->items;
	size_t n_bytes = 2;
	struct buf buf;

	for (size_t i = 0; i < param->n; i++)
		n_bytes += 32 + rows[i][param->integer].n;
	buf_init(&buf, scratch, n_bytes);
	buf_add_char(&buf, '{');
	for (size_t i = 0; i < param->n; i++) {
		if (i > 0)
			buf_add_char(&buf, ',');
		add_array_item(&buf, scratch, &rows[i][param->integer]);
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
	case DB_PARAM_COLUMN:
		return column_text(scratch, param);
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
