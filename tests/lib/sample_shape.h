/* A struct with a member of every type a shape can describe, for the codecs' tests. */
#ifndef SAMPLE_SHAPE_H
#define SAMPLE_SHAPE_H

#include <stddef.h>

#include "contract/shape.h"

struct part {
	int64_t size;
	const char *label; /* optional */
};

struct sample {
	int64_t id;
	bool is_on;
	int64_t created_at;
	const char *name;
	struct doc data;
	const int64_t *count;
	const bool *is_sure;
	const int64_t *expires_at;
	const char *color;
	const char *note;
	struct doc extra;
	const struct part *part;
	struct {
		const char *const *items;
		size_t n;
	} tags;
	struct {
		const int64_t *items;
		size_t n;
	} numbers;
	struct {
		const struct part *items;
		size_t n;
	} parts;
	struct {
		const struct doc *items;
		size_t n;
	} docs;
};

#define PART(member, json_name, kind, ...) \
	{ .name = json_name, .type = SHAPE_##kind, .offset = offsetof(struct part, member), __VA_ARGS__ }
#define SAMPLE(member, json_name, kind, ...) \
	{ .name = json_name, .type = SHAPE_##kind, .offset = offsetof(struct sample, member), __VA_ARGS__ }

static const struct shape_field part_fields[] = {
	PART(size, "size", INT, .flags = SHAPE_REQUIRED, .min = 1, .max = 9),
	PART(label, "label", TEXT, .max = 8),
};
static const struct shape part_shape = { "part", sizeof(struct part), part_fields, 2 };

static const char *const sample_colors[] = { "red", "green", NULL };

static const struct shape_field sample_fields[] = {
	SAMPLE(id, "id", INT, .flags = SHAPE_REQUIRED, .min = 1, .max = 2147483647, .example = "42"),
	SAMPLE(is_on, "isOn", BOOL, .flags = SHAPE_REQUIRED),
	SAMPLE(created_at, "createdAt", TIME, .flags = SHAPE_REQUIRED),
	SAMPLE(name, "name", TEXT, .flags = SHAPE_REQUIRED, .min = 1, .max = 20, .example = "\"Ada\""),
	SAMPLE(data, "data", DOC, .flags = SHAPE_REQUIRED | SHAPE_DOC_OBJECT | SHAPE_DOC_TEXT, .max = 4000),
	SAMPLE(count, "count", INT, .default_text = "50", .min = -5, .max = 500),
	SAMPLE(is_sure, "isSure", BOOL),
	SAMPLE(expires_at, "expiresAt", TIME),
	SAMPLE(color, "color", TEXT, .max = 10, .choices = sample_colors),
	SAMPLE(note, "note", TEXT, .flags = SHAPE_NULLABLE, .max = 100, .pattern = "^[a-z ]*$"),
	SAMPLE(extra, "extra", DOC, .max = 4000),
	SAMPLE(part, "part", STRUCT, .shape = &part_shape),
	SAMPLE(tags, "tags", LIST, .item = SHAPE_TEXT, .min = 1, .max = 3),
	SAMPLE(numbers, "numbers", LIST, .item = SHAPE_INT),
	SAMPLE(parts, "parts", LIST, .item = SHAPE_STRUCT, .shape = &part_shape, .max = 10),
	SAMPLE(docs, "docs", LIST, .item = SHAPE_DOC),
};
static const struct shape sample_shape = {
	"sample", sizeof(struct sample), sample_fields, sizeof(sample_fields) / sizeof(sample_fields[0]),
};

#endif
