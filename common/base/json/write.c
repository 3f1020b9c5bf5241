/* JSON text of values: compact, and canonical for hashing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

enum {
	NUMBER_BYTES_MAX = 32,
	DIGITS_ENOUGH = 17,     /* significant decimal digits that identify any double */
	PLAIN_POINT_MIN = -6,   /* ECMAScript's Number::toString switches to exponents here */
};

/* The shortest digits that read back as the same double; returns the decimal exponent of the first digit. */
static int
shortest_digits(double value, char digits[DIGITS_ENOUGH + 1])
{
	char text[NUMBER_BYTES_MAX];

	for (int precision = 1; precision <= DIGITS_ENOUGH; precision++) {
		(void)snprintf(text, sizeof(text), "%.*e", precision - 1, value);
		if (strtod(text, NULL) == value)
			break;
	}
	size_t n = 0;
	const char *at = text;
	for (; *at != 'e'; at++) {
		if (*at != '.')
			digits[n++] = *at;
	}
	digits[n] = '\0';
	return atoi(at + 1);
}

static void
write_zeros(struct buf *buf, int n)
{
	for (int i = 0; i < n; i++)
		buf_add_char(buf, '0');
}

static void
write_scientific(struct buf *buf, const char *digits, int exponent)
{
	buf_add_char(buf, digits[0]);
	if (digits[1]) {
		buf_add_char(buf, '.');
		buf_add_text(buf, digits + 1);
	}
	buf_printf(buf, "e%c%d", exponent >= 0 ? '+' : '-', abs(exponent));
}

/* As ECMAScript prints numbers, which RFC 8785 requires, but for whole ones: those within 64 bits are printed like
 * the integers they equal, larger ones with an exponent, since the reader refuses such integers. */
static void
write_real(struct buf *buf, double value)
{
	char digits[DIGITS_ENOUGH + 1];
	bool fits_integer = value >= -0x1p63 && value < 0x1p63;

	if (fits_integer && value == (double)(int64_t)value) {
		buf_add_int(buf, (int64_t)value);
		return;
	}
	if (value < 0)
		buf_add_char(buf, '-');
	int point = shortest_digits(fabs(value), digits) + 1; /* digits before the decimal point */
	if (!fits_integer || point <= PLAIN_POINT_MIN) {
		write_scientific(buf, digits, point - 1);
	} else if (point > 0) {
		buf_add(buf, digits, (size_t)point);
		buf_add_char(buf, '.');
		buf_add_text(buf, digits + point);
	} else {
		buf_add_text(buf, "0.");
		write_zeros(buf, -point);
		buf_add_text(buf, digits);
	}
}

static void
write_scalar(struct buf *buf, const struct json_value *value)
{
	switch (value->type) {
	case JSON_NULL:
		buf_add(buf, "null", 4);
		return;
	case JSON_BOOL:
		buf_add_text(buf, value->boolean ? "true" : "false");
		return;
	case JSON_INT:
		buf_add_int(buf, value->integer);
		return;
	case JSON_REAL:
		if (value->number)
			buf_add(buf, value->number, value->n);
		else
			write_real(buf, value->real);
		return;
	case JSON_TEXT:
		buf_add_json_text(buf, value->text, value->n);
		return;
	case JSON_LIST:
	case JSON_OBJECT:
		return;
	}
}

static void
write_name(struct buf *buf, const struct json_member *member)
{
	buf_add_json_text(buf, member->name, member->n_name);
	buf_add_char(buf, ':');
}

void
json_write(struct buf *buf, const struct json_value *value)
{
	if (value->type != JSON_LIST && value->type != JSON_OBJECT) {
		write_scalar(buf, value);
		return;
	}
	bool is_list = value->type == JSON_LIST;
	buf_add_char(buf, is_list ? '[' : '{');
	for (uint32_t i = 0; i < value->n; i++) {
		if (i)
			buf_add_char(buf, ',');
		if (!is_list)
			write_name(buf, &value->members[i]);
		json_write(buf, is_list ? &value->items[i] : &value->members[i].value);
	}
	buf_add_char(buf, is_list ? ']' : '}');
}

size_t
json_size(const struct json_value *value, size_t enough)
{
	bool is_object = value->type == JSON_OBJECT;
	size_t n = value->type == JSON_TEXT ? (size_t)value->n + 2 : 1;

	if (!is_object && value->type != JSON_LIST)
		return n;
	for (uint32_t i = 0; i < value->n && n <= enough; i++) {
		n += is_object ? (size_t)value->members[i].n_name + 4 : 1;
		n += json_size(is_object ? &value->members[i].value : &value->items[i], n < enough ? enough - n : 0);
	}
	return n;
}

/* ---- canonical ---- */

/* RFC 8785 orders names by UTF-16 code units, where U+10000 and up (lead bytes F0..F4, written with
 * surrogates D800..DFFF) sort before U+E000..U+FFFF (lead bytes EE and EF). */
static int
utf16_rank(unsigned char lead)
{
	if (lead >= 0xF0)
		return lead - 2;
	return lead >= 0xEE ? lead + 5 : lead;
}

static int
compare_names(const void *a, const void *b)
{
	const struct json_member *left = *(const struct json_member *const *)a;
	const struct json_member *right = *(const struct json_member *const *)b;
	size_t n = left->n_name < right->n_name ? left->n_name : right->n_name;

	for (size_t i = 0; i < n; i++) {
		if (left->name[i] != right->name[i])
			return utf16_rank((unsigned char)left->name[i]) - utf16_rank((unsigned char)right->name[i]);
	}
	return left->n_name < right->n_name ? -1 : left->n_name > right->n_name;
}

static void
write_canonical_object(struct buf *buf, const struct json_value *object, struct arena *scratch)
{
	const struct json_member **order = ARENA_ARRAY(scratch, const struct json_member *, object->n);

	for (uint32_t i = 0; i < object->n; i++)
		order[i] = &object->members[i];
	qsort(order, object->n, sizeof(*order), compare_names);
	buf_add_char(buf, '{');
	for (uint32_t i = 0; i < object->n; i++) {
		if (i)
			buf_add_char(buf, ',');
		write_name(buf, order[i]);
		json_write_canonical(buf, &order[i]->value, scratch);
	}
	buf_add_char(buf, '}');
}

void
json_write_canonical(struct buf *buf, const struct json_value *value, struct arena *scratch)
{
	if (value->type == JSON_OBJECT) {
		write_canonical_object(buf, value, scratch);
		return;
	}
	if (value->type == JSON_REAL) {
		write_real(buf, value->real);
		return;
	}
	if (value->type != JSON_LIST) {
		write_scalar(buf, value);
		return;
	}
	buf_add_char(buf, '[');
	for (uint32_t i = 0; i < value->n; i++) {
		if (i)
			buf_add_char(buf, ',');
		json_write_canonical(buf, &value->items[i], scratch);
	}
	buf_add_char(buf, ']');
}
