/* YAML 1.2 of a JSON value: block style, and quotes wherever a reader of any YAML version could see something else than text. */
#ifndef YAML_H
#define YAML_H

#include "buf.h"
#include "json/json.h"

/* Ends with a line break. */
void yaml_write(struct buf *buf, const struct json_value *value);

#endif
