/* What a changed schema means for the items that there are. */
#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include "content.h"

struct schema_chain;

/* Holds items of the locked type against both schemas, the ones changed last first, within bounds of number, bytes and time.  chain: steps that take
 * them to the new one, which a dry run shows of five of them; or NULL. */
const struct error *change_report(struct request *req, const struct content_type_row *before, const struct content_type_row *after, const struct schema_chain *chain,
    const struct schema_change **ret_change) MUST_CHECK;

bool change_is_breaking(const struct schema_change *change);

/* The report as the context of an error. */
const char *change_context(struct request *req, const struct schema_change *change);

#endif
