/* Columns come from the shape, or else from the rows; what does not fit is cut, and the widest column first. */
#include "cli/output/table.h"

#include <string.h>
#include <wchar.h>

#include "cli/output/output.h"
#include "cli/output/selection.h"
#include "utf8.h"

enum { COLUMNS_MAX = 24, GAP = 2, COLUMN_WIDTH_MAX = 60, COLUMN_WIDTH_MIN = 16, KEPT_BEFORE_DOCUMENT = 4, CELL_BYTES_MAX = 400, INDENT = 2, NAMES_LEFT_OUT_SHOWN = 2 };

struct column {
	const char *name;
	bool is_time;
	bool is_number; /* every cell is one: aligned to the right */
	bool is_used;   /* some row has it */
	bool is_left_out; /* for lack of room */
	size_t rank;    /* the highest goes first when there is no room */
	size_t natural, width;
};

struct table {
	struct arena *arena;
	struct column columns[COLUMNS_MAX];
	size_t n_columns;
	bool is_chosen; /* the caller named the columns: none is left out */
	const struct json_value *rows;
	const char **cells; /* row by row */
};

size_t
table_text_width(const char *text, size_t n)
{
	size_t width = 0;

	for (size_t at = 0; at < n;) {
		size_t step = utf8_sequence(text + at, n - at);
		if (step == 0)
			return width + (n - at);
		int columns = wcwidth((wchar_t)utf8_read(text + at, &step));
		width += columns < 0 ? 1 : (size_t)columns;
		at += step;
	}
	return width;
}

/* ---- cells ---- */

/* 2026-11-25T19:10:42.000Z without what nobody reads. */
static const char *
time_text(struct arena *arena, const char *text)
{
	size_t n = strlen(text);

	if (n < 20 || text[10] != 'T')
		return text;
	return arena_printf(arena, "%.10s %.8sZ", text, text + 11);
}

static void
add_value(struct buf *buf, const struct json_value *value)
{
	if (value->type == JSON_TEXT) {
		size_t n = value->n;
		while (n > CELL_BYTES_MAX && (value->text[n] & 0xc0) == 0x80)
			n--;
		output_add_printable(buf, value->text, n);
		return;
	}
	struct buf text;
	buf_init(&text, buf->arena, 64);
	json_write(&text, value);
	output_add_printable(buf, text.bytes, text.len);
}

static bool
is_scalar(const struct json_value *value)
{
	return value->type != JSON_LIST && value->type != JSON_OBJECT;
}

static bool
is_list_of_scalars(const struct json_value *value)
{
	bool is_one = value->type == JSON_LIST;

	for (uint32_t i = 0; is_one && i < value->n; i++)
		is_one = is_scalar(&value->items[i]);
	return is_one;
}

static const char *
cell_text(struct arena *arena, const struct json_value *value, bool is_time)
{
	struct buf buf;

	if (!value || value->type == JSON_NULL)
		return "";
	buf_init(&buf, arena, 32);
	if (is_list_of_scalars(value)) {
		for (uint32_t i = 0; i < value->n; i++) {
			if (i)
				buf_add_char(&buf, ',');
			add_value(&buf, &value->items[i]);
		}
	} else {
		add_value(&buf, value);
	}
	return is_time && value->type == JSON_TEXT ? time_text(arena, buf.bytes) : buf.bytes;
}

/* ---- columns ---- */

static struct column *
find_column(struct table *table, const char *name)
{
	for (size_t i = 0; i < table->n_columns; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return &table->columns[i];
	return NULL;
}

static void
add_column(struct table *table, const char *name, bool is_time)
{
	if (table->n_columns == COLUMNS_MAX || find_column(table, name))
		return;
	table->columns[table->n_columns] = (struct column){ .name = name, .is_time = is_time, .is_number = true,
		.rank = 2 * table->n_columns, .natural = table_text_width(name, strlen(name)) };
	table->n_columns++;
}

/* Single values first, then documents; the first document is what rows are about, and worth more than their lesser members. */
static void
add_shape_columns(struct table *table, const struct shape *shape, bool are_documents)
{
	size_t n_before = table->n_columns;

	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct shape_field *field = &shape->fields[i];
		bool is_nested_list = field->type == SHAPE_LIST && field->item == SHAPE_STRUCT;
		bool is_document = field->type == SHAPE_DOC || field->type == SHAPE_STRUCT || is_nested_list;
		if (is_document == are_documents)
			add_column(table, field->name, field->type == SHAPE_TIME);
	}
	if (are_documents && n_before < table->n_columns && n_before > KEPT_BEFORE_DOCUMENT)
		table->columns[n_before].rank = 2 * KEPT_BEFORE_DOCUMENT - 1;
}

