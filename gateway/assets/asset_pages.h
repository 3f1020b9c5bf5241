/* Assets over HTTP, where bytes pass that no message on the bus carries. */
#ifndef ASSET_PAGES_H
#define ASSET_PAGES_H

#include "http/exchange.h"

/* A routed request that asset_upload_page answers instead of the operation: a file as multipart/form-data. */
bool asset_is_upload(const struct exchange *exchange);

/* Answers what an upload cannot do: VALIDATION_ERROR. */
void asset_upload_check(struct exchange *exchange);

#endif
