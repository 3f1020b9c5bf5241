/* One JSON object per line on standard output. */
#include "log.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

enum {
	LINE_BYTES_MAX = 8192,
	LINE_TAIL_BYTES = 24,  /* kept free for ,"cut":true}\n */
	ESCAPE_BYTES_MAX = 6,
	FIELDS_MAX = 64,
};

struct line {
	char bytes[LINE_BYTES_MAX];
	size_t n;
	bool is_cut;
};

static const char *const level_names[] = {
	[LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error",
};

static char process_name[64] = "wordclaw";
static enum log_level least_level = LOG_INFO;
/* Pipes interleave writes above PIPE_BUF. */
static pthread_mutex_t write_lock = PTHREAD_MUTEX_INITIALIZER;

static void
line_add(struct line *line, const char *bytes, size_t n)
{
	if (line->is_cut || line->n + n > LINE_BYTES_MAX - LINE_TAIL_BYTES) {
		line->is_cut = true;
		return;
	}
	memcpy(line->bytes + line->n, bytes, n);
	line->n += n;
}

/* Bytes of the UTF-8 sequence at text, 0 when it is none. */
static size_t
utf8_length(const unsigned char *text)
{
	if (text[0] < 0x80)
		return 1;
	size_t n = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	bool is_bad = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f);
	return is_bad ? 0 : n;
}

/* Writes the JSON spelling of the character at text; returns how many bytes of text it was. */
static size_t
escape_character(const char *text, char escaped[ESCAPE_BYTES_MAX + 1], size_t *ret_n)
{
	unsigned char c = (unsigned char)*text;
	size_t n = utf8_length((const unsigned char *)text);

	if (n == 0 || c < 0x20 || c == 0x7f)
		*ret_n = (size_t)snprintf(escaped, ESCAPE_BYTES_MAX + 1, "\\u%04x", n == 0 ? 0xfffd : c);
	else if (c == '"' || c == '\\')
		*ret_n = (size_t)snprintf(escaped, ESCAPE_BYTES_MAX + 1, "\\%c", c);
	else
		memcpy(escaped, text, *ret_n = n);
	return n == 0 ? 1 : n;
}

static void
line_add_text(struct line *line, const char *text)
{
	char escaped[ESCAPE_BYTES_MAX + 1];
	size_t n;

	line_add(line, "\"", 1);
	while (*text && line->n < LINE_BYTES_MAX - LINE_TAIL_BYTES - ESCAPE_BYTES_MAX - 1) {
		text += escape_character(text, escaped, &n);
		line_add(line, escaped, n);
	}
	line_add(line, "\"", 1);
	if (*text)
		line->is_cut = true;
}

static void
line_add_key(struct line *line, const char *key)
{
	line_add(line, line->n == 1 ? "\"" : ",\"", line->n == 1 ? 1 : 2);
	line_add(line, key, strlen(key));
	line_add(line, "\":", 2);
}

static void
line_add_time(struct line *line)
{
	int64_t now_us = clock_now_us();
	time_t seconds = (time_t)(now_us / 1000000);
	struct tm tm;
	char text[48];
	size_t n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));

	(void)snprintf(text + n, sizeof(text) - n, ".%03dZ", (int)(now_us / 1000 % 1000));
	line_add_key(line, "time");
	line_add_text(line, text);
}

static void
line_add_field(struct line *line, const struct log_field *field)
{
	if (field->type == LOG_TYPE_TEXT && !field->text)
		return;
	/* A field either fits with its key or is left out whole, so a cut line stays JSON. */
	if (line->n + strlen(field->key) + 32 > LINE_BYTES_MAX - LINE_TAIL_BYTES) {
		line->is_cut = true;
		return;
	}
	line_add_key(line, field->key);
	if (field->type == LOG_TYPE_TEXT) {
		line_add_text(line, field->text);
		return;
	}
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%lld", (long long)field->integer);
	line_add(line, digits, (size_t)n);
}

void
log_init(const char *process, enum log_level least)
{
	(void)snprintf(process_name, sizeof(process_name), "%s", process);
	least_level = least;
}

void
log_fields(enum log_level level, const char *event, const struct log_field *fields)
{
	struct line line;

	if (level < least_level)
		return;
	line.n = 0;
	line.is_cut = false;
	line_add(&line, "{", 1);
	line_add_time(&line);
	line_add_field(&line, &LOG_TEXT("level", level_names[level]));
	line_add_field(&line, &LOG_TEXT("process", process_name));
	line_add_field(&line, &LOG_TEXT("event", event));
	for (size_t i = 0; i < FIELDS_MAX && fields[i].type != LOG_END && !line.is_cut; i++)
		line_add_field(&line, &fields[i]);

	const char *tail = line.is_cut ? ",\"cut\":true}\n" : "}\n";
	memcpy(line.bytes + line.n, tail, strlen(tail));
	line.n += strlen(tail);

	(void)pthread_mutex_lock(&write_lock);
	ssize_t written = write(STDOUT_FILENO, line.bytes, line.n);
	(void)written; /* there is nowhere to report a lost log line */
	(void)pthread_mutex_unlock(&write_lock);
}
