/* Three tables of fixed size, so that nobody can push another's key out by inventing keys: verified keys, refused keys,
 * and verifications under way. */
#include "access/credentials.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "bus/bus.h"
#include "clock.h"
#include "dispatch/dispatch.h"
#include "access/env_keys.h"
#include "gateway.h"
#include "id.h"
#include "identity_proto.h"
#include "metrics.h"

enum {
	KNOWN_SETS = 512,
	KNOWN_WAYS = 4,
	REFUSED_SLOTS = 2048,
	VERIFICATIONS_MAX = 128,
	VERIFICATION_ARENA_BYTES = 256 * 1024,
	SCOPE_BYTES = 32,
	TOUCH_PERIOD_US = 5000000,
	TOUCHES_MAX = 1000,
	TOUCH_ARENA_BYTES = 256 * 1024,
};

struct known {
	bool is_used;
	struct key_hash hash;
	int64_t verified_us;   /* monotonic: when the question was sent */
	int64_t last_used_us;  /* monotonic */
	int64_t touched_us;    /* monotonic: last use told to identity */
	int64_t expires_at_us; /* realtime, 0: never */
	int64_t session_id; /* 0: a key */
	struct principal principal; /* points below */
	char id[64], type[32], source[32];
	char scope_text[ENVELOPE_SCOPES_MAX][SCOPE_BYTES];
	const char *scopes[ENVELOPE_SCOPES_MAX];
	char narrow[ENVELOPE_NARROW_BYTES];
};

struct refused {
	struct key_hash hash;
	int64_t until_us; /* monotonic, 0: free */
	enum error_code code;
};

struct verification {
	struct credentials *credentials;
	struct key_hash hash;
	char hash_text[SHA256_HEX_BYTES];
	struct identity_keys_authenticate_request input;
	struct credential_waiter *waiters;
	int64_t sent_us;
	struct arena *arena;
	struct verification *next; /* under way, or free */
};

struct credentials {
	struct gateway *gateway;
	struct env_keys *env_keys;
	struct known known[KNOWN_SETS][KNOWN_WAYS];
	struct refused refused[REFUSED_SLOTS];
	struct verification *running, *free;
	size_t n_running;
	struct bus_subscriber *pokes; /* of identity; NULL where settings are only checked */
	int64_t doubted_us;           /* monotonic: what was asked before may be wrong by now */
	uint64_t n_changes;
	struct arena *touch_arena;
	bool is_touching;
	int64_t next_touch_us;
	struct metric *hits, *verifications, *refusals;
};

struct credentials *
credentials_new(struct gateway *gateway, const char *env_keys, const char *pokes, const char **ret_problem)
{
	struct env_keys *parsed = env_keys_parse(env_keys, ret_problem);
	if (!parsed)
		return NULL;
	struct credentials *credentials = calloc(1, sizeof(*credentials));
	if (!credentials)
		abort();
	credentials->gateway = gateway;
	credentials->env_keys = parsed;
	credentials->pokes = pokes ? bus_subscriber_new(pokes) : NULL; /* without it grants end by age alone */
	credentials->touch_arena = arena_new(TOUCH_ARENA_BYTES);
	credentials->hits = metric_counter("wordclaw_credentials_cached_total", "Requests whose key needed no question to identity.", NULL);
	credentials->verifications = metric_counter("wordclaw_credentials_verified_total", "Questions about keys sent to identity.", NULL);
	credentials->refusals = metric_counter("wordclaw_credentials_refused_total", "Answers of identity that refused a key.", NULL);
	return credentials;
}

void
credentials_free(struct credentials *credentials)
{
	while (credentials->free) {
		struct verification *verification = credentials->free;
		credentials->free = verification->next;
		arena_free(verification->arena);
		free(verification);
	}
	bus_subscriber_free(credentials->pokes);
	env_keys_free(credentials->env_keys);
	arena_free(credentials->touch_arena);
	free(credentials);
}

struct key_hash
credentials_hash(const char *key)
{
	struct key_hash hash = { .is_session = false };
	sha256(hash.bytes, key, strlen(key));
	return hash;
}

bool
credentials_hash_equal(const struct key_hash *a, const struct key_hash *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0 && a->is_session == b->is_session && a->domain == b->domain;
}

/* A hash is as good a table index as any. */
static uint64_t
hash_index(const struct key_hash *hash)
{
	uint64_t index;
	memcpy(&index, hash->bytes, sizeof(index));
	return index;
}

static struct known *
find_known(struct credentials *credentials, const struct key_hash *hash)
{
	struct known *set = credentials->known[hash_index(hash) % KNOWN_SETS];
	for (size_t i = 0; i < KNOWN_WAYS; i++)
		if (set[i].is_used && credentials_hash_equal(&set[i].hash, hash))
			return &set[i];
	return NULL;
}

