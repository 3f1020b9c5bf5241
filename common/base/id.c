/* Identifiers, times and opaque tokens as text: plain arithmetic, because times are formatted for every row. */
#include "id.h"

#include <string.h>

#include "buf.h"
#include "json/json.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const int64_t us_per_second = 1000000;
static const int64_t us_per_day = INT64_C(86400) * 1000000;

enum { CURSOR_BYTES_MAX = 256 };

char *
base64_encode(struct arena *arena, const void *bytes, size_t n_bytes)
{
	char *url = base64url_encode(arena, bytes, n_bytes);
	size_t n = strlen(url), n_padded = (n + 3) / 4 * 4;
	char *text = arena_alloc(arena, n_padded + 1);

	for (size_t i = 0; i < n_padded; i++)
		text[i] = i >= n ? '=' : url[i] == '-' ? '+' : url[i] == '_' ? '/' : url[i];
	return text;
}

bool
base64_decode(struct arena *arena, const char *text, void **ret_bytes, size_t *ret_n)
{
	size_t n = strlen(text);
	char *url = arena_strndup(arena, text, n);

	while (n > 0 && url[n - 1] == '=')
		url[--n] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (url[i] == '-' || url[i] == '_')
			return false;
		url[i] = url[i] == '+' ? '-' : url[i] == '/' ? '_' : url[i];
	}
	return base64url_decode(arena, url, ret_bytes, ret_n);
}

void
hex_encode(char *text, const void *bytes, size_t n_bytes)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n_bytes; i++) {
		text[2 * i] = hex_digits[p[i] >> 4];
		text[2 * i + 1] = hex_digits[p[i] & 15];
	}
	text[2 * n_bytes] = '\0';
}

