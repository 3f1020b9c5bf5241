/* wordclaw rotate: other secrets in the place of those that are, while everything runs. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "buf.h"
#include "files.h"
#include "id.h"
#include "key_ring.h"
#include "login.h"
#include "operate.h"
#include "report.h"
#include "secret.h"

static const char USAGE[] = "usage: wordclaw rotate database-password [SERVICE]\n"
			    "       wordclaw rotate master-key [--stage | --use | --reseal | --retire]\n"
			    "       wordclaw rotate mcp-key [--stage | --use | --retire]\n"
			    "       wordclaw rotate bus-key (--stage | --use | --retire)\n"
			    "       wordclaw rotate signing-key\n";

enum { KEY_BYTES = SEAL_KEY_BYTES, RESEAL_ROWS = 500, SIGNING_BYTES_MAX = 16384, SIGNING_GRACE_SECONDS = 300 };

static const char *
secret_path(const struct operate *operate, const char *name)
{
	return arena_printf(operate->arena, "%s/%s", operate->secrets, name);
}

static void
say(const struct operate *operate, const char *what, const char *next)
{
	if (operate->is_json)
		printf("{\"done\":\"%s\",\"next\":\"%s\"}\n", what, next);
	else
		printf("%s\n  next: %s\n", what, next);
}

/* ---- keys in rings ---- */

struct ring {
	const char *path;
	unsigned char keys[KEY_RING_MAX * KEY_BYTES];
	size_t n; /* keys */
};

static void
ring_read(const struct operate *operate, struct ring *ring, const char *name)
{
	size_t n_bytes;

	ring->path = secret_path(operate, name);
	const char *bytes = file_read(operate->arena, ring->path, sizeof(ring->keys), &n_bytes);
	if (!bytes)
		report_fail("%s: %s", ring->path, strerror(errno));
	if (n_bytes == 0 || n_bytes % KEY_BYTES != 0)
		report_fail("%s has %zu bytes: it holds one to %d keys of %d", ring->path, n_bytes, KEY_RING_MAX, KEY_BYTES);
	memcpy(ring->keys, bytes, n_bytes);
	ring->n = n_bytes / KEY_BYTES;
}

static void
ring_write(const struct operate *operate, const struct ring *ring)
{
	if (!file_replace(ring->path, operate->home, ring->keys, ring->n * KEY_BYTES))
		report_fail("cannot write %s: %s", ring->path, strerror(errno));
}

static void
ring_require_room(const struct ring *ring)
{
	if (ring->n == KEY_RING_MAX)
		report_fail("%s holds %d keys already: retire the old ones first", ring->path, KEY_RING_MAX);
}

/* A new key behind the others: everybody who reads the file knows it, nobody uses it. */
static void
ring_stage(struct ring *ring)
{
	ring_require_room(ring);
	secret_random(ring->keys + ring->n * KEY_BYTES, KEY_BYTES);
	ring->n++;
}

/* The last one to the front. */
static void
ring_use(struct ring *ring)
{
	unsigned char last[KEY_BYTES];

	if (ring->n < 2)
		report_fail("%s holds one key: --stage makes another", ring->path);
	memcpy(last, ring->keys + (ring->n - 1) * KEY_BYTES, KEY_BYTES);
	memmove(ring->keys + KEY_BYTES, ring->keys, (ring->n - 1) * KEY_BYTES);
	memcpy(ring->keys, last, KEY_BYTES);
}

/* ---- what the master key has sealed in rows ---- */

static const struct sealed_column {
	const char *table, *column;
} SEALED[] = {
	{ "forms.form_definitions", "webhook_secret" },
	{ "payments.payment_intents", "secret" },
	{ "payments.root_keys", "sealed" },
	{ "webhooks.webhooks", "old_secret" },
	{ "webhooks.webhooks", "secret" },
	{ "webhooks.webhooks", "signing_seed" },
};
enum { N_SEALED = sizeof(SEALED) / sizeof(SEALED[0]) };

enum sealed_by { BY_NEWEST, BY_OLDER, BY_NOBODY };

/* What a text holds, opened with the first key or with another; *ret_plain has n_sealed bytes at most. */
static enum sealed_by
open_text(const struct operate *operate, const struct ring *ring, const char *text, unsigned char **ret_plain, size_t *ret_n)
{
	struct secret newest = { .n = KEY_BYTES }, all = { .n = ring->n * KEY_BYTES };
	void *sealed;
	size_t n_sealed;

	memcpy(newest.bytes, ring->keys, KEY_BYTES);
	memcpy(all.bytes, ring->keys, all.n);
	if (!base64url_decode(operate->arena, text, &sealed, &n_sealed) || n_sealed < SEAL_OVERHEAD_BYTES)
		return BY_NOBODY;
	*ret_plain = arena_alloc(operate->arena, n_sealed);
	*ret_n = n_sealed - SEAL_OVERHEAD_BYTES;
	if (secret_open(*ret_plain, &newest, sealed, n_sealed))
		return BY_NEWEST;
	return secret_open(*ret_plain, &all, sealed, n_sealed) ? BY_OLDER : BY_NOBODY;
}

