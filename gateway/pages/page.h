/* What the gateway answers itself rather than through a route of the registry: health, readiness, metrics, the API's
 * description, and the doors of the other surfaces. */
#ifndef PAGE_H
#define PAGE_H

#include "http/exchange.h"
#include "contract/operation.h"
#include "rest/route.h"

struct page {
	const char *method;
	const char *path;
	const char *name;                   /* for metrics and the log */
	const struct operation *permission; /* the policy question to pass first, or NULL: public */
	size_t body_max;                    /* 0: takes no body */
	size_t (*body_limit)(void);         /* instead of body_max, or NULL */
	void (*admit)(struct exchange *exchange);  /* or NULL: asked on the headers alone, answers, or waits and lets it go on */
	void (*take)(struct exchange *exchange, const char *bytes, size_t n); /* the body as it comes; NULL: it is kept in exchange->body */
	void (*answer)(struct exchange *exchange); /* the whole request is there */
	void (*leave)(struct exchange *exchange);  /* or NULL.  The exchange ends, answered or not */
	bool is_cross_origin;               /* pages of any origin may ask for it */
	bool (*is_open)(const struct exchange *exchange); /* or NULL.  True: this request needs no permission */
	const char *challenge_path; /* of the resource metadata (RFC 9728) that a 401 names, or NULL */
	/* An error in the words of another protocol; returns its content type.  NULL: the envelope. */
	const char *(*write_error)(struct buf *buf, const struct exchange *exchange, const struct error *error);
};

extern const struct page *const pages[]; /* NULL-terminated */

extern const struct page health_page, ready_page, metrics_page, openapi_page, documentation_page, root_page, docs_page, runtime_page, events_page,
    asset_content_page, form_page, form_sent_page, form_script_page, form_file_page, asset_upload_page, console_page, console_invite_page, console_authorize_page, console_oidc_page, console_asset_page, graphql_post_page, graphql_get_page, graphql_explorer_page, mcp_post_page, mcp_get_page, mcp_delete_page, mcp_metadata_page, mcp_metadata_named_page,
    oauth_metadata_page, oauth_metadata_named_page, oauth_register_page, oauth_token_page, oauth_revoke_page;

#endif
