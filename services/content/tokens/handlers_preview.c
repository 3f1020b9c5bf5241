/* Previews: what a token shows of an item or a global to somebody without a key. */
#include <inttypes.h>
#include <string.h>

#include "contract/policy.h"
#include "licensing/gate.h"
#include "localisation/reader.h"
#include "rules.h"
#include "store.h"
#include "tokens/token.h"
#include "write.h"

enum { US_PER_SECOND = 1000000 };

/* Who pays for what a preview shows would be nobody.  What is sold by the read is shown to whom an administrator gave the token. */
static const struct error *
refuse_sold(struct request *req, const struct content_snapshot_row *row, bool shows_sold)
{
	bool is_sold = false;

	if (row->base_price && *row->base_price > 0)
		return FAIL(req, PREVIEW_PAYWALL_UNSUPPORTED, "the content type costs %" PRId64 " satoshis", *row->base_price);
	const struct error *error = shows_sold ? NULL : gate_is_sold(req, row->id, row->content_type_id, row->content_type_id, &is_sold);
	if (error || !is_sold)
		return error;
	return FAIL(req, PREVIEW_PAYWALL_UNSUPPORTED, "reads of content item %" PRId64 " are sold", row->id);
}

static struct token_claims
preview_claims(const struct request *req, int64_t ttl_seconds, const bool *draft)
{
	return (struct token_claims){ .mode = TOKEN_PREVIEW, .domain_id = req->tenant, .draft = !draft || *draft,
		.shows_sold = principal_sees_sold(req->principal), .maker_key_id = req->principal->key_id,
		.expires_at = rules_stored_time(req->now_us) + ttl_seconds * US_PER_SECOND };
}

/* ---- issue ---- */

const struct error *
content_previews_issue_item(struct request *req, const struct content_previews_issue_item_request *in, struct content_previews_issue_item_response *out)
{
	const struct content_snapshot_row *row = NULL;
	int64_t ttl = in->ttl_seconds ? *in->ttl_seconds : 900;

	const struct error *error = reader_check(req, in->locale, in->fallback_locale);
	if (!error)
		error = store_item_snapshot(req, in->id, NULL, &row);
	if (!error && !row)
		error = write_not_found(req, in->id);
	if (!error)
		error = refuse_sold(req, row, principal_sees_sold(req->principal));
	if (error)
		return error;
	struct token_claims claims = preview_claims(req, ttl, in->draft);
	claims.content_item_id = in->id;
	claims.locale = in->locale;
	claims.fallback_locale = in->fallback_locale;
	*out = (struct content_previews_issue_item_response){ .token = token_make(req, &claims), .content_item_id = in->id, .draft = claims.draft,
		.preview_path = arena_printf(req->arena, "/api/preview/content-items/%" PRId64, in->id), .ttl_seconds = ttl, .expires_at = claims.expires_at,
		.locale = in->locale, .fallback_locale = in->fallback_locale };
	emit_content_item_issue_preview(req, in->id, row->head_version, &(struct content_item_issue_preview_event){ .key_id = claims.key_id, .jti = claims.jti,
	    .draft = claims.draft, .expires_at = claims.expires_at });
	return NULL;
}

/* The item of a global; *ret_row is NULL while it has none. */
static const struct error *
read_global(struct request *req, const char *slug, bool shows_sold, const struct content_type_row **ret_type, const struct content_snapshot_row **ret_row)
{
	int64_t id = 0;

	const struct error *error = store_singleton_type(req, slug, ret_type);
	if (error)
		return error;
	if (!*ret_type)
		return FAIL(req, GLOBAL_CONTENT_TYPE_NOT_FOUND, "no singleton content type has the slug '%s'", slug);
	error = store_singleton_item(req, (*ret_type)->id, 0, &id);
	if (!error && id)
		error = store_item_snapshot(req, id, NULL, ret_row);
	if (!error && !*ret_row)
		error = FAIL(req, GLOBAL_CONTENT_ITEM_NOT_FOUND, "the global '%s' has no item yet", slug);
	return error ? error : refuse_sold(req, *ret_row, shows_sold);
}

const struct error *
content_previews_issue_global(struct request *req, const struct content_previews_issue_global_request *in,
    struct content_previews_issue_global_response *out)
{
	const struct content_type_row *type = NULL;
	const struct content_snapshot_row *row = NULL;
	int64_t ttl = in->ttl_seconds ? *in->ttl_seconds : 900;