static struct refused *
refused_slot(struct credentials *credentials, const struct key_hash *hash)
{
	return &credentials->refused[hash_index(hash) % REFUSED_SLOTS];
}

static struct principal
copy_principal(struct arena *arena, const struct principal *principal)
{
	struct principal copy = *principal;
	const char **scopes = ARENA_ARRAY(arena, const char *, principal->n_scopes);
	for (size_t i = 0; i < principal->n_scopes; i++)
		scopes[i] = arena_strdup(arena, principal->scopes[i]);
	copy.id = arena_strdup(arena, principal->id);
	copy.type = arena_strdup(arena, principal->type);
	copy.source = arena_strdup(arena, principal->source);
	copy.scopes = scopes;
	copy.narrow = principal->narrow ? arena_strdup(arena, principal->narrow) : NULL;
	return copy;
}

static struct credential
verified(struct arena *arena, const struct principal *principal)
{
	return (struct credential){ .state = CREDENTIAL_VERIFIED, .principal = copy_principal(arena, principal) };
}

/* ---- asking identity ---- */

/* A free entry, else the one used longest ago. */
static struct known *
oldest_of(struct known *set)
{
	struct known *oldest = &set[0];
	for (size_t i = 0; i < KNOWN_WAYS; i++) {
		if (!set[i].is_used)
			return &set[i];
		if (set[i].last_used_us < oldest->last_used_us)
			oldest = &set[i];
	}
	return oldest;
}

/* The caller has checked that it fits. */
static const char *
keep_text(char *kept, size_t size, const char *text)
{
	(void)snprintf(kept, size, "%s", text);
	return kept;
}

static bool
fits(const struct known *known, const struct identity_keys_authenticate_response *answer)
{
	const char *const *scopes = answer->scopes.items;

	if (answer->scopes.n > ENVELOPE_SCOPES_MAX || strlen(answer->actor_id) >= sizeof(known->id) ||
	    strlen(answer->actor_type) >= sizeof(known->type) || strlen(answer->actor_source) >= sizeof(known->source))
		return false;
	for (size_t i = 0; i < answer->scopes.n; i++)
		if (strlen(scopes[i]) >= SCOPE_BYTES)
			return false;
	return answer->ancestors.n * sizeof(int64_t) <= sizeof(known->principal.ancestors) && (!answer->narrow || strlen(answer->narrow) < sizeof(known->narrow));
}

/* What the key is limited to, and whose budgets it uses up. */
static void
keep_limits(struct known *known, const struct identity_keys_authenticate_response *answer)
{
	struct principal *principal = &known->principal;

	if (answer->narrow)
		principal->narrow = keep_text(known->narrow, sizeof(known->narrow), answer->narrow);
	principal->has_budgets = answer->budgets.n == BUDGETS_N;
	if (principal->has_budgets)
		memcpy(principal->budgets, answer->budgets.items, sizeof(principal->budgets));
	principal->n_ancestors = answer->ancestors.n * sizeof(int64_t) / sizeof(principal->ancestors[0]);
	if (principal->n_ancestors > 0)
		memcpy(principal->ancestors, answer->ancestors.items, principal->n_ancestors * sizeof(principal->ancestors[0]));
}

/* False when the answer does not fit the fixed sizes. */
static bool
remember(struct credentials *credentials, const struct verification *verification,
    const struct identity_keys_authenticate_response *answer)
{
	struct known *known = find_known(credentials, &verification->hash);
	struct known *set = credentials->known[hash_index(&verification->hash) % KNOWN_SETS];
	const char *const *scopes = answer->scopes.items;
	int64_t touched_us = known ? known->touched_us : 0;

	if (!fits(known, answer))
		return false;
	if (!known)
		known = oldest_of(set);
	*known = (struct known){ .is_used = true, .hash = verification->hash, .verified_us = verification->sent_us,
		.last_used_us = clock_monotonic_us(), .touched_us = touched_us, .session_id = answer->session_id, .expires_at_us = answer->expires_at ? *answer->expires_at : 0 };
	for (size_t i = 0; i < answer->scopes.n; i++)
		known->scopes[i] = keep_text(known->scope_text[i], sizeof(known->scope_text[i]), scopes[i]);
	known->principal = (struct principal){ .tenant = answer->domain_id, .id = keep_text(known->id, sizeof(known->id), answer->actor_id),
		.type = keep_text(known->type, sizeof(known->type), answer->actor_type),
		.source = keep_text(known->source, sizeof(known->source), answer->actor_source),
		.key_id = answer->key_id, .scopes = known->scopes, .n_scopes = answer->scopes.n,
		.is_platform_admin = answer->is_platform_admin };
	keep_limits(known, answer);
	return true;
}

