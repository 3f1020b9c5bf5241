/* Any bytes as a CSV or JSON file of somebody else's: what is read becomes objects that are JSON, each with its line. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/transfer/ndjson.h"
#include "cli/transfer/rows.h"

enum { ARENA_BYTES = 256 * 1024 * 1024 };
#define SCHEMA "{\"properties\":{\"a\":{\"type\":\"number\"},\"b\":{\"type\":[\"boolean\",\"null\"]},\"c\":{\"type\":\"array\"},\"d\":{\"type\":\"object\"},\"e\":{\"type\":\"string\"}}}"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
	static const char *const fields[] = { "a", NULL }, *const columns[] = { "x", "y" };
	static FILE *nowhere;
	struct mapping mapping = { .fields = fields, .columns = columns, .n = 2 };
	struct json_limits limits = { .allow_big_numbers = true };
	struct rows rows = { .n = 0 };
	struct json_error problem;

	if (n_bytes == 0)
		return 0;
	if (!nowhere)
		nowhere = fopen("/dev/null", "r+");
	assert(nowhere);
	struct arena *arena = arena_new(ARENA_BYTES);
	struct cli *cli = ARENA_NEW(arena, struct cli);
	*cli = (struct cli){ .arena = arena, .in = nowhere, .out = nowhere, .err = nowhere };
	char *text = malloc(n_bytes); /* of its own, so that whoever reads behind it is seen */
	assert(text);
	memcpy(text, bytes + 1, n_bytes - 1);
	text[n_bytes - 1] = '\0';
	size_t n = n_bytes - 1;
	const struct json_value *schema = json_parse(arena, SCHEMA, strlen(SCHEMA), NULL, &problem);
	int status = bytes[0] & 1 ? rows_of_csv(cli, "f", text, n, &mapping, schema, &rows) : rows_of_json(cli, "f", text, n, &mapping, &rows);
	for (size_t i = 0; i < rows.n; i++) {
		const struct json_value *document = json_parse(arena, rows.documents[i], strlen(rows.documents[i]), &limits, &problem);
		assert(document && document->type == JSON_OBJECT && !json_get(document, "y"));
		assert(rows.lines[i] >= 1 && (i == 0 || rows.lines[i] >= rows.lines[i - 1]));
	}
	(void)record_kind_of(text, n);
	assert(status == CLI_OK || status == CLI_USAGE);
	free(text);
	arena_free(arena);
	return 0;
}
