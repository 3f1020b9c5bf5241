/* Rows of somebody's file on their way to items of a type. */
#ifndef ROWS_H
#define ROWS_H

#include "cli/cli.h"
#include "json/json.h"

enum { ROWS_MAX = 100000, ROWS_FILE_BYTES_MAX = 64 * 1024 * 1024 };

/* Documents as JSON text, and where in the file each begins. */
struct rows {
	const char **documents;
	int64_t *lines;
	size_t n;
};

/* "cost=price,note=": the field price is filled from the column cost, the column note is left out (NULL). */
struct mapping {
	const char *const *fields, *const *columns;
	size_t n;
};

/* The whole file and a NUL, in the command's memory; NULL when the reason has been told. */
const char *rows_read_file(struct cli *cli, const char *path, size_t *ret_n);

/* Texts are NUL-terminated.  A list of objects, or objects one after the other.  CLI_OK, or the reason has been told. */
int rows_of_json(struct cli *cli, const char *path, const char *text, size_t n, const struct mapping *mapping, struct rows *ret_rows);

/* RFC 4180 with a line of names.  A value becomes what the type's schema wants in its field: numbers, booleans, JSON of objects and lists; what is empty is left
 * out.  schema: of the type, or NULL. */
int rows_of_csv(struct cli *cli, const char *path, const char *text, size_t n, const struct mapping *mapping, const struct json_value *schema, struct rows *ret_rows);

/* The field that a column fills; NULL: none. */
const char *rows_field_of(const struct mapping *mapping, const char *column);

/* Add a document, which must be JSON: a name that comes twice, or letters that are no UTF-8, end here. */
int rows_add(struct cli *cli, const char *path, struct rows *rows, const char *document, int64_t line);

#endif
