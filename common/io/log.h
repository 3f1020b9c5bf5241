/* One JSON object per line on standard output: {"time","level","process","event",...fixed keys}. */
#ifndef LOG_H
#define LOG_H

#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

enum log_type { LOG_END, LOG_TYPE_TEXT, LOG_TYPE_INT };

struct log_field {
	const char *key;
	enum log_type type;
	const char *text; /* NULL is left out */
	int64_t integer;
};

#define LOG_TEXT(k, v) ((struct log_field){ .key = (k), .type = LOG_TYPE_TEXT, .text = (v) })
#define LOG_INT(k, v) ((struct log_field){ .key = (k), .type = LOG_TYPE_INT, .integer = (v) })

void log_init(const char *process, enum log_level least);
/* log_write(LOG_WARN, "consumer.stalled", LOG_TEXT("publisher", name), LOG_INT("lagMs", lag)); thread-safe, one write(2). */
void log_fields(enum log_level level, const char *event, const struct log_field *fields);
#define log_write(level, event, ...) \
	log_fields((level), (event), (const struct log_field[]){ __VA_ARGS__ __VA_OPT__(,) { .type = LOG_END } })

#endif
