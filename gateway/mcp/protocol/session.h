/* Sessions of the older protocol generation: a sealed text that every gateway can open, and, on the gateway that met it last,
 * a row of what may change.  Losing the row loses the log level and nothing else. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "contract/envelope.h"

enum {
	SESSION_ROWS_MAX = 4096,
	SESSION_ROWS_PER_PRINCIPAL_MAX = 64,
	SESSION_ENDED_MAX = 4096,
	SESSION_WATCHED_MAX = 32,
};

#define SESSION_IDLE_US (INT64_C(30) * 60 * 1000000)     /* a row that nobody used for so long goes */
#define SESSION_LIFE_US (INT64_C(24) * 3600 * 1000000)   /* so does the session after so long, used or not */

enum client_ability { CLIENT_ELICITATION = 1 << 0, CLIENT_SAMPLING = 1 << 1, CLIENT_ROOTS = 1 << 2 };

enum mcp_log_level { MCP_LOG_DEBUG, MCP_LOG_INFO, MCP_LOG_NOTICE, MCP_LOG_WARNING, MCP_LOG_ERROR, MCP_LOG_CRITICAL, MCP_LOG_ALERT,
	MCP_LOG_EMERGENCY, MCP_LOG_NONE };

struct session {
	uint64_t id;
	uint8_t version;        /* index into mcp_versions */
	uint8_t abilities;      /* enum client_ability */
	int64_t expires_us;     /* realtime */
};

struct session_row {
	uint64_t id;            /* 0: free */
	uint64_t owner;
	int64_t used_us;
	enum mcp_log_level log_level;
	char *watched[SESSION_WATCHED_MAX]; /* URIs of resources; owned */
	size_t n_watched;
};

struct sessions;

struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions); /* accepts NULL */

/* The text of a new session for a principal; session->id and expires_us are filled in. */
const char *session_make(struct arena *arena, struct session *session, const struct principal *principal, int64_t now_us);

/* False when the text is none of ours, another principal's, too old, or was ended here. */
bool session_open(struct sessions *sessions, struct arena *arena, const char *text, const struct principal *principal,
    int64_t now_us, struct session *ret_session);

/* Its row, made when there is none.  Valid until the next call. */
struct session_row *session_row(struct sessions *sessions, const struct session *session, const struct principal *principal,
    int64_t now_us);

/* The row when there is one, or NULL. */
const struct session_row *session_find(const struct sessions *sessions, uint64_t id);

/* Watch a resource or stop.  False: too many are watched. */
bool session_watch(struct session_row *row, const char *uri);
void session_unwatch(struct session_row *row, const char *uri);

/* From now on this gateway does not open it. */
void session_end(struct sessions *sessions, const struct session *session);

/* False when the text is no level. */
bool mcp_log_level_parse(const char *text, enum mcp_log_level *ret_level);

#endif
