/* Result rows in PostgreSQL's binary format into the structs that shapes describe.
 * Formats: the *send functions of PostgreSQL's src/backend/utils/adt. */
#include "db/internal.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* From PostgreSQL's src/include/catalog/pg_type.dat; these never change. */
enum {
	OID_BOOL = 16, OID_BYTEA = 17, OID_NAME = 19, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25,
	OID_OID = 26, OID_JSON = 114, OID_BPCHAR = 1042, OID_VARCHAR = 1043, OID_TIMESTAMP = 1114, OID_TIMESTAMPTZ = 1184,
	OID_UUID = 2950, OID_JSONB = 3802, OID_XID8 = 5069,
	OID_JSON_ARRAY = 199, OID_INT2_ARRAY = 1005, OID_INT4_ARRAY = 1007, OID_TEXT_ARRAY = 1009, OID_VARCHAR_ARRAY = 1015,
	OID_INT8_ARRAY = 1016, OID_UUID_ARRAY = 2951, OID_JSONB_ARRAY = 3807,
};

static const int64_t EPOCH_2000_US = INT64_C(946684800) * 1000000;

static const char TOO_LARGE[] = "54000"; /* program_limit_exceeded */

enum { ARRAY_HEADER_BYTES = 12, ARRAY_DIMENSION_BYTES = 8, UUID_BYTES = 16 };

union value {
	int64_t integer;
	const char *text;
	struct doc doc;
	struct shape_list list;
};

/* False: the bytes are not what the type promises. */
typedef bool (*decoder)(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value);

struct db_column {
	const struct shape_field *field;
	decoder decode;
};

static uint64_t
read_big_endian(const char *bytes, int n)
{
	uint64_t value = 0;

	for (int i = 0; i < n; i++)
		value = value << 8 | (unsigned char)bytes[i];
	return value;
}

static bool
decode_bool(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	(void)arena, (void)field;
	if (n != 1)
		return false;
	ret_value->integer = bytes[0] != 0;
	return true;
}

static bool
decode_int(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	(void)arena, (void)field;
	if (n == 2)
		ret_value->integer = (int16_t)read_big_endian(bytes, 2);
	else if (n == 4)
		ret_value->integer = (int32_t)read_big_endian(bytes, 4);
	else if (n == 8)
		ret_value->integer = (int64_t)read_big_endian(bytes, 8);
	else
		return false;
	return true;
}

static bool
decode_oid(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	(void)arena, (void)field;
	ret_value->integer = (int64_t)read_big_endian(bytes, n);
	return n == 4;
}

/* Infinities stay at the ends of int64_t. */
static bool
decode_time(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	if (n != 8 || !decode_int(arena, field, bytes, n, ret_value))
		return false;
	if (ret_value->integer != INT64_MAX && ret_value->integer != INT64_MIN)
		ret_value->integer += EPOCH_2000_US;
	return true;
}

static bool
decode_text(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	(void)field;
	ret_value->text = arena_strndup(arena, bytes, (size_t)n);
	return true;
}

static bool
decode_doc(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	(void)field;
	/* NUL-terminated although nobody may count on it: a debugger's reader does. */
	ret_value->doc = (struct doc){ .json = arena_strndup(arena, bytes, (size_t)n), .len = (size_t)n };
	return true;
}

/* jsonb's binary form is its text behind a version byte. */
static bool
decode_jsonb_text(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	return n > 1 && bytes[0] == 1 && decode_text(arena, field, bytes + 1, n - 1, ret_value);
}

static bool
decode_jsonb_doc(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	return n > 1 && bytes[0] == 1 && decode_doc(arena, field, bytes + 1, n - 1, ret_value);
}

static char *
write_hex(char *to, const char *bytes, int n)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < n; i++) {
		*to++ = digits[(unsigned char)bytes[i] >> 4];
		*to++ = digits[(unsigned char)bytes[i] & 15];
	}
	return to;
}

static bool
decode_hex(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	char *text = arena_alloc(arena, 2 * (size_t)n + 1);

	(void)field;
	(void)write_hex(text, bytes, n);
	ret_value->text = text;
	return true;
}

static bool
decode_uuid(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	static const int group_bytes[] = { 4, 2, 2, 2, 6 };
	char *text, *to;

	(void)field;
	if (n != UUID_BYTES)
		return false;
	text = to = arena_alloc(arena, 37);
	for (size_t i = 0; i < sizeof(group_bytes) / sizeof(group_bytes[0]); i++) {
		if (i > 0)
			*to++ = '-';
		to = write_hex(to, bytes, group_bytes[i]);
		bytes += group_bytes[i];
	}
	ret_value->text = text;
	return true;
}

static bool
decode_xid8_text(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	(void)field;
	if (n != 8)
		return false;
	ret_value->text = arena_printf(arena, "%" PRIu64, read_big_endian(bytes, 8));
	return true;
}

static decoder decoder_find(enum shape_type type, Oid oid);