static const char *
seal_text(const struct operate *operate, const struct ring *ring, const unsigned char *plain, size_t n)
{
	struct secret newest = { .n = KEY_BYTES };
	unsigned char *sealed = arena_alloc(operate->arena, n + SEAL_OVERHEAD_BYTES);

	memcpy(newest.bytes, ring->keys, KEY_BYTES);
	secret_seal(sealed, &newest, plain, n);
	return base64url_encode(operate->arena, sealed, n + SEAL_OVERHEAD_BYTES);
}

/* Rows that an older key sealed; with is_writing they are sealed anew.  A row that somebody changes meanwhile is left to him: he seals
 * with the newest. */
static int64_t
reseal_column(struct operate *operate, const struct ring *ring, const struct sealed_column *column, bool is_writing)
{
	struct arena *arena = operate->arena;
	const char *after = "0";
	int64_t n_old = 0;

	operate->session.doing = arena_printf(arena, "%s.%s", column->table, column->column);
	for (;;) {
		struct arena_mark mark = arena_mark(arena);
		struct session_rows rows = session_list(&operate->session, arena_printf(arena,
		    "SELECT id, %1$s FROM %2$s WHERE id > $1::bigint AND %1$s <> '' ORDER BY id LIMIT %3$d", column->column, column->table, RESEAL_ROWS),
		    (const char *const[]){ after, NULL });
		for (size_t i = 0; i < rows.n; i++) {
			const char *id = rows.list[i].columns[0], *text = rows.list[i].columns[1];
			unsigned char *plain;
			size_t n_plain;
			enum sealed_by by = open_text(operate, ring, text, &plain, &n_plain);
			if (by == BY_NOBODY)
				report_fail("row %s of %s: its %s opens with no key of %s", id, column->table, column->column, ring->path);
			if (by == BY_NEWEST)
				continue;
			n_old++;
			if (is_writing)
				(void)session_list(&operate->session, arena_printf(arena, "UPDATE %1$s SET %2$s = $2 WHERE id = $1::bigint AND %2$s = $3",
				    column->table, column->column), (const char *const[]){ id, seal_text(operate, ring, plain, n_plain), text, NULL });
		}
		bool is_last = rows.n < RESEAL_ROWS;
		static char last[32];
		if (rows.n > 0)
			(void)snprintf(last, sizeof(last), "%s", rows.list[rows.n - 1].columns[0]);
		after = last;
		arena_rewind(arena, mark);
		if (is_last)
			return n_old;
	}
}

static int64_t
reseal(struct operate *operate, const struct ring *ring, bool is_writing)
{
	int64_t n = 0;

	operate_connect(operate);
	for (size_t i = 0; i < N_SEALED; i++)
		n += reseal_column(operate, ring, &SEALED[i], is_writing);
	return n;
}

/* Stored replies are kept for a day, and steps of durable work carry what was sealed when they began. */
static void
require_a_day_has_passed(const struct ring *ring)
{
	struct stat state;

	if (stat(ring->path, &state) != 0)
		report_fail("%s: %s", ring->path, strerror(errno));
	int64_t age_s = (int64_t)(time(NULL) - state.st_mtime);
	if (age_s < 24 * 3600)
		report_fail("%s was changed %" PRId64 " minutes ago: replies kept under idempotency keys need the old keys for a day", ring->path, age_s / 60);
}

/* ---- commands ---- */

enum step { STEP_DEFAULT, STEP_STAGE, STEP_USE, STEP_RESEAL, STEP_RETIRE };

static const char WATCHED[] = "nothing at once: every process looks at the file again within a second";
static const char RESTART[] = "give the file to every machine and restart each process in turn";

