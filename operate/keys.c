/* Key files of an installation. */
#include "keys.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "id.h"
#include "json/json.h"
#include "report.h"

enum { KEY_FILE_BYTES_MAX = 64 * 1024, SEALED_BYTES_MAX = 1024 * 1024 };

struct listing {
	struct arena *arena;
	struct key_names *names;
};

static bool
note_key(void *context, const char *name)
{
	struct listing *listing = context;
	size_t n = strlen(name);

	/* Not the logins: they belong to the database that a restore makes anew. */
	if (strchr(name, '/') || n < 4 || strcmp(name + n - 4, ".key") != 0)
		return true;
	if (listing->names->n == SECRET_PATHS_MAX)
		report_fail("more than %d key files", SECRET_PATHS_MAX);
	listing->names->list[listing->names->n++] = arena_strdup(listing->arena, name);
	return true;
}

struct key_names
keys_list(const struct operate *operate)
{
	struct key_names names = { .n = 0 };
	struct listing listing = { operate->arena, &names };

	if (!files_walk(operate->secrets, note_key, &listing))
		report_fail("cannot read %s: %s", operate->secrets, strerror(errno));
	return names;
}

static const char *
key_path(const struct operate *operate, const char *name)
{
	return arena_printf(operate->arena, "%s/%s", operate->secrets, name);
}

void
keys_add_fingerprints(struct buf *json, const struct operate *operate, const struct key_names *names)
{
	struct file_sum sum;

	buf_add_char(json, '{');
	for (size_t i = 0; i < names->n; i++) {
		const char *path = key_path(operate, names->list[i]);
		if (!file_sum(path, &sum))
			report_fail("%s: %s", path, strerror(errno));
		buf_add_text(json, i ? "," : "");
		buf_add_json_text(json, names->list[i], strlen(names->list[i]));
		buf_printf(json, ":\"%s\"", sum.sha256);
	}
	buf_add_char(json, '}');
}

static void
load_seal(const char *path, struct secret *ret_key)
{
	if (!secret_load_key(path, SEAL_KEY_BYTES, ret_key))
		report_fail("cannot read or make the sealing key '%s': it is a file of %d random bytes", path, SEAL_KEY_BYTES);
}

void
keys_seal(const struct operate *operate, const struct key_names *names, const char *path, const char *to)
{
	struct secret key;
	struct buf json;

	load_seal(path, &key);
	buf_init(&json, operate->arena, 4096);
	buf_add_char(&json, '{');
	for (size_t i = 0; i < names->n; i++) {
		size_t n;
		const char *from = key_path(operate, names->list[i]);
		const char *bytes = file_read(operate->arena, from, KEY_FILE_BYTES_MAX, &n);
		if (!bytes)
			report_fail("%s: %s", from, strerror(errno));
		buf_add_text(&json, i ? "," : "");
		buf_add_json_text(&json, names->list[i], strlen(names->list[i]));
		buf_printf(&json, ":\"%s\"", base64url_encode(operate->arena, bytes, n));
	}
	buf_add_char(&json, '}');
	unsigned char *sealed = arena_alloc(operate->arena, json.len + SEAL_OVERHEAD_BYTES);
	secret_seal(sealed, &key, json.bytes, json.len);
	secret_wipe(&key);
	if (!file_write(to, NULL, sealed, json.len + SEAL_OVERHEAD_BYTES))
		report_fail("cannot write %s: %s", to, strerror(errno));
}

static void
put_key(const struct operate *operate, const struct json_member *member)
{
	const char *to = key_path(operate, member->name);
	void *bytes;
	size_t n, n_there;

	if (strchr(member->name, '/') || member->value.type != JSON_TEXT ||
	    !base64url_decode(operate->arena, member->value.text, &bytes, &n))
		report_fail("the sealed keys are damaged");
	if (file_write(to, operate->home, bytes, n))
		return;
	int problem = errno;
	const char *there = problem == EEXIST ? file_read(operate->arena, to, KEY_FILE_BYTES_MAX, &n_there) : NULL;
	if (!there)
		report_fail("cannot write %s: %s", to, strerror(problem));
	if (n_there != n || memcmp(there, bytes, n) != 0)
		report_fail("%s is there and is another key: move it away, or restore into another WORDCLAW_HOME", to);
}

void
keys_open(const struct operate *operate, const char *path, const char *from)
{
	struct secret key;
	struct json_error problem;
	size_t n;
	const unsigned char *sealed = (const unsigned char *)file_read(operate->arena, from, SEALED_BYTES_MAX, &n);

	if (!sealed)
		report_fail("%s: %s", from, strerror(errno));
	if (access(path, R_OK) != 0)
		report_fail("%s: %s: name the key that sealed the backup's keys", path, strerror(errno));
	load_seal(path, &key);
	char *text = arena_alloc(operate->arena, n + 1);
	bool is_open = secret_open((unsigned char *)text, &key, sealed, n);
	secret_wipe(&key);
	if (!is_open)
		report_fail("%s was not sealed with the key in %s", from, path);
	const struct json_value *keys = json_parse(operate->arena, text, n - SEAL_OVERHEAD_BYTES, NULL, &problem);
	if (!keys || keys->type != JSON_OBJECT)
		report_fail("%s: the sealed keys are damaged", from);
	for (uint32_t i = 0; i < keys->n; i++)
		put_key(operate, &keys->members[i]);
}

void
keys_check(const struct operate *operate, const struct json_value *fingerprints)
{
	struct file_sum sum;

	for (uint32_t i = 0; i < fingerprints->n; i++) {
		const struct json_member *member = &fingerprints->members[i];
		const char *path = key_path(operate, member->name);
		if (!file_sum(path, &sum))
			report_fail("%s: %s: the backup holds no keys; put this installation's into %s", path, strerror(errno), operate->secrets);
		if (member->value.type != JSON_TEXT || strcmp(sum.sha256, member->value.text) != 0)
			report_fail("%s is not the key that the backup was made with: what was sealed with that could not be opened", path);
	}
}
