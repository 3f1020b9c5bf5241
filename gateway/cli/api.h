/* Requests to the gateway with the command's key, and what came back. */
#ifndef API_H
#define API_H

#include "cli/cli.h"
#include "json/json.h"
#include "cli/builtin/rest_request.h"

struct api_reply {
	int status;
	const char *body;
	size_t n_body;
	const struct json_value *json; /* NULL: the body is none */
	const char *retry_after;       /* seconds as text, or NULL */
	bool is_replayed;              /* the answer of an earlier request with the same idempotency key */
};

struct http_client *api_client(struct cli *cli);

/* Add the key, the request's id and what every request has. */
void api_add_headers(struct cli *cli, struct rest_request *request);

/* timeout_ms: unless --timeout says otherwise.  CLI_OK when there is an answer, whatever its status; otherwise the reason has
 * been told. */
int api_send(struct cli *cli, const struct rest_request *request, int64_t timeout_ms, struct api_reply *ret_reply);

/* Tell a refusal; CLI_OK for an answer below 400. */
int api_judge(struct cli *cli, const struct api_reply *reply);

int64_t api_timeout_ms(const struct cli *cli, int64_t otherwise_ms);

#endif
