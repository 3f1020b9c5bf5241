/* Line by line; an empty line ends an event. */
#include "cli/builtin/event_reader.h"

#include <stdlib.h>
#include <string.h>

enum { RETRY_DIGITS_MAX = 7 };

void
event_reader_init(struct event_reader *reader, struct arena *arena, size_t event_bytes_max,
    bool (*on_event)(void *context, const struct event *event), void *context)
{
	*reader = (struct event_reader){ .on_event = on_event, .context = context, .event_bytes_max = event_bytes_max, .retry_ms = -1 };
	buf_init(&reader->line, arena, 1024);
	buf_init(&reader->data, arena, 1024);
	buf_init(&reader->type, arena, 64);
	buf_init(&reader->id, arena, 64);
	buf_init(&reader->new_id, arena, 64);
}

void
event_reader_reset(struct event_reader *reader)
{
	buf_reset(&reader->line);
	buf_reset(&reader->data);
	buf_reset(&reader->type);
	buf_reset(&reader->new_id);
	buf_add_text(&reader->new_id, reader->id.bytes);
	reader->is_after_cr = reader->has_data = reader->is_begun = reader->is_too_long = false;
}

static bool
deliver(struct event_reader *reader)
{
	bool has_data = reader->has_data, goes_on = true;

	buf_reset(&reader->id);
	buf_add(&reader->id, reader->new_id.bytes, reader->new_id.len);
	if (has_data) {
		const struct event event = { .type = reader->type.len ? reader->type.bytes : "message", .id = reader->id.bytes,
			.data = reader->data.bytes, .n_data = reader->data.len };
		goes_on = reader->on_event(reader->context, &event);
	}
	buf_reset(&reader->data);
	buf_reset(&reader->type);
	reader->has_data = false;
	return goes_on;
}

static bool
add_data(struct event_reader *reader, const char *value, size_t n)
{
	if (reader->data.len + n + 1 > reader->event_bytes_max) {
		reader->is_too_long = true;
		return false;
	}
	if (reader->has_data)
		buf_add_char(&reader->data, '\n');
	buf_add(&reader->data, value, n);
	reader->has_data = true;
	return true;
}

static void
set_retry(struct event_reader *reader, const char *value, size_t n)
{
	if (n > 0 && n <= RETRY_DIGITS_MAX && strspn(value, "0123456789") == n)
		reader->retry_ms = strtol(value, NULL, 10);
}

static bool
is_named(const char *line, size_t n_name, const char *name)
{
	return strlen(name) == n_name && memcmp(line, name, n_name) == 0;
}

static bool
take_field(struct event_reader *reader, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);
	size_t n_name = colon ? (size_t)(colon - line) : n;
	const char *value = colon ? colon + 1 : line + n;
	size_t n_value = n - (size_t)(value - line);

	if (n_value > 0 && *value == ' ') {
		value++;
		n_value--;
	}
	if (is_named(line, n_name, "data"))
		return add_data(reader, value, n_value);
	if (is_named(line, n_name, "event")) {
		buf_reset(&reader->type);
		buf_add(&reader->type, value, n_value);
	} else if (is_named(line, n_name, "id") && !memchr(value, '\0', n_value)) {
		buf_reset(&reader->new_id);
		buf_add(&reader->new_id, value, n_value);
	} else if (is_named(line, n_name, "retry")) {
		set_retry(reader, value, n_value);
	}
	return true; /* comments begin with a colon: a field without name */
}

static bool
take_line(struct event_reader *reader)
{
	const char *line = reader->line.bytes;
	size_t n = reader->line.len;
	bool has_mark = !reader->is_begun && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0;

	reader->is_begun = true;
	bool goes_on = n == 0 ? deliver(reader) : take_field(reader, line + (has_mark ? 3 : 0), n - (has_mark ? 3 : 0));
	buf_reset(&reader->line);
	return goes_on;
}

bool
event_reader_feed(struct event_reader *reader, const char *bytes, size_t n_bytes)
{
	for (size_t i = 0; i < n_bytes; i++) {
		bool is_second = reader->is_after_cr && bytes[i] == '\n';
		reader->is_after_cr = bytes[i] == '\r';
		if (is_second)
			continue;
		if (bytes[i] == '\r' || bytes[i] == '\n') {
			if (!take_line(reader))
				return false;
			continue;
		}
		if (reader->line.len == reader->event_bytes_max) {
			reader->is_too_long = true;
			return false;
		}
		buf_add_char(&reader->line, bytes[i]);
	}
	return true;
}
