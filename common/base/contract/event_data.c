/* What was free when it happened may be sold by now: whoever reads old events is shown them without data. */
#include "contract/event_data.h"

#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "json/json.h"

static bool
is_data(const char *name)
{
	static const char *const names[] = { "data", "changes", "values", NULL }; /* of content_item.create, update and delete */

	for (size_t i = 0; names[i]; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

const char *
event_without_data(struct arena *arena, const char *payload)
{
	struct json_error problem;
	const struct json_value *value = json_parse(arena, payload, strlen(payload), NULL, &problem);
	struct buf buf;
	size_t n = 0;

	if (!value || value->type != JSON_OBJECT)
		return payload;
	buf_init(&buf, arena, strlen(payload) + 16);
	buf_add_char(&buf, '{');
	for (size_t i = 0; i < value->n; i++) {
		const struct json_member *member = &value->members[i];
		if (is_data(member->name))
			continue;
		if (n++ > 0)
			buf_add_char(&buf, ',');
		buf_add_json_text(&buf, member->name, member->n_name);
		buf_add_char(&buf, ':');
		buf_add(&buf, payload + member->value.start, member->value.end - member->value.start);
	}
	buf_add_char(&buf, '}');
	return n == value->n ? payload : buf.bytes;
}
