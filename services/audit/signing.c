/* The key that signs checkpoints, and those that did before it.
 *
 * The file: the key's seed in hex, then a line "retired <public key, hex> <seconds since 1970>" for each earlier one.  A retired key is trusted
 * for checkpoints that are not newer than its end, so one that got lost signs nothing new.  Read again when the file changes. */
#include "signing.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audit.h"
#include "clock.h"
#include "id.h"

enum { RETIRED_MAX = 64, LINE_BYTES = 256, LOOK_US = 1000000 };
#define RETIRED "retired "

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct signing current;
static struct retired {
	unsigned char public_key[32];
	int64_t until_us;
} retired[RETIRED_MAX];
static size_t n_retired;
static struct stat file;
static int64_t next_look_us; /* monotonic */

static bool
hex_decode(unsigned char *bytes, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		unsigned value;
		if (sscanf(text + 2 * i, "%2x", &value) != 1)
			return false;
		bytes[i] = (unsigned char)value;
	}
	return true;
}

/* A line that cannot be read is no reason to sign nothing: its checkpoints will not verify, which is seen. */
static void
read_retired(const char *path)
{
	char line[LINE_BYTES];
	FILE *text = fopen(path, "re");

	n_retired = 0;
	while (text && fgets(line, sizeof(line), text) && n_retired < RETIRED_MAX) {
		struct retired *one = &retired[n_retired];
		long long until_s;
		if (strncmp(line, RETIRED, strlen(RETIRED)) != 0 || strlen(line) < strlen(RETIRED) + 64)
			continue;
		if (hex_decode(one->public_key, sizeof(one->public_key), line + strlen(RETIRED)) &&
		    sscanf(line + strlen(RETIRED) + 64, "%lld", &until_s) == 1) {
			one->until_us = (int64_t)until_s * 1000000;
			n_retired++;
		}
	}
	if (text)
		(void)fclose(text); /* only read from */
}

static bool
read_file(void)
{
	const char *path = audit_settings.signing_key_path;
	struct signing fresh;

	if (!signer_load(path, &fresh.key, fresh.public_key) || stat(path, &file) != 0)
		return false;
	current = fresh;
	secret_wipe(&fresh.key);
	read_retired(path);
	return true;
}

/* Under the mutex. */
static void
look(void)
{
	int64_t now_us = clock_monotonic_us();
	struct stat now;

	if (now_us < next_look_us)
		return;
	next_look_us = now_us + LOOK_US;
	if (stat(audit_settings.signing_key_path, &now) == 0 && (now.st_ino != file.st_ino || now.st_mtim.tv_sec != file.st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != file.st_mtim.tv_nsec))
		(void)read_file(); /* half a file: the old key goes on, and the next look comes in a second */
}

bool
signing_start(void)
{
	pthread_mutex_lock(&mutex);
	bool is_there = read_file();
	pthread_mutex_unlock(&mutex);
	return is_there;
}

struct signing
signing_now(void)
{
	pthread_mutex_lock(&mutex);
	look();
	struct signing signing = current;
	pthread_mutex_unlock(&mutex);
	return signing;
}

void
signing_key_of(struct arena *arena, const struct audit_checkpoint *checkpoint, unsigned char public_key[32])
{
	void *named;
	size_t n;

	pthread_mutex_lock(&mutex);
	look();
	memcpy(public_key, current.public_key, 32);
	bool is_named = base64url_decode(arena, checkpoint->public_key, &named, &n) && n == 32;
	for (size_t i = 0; is_named && i < n_retired; i++) {
		if (memcmp(named, retired[i].public_key, 32) == 0 && checkpoint->created_at <= retired[i].until_us)
			memcpy(public_key, retired[i].public_key, 32);
	}
	pthread_mutex_unlock(&mutex);
}
