/* May this exchange go on?  Credential, rate limits and policy, decided on headers alone. */
#ifndef ACCESS_H
#define ACCESS_H

#include "http/exchange.h"
#include "contract/operation.h"

struct access;

struct access_options {
	int64_t rate_limit_max;
	int64_t address_rate_limit_max;
	int64_t auth_failures_max;
	int64_t login_rate_limit_max, upload_rate_limit_max;
	int64_t window_us;
};

struct access *access_new(const struct access_options *options);
void access_free(struct access *access);

/* Either the exchange has its principal now, or it was answered, or it waits and then goes on or is answered. */
void access_check(struct exchange *exchange, const struct operation *operation);

/* Does the request show any credential? */
bool access_has_credential(const struct exchange *exchange);

/* Go on as nobody in particular, within the address's limit.  False: it was answered. */
bool access_take_anonymous(struct exchange *exchange);

/* Count a file that nobody in particular sends.  False: it was answered. */
bool access_count_upload(struct exchange *exchange);

/* Count a request that belongs to no key, such as one to an unknown path.  False: it was answered. */
bool access_count_anonymous(struct exchange *exchange);

#endif