static void
forget(struct credentials *credentials, const struct verification *verification, enum error_code code)
{
	struct known *known = find_known(credentials, &verification->hash);
	if (known)
		known->is_used = false;
	*refused_slot(credentials, &verification->hash) = (struct refused){ .hash = verification->hash, .code = code,
		.until_us = clock_monotonic_us() + CREDENTIAL_REFUSED_US };
	credentials->n_changes++;
	metric_add(credentials->refusals, 1);
}

static struct verification *
find_running(struct credentials *credentials, const struct key_hash *hash)
{
	for (struct verification *at = credentials->running; at; at = at->next)
		if (credentials_hash_equal(&at->hash, hash))
			return at;
	return NULL;
}

static void
finish(struct verification *verification)
{
	struct credentials *credentials = verification->credentials;
	struct verification **link = &credentials->running;

	while (*link != verification)
		link = &(*link)->next;
	*link = verification->next;
	credentials->n_running--;
	arena_reset(verification->arena);
	verification->next = credentials->free;
	credentials->free = verification;
}

/* What the answer says about the key.  An answer on the way for longer than a grant lasts says nothing any more. */
static struct credential
judge(const struct verification *verification, const struct dispatch_reply *reply)
{
	static const enum error_code refusing[] = { ERROR_AUTH_INVALID_API_KEY, ERROR_AUTH_KEY_EXPIRED, ERROR_INVALID_DOMAIN_CONTEXT,
		ERROR_SUPERVISOR_DOMAIN_SCOPE_MISMATCH };
	struct credential credential = { .state = CREDENTIAL_UNKNOWN, .code = ERROR_SERVICE_UNAVAILABLE };
	bool is_late = clock_monotonic_us() - verification->sent_us >= CREDENTIAL_VALID_US;

	for (size_t i = 0; reply->error && i < sizeof(refusing) / sizeof(refusing[0]); i++) {
		if (reply->error->info == &error_catalogue[refusing[i]])
			return (struct credential){ .state = CREDENTIAL_REFUSED, .code = refusing[i] };
	}
	if (reply->error && strcmp(reply->error->info->code, "SERVICE_OVERLOADED") == 0)
		credential.code = ERROR_SERVICE_OVERLOADED;
	if (!reply->error && !is_late && remember(verification->credentials, verification, reply->output))
		credential.state = CREDENTIAL_VERIFIED;
	return credential;
}

static void
on_answer(void *context, const struct dispatch_reply *reply)
{
	struct verification *verification = context;
	struct credentials *credentials = verification->credentials;
	struct credential_waiter *waiter = verification->waiters;
	struct credential credential = judge(verification, reply);
	struct known *known = find_known(credentials, &verification->hash);

	if (credential.state == CREDENTIAL_REFUSED)
		forget(credentials, verification, credential.code);
	verification->waiters = NULL;
	while (waiter) {
		struct credential_waiter *next = waiter->next;
		struct credential told = credential;
		if (credential.state == CREDENTIAL_VERIFIED)
			told = verified(waiter->arena, &known->principal);
		waiter->done(waiter->context, &told);
		waiter = next;
	}
	finish(verification);
}

static struct verification *
acquire(struct credentials *credentials, const struct key_hash *hash)
{
	struct verification *verification = credentials->free;

	if (credentials->n_running == VERIFICATIONS_MAX)
		return NULL;
	if (verification) {
		credentials->free = verification->next;
	} else {
		verification = calloc(1, sizeof(*verification));
		if (!verification)
			abort();
		verification->credentials = credentials;
		verification->arena = arena_new(VERIFICATION_ARENA_BYTES);
	}
	verification->hash = *hash;
	verification->sent_us = clock_monotonic_us();
	verification->next = credentials->running;
	credentials->running = verification;
	credentials->n_running++;
	return verification;
}

/* waiter may be NULL: a refresh that nobody waits for. */
static void
verify(struct credentials *credentials, const struct key_hash *hash, struct credential_waiter *waiter)
{
	struct verification *verification = find_running(credentials, hash);
	bool is_new = !verification;

	if (is_new)
		verification = acquire(credentials, hash);
	if (!verification) {
		if (waiter)
			waiter->done(waiter->context, &(struct credential){ .state = CREDENTIAL_UNKNOWN, .code = ERROR_SERVICE_OVERLOADED });
		return;
	}
	if (waiter) {
		waiter->next = verification->waiters;
		verification->waiters = waiter;
	}
	if (!is_new)
		return;
	hex_encode(verification->hash_text, hash->bytes, sizeof(hash->bytes));
	verification->input = (struct identity_keys_authenticate_request){ .key_hash = verification->hash_text,
		.is_session = &verification->hash.is_session, .domain_id = hash->domain ? &verification->hash.domain : NULL };
	metric_add(credentials->verifications, 1);
	dispatch(credentials->gateway, &(struct dispatch_request){ .operation = &operation_identity_keys_authenticate,
	    .input = &verification->input, .principal = &dispatch_system_principal, .surface = "internal",
	    .arena = verification->arena, .done = on_answer, .context = verification });
}

