/* Processor time and room, shared between tenants (docs/adr/0037-fair-workers.md).  For the skeleton's own files. */
#ifndef FAIR_H
#define FAIR_H

#include "service_internal.h"

void fair_note(struct job *const *jobs, size_t n, int64_t used_us); /* a worker used it for all of them together */
uint32_t fair_used_us(const struct job *job);
bool fair_is_long(const struct job *job); /* its tenant's take long on the average, so that nobody shall share a transaction with them */

/* The bus thread's.  False: its tenant has n_max inside. */
bool fair_enter(const struct job *job, size_t n_max);
void fair_leave(const struct job *job);

#endif
