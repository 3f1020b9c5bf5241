/* The migration files and what the ledger says of them. */
#include "migration.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report.h"

#define PLATFORM "platform"

const char *
migration_text(struct arena *arena, const char *directory, const char *name)
{
	const char *path = arena_printf(arena, "%s/%s", directory, name);
	FILE *file = fopen(path, "rbe");
	if (!file)
		report_fail("cannot read %s: %s", path, strerror(errno));
	struct stat stat;
	if (fstat(fileno(file), &stat) || stat.st_size > MIGRATION_FILE_BYTES_MAX)
		report_fail("%s is larger than %d bytes", path, MIGRATION_FILE_BYTES_MAX);
	char *text = arena_alloc(arena, (size_t)stat.st_size + 1);
	size_t n = fread(text, 1, (size_t)stat.st_size, file);
	fclose(file);
	if (n != (size_t)stat.st_size || strlen(text) != n)
		report_fail("%s was cut short or holds a NUL byte", path);
	return text;
}

static bool
is_service_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz_");
	bool is_ours = n > 7 && strcmp(name + n - 7, "_system") == 0; /* wordclaw_x_system is the second role of x */
	return n > 0 && n <= 40 && name[n] == '\0' && name[0] != '_' && !is_ours;
}

/* NNNN_name.sql */
static bool
is_file_name(const char *name)
{
	size_t n = strlen(name);
	if (strspn(name, "0123456789") != 4 || name[4] != '_' || n < 10 || strcmp(name + n - 4, ".sql") != 0)
		return false;
	return strspn(name + 5, "abcdefghijklmnopqrstuvwxyz0123456789_") == n - 9;
}

static int
keep_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* One folder's files into a service's list; prefix ("platform/" or "") is part of the name in the ledger. */
static void
load_folder(struct migration_set *set, struct arena *arena, const char *service, const char *folder, const char *prefix)
{
	const char *directory = arena_printf(arena, "%s/%s", set->directory, folder);
	struct dirent **entries;
	int n = scandir(directory, &entries, keep_visible, alphasort);
	if (n < 0)
		report_fail("cannot read %s: %s", directory, strerror(errno));
	size_t n_before = set->n;
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		size_t n_name = strlen(name);
		bool is_sql = n_name > 4 && strcmp(name + n_name - 4, ".sql") == 0;
		if (is_sql && !is_file_name(name))
			report_fail("%s/%s: a migration is named NNNN_what.sql in lower case", folder, name);
		if (is_sql && set->n == MIGRATION_FILES_MAX)
			report_fail("more than %d migration files", MIGRATION_FILES_MAX);
		if (is_sql) {
			struct migration *migration = &set->list[set->n++];
			migration->service = service;
			migration->folder = prefix;
			migration->file = arena_printf(arena, "%s%s", prefix, name);
			migration->sql = migration_text(arena, directory, name);
			sha256_hex(migration->checksum, migration->sql, strlen(migration->sql));
		}
		free(entries[i]);
	}
	free(entries);
	for (size_t i = n_before + 1; i < set->n; i++)
		if (strncmp(set->list[i - 1].file, set->list[i].file, strlen(prefix) + 5) == 0)
			report_fail("%s: %s and %s have the same number", folder, set->list[i - 1].file, set->list[i].file);
}

/* The platform's tables first: they are the same in every service's schema. */
static void
load_service(struct migration_set *set, struct arena *arena, const char *service)
{
	load_folder(set, arena, service, PLATFORM, PLATFORM "/");
	load_folder(set, arena, service, service, "");
	set->services[set->n_services++] = service;
}

void
migration_set_load(struct migration_set *set, struct arena *arena, const char *directory)
{
	*set = (struct migration_set){ .directory = directory };
	set->list = ARENA_ARRAY(arena, struct migration, MIGRATION_FILES_MAX);
	struct dirent **entries;
	int n = scandir(directory, &entries, keep_visible, alphasort);
	if (n < 0)
		report_fail("cannot read WORDCLAW_MIGRATIONS_DIR %s: %s", directory, strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *name = arena_strdup(arena, entries[i]->d_name);
		struct stat stat_;
		bool is_directory = stat(arena_printf(arena, "%s/%s", directory, name), &stat_) == 0 && S_ISDIR(stat_.st_mode);
		free(entries[i]);
		if (!is_directory || strcmp(name, PLATFORM) == 0)
			continue;
		if (!is_service_name(name))
			report_fail("%s/%s: a service is named in lower case letters, and not ..._system", directory, name);
		if (set->n_services == MIGRATION_SERVICES_MAX)
			report_fail("more than %d services", MIGRATION_SERVICES_MAX);
		load_service(set, arena, name);
	}
	free(entries);
	if (set->n == 0)
		report_fail("no migrations below %s", directory);
}

static struct migration *
find(const struct migration_set *set, const char *service, const char *file)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->list[i].service, service) == 0 && strcmp(set->list[i].file, file) == 0)
			return &set->list[i];
	return NULL;
}

static size_t
compare_row(struct migration_set *set, const struct session_row *row)
{
	const char *service = row->columns[0], *file = row->columns[1], *checksum = row->columns[2];
	struct migration *migration = find(set, service, file);
	if (!migration) {
		report_warn("%s/%s was applied and its file is missing", service, file);
		return 1;
	}
	if (strcmp(migration->checksum, checksum) == 0) {
		migration->state = MIGRATION_APPLIED;
		return 0;
	}
	migration->state = MIGRATION_CHANGED;
	report_warn("%s/%s was changed after it was applied: put it back and write a new file", service, file);
	return 1;
}

size_t
migration_set_compare(struct migration_set *set, const struct session *session)
{
	size_t n_problems = 0;
	if (!session_is(session, "SELECT to_regclass('wordclaw_migrations.applied') IS NOT NULL", NULL))
		return 0;
	struct session_rows rows = session_list(session,
	    "SELECT service, file, checksum FROM wordclaw_migrations.applied ORDER BY service, file", NULL);
	for (size_t i = 0; i < rows.n; i++)
		n_problems += compare_row(set, &rows.list[i]);
	for (size_t i = 1; i < set->n; i++) {
		const struct migration *before = &set->list[i - 1], *after = &set->list[i];
		if (before->service != after->service || before->folder != after->folder || before->state != MIGRATION_PENDING ||
		    after->state == MIGRATION_PENDING)
			continue;
		report_warn("%s/%s was never applied but %s was: give it the next number", before->service, before->file,
		    after->file);
		n_problems++;
	}
	return n_problems;
}
