/* GET /openapi.json and the page that renders it; both need nothing from any other host.  Where the console was not built, with which the packaged
 * viewer comes, a page of our own does. */
#include "pages/openapi_data.h"

#include "pages/console.h"

#include "rest/etag.h"
#include "http/compress.h"
#include "http/header.h"
#include "pages/page.h"

/* What never changes is compressed once. */
struct packed {
	const void *bytes;
	size_t n;
	bool is_made;
};

static void
answer_embedded(struct exchange *exchange, struct embedded file, struct packed *packed, const char *content_type)
{
	const char *accepted = exchange_header(exchange, "accept-encoding");
	bool is_packed = accepted && header_accepts(accepted, "gzip");

	const char *etag = etag_of_bytes(exchange->arena, file.bytes, file.n);
	const char *if_none_match = exchange_header(exchange, "if-none-match");

	if (is_packed && !packed->is_made) {
		packed->bytes = compress_kept(file.bytes, file.n, &packed->n);
		packed->is_made = true;
	}
	is_packed = is_packed && packed->bytes;
	exchange_set_header(exchange, "ETag", is_packed ? arena_printf(exchange->arena, "W/%s", etag) : etag);
	exchange_set_header(exchange, "Cache-Control", "no-cache");
	exchange_set_header(exchange, "Vary", "Accept-Encoding");
	if (if_none_match && header_names_etag(if_none_match, etag)) {
		exchange_answer(exchange, 304, NULL, "", 0);
		return;
	}
	if (is_packed)
		exchange_set_header(exchange, "Content-Encoding", "gzip");
	exchange_answer(exchange, 200, content_type, is_packed ? packed->bytes : file.bytes, is_packed ? packed->n : file.n);
}

static void
answer_openapi(struct exchange *exchange)
{
	static struct packed packed;

	answer_embedded(exchange, openapi_json(), &packed, "application/json; charset=utf-8");
}

static void
answer_documentation(struct exchange *exchange)
{
	static struct packed packed;

	if (console_answer_documentation(exchange))
		return;
	exchange_set_header(exchange, "Content-Security-Policy",
	    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'");
	answer_embedded(exchange, documentation_html(), &packed, "text/html; charset=utf-8");
}

const struct page openapi_page = { .method = "GET", .path = "/openapi.json", .name = "openapi", .answer = answer_openapi };
const struct page documentation_page = { .method = "GET", .path = "/documentation", .name = "documentation",
	.answer = answer_documentation };

/* Where people look for it. */
static void
lead_to_documentation(struct exchange *exchange)
{
	exchange_set_header(exchange, "Location", "/documentation");
	exchange_answer(exchange, 302, NULL, "", 0);
}

const struct page root_page = { .method = "GET", .path = "/", .name = "root", .answer = lead_to_documentation };
const struct page docs_page = { .method = "GET", .path = "/docs", .name = "docs", .answer = lead_to_documentation };
