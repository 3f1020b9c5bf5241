/* Patterns, topics, and the schedule of attempts. */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "id.h"

enum { RETRY_AFTER_MAX_S = 86400, SECRET_BYTES_MIN = 24, SECRET_BYTES_MAX = 64, SECRET_TEXT_MIN = 16 };

static const char *const topics[] = { "content_item.published", "content_item.unpublished", "workflow.review.approved", "workflow.review.rejected" };

static bool
is(const char *text, const char *other)
{
	return text && strcmp(text, other) == 0;
}

const char *
rules_topic(const char *event_type, const char *old_status, const char *new_status)
{
	if (is(event_type, "content_item.publish"))
		return topics[0];
	if (is(event_type, "content_item.unpublish"))
		return topics[1];
	if (is(event_type, "review_task.approve"))
		return topics[2];
	if (is(event_type, "review_task.reject"))
		return topics[3];
	if (strncmp(event_type, "content_item.", 13) != 0)
		return NULL;
	if (is(new_status, "published") && !is(old_status, "published"))
		return topics[0];
	if (is(old_status, "published") && (is(new_status, "archived") || is(event_type, "content_item.delete")))
		return topics[1];
	return NULL;
}

/* ---- patterns ---- */

static bool
fits(const char *pattern, size_t n, const char *event_type)
{
	const char *dot = strchr(event_type, '.');

	if (n == 1 && *pattern == '*')
		return true;
	if (strlen(event_type) == n && memcmp(pattern, event_type, n) == 0)
		return true;
	if (n > 2 && memcmp(pattern + n - 2, ".*", 2) == 0)
		return strncmp(pattern, event_type, n - 1) == 0 || (n == 7 && memcmp(pattern, "audit.*", 7) == 0);
	return n > 6 && memcmp(pattern, "audit.", 6) == 0 && dot && strlen(dot + 1) == n - 6 && memcmp(pattern + 6, dot + 1, n - 6) == 0;
}

static bool
names_something(const char *pattern)
{
	for (size_t i = 0; registry_events[i]; i++) {
		if (fits(pattern, strlen(pattern), registry_events[i]->name))
			return true;
	}
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
		if (fits(pattern, strlen(pattern), topics[i]))
			return true;
	}
	return false;
}

const char *
rules_unknown_pattern(struct shape_list patterns)
{
	for (size_t i = 0; i < patterns.n; i++) {
		const char *pattern = ((const char *const *)patterns.items)[i];
		if (strchr(pattern, ',') || !names_something(pattern))
			return pattern;
	}
	return NULL;
}

bool
rules_wants(const char *patterns, const char *event_type, const char *topic)
{
	for (const char *at = patterns; *at;) {
		size_t n = strcspn(at, ",");
		if (fits(at, n, event_type) || (topic && fits(at, n, topic)))
			return true;
		at += n + (at[n] == ',');
	}
	return false;
}

/* ---- attempts ---- */

int64_t
rules_retry_after_us(int64_t attempt)
{
	static const int64_t seconds[] = { 5, 300, 1800, 7200, 18000, 36000, 36000 };
	enum { N = sizeof(seconds) / sizeof(seconds[0]) };

	return seconds[attempt < 1 ? 0 : attempt > N ? N - 1 : attempt - 1] * 1000000;
}

int64_t
rules_read_retry_after(const char *text)
{
	char *end;

	if (!text || *text < '0' || *text > '9')
		return 0; /* a date is rare, and the schedule does as well */
	long seconds = strtol(text, &end, 10);
	if (*end != '\0')
		return 0;
	return seconds > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : seconds;
}

bool
rules_secret_is_good(struct arena *arena, const char *secret)
{
	void *bytes;
	size_t n;

	if (strncmp(secret, "whsec_", 6) != 0)
		return strlen(secret) >= SECRET_TEXT_MIN;
	return base64_decode(arena, secret + 6, &bytes, &n) && n >= SECRET_BYTES_MIN && n <= SECRET_BYTES_MAX;
}
