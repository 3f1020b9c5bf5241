/* What the client answered. */
#include "answers.h"

#include "json/json.h"

static const struct json_value *
answer_to(struct arena *arena, struct doc answers, const char *key)
{
	struct json_error error;
	const struct json_value *all = answers.json ? json_parse(arena, answers.json, answers.len, NULL, &error) : NULL;
	const struct json_value *answer = all && all->type == JSON_OBJECT ? json_get(all, key) : NULL;
	return answer && answer->type == JSON_OBJECT ? answer : NULL;
}

const char *
answer_text(struct arena *arena, struct doc answers, const char *key)
{
	const struct json_value *answer = answer_to(arena, answers, key);
	if (!answer)
		return NULL;
	struct buf buf;
	buf_init(&buf, arena, 256);
	json_write(&buf, answer);
	return buf.bytes;
}

const char *
answer_member(struct arena *arena, struct doc answers, const char *key, const char *outer, const char *inner)
{
	const struct json_value *answer = answer_to(arena, answers, key);
	const struct json_value *middle = answer ? json_get(answer, outer) : NULL;
	const struct json_value *text = middle && middle->type == JSON_OBJECT ? json_get(middle, inner) : NULL;
	return text && text->type == JSON_TEXT ? text->text : NULL;
}
