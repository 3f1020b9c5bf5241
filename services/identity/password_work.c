/* Argon2id, one at a time: with more, a flood of sign-ins would take the processor and gigabytes of memory.  The next waits, in a worker that
 * serves nothing else (OPERATION_SLOW), until its request's time is over. */
#include <pthread.h>

#include "identity.h"
#include "secret.h"

enum { AFTERWARDS_US = 500000 }; /* to hash, and to commit what comes of it, before the caller has gone */

static pthread_mutex_t working = PTHREAD_MUTEX_INITIALIZER;

/* Of a password that nobody knows. */
static const char nobodys[] = "$argon2id$v=19$m=65536,t=2,p=1$7Yu00G1fK/zb6x3ITfXt+A$ygNAHAeEoeytKL6Jl1S7R4WEdL+G4qDEHCq466KnZcs";

static const struct error *
begin(struct request *req)
{
	int64_t until_us = req->deadline_us - AFTERWARDS_US;
	struct timespec until = { .tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000 };

	if (pthread_mutex_timedlock(&working, &until) != 0)
		return FAIL(req, SERVICE_OVERLOADED, "other passwords are being checked");
	return NULL;
}

static void
end(void)
{
	(void)pthread_mutex_unlock(&working); /* fails for who does not hold it only */
}

const struct error *
password_make(struct request *req, const char *password, const char **ret_hash)
{
	char *hash = arena_alloc(req->arena, PASSWORD_HASH_BYTES);
	const struct error *error = begin(req);
	if (error)
		return error;
	bool is_made = password_hash(hash, password);
	end();
	if (!is_made)
		return FAIL(req, SERVICE_OVERLOADED, "there is no memory to hash a password");
	*ret_hash = hash;
	return NULL;
}

const struct error *
password_matches(struct request *req, const char *hash, const char *password, bool *ret_matches)
{
	const struct error *error = begin(req);
	if (error)
		return error;
	bool is_it = password_check(hash ? hash : nobodys, password);
	end();
	*ret_matches = is_it && hash;
	return NULL;
}
