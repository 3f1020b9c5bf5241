/* Validations per second of processor time of an article of about 2 KB: parsed once, and parse included. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schema/json_schema.h"
#include "regex.h"

enum { ARENA_BYTES = 16 * 1024 * 1024, BODY_BYTES = 1200 };

static const double SECONDS = 2.0;

static const char SCHEMA[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\","
    "\"required\":[\"title\",\"slug\",\"body\",\"author\",\"status\",\"publishedAt\"],"
    "\"additionalProperties\":false,\"properties\":{"
    "\"title\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":200},"
    "\"slug\":{\"type\":\"string\",\"pattern\":\"^[a-z0-9]+(-[a-z0-9]+)*$\",\"maxLength\":100},"
    "\"summary\":{\"type\":\"string\",\"maxLength\":500},"
    "\"body\":{\"type\":\"string\",\"maxLength\":100000},"
    "\"status\":{\"enum\":[\"draft\",\"review\",\"published\",\"archived\"]},"
    "\"author\":{\"$ref\":\"#/$defs/person\"},"
    "\"reviewers\":{\"type\":\"array\",\"maxItems\":10,\"items\":{\"$ref\":\"#/$defs/person\"}},"
    "\"tags\":{\"type\":\"array\",\"uniqueItems\":true,\"maxItems\":20,"
    "\"items\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":40}},"
    "\"publishedAt\":{\"type\":\"string\",\"format\":\"date-time\"},"
    "\"canonicalUrl\":{\"type\":\"string\",\"format\":\"uri\"},"
    "\"readingMinutes\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":600},"
    "\"rating\":{\"type\":\"number\",\"minimum\":0,\"maximum\":5,\"multipleOf\":0.1},"
    "\"featured\":{\"type\":\"boolean\"},"
    "\"seo\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
    "\"title\":{\"type\":\"string\",\"maxLength\":70},\"description\":{\"type\":\"string\",\"maxLength\":160},"
    "\"keywords\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}},"
    "\"blocks\":{\"type\":\"array\",\"items\":{\"oneOf\":["
    "{\"type\":\"object\",\"required\":[\"kind\",\"text\"],\"properties\":{\"kind\":{\"const\":\"quote\"},"
    "\"text\":{\"type\":\"string\"}}},"
    "{\"type\":\"object\",\"required\":[\"kind\",\"src\"],\"properties\":{\"kind\":{\"const\":\"image\"},"
    "\"src\":{\"type\":\"string\",\"format\":\"uri-reference\"},\"width\":{\"type\":\"integer\"}}}]}}},"
    "\"$defs\":{\"person\":{\"type\":\"object\",\"required\":[\"id\",\"name\"],\"properties\":{"
    "\"id\":{\"type\":\"string\",\"format\":\"uuid\"},\"name\":{\"type\":\"string\",\"minLength\":1},"
    "\"email\":{\"type\":\"string\",\"format\":\"email\"}}}}}";

static const char ITEM_START[] =
    "{\"title\":\"How a hash-chained audit trail survives a crash\",\"slug\":\"how-a-hash-chained-audit-trail-survives\","
    "\"summary\":\"What is written before what, and why the chain cannot fork.\",\"status\":\"published\","
    "\"author\":{\"id\":\"0190a7c4-7b1e-7c3a-9d55-0c8f1e2a3b4c\",\"name\":\"Ada Example\",\"email\":\"ada@example.org\"},"
    "\"reviewers\":[{\"id\":\"0190a7c4-7b1e-7c3a-9d55-0c8f1e2a3b4d\",\"name\":\"Grace Example\"}],"
    "\"tags\":[\"audit\",\"durability\",\"postgresql\",\"events\"],\"publishedAt\":\"2026-03-14T09:26:53.589Z\","
    "\"canonicalUrl\":\"https://example.org/articles/how-a-hash-chained-audit-trail-survives\",\"readingMinutes\":7,"
    "\"rating\":4.7,\"featured\":true,\"seo\":{\"title\":\"Audit trails that survive\","
    "\"description\":\"Order of writes in a hash-chained log.\",\"keywords\":[\"audit\",\"log\"]},"
    "\"blocks\":[{\"kind\":\"quote\",\"text\":\"Nothing is ever lost.\"},"
    "{\"kind\":\"image\",\"src\":\"/assets/chain.png\",\"width\":1200}],\"body\":\"";

static double
now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *
make_item(struct arena *arena)
{
	struct buf buf;
	buf_init(&buf, arena, sizeof(ITEM_START) + BODY_BYTES);
	buf_add_text(&buf, ITEM_START);
	for (size_t start = buf.len; buf.len < start + BODY_BYTES;)
		buf_add_text(&buf, "A paragraph says \\\"what\\\" happened and why it mattered.\\n");
	buf_add_text(&buf, "\"}");
	return buf.bytes;
}

static const struct json_value *
parse(struct arena *arena, const char *text)
{
	struct json_error error;
	const struct json_value *value = json_parse(arena, text, strlen(text), NULL, &error);
	if (!value) {
		fprintf(stderr, "%zu: %s\n", error.offset, error.message);
		exit(EXIT_FAILURE);
	}
	return value;
}

static void
must(bool is_valid)
{
	if (!is_valid) {
		fprintf(stderr, "the item is not valid\n");
		exit(EXIT_FAILURE);
	}
}

/* One timed loop: returns rounds per second. */
static double
measure(const struct json_schema *schema, const char *text, bool parses, bool validates)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct arena *held = arena_new(ARENA_BYTES);
	const struct json_value *item = parse(held, text);
	double start = now();
	double elapsed;
	size_t n = 0;

	do {
		for (int i = 0; i < 1000; i++, n++) {
			if (parses)
				item = parse(arena, text);
			if (validates)
				must(json_schema_validate(schema, item, arena, NULL));
			arena_reset(arena);
		}
		elapsed = now() - start;
	} while (elapsed < SECONDS);
	arena_free(held);
	arena_free(arena);
	return (double)n / elapsed;
}

static double
measure_compile(const struct json_value *value, const struct json_schema_options *options)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct json_schema_error error;
	double start = now();
	size_t n = 0;

	for (; now() - start < SECONDS; n++) {
		json_schema_unref(json_schema_compile(arena, value, options, &error));
		arena_reset(arena);
	}
	arena_free(arena);
	return (double)n / SECONDS;
}

int
main(void)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	const struct json_schema_options options = { .assert_format = true, .regex = &regex_engine };
	struct json_schema_error error;
	const struct json_value *value = parse(arena, SCHEMA);
	struct json_schema *schema = json_schema_compile(arena, value, &options, &error);
	const char *item = make_item(arena);

	if (!schema) {
		fprintf(stderr, "%s: %s\n", error.schema_pointer, error.message);
		return EXIT_FAILURE;
	}
	printf("schema: item of %zu bytes\n", strlen(item));
	printf("schema: validate           %10.0f /s (target 200000)\n", measure(schema, item, false, true));
	printf("schema: parse              %10.0f /s\n", measure(schema, item, true, false));
	printf("schema: parse + validate   %10.0f /s\n", measure(schema, item, true, true));
	printf("schema: compile            %10.0f /s\n", measure_compile(value, &options));
	json_schema_unref(schema);
	arena_free(arena);
	return EXIT_SUCCESS;
}