void
credentials_verify(struct credentials *credentials, const struct key_hash *hash, struct credential_waiter *waiter)
{
	verify(credentials, hash, waiter);
}

struct credential
credentials_lookup(struct credentials *credentials, const struct key_hash *hash, struct arena *arena)
{
	const struct principal *env = hash->is_session ? NULL : env_keys_find(credentials->env_keys, hash->bytes);
	if (env)
		return verified(arena, env);

	int64_t now_us = clock_monotonic_us();
	const struct refused *refused = refused_slot(credentials, hash);
	if (refused->until_us > now_us && credentials_hash_equal(&refused->hash, hash))
		return (struct credential){ .state = CREDENTIAL_REFUSED, .code = refused->code };
	struct known *known = find_known(credentials, hash);
	if (!known)
		return (struct credential){ .state = CREDENTIAL_UNKNOWN };
	if (known->expires_at_us && known->expires_at_us <= clock_now_us())
		return (struct credential){ .state = CREDENTIAL_REFUSED, .code = ERROR_AUTH_KEY_EXPIRED };
	int64_t age_us = now_us - known->verified_us;
	if (age_us >= CREDENTIAL_VALID_US || known->verified_us < credentials->doubted_us)
		return (struct credential){ .state = CREDENTIAL_STALE };
	known->last_used_us = now_us;
	if (age_us >= CREDENTIAL_REFRESH_US)
		verify(credentials, hash, NULL);
	metric_add(credentials->hits, 1);
	return verified(arena, &known->principal);
}

/* Identity has changed something, perhaps a key: whoever comes next is asked about again. */
void
credentials_listen(struct credentials *credentials, int64_t now_us)
{
	if (!credentials->pokes || !bus_subscriber_wait(credentials->pokes, 0))
		return;
	credentials->doubted_us = now_us;
	credentials->n_changes++;
}

uint64_t
credentials_n_changes(const struct credentials *credentials)
{
	return credentials->n_changes;
}

/* ---- last use ---- */

static void
on_touched(void *context, const struct dispatch_reply *reply)
{
	struct credentials *credentials = context;
	(void)reply; /* the next round tells later uses of the same keys */
	credentials->is_touching = false;
}

void
credentials_tick(struct credentials *credentials, int64_t now_us)
{
	if (credentials->is_touching || now_us < credentials->next_touch_us)
		return;
	credentials->next_touch_us = now_us + TOUCH_PERIOD_US;
	arena_reset(credentials->touch_arena);
	struct identity_keys_touch_request *input = ARENA_NEW(credentials->touch_arena, struct identity_keys_touch_request);
	struct api_key_use *uses = ARENA_ARRAY(credentials->touch_arena, struct api_key_use, TOUCHES_MAX);
	struct session_use *sessions = ARENA_ARRAY(credentials->touch_arena, struct session_use, TOUCHES_MAX);
	int64_t to_realtime_us = clock_now_us() - now_us;

	for (size_t i = 0; i < KNOWN_SETS * KNOWN_WAYS && input->uses.n + input->sessions.n < TOUCHES_MAX; i++) {
		struct known *known = &credentials->known[i / KNOWN_WAYS][i % KNOWN_WAYS];
		int64_t used_at = known->last_used_us + to_realtime_us;
		if (!known->is_used || known->last_used_us <= known->touched_us)
			continue;
		known->touched_us = now_us;
		if (known->session_id)
			sessions[input->sessions.n++] = (struct session_use){ .session_id = known->session_id, .used_at = used_at };
		else
			uses[input->uses.n++] = (struct api_key_use){ .key_id = known->principal.key_id, .used_at = used_at };
	}
	if (input->uses.n + input->sessions.n == 0)
		return;
	input->uses.items = uses;
	input->sessions.items = sessions;
	credentials->is_touching = true;
	dispatch(credentials->gateway, &(struct dispatch_request){ .operation = &operation_identity_keys_touch, .input = input,
	    .principal = &dispatch_system_principal, .surface = "internal", .arena = credentials->touch_arena,
	    .done = on_touched, .context = credentials });
}
