/* Client ID metadata documents: a client whose id is the address of a document that describes it. */
#ifndef OAUTH_DOCUMENT_H
#define OAUTH_DOCUMENT_H

#include "identity.h"

/* The id is an address. */
bool document_is_address(const char *client_id);

/* Read the document, outside transactions, through the guarded outbound client; its answer is bounded in bytes and time.
 * OAUTH_REQUEST_INVALID: it cannot be read, or is not of this client. */
const struct error *document_read(struct request *req, const char *client_id, const struct oauth_client_row **ret_client) MUST_CHECK;

#endif