static void
add_row_columns(struct table *table, const struct json_value *row)
{
	for (uint32_t i = 0; row->type == JSON_OBJECT && i < row->n; i++)
		add_column(table, row->members[i].name, false);
}

static void
measure(struct table *table)
{
	for (uint32_t r = 0; r < table->rows->n; r++) {
		const struct json_value *row = &table->rows->items[r];
		for (size_t c = 0; c < table->n_columns; c++) {
			struct column *column = &table->columns[c];
			const struct json_value *value = selection_find(table->arena, row, column->name);
			const char *cell = cell_text(table->arena, value, column->is_time);
			size_t width = table_text_width(cell, strlen(cell));
			table->cells[r * table->n_columns + c] = cell;
			column->natural = width > column->natural ? width : column->natural;
			column->is_used = column->is_used || *cell || table->is_chosen;
			column->is_number = column->is_number && (!*cell || (value && (value->type == JSON_INT || value->type == JSON_REAL)));
		}
	}
}

static size_t
total_width(const struct table *table)
{
	size_t width = 0;

	for (size_t i = 0; i < table->n_columns; i++)
		if (table->columns[i].is_used)
			width += table->columns[i].width + (width ? GAP : 0);
	return width;
}

static struct column *
widest(struct table *table)
{
	struct column *widest = NULL;

	for (size_t i = 0; i < table->n_columns; i++) {
		struct column *column = &table->columns[i];
		bool may_shrink = column->is_used && !column->is_number && !column->is_time && column->width > COLUMN_WIDTH_MIN;
		if (may_shrink && (!widest || column->width >= widest->width))
			widest = column;
	}
	return widest;
}

/* NULL: only one is left. */
static struct column *
least_wanted(struct table *table)
{
	struct column *least = NULL;
	size_t n_used = 0;

	for (size_t i = 0; i < table->n_columns; i++) {
		struct column *column = &table->columns[i];
		if (!column->is_used)
			continue;
		n_used++;
		if (!least || column->rank > least->rank)
			least = column;
	}
	return n_used > 1 ? least : NULL;
}

/* Cut the widest column until all fit; false when nothing readable would be left. */
static bool
cut(struct table *table, size_t width)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		size_t natural = table->columns[i].natural;
		table->columns[i].width = natural < COLUMN_WIDTH_MAX ? natural : COLUMN_WIDTH_MAX;
	}
	while (width > 0 && total_width(table) > width) {
		struct column *column = widest(table);
		if (!column)
			return false;
		column->width--;
	}
	return true;
}

/* What is wanted least is left out until the rest can be cut to fit. */
static void
fit(struct table *table, size_t width)
{
	struct column *column;

	while (!cut(table, width) && !table->is_chosen && (column = least_wanted(table))) {
		column->is_used = false;
		column->is_left_out = true;
	}
}

/* ---- writing ---- */

static void
add_padding(struct buf *buf, size_t n)
{
	while (n-- > 0)
		buf_add_char(buf, ' ');
}

/* Text in exactly `width` columns; the last column of a line is not padded. */
static void
write_cell(struct buf *buf, const char *text, size_t width, bool is_right, bool is_last)
{
	size_t n = strlen(text), taken = table_text_width(text, n);

	if (taken <= width) {
		add_padding(buf, is_right ? width - taken : 0);
		buf_add(buf, text, n);
		add_padding(buf, is_right || is_last ? 0 : width - taken);
		return;
	}
	size_t at = 0, used = 0;
	while (at < n) {
		size_t step = utf8_sequence(text + at, n - at);
		step = step ? step : 1;
		size_t columns = table_text_width(text + at, step);
		if (used + columns > width - 1)
			break;
		used += columns;
		at += step;
	}
	buf_add(buf, text, at);
	buf_add_text(buf, "\u2026");
	add_padding(buf, is_last ? 0 : width - used - 1);
}

static size_t
last_used(const struct table *table)
{
	size_t last = 0;

	for (size_t i = 0; i < table->n_columns; i++)
		last = table->columns[i].is_used ? i : last;
	return last;
}

static const char *
printable(struct arena *arena, const char *text)
{
	struct buf buf;

	buf_init(&buf, arena, 32);
	output_add_printable(&buf, text, strlen(text));
	return buf.bytes;
}

/* cells NULL: the columns' names. */
static void
write_line(struct buf *buf, const struct table *table, const char *const *cells)
{
	size_t last = last_used(table);
	bool is_first = true;

	for (size_t i = 0; i < table->n_columns; i++) {
		const struct column *column = &table->columns[i];
		if (!column->is_used)
			continue;
		add_padding(buf, is_first ? 0 : GAP);
		is_first = false;
		write_cell(buf, cells ? cells[i] : printable(buf->arena, column->name), column->width, column->is_number, i == last);
	}
	buf_add_char(buf, '\n');
}

static bool
has_objects(const struct json_value *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->items[i].type != JSON_OBJECT)
			return false;
	return true;
}

