/* Formats: the table, and those of time, identifiers and pointers. */
#include <string.h>

#include "schema/format.h"
#include "schema/internal.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* Two digits at text, or -1. */
static int
two_digits(const char *text)
{
	return is_digit(text[0]) && is_digit(text[1]) ? (text[0] - '0') * 10 + (text[1] - '0') : -1;
}

/* ---- time: RFC 3339 ---- */

enum { DATE_BYTES = 10, TIME_BYTES = 8, OFFSET_BYTES = 6 };

static bool
is_date(const char *text, size_t n)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (n != DATE_BYTES || text[4] != '-' || text[7] != '-')
		return false;
	int century = two_digits(text);
	int in_century = two_digits(text + 2);
	int month = two_digits(text + 5);
	int day = two_digits(text + 8);
	if (century < 0 || in_century < 0 || month < 1 || month > 12 || day < 1)
		return false;
	int year = century * 100 + in_century;
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return day <= days[month - 1] + (month == 2 && is_leap);
}

/* "Z" or "+hh:mm": minutes east of UTC. */
static bool
read_offset(const char *text, size_t n, int *ret_minutes)
{
	*ret_minutes = 0;
	if (n == 1)
		return (text[0] | 0x20) == 'z';
	if (n != OFFSET_BYTES || (text[0] != '+' && text[0] != '-') || text[3] != ':')
		return false;
	int hours = two_digits(text + 1);
	int minutes = two_digits(text + 4);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*ret_minutes = (hours * 60 + minutes) * (text[0] == '-' ? -1 : 1);
	return true;
}

static bool
is_time(const char *text, size_t n)
{
	enum { DAY_MINUTES = 24 * 60 };
	int offset;

	if (n <= TIME_BYTES || text[2] != ':' || text[5] != ':')
		return false;
	int hour = two_digits(text);
	int minute = two_digits(text + 3);
	int second = two_digits(text + 6);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	size_t at = TIME_BYTES;
	if (text[at] == '.') {
		for (at++; at < n && is_digit(text[at]); at++)
			;
		if (at == TIME_BYTES + 1)
			return false;
	}
	if (!read_offset(text + at, n - at, &offset))
		return false;
	int utc = (hour * 60 + minute - offset + 2 * DAY_MINUTES) % DAY_MINUTES;
	return second < 60 || utc == DAY_MINUTES - 1; /* a leap second ends a UTC day */
}

static bool
is_date_time(const char *text, size_t n)
{
	return n > DATE_BYTES && is_date(text, DATE_BYTES) && (text[DATE_BYTES] | 0x20) == 't' &&
	    is_time(text + DATE_BYTES + 1, n - DATE_BYTES - 1);
}

/* Number-and-unit pairs, units in the order given and without gaps, at least one; returns what follows.
 * Source: RFC 3339, appendix A. */
static const char *
skip_units(const char *at, const char *units)
{
	const char *start = at;

	for (;;) {
		const char *digits = at;
		while (is_digit(*at))
			at++;
		const char *unit = at > digits && *at ? strchr(units, *at) : NULL;
		bool has_gap = unit && digits > start && unit != units;
		if (!unit || has_gap)
			return digits > start && at == digits ? digits : NULL;
		units = unit + 1;
		at++;
	}
}

static bool
is_duration(const char *text, size_t n)
{
	if (strlen(text) != n || text[0] != 'P')
		return false;
	const char *at = text + 1;
	if (*at && text[n - 1] == 'W')
		return skip_units(at, "W") == text + n;
	if (*at != 'T')
		at = skip_units(at, "YMD");
	if (at && *at == 'T')
		at = skip_units(at + 1, "HMS");
	return at == text + n;
}

/* ---- identifiers and pointers ---- */

static bool
is_uuid(const char *text, size_t n)
{
	static const char shape[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";

	if (n != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (shape[i] == '-' ? text[i] != '-' : !is_hex(text[i]))
			return false;
	}
	return true;
}

static bool
is_json_pointer(const char *text, size_t n)
{
	if (n > 0 && text[0] != '/')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '~' && (i + 1 == n || (text[i + 1] != '0' && text[i + 1] != '1')))
			return false;
	}
	return true;
}

static bool
is_relative_json_pointer(const char *text, size_t n)
{
	size_t at = 0;
	while (at < n && is_digit(text[at]))
		at++;
	if (at == 0 || (text[0] == '0' && at > 1))
		return false;
	if (at + 1 == n && text[at] == '#')
		return true;
	return is_json_pointer(text + at, n - at);
}

/* ---- the table ---- */

schema_format_check
schema_format_find(const char *name)
{
	static const struct {
		const char *name;
		schema_format_check check;
	} formats[] = {
		{ "date-time", is_date_time }, { "date", is_date }, { "time", is_time },
		{ "duration", is_duration }, { "email", schema_is_email }, { "idn-email", schema_is_idn_email },
		{ "hostname", schema_is_hostname }, { "idn-hostname", schema_is_idn_hostname },
		{ "ipv4", schema_is_ipv4 }, { "ipv6", schema_is_ipv6 }, { "uri", schema_is_uri },
		{ "uri-reference", schema_is_uri_reference }, { "iri", schema_is_iri },
		{ "iri-reference", schema_is_iri_reference }, { "uri-template", schema_is_uri_template },
		{ "uuid", is_uuid }, { "json-pointer", is_json_pointer },
		{ "relative-json-pointer", is_relative_json_pointer },
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].check;
	}
	return NULL;
}