static size_t
item_size(enum shape_type type)
{
	switch (type) {
	case SHAPE_INT:
		return sizeof(int64_t);
	case SHAPE_TEXT:
		return sizeof(const char *);
	case SHAPE_DOC:
		return sizeof(struct doc);
	case SHAPE_BOOL:
	case SHAPE_TIME:
	case SHAPE_STRUCT:
	case SHAPE_LIST:
		return 0; /* no generated list holds these as plain values */
	}
	return 0;
}

/* ndim, has-null flag, element type; per dimension: length, lower bound; then length and bytes of each element. */
static bool
decode_list(struct arena *arena, const struct shape_field *field, const char *bytes, int n, union value *ret_value)
{
	const char *end = bytes + n;
	size_t size = item_size(field->item);

	if (n < ARRAY_HEADER_BYTES || size == 0)
		return false;
	uint64_t n_dimensions = read_big_endian(bytes, 4);
	decoder decode = decoder_find(field->item, (Oid)read_big_endian(bytes + 8, 4));
	if (n_dimensions == 0) {
		ret_value->list = (struct shape_list){ .items = arena_alloc(arena, 1), .n = 0 };
		return true;
	}
	if (n_dimensions != 1 || !decode || n < ARRAY_HEADER_BYTES + ARRAY_DIMENSION_BYTES)
		return false;

	size_t n_items = read_big_endian(bytes + ARRAY_HEADER_BYTES, 4);
	bytes += ARRAY_HEADER_BYTES + ARRAY_DIMENSION_BYTES;
	if (n_items > (size_t)(end - bytes) / 4)
		return false;
	char *items = arena_alloc(arena, n_items * size);
	for (size_t i = 0; i < n_items; i++) {
		union value value;

		if (end - bytes < 4)
			return false;
		int32_t length = (int32_t)read_big_endian(bytes, 4); /* -1: NULL, which lists of the contract cannot hold */
		bytes += 4;
		if (length < 0 || length > end - bytes || !decode(arena, field, bytes, length, &value))
			return false;
		memcpy(items + i * size, &value, size);
		bytes += length;
	}
	ret_value->list = (struct shape_list){ .items = items, .n = n_items };
	return true;
}

static decoder
decoder_find(enum shape_type type, Oid oid)
{
	static const struct { enum shape_type type; Oid oid; decoder decode; } table[] = {
		{ SHAPE_BOOL, OID_BOOL, decode_bool },
		{ SHAPE_INT, OID_INT2, decode_int },
		{ SHAPE_INT, OID_INT4, decode_int },
		{ SHAPE_INT, OID_INT8, decode_int },
		{ SHAPE_INT, OID_XID8, decode_int },
		{ SHAPE_INT, OID_OID, decode_oid },
		{ SHAPE_TIME, OID_TIMESTAMPTZ, decode_time },
		{ SHAPE_TIME, OID_TIMESTAMP, decode_time },
		{ SHAPE_TEXT, OID_TEXT, decode_text },
		{ SHAPE_TEXT, OID_VARCHAR, decode_text },
		{ SHAPE_TEXT, OID_BPCHAR, decode_text },
		{ SHAPE_TEXT, OID_NAME, decode_text },
		{ SHAPE_TEXT, OID_JSON, decode_text },
		{ SHAPE_TEXT, OID_JSONB, decode_jsonb_text },
		{ SHAPE_TEXT, OID_UUID, decode_uuid },
		{ SHAPE_TEXT, OID_XID8, decode_xid8_text },
		{ SHAPE_TEXT, OID_BYTEA, decode_hex },
		{ SHAPE_DOC, OID_JSON, decode_doc },
		{ SHAPE_DOC, OID_JSONB, decode_jsonb_doc },
		{ SHAPE_DOC, OID_TEXT, decode_doc },
		{ SHAPE_DOC, OID_BYTEA, decode_doc },
		{ SHAPE_LIST, OID_INT2_ARRAY, decode_list },
		{ SHAPE_LIST, OID_INT4_ARRAY, decode_list },
		{ SHAPE_LIST, OID_INT8_ARRAY, decode_list },
		{ SHAPE_LIST, OID_TEXT_ARRAY, decode_list },
		{ SHAPE_LIST, OID_VARCHAR_ARRAY, decode_list },
		{ SHAPE_LIST, OID_UUID_ARRAY, decode_list },
		{ SHAPE_LIST, OID_JSON_ARRAY, decode_list },
		{ SHAPE_LIST, OID_JSONB_ARRAY, decode_list },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].type == type && table[i].oid == oid)
			return table[i].decode;
	return NULL;
}

static const struct shape_field *
field_find(const struct shape *shape, const char *column)
{
	for (size_t i = 0; i < shape->n_fields; i++)
		if (shape->fields[i].column && strcmp(shape->fields[i].column, column) == 0)
			return &shape->fields[i];
	return NULL;
}

static bool
has_column(const struct db_column *columns, int n_columns, const struct shape_field *field)
{
	for (int i = 0; i < n_columns; i++)
		if (columns[i].field == field)
			return true;
	return false;
}

