/* Sessions. */
#include "mcp/protocol/session.h"

#include <stdlib.h>
#include <string.h>

#include "mcp/protocol/sealed.h"
#include "secret.h"

struct sessions {
	struct session_row rows[SESSION_ROWS_MAX];
	uint64_t ended[SESSION_ENDED_MAX]; /* a ring: the oldest are forgotten, and end with their life */
	size_t next_ended, n_ended;
};

/* What is sealed. */
struct sealed_session {
	uint64_t id;
	int64_t expires_us;
	uint8_t version, abilities;
	unsigned char principal[SEALED_DIGEST_BYTES];
};

struct sessions *
sessions_new(void)
{
	struct sessions *sessions = calloc(1, sizeof(*sessions));
	if (!sessions)
		abort();
	return sessions;
}

static void
free_row(struct session_row *row)
{
	for (size_t i = 0; i < row->n_watched; i++)
		free(row->watched[i]);
	*row = (struct session_row){ 0 };
}

void
sessions_free(struct sessions *sessions)
{
	for (size_t i = 0; sessions && i < SESSION_ROWS_MAX; i++)
		free_row(&sessions->rows[i]);
	free(sessions);
}

const char *
session_make(struct arena *arena, struct session *session, const struct principal *principal, int64_t now_us)
{
	struct sealed_session *sealed = ARENA_NEW(arena, struct sealed_session); /* zeroed: padding is sealed too */

	while (session->id == 0)
		secret_random(&session->id, sizeof(session->id));
	session->expires_us = now_us + SESSION_LIFE_US;
	sealed->id = session->id;
	sealed->expires_us = session->expires_us;
	sealed->version = session->version;
	sealed->abilities = session->abilities;
	sealed_digest_principal(sealed->principal, principal, arena);
	return sealed_make(arena, SEALED_SESSION, sealed, sizeof(*sealed));
}

static bool
has_ended(const struct sessions *sessions, uint64_t id)
{
	for (size_t i = 0; i < sessions->n_ended; i++)
		if (sessions->ended[i] == id)
			return true;
	return false;
}

bool
session_open(struct sessions *sessions, struct arena *arena, const char *text, const struct principal *principal,
    int64_t now_us, struct session *ret_session)
{
	const unsigned char *bytes;
	unsigned char owner[SEALED_DIGEST_BYTES];
	struct sealed_session sealed;
	size_t n;

	if (!sealed_open(arena, SEALED_SESSION, text, &bytes, &n) || n != sizeof(sealed))
		return false;
	memcpy(&sealed, bytes, sizeof(sealed));
	sealed_digest_principal(owner, principal, arena);
	if (!secret_equal(owner, sealed.principal, sizeof(owner)) || now_us >= sealed.expires_us || has_ended(sessions, sealed.id))
		return false;
	*ret_session = (struct session){ .id = sealed.id, .version = sealed.version, .abilities = sealed.abilities,
		.expires_us = sealed.expires_us };
	return true;
}

/* The row to give up for a new one of the owner: a free or idle one, else the oldest, of the owner when it has many. */
static struct session_row *
row_to_take(struct sessions *sessions, uint64_t owner, int64_t now_us)
{
	struct session_row *oldest = &sessions->rows[0], *own_oldest = NULL;
	size_t n_own = 0;

	for (size_t i = 0; i < SESSION_ROWS_MAX; i++) {
		struct session_row *row = &sessions->rows[i];
		if (row->id != 0 && row->used_us <= now_us - SESSION_IDLE_US)
			free_row(row);
		if (row->used_us < oldest->used_us)
			oldest = row;
		if (row->id == 0 || row->owner != owner)
			continue;
		n_own++;
		if (!own_oldest || row->used_us < own_oldest->used_us)
			own_oldest = row;
	}
	return n_own >= SESSION_ROWS_PER_PRINCIPAL_MAX ? own_oldest : oldest;
}

static uint64_t
owner_of(const struct principal *principal)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)principal->tenant;
	for (const char *c = principal->id; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
	return hash;
}

struct session_row *
session_row(struct sessions *sessions, const struct session *session, const struct principal *principal, int64_t now_us)
{
	for (size_t i = 0; i < SESSION_ROWS_MAX; i++) {
		struct session_row *row = &sessions->rows[i];
		if (row->id == session->id) {
			row->used_us = now_us;
			return row;
		}
	}
	struct session_row *row = row_to_take(sessions, owner_of(principal), now_us);
	free_row(row);
	*row = (struct session_row){ .id = session->id, .owner = owner_of(principal), .used_us = now_us, .log_level = MCP_LOG_INFO };
	return row;
}

void
session_end(struct sessions *sessions, const struct session *session)
{
	sessions->ended[sessions->next_ended] = session->id;
	sessions->next_ended = (sessions->next_ended + 1) % SESSION_ENDED_MAX;
	if (sessions->n_ended < SESSION_ENDED_MAX)
		sessions->n_ended++;
	for (size_t i = 0; i < SESSION_ROWS_MAX; i++)
		if (sessions->rows[i].id == session->id)
			free_row(&sessions->rows[i]);
}

const struct session_row *
session_find(const struct sessions *sessions, uint64_t id)
{
	for (size_t i = 0; i < SESSION_ROWS_MAX; i++)
		if (sessions->rows[i].id == id)
			return &sessions->rows[i];
	return NULL;
}

bool
session_watch(struct session_row *row, const char *uri)
{
	for (size_t i = 0; i < row->n_watched; i++)
		if (strcmp(row->watched[i], uri) == 0)
			return true;
	if (row->n_watched == SESSION_WATCHED_MAX)
		return false;
	char *copy = strdup(uri);
	if (!copy)
		abort();
	row->watched[row->n_watched++] = copy;
	return true;
}

void
session_unwatch(struct session_row *row, const char *uri)
{
	for (size_t i = 0; i < row->n_watched; i++) {
		if (strcmp(row->watched[i], uri) != 0)
			continue;
		free(row->watched[i]);
		row->watched[i] = row->watched[--row->n_watched];
		return;
	}
}

bool
mcp_log_level_parse(const char *text, enum mcp_log_level *ret_level)
{
	static const char *const levels[] = { "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency" };

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(levels[i], text) == 0) {
			*ret_level = (enum mcp_log_level)i;
			return true;
		}
	}
	return false;
}
