/* Whether this instance can serve. */
#ifndef HEALTH_H
#define HEALTH_H

#include "service_internal.h"

extern const struct service_operation health_ping_operation;
void health_init(void);
/* Ask the instance that serves at this configuration's endpoint; an exit status, and a line that says why not. */
int health_ask(struct service *service);

#endif