	const struct error *error = reader_check(req, in->locale, in->fallback_locale);
	if (!error)
		error = read_global(req, in->slug, principal_sees_sold(req->principal), &type, &row);
	if (error)
		return error;
	struct token_claims claims = preview_claims(req, ttl, in->draft);
	claims.slug = in->slug;
	claims.locale = in->locale;
	claims.fallback_locale = in->fallback_locale;
	*out = (struct content_previews_issue_global_response){ .token = token_make(req, &claims), .slug = in->slug, .draft = claims.draft,
		.preview_path = arena_printf(req->arena, "/api/preview/globals/%s", in->slug), .ttl_seconds = ttl, .expires_at = claims.expires_at,
		.locale = in->locale, .fallback_locale = in->fallback_locale };
	emit_content_item_issue_preview(req, row->id, row->head_version, &(struct content_item_issue_preview_event){ .key_id = claims.key_id, .jti = claims.jti,
	    .draft = claims.draft, .expires_at = claims.expires_at });
	return NULL;
}

/* ---- read ---- */

/* From here on the request is the token's tenant's, whose trail says which token was used. */
static const struct error *
enter(struct request *req, const char *token, struct token_claims *ret_claims)
{
	switch (token_read(req, TOKEN_PREVIEW, token, ret_claims)) {
	case TOKEN_INVALID:
		return FAIL_AT(req, INVALID_PREVIEW_TOKEN, "/token", "the token was not made for a preview here");
	case TOKEN_EXPIRED:
		return FAIL_AT(req, PREVIEW_TOKEN_EXPIRED, "/token", "the token has expired");
	case TOKEN_GOOD:
		break;
	}
	if (token_has_ended(req))
		return FAIL_AT(req, PREVIEW_TOKEN_EXPIRED, "/token", "the API key that made the token was revoked or has ended");
	request_act_for(req, ret_claims->domain_id);
	req->actor = token_principal(req, ret_claims, "preview_token");
	return NULL;
}

static const struct error *
show(struct request *req, const struct token_claims *claims, const struct content_snapshot_row *row, struct content_item *out)
{
	int64_t published = row->published_version ? *row->published_version : 0;

	if (!claims->draft && !published)
		return FAIL(req, PREVIEW_TARGET_UNPUBLISHED, "content item %" PRId64 " has no published version", row->id);
	*out = (struct content_item){ .id = row->id, .content_type_id = row->content_type_id, .created_at = row->created_at,
		.data = claims->draft ? row->data : row->published_data, .status = claims->draft ? row->status : STATUS_PUBLISHED,
		.version = claims->draft ? row->head_version : published, .updated_at = claims->draft ? row->updated_at : *row->published_at,
		.working_copy_version = row->head_version, .published_version = row->published_version,
		.publication_state = rules_publication_state(row->head_version, published) };
	emit_content_item_preview(req, row->id, row->head_version, &(struct content_item_preview_event){ .key_id = claims->key_id, .jti = claims->jti,
	    .draft = claims->draft, .version = out->version });
	return reader_localise(req, out, 1, &(struct locale_wish){ claims->locale, claims->fallback_locale });
}

const struct error *
content_previews_item_prepare(struct request *req, const struct content_previews_item_request *in)
{
	return token_ask_maker(req, TOKEN_PREVIEW, in->token);
}

const struct error *
content_previews_global_prepare(struct request *req, const struct content_previews_global_request *in)
{
	return token_ask_maker(req, TOKEN_PREVIEW, in->token);
}

const struct error *
content_previews_item(struct request *req, const struct content_previews_item_request *in, struct content_item *out)
{
	const struct content_snapshot_row *row = NULL;
	struct token_claims claims;

	const struct error *error = enter(req, in->token, &claims);
	if (error)
		return error;
	if (claims.slug || claims.content_item_id != in->id)
		return FAIL_AT(req, PREVIEW_TOKEN_SCOPE_MISMATCH, "/token", "the token is for something else than content item %" PRId64, in->id);
	error = store_item_snapshot(req, in->id, NULL, &row);
	if (!error && !row)
		error = write_not_found(req, in->id);
	if (!error)
		error = refuse_sold(req, row, claims.shows_sold);
	return error ? error : show(req, &claims, row, out);
}

const struct error *
content_previews_global(struct request *req, const struct content_previews_global_request *in, struct content_global *out)
{
	const struct content_type_row *type = NULL;
	const struct content_snapshot_row *row = NULL;
	struct content_type *shown = ARENA_NEW(req->arena, struct content_type);
	struct content_item *item = ARENA_NEW(req->arena, struct content_item);
	struct token_claims claims;

	const struct error *error = enter(req, in->token, &claims);
	if (error)
		return error;
	if (!claims.slug || strcmp(claims.slug, in->slug) != 0)
		return FAIL_AT(req, PREVIEW_TOKEN_SCOPE_MISMATCH, "/token", "the token is for something else than the global '%s'", in->slug);
	error = read_global(req, in->slug, claims.shows_sold, &type, &row);
	if (!error)
		error = show(req, &claims, row, item);
	if (error)
		return error;
	*shown = content_type_view(type);
	*out = (struct content_global){ .content_type = shown, .item = item };
	return NULL;
}
