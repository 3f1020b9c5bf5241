/* JSON values as tables for people: rows of a list in aligned columns, an object as names and values. */
#ifndef TABLE_H
#define TABLE_H

#include "buf.h"
#include "json/json.h"
#include "contract/shape.h"

/* width: columns of the terminal, 0: as wide as it gets.  shape: of the value (of a list: its items), or NULL. */
void table_write(struct buf *buf, const struct json_value *value, const struct shape *shape, size_t width);

/* The same with these columns (NULL-terminated; "data.title" is one too), or the usual ones when NULL.  Which columns had no room, in
 * words; NULL: all had. */
const char *table_write_columns(struct buf *buf, const struct json_value *value, const struct shape *shape, size_t width, const char *const *columns);

/* Columns that text takes on a terminal. */
size_t table_text_width(const char *text, size_t n);

#endif
