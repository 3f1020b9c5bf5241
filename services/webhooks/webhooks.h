/* Webhooks: every committed event, signed and delivered to the endpoints that want it. */
#ifndef WEBHOOKS_H
#define WEBHOOKS_H

#include "common_proto.h"
#include "http_client.h"
#include "process.h"
#include "service.h"
#include "webhooks_proto.h"

enum { WEBHOOK_HEADERS_MAX = 24, RESPONSE_SHOWN_BYTES = 4096, RUNNING_MAX_DEFAULT = 2, TIMEOUT_MS_DEFAULT = 5000 };

/* settings.c */
struct webhooks_settings {
	int64_t keep_days;
	int64_t disable_after_hours;
};
extern struct webhooks_settings webhooks_settings;
extern const struct setting webhooks_setting_table[];
extern const size_t webhooks_n_settings;

/* events.c: the consumer of every other service's events */
const struct error *webhooks_take_events(struct request *req, const char *publisher, const struct event_record *events, size_t n) MUST_CHECK;
/* Start the processes of deliveries that were just written or are to be sent again. */
struct webhook_added_row;
const struct error *webhooks_start_deliveries(struct request *req, const struct webhook_added_row *rows, size_t n) MUST_CHECK;

/* steps.c */
extern const struct process_kind webhooks_process_kinds[];
extern const size_t webhooks_n_process_kinds;

/* handlers_deliveries.c: the timer */
const struct error *webhooks_maintain(struct request *req) MUST_CHECK;

/* message.c: what goes over the wire.  Secrets are open here and nowhere else. */
struct message_keys {
	const char *secret, *old_secret; /* as shown to the user; old_secret may be NULL */
	const char *seed;                /* of the Ed25519 key, base64url; or NULL */
};
struct message {
	const char *body;
	size_t n_body;
	const char *headers[WEBHOOK_HEADERS_MAX]; /* "Name: value", NULL-terminated */
};

/* The body of an event for an endpoint. */
struct message_event {
	const struct event_record *record;
	int64_t sequence;
	const int64_t *previous_sequence;
	bool is_thin;
};
void message_write_event(struct request *req, const struct message_event *event, struct message *message);

/* Add the headers of Standard Webhooks and the reference's own over message->body, as of now. */
void message_sign(struct request *req, const char *message_id, const struct message_keys *keys, int64_t now_us, struct message *message);
void message_add_header(struct request *req, struct message *message, const char *name, const char *value);

#endif
