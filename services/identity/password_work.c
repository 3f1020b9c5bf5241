/* Argon2id, one at a time: with more, a flood of sign-ins would take all workers and gigabytes of memory. */
#include <stdatomic.h>

#include "identity.h"
#include "secret.h"

static atomic_flag is_working = ATOMIC_FLAG_INIT;

/* Of a password that nobody knows. */
static const char nobodys[] = "$argon2id$v=19$m=65536,t=2,p=1$7Yu00G1fK/zb6x3ITfXt+A$ygNAHAeEoeytKL6Jl1S7R4WEdL+G4qDEHCq466KnZcs";

static const struct error *
begin(struct request *req)
{
	if (atomic_flag_test_and_set(&is_working))
		return FAIL(req, SERVICE_OVERLOADED, "another password is being checked");
	return NULL;
}

const struct error *
password_make(struct request *req, const char *password, const char **ret_hash)
{
	char *hash = arena_alloc(req->arena, PASSWORD_HASH_BYTES);
	const struct error *error = begin(req);
	if (error)
		return error;
	bool is_made = password_hash(hash, password);
	atomic_flag_clear(&is_working);
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
	atomic_flag_clear(&is_working);
	*ret_matches = is_it && hash;
	return NULL;
}
