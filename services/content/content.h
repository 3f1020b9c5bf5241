/* What the files of the content service share. */
#ifndef CONTENT_H
#define CONTENT_H

#include "config.h"
#include "content_proto.h"
#include "request.h"
#include "service.h"

/* settings.c */
extern const struct setting content_settings[];
extern const size_t content_n_settings;
bool content_start(void);
int64_t content_deleted_keep_days(void);

/* handlers_types.c: the principal has the scope content:read:published alone, and finds what the public sees as if there were
 * nothing else. */
bool content_is_public_reader(const struct request *req);

/* handlers_items.c: what is written comes from somebody without a key.  It is theirs to have erased: it goes into no event, and so into no
 * trail and no webhook. */
#define PUBLIC_WRITER "public_write_token"
bool content_is_from_public(const struct request *req);

/* What a reader is shown of a row (handlers_types.c, handlers_reads.c). */
struct content_type content_type_view(const struct content_type_row *row);
struct content_item content_item_view(const struct request *req, const struct content_item_row *row);

/* handlers_internal.c: whom events name when a service acts for somebody. */
const struct principal *content_actor(struct request *req, const char *id, const char *type, const char *source);

/* query/slugs.c: the types that requests name by slug */
const struct error *content_types_of_slugs(struct request *req, const char *const slugs[], size_t n, int64_t ids[]) MUST_CHECK;

/* handlers_reads.c: a list by the items' own columns; a filter by status is one that there is */
const struct error *content_list_plain(struct request *req, const struct content_items_list_request *in, struct content_items_list_response *out) MUST_CHECK;
const struct error *content_check_status(struct request *req, const char *status) MUST_CHECK;

struct item_filter;
/* The status that a list has as its filter, and whether a cursor goes on with what a request says of archived items. */
const char *content_listed_status(const struct request *req, const struct content_items_list_request *in);
bool content_continues_archived(const struct content_items_list_request *in, const struct item_filter *filter);

/* handlers_reads.c: data of an answer that PAGE_BYTES_MAX cut off */
const struct error *content_no_room(struct request *req, bool is_alone) MUST_CHECK;

/* handlers_history.c: a timer */
const struct error *content_purge(struct request *req) MUST_CHECK;

/* store.c: what a violated key means to the caller */
extern const struct constraint_error content_constraints[];
extern const size_t content_n_constraints;

#endif