/* Match result columns with the row's members; a mismatch is a mistake in queries.sql or the registry. */
static enum db_status
map_columns(struct db *db, struct db_prepared *prepared, const PGresult *result)
{
	const struct db_statement *statement = prepared->statement;
	int n_columns = PQnfields(result);

	if (n_columns > DB_COLUMNS_MAX)
		return db_refuse(db, "", "%s: %d columns, at most %d are possible", statement->name, n_columns, DB_COLUMNS_MAX);
	struct db_column columns[DB_COLUMNS_MAX];
	for (int i = 0; i < n_columns; i++) {
		const char *column = PQfname(result, i);
		const struct shape_field *field = field_find(statement->row, column);

		if (!field || has_column(columns, i, field))
			return db_refuse(db, "", "%s: column '%s' %s", statement->name, column,
			    field ? "occurs twice" : "is not a member of its row type");
		decoder decode = decoder_find(field->type, PQftype(result, i));
		if (!decode)
			return db_refuse(db, "", "%s: column '%s' has a type (oid %u) that member '%s' cannot hold: cast it", statement->name,
			    column, PQftype(result, i), field->name);
		columns[i] = (struct db_column){ .field = field, .decode = decode };
	}
	for (size_t i = 0; i < statement->row->n_fields; i++) {
		const struct shape_field *field = &statement->row->fields[i];

		if (field->column && field->flags & SHAPE_REQUIRED && !has_column(columns, n_columns, field))
			return db_refuse(db, "", "%s: column '%s' is missing", statement->name, field->column);
	}
	prepared->n_columns = n_columns;
	prepared->columns = arena_memdup(db->plans, columns, (size_t)n_columns * sizeof(columns[0]));
	prepared->is_mapped = true;
	return DB_OK;
}

static void
store(struct arena *arena, const struct shape_field *field, const union value *value, void *row)
{
	bool is_plain = field->flags & SHAPE_REQUIRED;
	char *member = (char *)row + field->offset;

	switch (field->type) {
	case SHAPE_BOOL: {
		bool *to = is_plain ? (bool *)member : ARENA_NEW(arena, bool);

		*to = value->integer;
		if (!is_plain)
			*(const bool **)member = to;
		return;
	}
	case SHAPE_INT:
	case SHAPE_TIME: {
		int64_t *to = is_plain ? (int64_t *)member : ARENA_NEW(arena, int64_t);

		*to = value->integer;
		if (!is_plain)
			*(const int64_t **)member = to;
		return;
	}
	case SHAPE_TEXT:
		*(const char **)member = value->text;
		return;
	case SHAPE_DOC:
		*(struct doc *)member = value->doc;
		return;
	case SHAPE_LIST:
		*(struct shape_list *)member = value->list;
		return;
	case SHAPE_STRUCT:
		assert(!"no decoder makes a struct");
	}
}

static enum db_status
decode_row(struct db *db, struct arena *arena, const struct db_prepared *prepared, const PGresult *result, int number, void *row)
{
	for (int i = 0; i < prepared->n_columns; i++) {
		const struct db_column *column = &prepared->columns[i];
		union value value;

		if (PQgetisnull(result, number, i)) {
			if (column->field->flags & SHAPE_REQUIRED)
				return db_refuse(db, "", "%s: column '%s' is NULL but required", prepared->statement->name, column->field->column);
			continue;
		}
		/* Lists grow the most: an empty text takes 4 bytes on the wire and a pointer and an allocation here. */
		size_t n_bytes = (size_t)PQgetlength(result, number, i) * (column->field->type == SHAPE_LIST ? 8 : 2) + 64;
		if (!arena_has_room(arena, n_bytes))
			return db_refuse(db, TOO_LARGE, "%s: the result exceeds the memory of a request", prepared->statement->name);
		if (!column->decode(arena, column->field, PQgetvalue(result, number, i), PQgetlength(result, number, i), &value))
			return db_refuse(db, "", "%s: column '%s' holds a value that member '%s' cannot", prepared->statement->name,
			    column->field->column, column->field->name);
		store(arena, column->field, &value, row);
	}
	return DB_OK;
}

enum db_status
db_rows_decode(struct db *db, struct arena *arena, struct db_prepared *prepared, const PGresult *result,
    struct shape_list *ret_rows)
{
	const struct shape *shape = prepared->statement->row;
	int n_rows = PQntuples(result);

	assert(shape);
	if (!prepared->is_mapped && map_columns(db, prepared, result) != DB_OK)
		return DB_REFUSED;
	if (PQnfields(result) != prepared->n_columns)
		return db_refuse(db, "", "%s: its columns changed", prepared->statement->name);

	size_t n_bytes = n_rows > 0 ? (size_t)n_rows * shape->size : 1;
	if (!arena_has_room(arena, n_bytes))
		return db_refuse(db, TOO_LARGE, "%s: %d rows exceed the memory of a request", prepared->statement->name, n_rows);
	char *rows = arena_alloc(arena, n_bytes);
	for (int i = 0; i < n_rows; i++)
		if (decode_row(db, arena, prepared, result, i, rows + (size_t)i * shape->size) != DB_OK)
			return DB_REFUSED;
	*ret_rows = (struct shape_list){ .items = rows, .n = (size_t)n_rows };
	return DB_OK;
}
