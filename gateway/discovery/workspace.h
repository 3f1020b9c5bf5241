/* The operations gateway.workspace.*: what a tenant has, as one caller sees it, and where that caller can go on. */
#ifndef WORKSPACE_H
#define WORKSPACE_H

#include "dispatch/dispatch.h"

void workspace_context(struct gateway *gateway, const struct dispatch_request *request);
void workspace_target(struct gateway *gateway, const struct dispatch_request *request);

#endif
