/* Answers on standard output: as a table, as JSON or as YAML. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "buf.h"
#include "cli/cli.h"
#include "json/json.h"
#include "contract/shape.h"

/* "table", "json" or "yaml": what was chosen, else a table for terminals. */
const char *output_format(const struct cli *cli);

/* May colour be used where the stream is a terminal? */
bool output_may_colour(const struct cli *cli);

/* Can what was asked of the output be done?  Asked before anything is sent: CLI_OK or CLI_USAGE. */
int output_check(struct cli *cli);

/* The value in the chosen format, with a line end.  Tables show the member `data` of an envelope; shape describes that (of a
 * list: its items), or NULL.  The names of columns that had no room, or NULL. */
const char *output_write(const struct cli *cli, struct buf *buf, const struct json_value *value, const struct shape *shape);

/* The same on standard output, or the parts of it that were asked for, or what --jq makes of them.  CLI_OK, or CLI_USAGE when it cannot be written. */
int output_print(struct cli *cli, const struct json_value *value, const struct shape *shape);
int output_print_bytes(struct cli *cli, const char *bytes, size_t n);

/* Append UTF-8 text with everything made visible that could steer a terminal. */
void output_add_printable(struct buf *buf, const char *text, size_t n);

/* Does it make a terminal show text in another order? */
bool output_is_bidi_control(uint32_t c);

/* Indented JSON. */
void json_text_write(struct buf *buf, const struct json_value *value);

#endif
