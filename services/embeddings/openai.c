/* The wire format of POST /v1/embeddings, as OpenAI, Ollama, vLLM and llama.cpp speak it. */
#include <math.h>
#include <string.h>

#include "id.h"
#include "json/json.h"
#include "provider.h"

/* base64 is a quarter of the size; a server that does not know it answers lists of numbers, which are read as well. */
void
openai_write_request(struct buf *body, const char *model, const struct provider_text *texts, size_t n)
{
	buf_add_text(body, "{\"model\":");
	buf_add_json_text(body, model, strlen(model));
	buf_add_text(body, ",\"encoding_format\":\"base64\",\"input\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(body, ',');
		buf_add_json_text(body, texts[i].text, texts[i].n);
	}
	buf_add_text(body, "]}");
}

/* Standard base64, padded or not, of 32-bit floats, little-endian. */
static bool
decode_floats(struct arena *arena, const char *text, size_t n_text, const float **ret_floats, size_t *ret_n)
{
	char *url = arena_strndup(arena, text, n_text);
	void *bytes;
	size_t n_bytes;

	while (n_text > 0 && url[n_text - 1] == '=')
		url[--n_text] = '\0';
	for (size_t i = 0; i < n_text; i++)
		url[i] = url[i] == '+' ? '-' : url[i] == '/' ? '_' : url[i];
	if (!base64url_decode(arena, url, &bytes, &n_bytes) || n_bytes % sizeof(float) != 0)
		return false;
	*ret_floats = arena_memdup(arena, bytes, n_bytes);
	*ret_n = n_bytes / sizeof(float);
	return true;
}

static bool
read_floats(struct arena *arena, const struct json_value *value, const float **ret_floats, size_t *ret_n)
{
	if (value->type == JSON_TEXT)
		return decode_floats(arena, value->text, value->n, ret_floats, ret_n);
	if (value->type != JSON_LIST)
		return false;
	float *floats = ARENA_ARRAY(arena, float, value->n + 1);
	for (uint32_t i = 0; i < value->n; i++) {
		const struct json_value *number = &value->items[i];
		if (number->type != JSON_REAL && number->type != JSON_INT)
			return false;
		floats[i] = number->type == JSON_REAL ? (float)number->real : (float)number->integer;
	}
	*ret_floats = floats;
	*ret_n = value->n;
	return true;
}

/* One with no direction says nothing, and one that is not finite cannot be stored. */
static const char *
print_floats(struct arena *arena, const float *floats, size_t n)
{
	struct buf out;
	bool has_direction = false;

	buf_init(&out, arena, n * 13 + 3);
	buf_add_char(&out, '[');
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(floats[i]))
			return NULL;
		has_direction = has_direction || floats[i] != 0;
		buf_printf(&out, i ? ",%.6g" : "%.6g", (double)floats[i]);
	}
	buf_add_char(&out, ']');
	return has_direction ? out.bytes : NULL;
}

const char *
openai_read_answer(struct arena *arena, const char *body, size_t n_body, size_t n, int64_t dimension, const char **ret_vectors, bool *ret_is_size)
{
	struct json_error wrong;
	const struct json_value *answer = json_parse(arena, body, n_body, &(struct json_limits){ .allow_big_numbers = true }, &wrong);
	const struct json_value *data = answer && answer->type == JSON_OBJECT ? json_get(answer, "data") : NULL;

	*ret_is_size = false;
	if (!data || data->type != JSON_LIST)
		return "the provider's answer has no list \"data\"";
	if (data->n != n) {
		*ret_is_size = true;
		return arena_printf(arena, "the provider answered %u vectors for %zu texts", data->n, n);
	}
	memset(ret_vectors, 0, n * sizeof(*ret_vectors));
	for (uint32_t i = 0; i < data->n; i++) {
		const struct json_value *one = &data->items[i];
		const struct json_value *embedding = one->type == JSON_OBJECT ? json_get(one, "embedding") : NULL;
		const struct json_value *index = one->type == JSON_OBJECT ? json_get(one, "index") : NULL;
		int64_t place = index && index->type == JSON_INT ? index->integer : i;
		const float *floats;
		size_t n_floats;
		if (!embedding || !read_floats(arena, embedding, &floats, &n_floats))
			return "the provider's answer has an \"embedding\" that is neither numbers nor base64";
		if (place < 0 || (size_t)place >= n || ret_vectors[place])
			return "the provider's answer has an \"index\" twice or out of range";
		if ((int64_t)n_floats != dimension) {
			*ret_is_size = true;
			return arena_printf(arena, "the provider answered a vector of %zu numbers, not %d", n_floats, (int)dimension);
		}
		ret_vectors[place] = print_floats(arena, floats, n_floats);
		if (!ret_vectors[place])
			return "the provider answered a vector without direction";
	}
	return NULL;
}
