/* Policy decisions on their way to identity's log: queued, sent in batches, never in anybody's way. */
#ifndef DECISIONS_H
#define DECISIONS_H

#include "contract/policy.h"

struct decisions;
struct gateway;

struct decision {
	const struct policy_question *question;
	const struct policy_verdict *verdict;
	const char *surface;
	const char *request_id;
	int64_t duration_us;
};

struct decisions *decisions_new(struct gateway *gateway);
void decisions_free(struct decisions *decisions);

/* Copies what it needs.  A full queue drops it (counted).  An allowed read that equals one of the same principal
 * within the last second is not logged again (counted): its inputs are the same, so it says nothing new. */
void decisions_add(struct decisions *decisions, const struct decision *decision);

/* Send what is due.  Call every turn; cheap when there is nothing to do. */
void decisions_flush(struct decisions *decisions, int64_t now_us);

#endif
