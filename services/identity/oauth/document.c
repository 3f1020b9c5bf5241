/* Client ID metadata documents: a client whose id is the address of a document that describes it. */
#include "oauth/document.h"

#include <string.h>

#include "clock.h"
#include "json/json.h"
#include "oauth/requests.h"
#include "outbound.h"

enum { CONNECT_MS = 2000, ANSWER_MS = 3000, MARGIN_MS = 200, DOCUMENT_BYTES_MAX = 16 * 1024, REDIRECT_URIS_MAX = 10, NAME_BYTES_MAX = 200 };

bool
document_is_address(const char *client_id)
{
	return strncmp(client_id, "https://", 8) == 0 || strncmp(client_id, "http://", 7) == 0; /* plain http is refused unless an operator allows the host */
}

static const struct error *
fetch(struct request *req, const char *client_id, const struct json_value **ret_document)
{
	static const char *const headers[] = { "Accept: application/json", NULL };
	int64_t left_ms = (req->deadline_us - clock_now_us()) / 1000 - MARGIN_MS;
	struct http_client_request request = { .method = "GET", .url = client_id, .headers = headers, .connect_timeout_ms = CONNECT_MS,
		.timeout_ms = left_ms < ANSWER_MS ? left_ms : ANSWER_MS, .response_bytes_max = DOCUMENT_BYTES_MAX };
	struct http_client_response response = { 0 };
	struct json_error ignored;

	if (left_ms < 1 || outbound_send(req, &request, &response) != OUTBOUND_ANSWERED || response.status != 200)
		return FAIL_AT(req, OAUTH_REQUEST_INVALID, "/clientId", "the document that describes the client cannot be read");
	*ret_document = json_parse(req->arena, response.body, response.n_body, NULL, &ignored);
	if (!*ret_document || (*ret_document)->type != JSON_OBJECT)
		return FAIL_AT(req, OAUTH_REQUEST_INVALID, "/clientId", "the document that describes the client is no JSON object");
	return NULL;
}

static const char *
text_of(struct request *req, const struct json_value *value)
{
	return value && value->type == JSON_TEXT && strlen(value->text) == value->n ? arena_strndup(req->arena, value->text, value->n) : NULL;
}

/* False when one of them could not be registered either. */
static bool
read_redirects(struct request *req, const struct json_value *list, struct shape_list *ret_uris)
{
	const char **uris = ARENA_ARRAY(req->arena, const char *, REDIRECT_URIS_MAX);

	if (!list || list->type != JSON_LIST || list->n == 0 || list->n > REDIRECT_URIS_MAX)
		return false;
	for (size_t i = 0; i < list->n; i++) {
		uris[i] = text_of(req, &list->items[i]);
		if (!uris[i] || !oauth_redirect_is_fit(uris[i]))
			return false;
	}
	*ret_uris = (struct shape_list){ uris, list->n };
	return true;
}

const struct error *
document_read(struct request *req, const char *client_id, const struct oauth_client_row **ret_client)
{
	struct oauth_client_row *client = ARENA_NEW(req->arena, struct oauth_client_row);
	const struct json_value *document = NULL;
	const struct error *error = fetch(req, client_id, &document);
	if (error)
		return error;
	client->id = text_of(req, json_get(document, "client_id"));
	client->name = text_of(req, json_get(document, "client_name"));
	if (!client->id || strcmp(client->id, client_id) != 0)
		return FAIL_AT(req, OAUTH_REQUEST_INVALID, "/clientId", "the document describes another client than the one at its address");
	if (!client->name || !*client->name || strlen(client->name) > NAME_BYTES_MAX)
		client->name = client->id;
	if (!read_redirects(req, json_get(document, "redirect_uris"), &client->redirect_uris))
		return FAIL_AT(req, OAUTH_REQUEST_INVALID, "/clientId", "the document's redirect_uris cannot be used");
	*ret_client = client;
	return NULL;
}