static int
rotate_ring(struct operate *operate, const char *name, enum step step, bool is_master, bool is_watched)
{
	const char *next = is_watched ? WATCHED : RESTART, *done = NULL;
	struct ring ring;

	ring_read(operate, &ring, name);
	if (step == STEP_RESEAL) {
		int64_t n = reseal(operate, &ring, true);
		say(operate, arena_printf(operate->arena, "%" PRId64 " secrets in rows are sealed with the newest key now", n),
		    "after a day: wordclaw rotate master-key --retire");
		return EXIT_SUCCESS;
	}
	if (step == STEP_DEFAULT || step == STEP_STAGE) {
		ring_stage(&ring);
		done = "a new key is known and not in use yet";
	}
	if (step == STEP_DEFAULT || step == STEP_USE) {
		ring_use(&ring);
		done = "a new key is in use, the old one still opens what it sealed";
	}
	if (step == STEP_STAGE)
		next = arena_printf(operate->arena, "%s; then --use", RESTART);
	else if (step == STEP_RETIRE) {
		if (is_master)
			require_a_day_has_passed(&ring);
		int64_t n = is_master ? reseal(operate, &ring, false) : 0;
		if (n > 0)
			report_fail("%" PRId64 " secrets in rows are sealed with an older key: wordclaw rotate master-key --reseal", n);
		ring.n = 1;
		done = "the old keys are forgotten";
	} else if (is_master)
		next = "wordclaw rotate master-key --reseal";
	ring_write(operate, &ring);
	say(operate, done, next);
	return EXIT_SUCCESS;
}

/* The role and the file change within milliseconds; a process that meets the moment between tries again. */
static int
rotate_passwords(struct operate *operate, const char *only)
{
	size_t n = 0;

	operate_connect(operate);
	struct session_rows services = operate_services(operate);
	for (size_t i = 0; i < services.n; i++) {
		const char *service = services.list[i].columns[0];
		if (only && strcmp(only, service) != 0)
			continue;
		operate->session.doing = arena_printf(operate->arena, "password of %s", service);
		login_rotate(&operate->session, operate->secrets, service);
		login_rotate(&operate->session, operate->secrets, arena_printf(operate->arena, "%s_system", service));
		n++;
	}
	if (n == 0)
		report_fail("there is no service '%s'", only ? only : "");
	say(operate, arena_printf(operate->arena, "%zu services have new passwords; sessions that are open stay", n),
	    "nothing where processes read these files; else give them to every machine");
	return EXIT_SUCCESS;
}

static int
rotate_signing(struct operate *operate)
{
	const char *path = secret_path(operate, "audit-signing.key");
	unsigned char seed[32], public_key[32];
	struct secret key;
	struct buf text;
	size_t n;

	char *before = file_read(operate->arena, path, SIGNING_BYTES_MAX, &n);
	if (!before || !signer_load(path, &key, public_key))
		report_fail("%s: %s", path, before ? "it holds no signing key" : strerror(errno));
	secret_wipe(&key);
	secret_random(seed, sizeof(seed));
	buf_init(&text, operate->arena, n + 256);
	for (size_t i = 0; i < sizeof(seed); i++)
		buf_printf(&text, "%02x", seed[i]);
	buf_add_text(&text, "\nretired ");
	for (size_t i = 0; i < sizeof(public_key); i++)
		buf_printf(&text, "%02x", public_key[i]);
	/* A round of signing that has begun ends with the old key. */
	buf_printf(&text, " %lld\n", (long long)time(NULL) + SIGNING_GRACE_SECONDS);
	const char *earlier = strstr(before, "\nretired ");
	if (earlier)
		buf_add_text(&text, earlier + 1);
	if (!file_replace(path, operate->home, text.bytes, text.len))
		report_fail("cannot write %s: %s", path, strerror(errno));
	say(operate, "checkpoints are signed with a new key; those signed before verify as they did", WATCHED);
	return EXIT_SUCCESS;
}

static bool
read_step(const char *word, enum step *ret_step)
{
	static const char *const words[] = { "", "--stage", "--use", "--reseal", "--retire" };

	for (size_t i = STEP_STAGE; i <= STEP_RETIRE; i++) {
		if (strcmp(word, words[i]) == 0) {
			*ret_step = (enum step)i;
			return true;
		}
	}
	return false;
}

static int
refuse(void)
{
	fputs(USAGE, stderr);
	return 2;
}

int
rotate_run(struct operate *operate, int argc, char **argv)
{
	const char *what = NULL, *service = NULL;
	enum step step = STEP_DEFAULT;

	for (int i = 0; i < argc; i++) {
		if (read_step(argv[i], &step))
			continue;
		if (argv[i][0] == '-' || service)
			return refuse();
		*(what ? &service : &what) = argv[i];
	}
	if (what && strcmp(what, "database-password") == 0 && step == STEP_DEFAULT)
		return rotate_passwords(operate, service);
	if (!what || service)
		return refuse();
	if (strcmp(what, "signing-key") == 0 && step == STEP_DEFAULT)
		return rotate_signing(operate);
	if (strcmp(what, "master-key") == 0)
		return rotate_ring(operate, "master.key", step, true, true);
	if (strcmp(what, "mcp-key") == 0 && step != STEP_RESEAL)
		return rotate_ring(operate, "mcp.key", step, false, true);
	if (strcmp(what, "bus-key") == 0 && step != STEP_RESEAL && step != STEP_DEFAULT)
		return rotate_ring(operate, "bus.key", step, false, false);
	return refuse();
}
