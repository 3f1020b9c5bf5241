/* Sessions belong to one gateway's memory: when it forgets one, the agent is not told, for it could only begin again itself. */
#include "cli/mcp/bridge.h"

#include <string.h>

static const char initialized[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";

struct session_copy {
	char id[BRIDGE_HEADER_BYTES], protocol[BRIDGE_HEADER_BYTES];
	unsigned number;
};

static struct session_copy
copy_session(struct bridge *bridge)
{
	struct session_copy copy;

	(void)pthread_mutex_lock(&bridge->lock); /* fails only for a broken mutex, as everywhere here */
	memcpy(copy.id, bridge->session, sizeof(copy.id));
	memcpy(copy.protocol, bridge->protocol, sizeof(copy.protocol));
	copy.number = bridge->n_sessions;
	(void)pthread_mutex_unlock(&bridge->lock);
	return copy;
}

static const char *
or_null(const char *text)
{
	return *text ? text : NULL;
}

static bool
fits(const char *text)
{
	return strlen(text) < BRIDGE_HEADER_BYTES;
}

static void
set_session(struct bridge *bridge, const char *id, const char *protocol)
{
	(void)pthread_mutex_lock(&bridge->lock);
	(void)snprintf(bridge->session, sizeof(bridge->session), "%s", id && fits(id) ? id : "");
	if (protocol && fits(protocol))
		(void)snprintf(bridge->protocol, sizeof(bridge->protocol), "%s", protocol);
	bridge->n_sessions++;
	(void)pthread_cond_broadcast(&bridge->change);
	(void)pthread_mutex_unlock(&bridge->lock);
}

/* ---- initialize ---- */

struct initializing {
	struct bridge *bridge;
	struct arena *arena;
	const char *protocol; /* the revision agreed on, in arena's memory of the caller; or NULL */
	char text[BRIDGE_HEADER_BYTES];
	bool is_silent;       /* the agent has had its answer long ago */
};

static bool
on_answer(void *context, const char *text, size_t n_text)
{
	struct initializing *initializing = context;
	struct json_error problem;
	const struct json_value *value = json_parse(initializing->arena, text, n_text, NULL, &problem);
	const struct json_value *result = value && value->type == JSON_OBJECT ? json_get(value, "result") : NULL;
	const struct json_value *version = result && result->type == JSON_OBJECT ? json_get(result, "protocolVersion") : NULL;

	if (version && version->type == JSON_TEXT && fits(version->text)) {
		(void)snprintf(initializing->text, sizeof(initializing->text), "%s", version->text);
		initializing->protocol = initializing->text;
	}
	return initializing->is_silent || bridge_write(initializing->bridge, text, n_text);
}

void
bridge_initialize(struct bridge *bridge, struct http_client *client, struct arena *arena, const struct mcp_message *message)
{
	struct initializing initializing = { .bridge = bridge, .arena = arena };
	const struct mcp_receiver receiver = { .on_message = on_answer, .context = &initializing };
	struct mcp_reply reply;

	mcp_post(client, arena, &bridge->target, message, NULL, NULL, &receiver, &reply);
	if (!reply.is_answered) {
		const char *error = mcp_reply_error(arena, &bridge->target, message, &reply);
		(void)bridge_write(bridge, error, strlen(error)); /* when the agent is gone, reading it ends */
		return;
	}
	(void)pthread_mutex_lock(&bridge->lock);
	arena_reset(bridge->session_arena);
	bridge->initialize = arena_strndup(bridge->session_arena, message->text, message->n_text);
	(void)pthread_mutex_unlock(&bridge->lock);
	set_session(bridge, reply.session, initializing.protocol);
}

/* The session was lost: begin the next with what the agent said first.  Under the lock of whoever finds out first the others wait
 * and then find a new one. */
static bool
begin_again(struct bridge *bridge, struct http_client *client, struct arena *arena, const struct session_copy *lost)
{
	struct initializing initializing = { .bridge = bridge, .arena = arena, .is_silent = true };
	const struct mcp_receiver receiver = { .on_message = on_answer, .context = &initializing };
	struct mcp_message message;
	struct mcp_reply reply;
	const char *problem;

	(void)pthread_mutex_lock(&bridge->lock);
	bool is_new_already = bridge->n_sessions != lost->number;
	const char *text = bridge->initialize ? arena_strdup(arena, bridge->initialize) : NULL;
	(void)pthread_mutex_unlock(&bridge->lock);
	if (is_new_already || !text || !mcp_message_read(arena, text, strlen(text), &message, &problem))
		return is_new_already;
	mcp_post(client, arena, &bridge->target, &message, NULL, NULL, &receiver, &reply);
	if (!reply.is_answered || !reply.session)
		return false;
	const char *session = reply.session;
	if (mcp_message_read(arena, initialized, strlen(initialized), &message, &problem))
		mcp_post(client, arena, &bridge->target, &message, session, initializing.protocol, &receiver, &reply);
	set_session(bridge, session, initializing.protocol);
	return true;
}

/* ---- any message ---- */

static bool
write_message(void *context, const char *text, size_t n_text)
{
	return bridge_write(context, text, n_text);
}

void
bridge_send(struct bridge *bridge, struct http_client *client, struct arena *arena, const struct mcp_message *message,
    const bool *is_cancelled)
{
	const struct mcp_receiver receiver = { .on_message = write_message, .context = bridge };
	struct session_copy session = copy_session(bridge);
	struct mcp_reply reply;

	mcp_post(client, arena, &bridge->target, message, or_null(session.id), or_null(session.protocol), &receiver, &reply);
	bool is_lost = reply.result == HTTP_CLIENT_ANSWERED && reply.status == 404 && *session.id && !message->protocol;
	if (is_lost && begin_again(bridge, client, arena, &session)) {
		session = copy_session(bridge);
		mcp_post(client, arena, &bridge->target, message, or_null(session.id), or_null(session.protocol), &receiver, &reply);
	}
	(void)pthread_mutex_lock(&bridge->lock);
	bool is_wanted = message->kind == MCP_REQUEST && !reply.is_answered && !(is_cancelled && *is_cancelled);
	(void)pthread_mutex_unlock(&bridge->lock);
	if (!is_wanted)
		return;
	const char *error = mcp_reply_error(arena, &bridge->target, message, &reply);
	(void)bridge_write(bridge, error, strlen(error)); /* when the agent is gone, reading it ends */
}

void
bridge_end_session(struct bridge *bridge, struct http_client *client, struct arena *arena)
{
	struct session_copy session = copy_session(bridge);
	struct rest_request request = { 0 };
	struct http_client_response response;

	if (!*session.id)
		return;
	rest_request_add_header(arena, &request, "mcp-session-id", session.id);
	if (*session.protocol)
		rest_request_add_header(arena, &request, "mcp-protocol-version", session.protocol);
	if (bridge->target.key)
		rest_request_add_header(arena, &request, "x-api-key", bridge->target.key);
	/* A courtesy: an endpoint that does not hear it forgets the session by itself. */
	(void)http_client_send(client, arena, &(struct http_client_request){ .method = "DELETE", .url = bridge->target.url,
		.headers = request.headers, .connect_timeout_ms = MCP_CONNECT_TIMEOUT_MS, .timeout_ms = MCP_CONNECT_TIMEOUT_MS,
		.response_bytes_max = BRIDGE_LINE_BYTES_MAX }, &response);
}