static bool
is_time(const struct shape *shape, const char *name)
{
	for (size_t i = 0; shape && i < shape->n_fields; i++)
		if (strcmp(shape->fields[i].name, name) == 0)
			return shape->fields[i].type == SHAPE_TIME;
	return false;
}

static void
add_columns(struct table *table, const struct shape *shape, const char *const *chosen)
{
	table->is_chosen = chosen != NULL;
	for (size_t i = 0; chosen && chosen[i]; i++)
		add_column(table, chosen[i], is_time(shape, chosen[i]));
	if (!chosen && shape) {
		add_shape_columns(table, shape, false);
		add_shape_columns(table, shape, true);
	}
	for (uint32_t i = 0; !chosen && !shape && i < table->rows->n; i++)
		add_row_columns(table, &table->rows->items[i]);
}

static const char *
left_out(const struct table *table)
{
	struct buf names;
	size_t n = 0;

	buf_init(&names, table->arena, 64);
	for (size_t i = 0; i < table->n_columns; i++)
		if (table->columns[i].is_left_out && n++ < NAMES_LEFT_OUT_SHOWN)
			buf_printf(&names, "%s%s", names.len ? ", " : "", printable(table->arena, table->columns[i].name));
	if (n > NAMES_LEFT_OUT_SHOWN)
		buf_printf(&names, " and %zu more", n - NAMES_LEFT_OUT_SHOWN);
	return n ? names.bytes : NULL;
}

static const char *
write_rows(struct buf *buf, const struct json_value *list, const struct shape *shape, size_t width, const char *const *chosen)
{
	struct table *table = ARENA_NEW(buf->arena, struct table);

	table->arena = buf->arena;
	table->rows = list;
	add_columns(table, shape, chosen);
	table->cells = ARENA_ARRAY(buf->arena, const char *, (size_t)list->n * table->n_columns + 1);
	measure(table);
	fit(table, width);
	write_line(buf, table, NULL);
	for (uint32_t r = 0; r < list->n; r++)
		write_line(buf, table, table->cells + (size_t)r * table->n_columns);
	return left_out(table);
}

static void
write_plain_list(struct buf *buf, const struct json_value *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		buf_add_text(buf, cell_text(buf->arena, &list->items[i], false));
		buf_add_char(buf, '\n');
	}
}

/* A nested value, indented under its name. */
static void
write_nested(struct buf *buf, const struct json_value *value)
{
	struct buf text;

	buf_init(&text, buf->arena, 256);
	json_text_write(&text, value);
	for (const char *line = text.bytes; *line;) {
		size_t n = strcspn(line, "\n");
		add_padding(buf, INDENT);
		buf_add(buf, line, n);
		buf_add_char(buf, '\n');
		line += n + (line[n] == '\n');
	}
}

static void
write_object(struct buf *buf, const struct json_value *object, const struct shape *shape)
{
	size_t width = 0;

	for (uint32_t i = 0; i < object->n; i++) {
		const char *name = printable(buf->arena, object->members[i].name);
		size_t n = table_text_width(name, strlen(name));
		width = n > width ? n : width;
	}
	for (uint32_t i = 0; i < object->n; i++) {
		const struct json_member *member = &object->members[i];
		bool is_nested = !is_scalar(&member->value) && !is_list_of_scalars(&member->value) && member->value.n > 0;
		write_cell(buf, printable(buf->arena, member->name), width, false, is_nested);
		if (is_nested) {
			buf_add_char(buf, '\n');
			write_nested(buf, &member->value);
			continue;
		}
		add_padding(buf, GAP);
		if (member->value.type == JSON_TEXT && !is_time(shape, member->name))
			output_add_printable(buf, member->value.text, member->value.n);
		else
			buf_add_text(buf, cell_text(buf->arena, &member->value, is_time(shape, member->name)));
		buf_add_char(buf, '\n');
	}
}

const char *
table_write_columns(struct buf *buf, const struct json_value *value, const struct shape *shape, size_t width, const char *const *columns)
{
	if (value->type == JSON_OBJECT) {
		write_object(buf, columns ? selection_of(buf->arena, value, columns) : value, shape);
	} else if (value->type != JSON_LIST) {
		buf_add_text(buf, cell_text(buf->arena, value, false));
		buf_add_char(buf, '\n');
	} else if (value->n == 0) {
		buf_add_text(buf, "(none)\n");
	} else if (has_objects(value)) {
		return write_rows(buf, value, shape, width, columns);
	} else {
		write_plain_list(buf, value);
	}
	return NULL;
}

void
table_write(struct buf *buf, const struct json_value *value, const struct shape *shape, size_t width)
{
	(void)table_write_columns(buf, value, shape, width, NULL); /* whoever asks does not tell what was left out */
}
