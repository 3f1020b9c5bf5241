/* Cron expressions.  Source: POSIX crontab, and the names and steps of Vixie cron. */
#include "rules.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { YEARS_MAX = 5, DAYS_MAX = YEARS_MAX * 366, MINUTE_US = 60 * 1000000 };

struct field {
	int min, max;
	const char *const *names; /* of min, min + 1, ...; or NULL */
	const char *problem;
};

static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekday_names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };

static const struct field fields[] = {
	{ 0, 59, NULL, "the minute must be 0 to 59, a list, a range or a step" },
	{ 0, 23, NULL, "the hour must be 0 to 23, a list, a range or a step" },
	{ 1, 31, NULL, "the day of the month must be 1 to 31, a list, a range or a step" },
	{ 1, 12, month_names, "the month must be 1 to 12 or JAN to DEC, a list, a range or a step" },
	{ 0, 7, weekday_names, "the day of the week must be 0 to 7 or SUN to SAT, a list, a range or a step" },
};

static const struct {
	const char *name, *text;
} shorthands[] = {
	{ "@hourly", "0 * * * *" }, { "@daily", "0 0 * * *" }, { "@midnight", "0 0 * * *" }, { "@weekly", "0 0 * * 0" },
	{ "@monthly", "0 0 1 * *" }, { "@yearly", "0 0 1 1 *" }, { "@annually", "0 0 1 1 *" },
};

/* A number or a name at *at, which moves behind it. */
static bool
read_value(const char **at, const struct field *field, int *ret_value)
{
	int value = 0, n = 0;

	for (int i = 0; field->names && field->names[i]; i++) {
		if (strncasecmp(*at, field->names[i], 3) == 0) {
			*at += 3;
			*ret_value = field->min + i;
			return true;
		}
	}
	for (; isdigit((unsigned char)**at) && n < 3; n++)
		value = value * 10 + (*(*at)++ - '0');
	*ret_value = value;
	return n > 0 && value >= field->min && value <= field->max;
}

/* One part between commas: "*", "5", "1-5", each with "/2". */
static bool
read_part(const char **at, const struct field *field, uint64_t *bits, bool *is_any)
{
	int first = field->min, last = field->max, step = 1;
	bool is_star = **at == '*';

	if (is_star) {
		(*at)++;
	} else {
		if (!read_value(at, field, &first))
			return false;
		last = first;
		if (**at == '-' && ((*at)++, !read_value(at, field, &last)))
			return false;
	}
	if (**at == '/') {
		struct field steps = { 1, field->max, NULL, NULL };
		(*at)++;
		if (!is_star && last == first)
			last = field->max;
		if (!read_value(at, &steps, &step))
			return false;
	}
	*is_any = *is_any || (is_star && step == 1);
	for (int value = first; value <= last; value += step)
		*bits |= UINT64_C(1) << value;
	return first <= last;
}

static bool
read_field(const char **at, const struct field *field, uint64_t *ret_bits, bool *ret_is_any)
{
	*ret_bits = 0;
	*ret_is_any = false;
	for (;;) {
		if (!read_part(at, field, ret_bits, ret_is_any))
			return false;
		if (**at != ',')
			return **at == '\0' || **at == ' ';
		(*at)++;
	}
}

const char *
cron_parse(const char *text, struct cron *ret_cron)
{
	uint64_t bits[5];
	bool is_any[5];

	for (size_t i = 0; i < sizeof(shorthands) / sizeof(shorthands[0]); i++) {
		if (strcasecmp(text, shorthands[i].name) == 0)
			text = shorthands[i].text;
	}
	const char *at = text;
	for (size_t i = 0; i < 5; i++) {
		at += strspn(at, " ");
		if (!*at)
			return "five fields are needed: minute, hour, day of month, month, day of week";
		if (!read_field(&at, &fields[i], &bits[i], &is_any[i]))
			return fields[i].problem;
	}
	at += strspn(at, " ");
	if (*at)
		return "unexpected text after the fifth field";
	if (bits[4] & 1 << 7)
		bits[4] |= 1; /* Sunday is 0 and 7 */
	*ret_cron = (struct cron){ .minutes = bits[0], .hours = (uint32_t)bits[1], .days = (uint32_t)bits[2], .months = (uint32_t)bits[3],
		.weekdays = (uint32_t)bits[4] & 0x7f, .any_day = is_any[2], .any_weekday = is_any[4] };
	return NULL;
}

static bool
is_day(const struct cron *cron, const struct tm *tm)
{
	bool day = cron->days >> tm->tm_mday & 1, weekday = cron->weekdays >> tm->tm_wday & 1;

	if (!(cron->months >> (tm->tm_mon + 1) & 1))
		return false;
	return cron->any_day || cron->any_weekday ? day && weekday : day || weekday;
}

/* The first minute of the day at or after the minute from; -1 when there is none. */
static int
minute_of_day(const struct cron *cron, int from)
{
	for (int minute = from; minute < 24 * 60; minute++) {
		if (cron->hours >> (minute / 60) & 1 && cron->minutes >> (minute % 60) & 1)
			return minute;
	}
	return -1;
}

bool
cron_next(const struct cron *cron, int64_t after_local_us, int64_t *ret_local_us)
{
	int64_t minutes = after_local_us / MINUTE_US + 1;
	int64_t day = minutes / (24 * 60);
	int from = (int)(minutes % (24 * 60));

	for (int i = 0; i < DAYS_MAX; i++, day++, from = 0) {
		time_t midnight = (time_t)(day * 86400);
		struct tm tm;
		(void)gmtime_r(&midnight, &tm); /* cannot fail within these years */
		int minute = is_day(cron, &tm) ? minute_of_day(cron, from) : -1;
		if (minute >= 0) {
			*ret_local_us = (day * 24 * 60 + minute) * MINUTE_US;
			return true;
		}
	}
	return false;
}
