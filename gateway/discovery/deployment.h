/* The operation gateway.deployment.status: how each part of the system is. */
#ifndef DEPLOYMENT_H
#define DEPLOYMENT_H

#include "dispatch/dispatch.h"

void deployment_status(struct gateway *gateway, const struct dispatch_request *request);

#endif
