/* The parts of wordclaw doctor. */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "finding.h"
#include "operate.h"

/* What the database says of itself, of the services' schemas and of their events. */
void doctor_database(struct operate *operate, struct findings *findings);

/* Which instances answer on the bus, and whether they are of this version. */
void doctor_bus(const struct operate *operate, struct findings *findings);

#endif
