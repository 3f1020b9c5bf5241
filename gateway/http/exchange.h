/* One HTTP request and its answer, as everything behind the HTTP server sees it. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "buf.h"
#include "access/credentials.h"
#include "contract/envelope.h"
#include "gateway.h"
#include "http/head.h"
#include "rest/route.h"
#include "uri.h"

enum {
	EXCHANGE_ARENA_BYTES = 64 * 1024 * 1024,
	EXCHANGE_OUT_HEADERS_MAX = 24,
	EXCHANGE_BODY_MAX = 1024 * 1024, /* where no operation says otherwise */
};

struct connection;
struct rest_plan;
struct stream;

struct exchange {
	struct gateway *gateway;
	struct arena *arena; /* everything below lives in it or in the connection */
	int64_t started_us;  /* monotonic: when its request line was there */

	/* the request */
	struct http_head head;
	const char *path;    /* as it came, but for uri_plain_path, without the query */
	struct query query;
	char address[64];    /* of the client, text */
	uint64_t address_id; /* what its limits are counted under */
	bool is_local;       /* the client is on this host */
	size_t body_max;
	struct buf body;
	/* Takes the body as it comes, which is then not kept; NULL: it is kept in body. */
	void (*take)(struct exchange *exchange, const char *bytes, size_t n);
	uint64_t n_taken;

	/* where it belongs */
	const char *request_id;
	const char *trace_parent;
	struct labels labels;
	struct route_match match;
	const struct page *page;      /* one of these two once routed, both when a page carries out an operation */
	void *page_state;             /* the page's own */
	const struct rest_plan *plan;
	const char *operation;        /* for the log */
	struct outcomes *outcomes;
	struct principal principal;
	struct key_hash key;          /* what it was verified by */
	const void *input;            /* of the operation */
	bool dry_run;
	bool is_cors; /* the browser's origin may call us */

	/* the answer */
	int status;
	const char *content_type;
	const void *content; /* arena or static */
	size_t n_content;
	bool has_file;       /* instead: n_content bytes of file_fd from file_offset on; closed with the exchange */
	int file_fd;
	uint64_t file_offset;
	struct header out_headers[EXCHANGE_OUT_HEADERS_MAX];
	size_t n_out_headers;
	bool has_retry_after;
	const char *error_meta; /* JSON object merged into an error's meta, or NULL */
	bool must_close; /* the connection ends with this answer */
	const char *code; /* of the error, for the log */
	const char *cause;

	/* progress: see exchange_wait, exchange_continue, exchange_answer */
	bool has_begun;
	bool is_waiting;
	bool has_run;
	bool is_answered;

	struct stream *stream; /* the answer goes on, or NULL */
	struct connection *connection; /* it came over; outlives it */
	struct exchange *next; /* in the list of whoever holds it: the pool, a queue */
};

/* NULL when absent.  name in lower case. */
const char *exchange_header(const struct exchange *exchange, const char *name);

/* "https://cms.example.com": the base of this system's URLs as the client sees them. */
const char *exchange_base_url(const struct exchange *exchange);

/* Headers of the answer; value lives in the arena or is static. */
void exchange_set_header(struct exchange *exchange, const char *name, const char *value);

/* The request cannot go on before somebody calls exchange_continue or exchange_answer. */
void exchange_wait(struct exchange *exchange);
void exchange_continue(struct exchange *exchange);

/* The answer is complete.  Sent when the connection allows; a request body still under way is read and dropped first. */
void exchange_answer(struct exchange *exchange, int status, const char *content_type, const void *content, size_t n_content);

/* The same with n_content bytes of a file from offset on, read as the client takes them.  fd is the exchange's from now on. */
void exchange_answer_file(struct exchange *exchange, int status, const char *content_type, int fd, uint64_t offset, size_t n_content);

#endif