/* Layout: RFC 9562 section 5.7 (48 bits of milliseconds, version, variant, random). */
void
uuid7_format(char text[UUID_TEXT_BYTES], int64_t now_us, const unsigned char random[10])
{
	static const unsigned char group_ends[4] = { 4, 6, 8, 10 };
	unsigned char bytes[16];
	uint64_t now_ms = (uint64_t)(now_us / 1000);

	for (unsigned i = 0; i < 6; i++)
		bytes[i] = (unsigned char)(now_ms >> (40 - 8 * i));
	memcpy(bytes + 6, random, 10);
	bytes[6] = (bytes[6] & 0x0f) | 0x70;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;

	char *p = text;
	unsigned group = 0;
	for (unsigned i = 0; i < 16; i++) {
		if (group < 4 && i == group_ends[group]) {
			*p++ = '-';
			group++;
		}
		*p++ = hex_digits[bytes[i] >> 4];
		*p++ = hex_digits[bytes[i] & 15];
	}
	*p = '\0';
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool
uuid_is_valid(const char *text)
{
	for (unsigned i = 0; i < UUID_TEXT_BYTES - 1; i++) {
		bool is_dash_place = i == 8 || i == 13 || i == 18 || i == 23;
		if (is_dash_place ? text[i] != '-' : !is_hex(text[i]))
			return false;
	}
	return text[UUID_TEXT_BYTES - 1] == '\0';
}

/* Days since 1970-01-01 of a proleptic Gregorian date, and back.  Years are counted from March, in eras of
 * 400 years, so that the leap day comes last and every era has the same length. */
static const int64_t days_per_era = 146097;
static const int64_t days_before_1970 = 719468; /* from 0000-03-01 */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* What floor_div leaves over, 0..b-1; computed without the product, which would overflow at the ends. */
static int64_t
floor_mod(int64_t a, int64_t b)
{
	int64_t rest = a % b;

	return rest < 0 ? rest + b : rest;
}

static int64_t
days_from_date(int64_t year, int64_t month, int64_t day)
{
	int64_t y = year - (month <= 2);
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * days_per_era + day_of_era - days_before_1970;
}

static void
date_from_days(int64_t days, int64_t *ret_year, int64_t *ret_month, int64_t *ret_day)
{
	int64_t era = floor_div(days + days_before_1970, days_per_era);
	int64_t day_of_era = days + days_before_1970 - era * days_per_era;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_from_march = (5 * day_of_year + 2) / 153;

	*ret_day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
	*ret_month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
	*ret_year = era * 400 + year_of_era + (*ret_month <= 2);
}

/* At least n digits with leading zeros; value is not negative. */
static char *
put_digits(char *text, int64_t value, unsigned n)
{
	char digits[20];
	unsigned count = 0;

	while (value || count < n) {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	}
	while (count)
		*text++ = digits[--count];
	return text;
}

static char *
put_time(char *p, int64_t time_us)
{
	int64_t year, month, day;
	int64_t days = floor_div(time_us, us_per_day);
	int64_t seconds = floor_mod(time_us, us_per_day) / us_per_second;

	date_from_days(days, &year, &month, &day);
	if (year < 0)
		*p++ = '-';
	p = put_digits(p, year < 0 ? -year : year, 4);
	*p++ = '-';
	p = put_digits(p, month, 2);
	*p++ = '-';
	p = put_digits(p, day, 2);
	*p++ = 'T';
	p = put_digits(p, seconds / 3600, 2);
	*p++ = ':';
	p = put_digits(p, seconds / 60 % 60, 2);
	*p++ = ':';
	p = put_digits(p, seconds % 60, 2);
	*p++ = '.';
	return p;
}

void
time_format(char text[TIME_TEXT_BYTES], int64_t time_us)
{
	char *p = put_digits(put_time(text, time_us), floor_mod(time_us, us_per_second) / 1000, 3);

	p[0] = 'Z';
	p[1] = '\0';
}

struct scanner {
	const char *p, *end;
};

static bool
scan_char(struct scanner *scanner, char upper)
{
	if (scanner->p == scanner->end || (*scanner->p != upper && *scanner->p != (upper | 0x20)))
		return false;
	scanner->p++;
	return true;
}

/* Exactly n digits with a value in [min, max]. */
static bool
scan_number(struct scanner *scanner, unsigned n, int64_t min, int64_t max, int64_t *ret_value)
{
	int64_t value = 0;

	if ((size_t)(scanner->end - scanner->p) < n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		char c = *scanner->p++;
		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*ret_value = value;
	return value >= min && value <= max;
}

static int64_t
days_in_month(int64_t year, int64_t month)
{
	static const unsigned char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap);
}

/* ".5", ".123456789": digits past the sixth are dropped, more than nine are refused. */
static bool
scan_fraction(struct scanner *scanner, int64_t *ret_us)
{
	int64_t value = 0;
	unsigned n = 0;

	*ret_us = 0;
	if (scanner->p == scanner->end || *scanner->p != '.')
		return true;
	scanner->p++;
	for (; scanner->p < scanner->end && *scanner->p >= '0' && *scanner->p <= '9'; scanner->p++, n++) {
		if (n < 6)
			value = value * 10 + (*scanner->p - '0');
	}
	if (n < 1 || n > 9)
		return false;
	for (unsigned i = n; i < 6; i++)
		value *= 10;
	*ret_us = value;
	return true;
}

static bool
scan_offset(struct scanner *scanner, int64_t *ret_minutes)
{
	int64_t hours, minutes;

	*ret_minutes = 0;
	if (scan_char(scanner, 'Z'))
		return true;
	if (scanner->p == scanner->end || (*scanner->p != '+' && *scanner->p != '-'))
		return false;
	bool is_west = *scanner->p++ == '-';
	if (!scan_number(scanner, 2, 0, 23, &hours) || !scan_char(scanner, ':') ||
	    !scan_number(scanner, 2, 0, 59, &minutes))
		return false;
	*ret_minutes = (is_west ? -1 : 1) * (hours * 60 + minutes);
	return true;
}

bool
time_parse(const char *text, size_t n_bytes, int64_t *ret_time_us)
{
	struct scanner scanner = { text, text + n_bytes };
	int64_t year, month, day, hour, minute, second, fraction, offset;

	if (!scan_number(&scanner, 4, 0, 9999, &year) || !scan_char(&scanner, '-') ||
	    !scan_number(&scanner, 2, 1, 12, &month) || !scan_char(&scanner, '-') ||
	    !scan_number(&scanner, 2, 1, days_in_month(year, month), &day) || !scan_char(&scanner, 'T'))
		return false;
	if (!scan_number(&scanner, 2, 0, 23, &hour) || !scan_char(&scanner, ':') ||
	    !scan_number(&scanner, 2, 0, 59, &minute) || !scan_char(&scanner, ':') ||
	    !scan_number(&scanner, 2, 0, 60, &second))
		return false;
	if (!scan_fraction(&scanner, &fraction) || !scan_offset(&scanner, &offset) || scanner.p != scanner.end)
		return false;
	int64_t minutes = hour * 60 + minute - offset;
	bool may_leap = (minutes + 2 * 1440) % 1440 == 1439;
	if (second == 60 && !may_leap)
		return false;
	int64_t days = days_from_date(year, month, day);
	*ret_time_us = days * us_per_day + (minutes * 60 + second) * us_per_second + fraction;
	return true;
}

char *
base64url_encode(struct arena *arena, const void *bytes, size_t n_bytes)
{
	const unsigned char *p = bytes;
	char *text = arena_alloc(arena, (n_bytes * 4 + 2) / 3 + 1);
	char *out = text;

	for (size_t i = 0; i < n_bytes; i += 3) {
		size_t n = n_bytes - i < 3 ? n_bytes - i : 3;
		uint32_t group = (uint32_t)p[i] << 16;
		if (n > 1)
			group |= (uint32_t)p[i + 1] << 8;
		if (n > 2)
			group |= p[i + 2];
		for (size_t k = 0; k <= n; k++)
			*out++ = base64url_digits[group >> (18 - 6 * k) & 63];
	}
	return text;
}

static int
base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* Canonical only: bits that encode nothing must be zero, so that one value has one text. */
bool
base64url_decode(struct arena *arena, const char *text, void **ret_bytes, size_t *ret_n)
{
	size_t n_text = strlen(text);
	uint32_t group = 0;
	unsigned n_bits = 0;
	size_t n = 0;

	if (n_text % 4 == 1)
		return false;
	unsigned char *bytes = arena_alloc(arena, n_text * 3 / 4 + 1);
	for (size_t i = 0; i < n_text; i++) {
		int value = base64url_value(text[i]);
		if (value < 0)
			return false;
		group = (group << 6 | (uint32_t)value) & 0xffff;
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		bytes[n++] = (unsigned char)(group >> n_bits);
	}
	if (group & ((1u << n_bits) - 1))
		return false;
	*ret_bytes = bytes;
	*ret_n = n;
	return true;
}

char *
cursor_encode(struct arena *arena, int64_t created_us, int64_t id)
{
	char time[TIME_TEXT_BYTES];
	struct buf buf;

	int64_t fraction = floor_mod(created_us, us_per_second);
	bool is_whole_ms = fraction % 1000 == 0;
	char *p = put_time(time, created_us);
	p = is_whole_ms ? put_digits(p, fraction / 1000, 3) : put_digits(p, fraction, 6);
	p[0] = 'Z';
	p[1] = '\0';
	buf_init(&buf, arena, 80);
	buf_add_text(&buf, "{\"createdAt\":\"");
	buf_add_text(&buf, time);
	buf_add_text(&buf, "\",\"id\":");
	buf_add_int(&buf, id);
	buf_add_char(&buf, '}');
	return base64url_encode(arena, buf.bytes, buf.len);
}

bool
cursor_decode(struct arena *arena, const char *text, int64_t *ret_created_us, int64_t *ret_id)
{
	void *bytes;
	size_t n;
	struct json_error ignored;
	int64_t created_us;

	if (strlen(text) > CURSOR_BYTES_MAX || !base64url_decode(arena, text, &bytes, &n))
		return false;
	const struct json_value *cursor = json_parse(arena, bytes, n, NULL, &ignored);
	if (!cursor || cursor->type != JSON_OBJECT || cursor->n != 2)
		return false;
	const struct json_value *created = json_get(cursor, "createdAt");
	const struct json_value *id = json_get(cursor, "id");
	if (!created || created->type != JSON_TEXT || !id || id->type != JSON_INT)
		return false;
	if (!time_parse(created->text, created->n, &created_us))
		return false;
	*ret_created_us = created_us;
	*ret_id = id->integer;
	return true;
}

/* Escapes: RFC 6901 section 3. */
char *
pointer_append(struct arena *arena, const char *pointer, const char *token)
{
	size_t n_pointer = strlen(pointer);
	char *text = arena_alloc(arena, n_pointer + 2 * strlen(token) + 2);
	char *out = text + n_pointer;

	memcpy(text, pointer, n_pointer);
	*out++ = '/';
	for (const char *p = token; *p; p++) {
		if (*p != '~' && *p != '/') {
			*out++ = *p;
			continue;
		}
		*out++ = '~';
		*out++ = *p == '~' ? '0' : '1';
	}
	return text;
}
