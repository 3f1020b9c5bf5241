/* wordclaw doctor: everything that can be asked about an installation, and what to do about what is wrong. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bus/bus.h"
#include "contract/operation.h"
#include "doctor.h"
#include "files.h"
#include "http_client.h"
#include "log.h"
#include "tool.h"

static const char USAGE[] = "usage: wordclaw doctor [--json]\n";
enum { CHECK_SECONDS_MAX = 60, CHAIN_LAST = 1000 };

/* ---- files ---- */

struct secrets {
	const struct operate *operate;
	struct findings *findings;
	size_t n, n_open;
};

static bool
look_at_secret(void *context, const char *name)
{
	struct secrets *secrets = context;
	const char *path = arena_printf(secrets->operate->arena, "%s/%s", secrets->operate->secrets, name);
	struct stat state;
	size_t n = strlen(name);
	bool is_key = n > 4 && strcmp(name + n - 4, ".key") == 0;

	secrets->n++;
	if (stat(path, &state) != 0)
		return true; /* it went meanwhile */
	if (state.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) {
		secrets->n_open++;
		finding_add(secrets->findings, "settings", VERDICT_FAIL, arena_printf(secrets->operate->arena, "chmod 600 %s, then rotate what is in it", path),
		    "%s can be read or written by others (mode %04o)", path, (unsigned)(state.st_mode & 07777));
	}
	if (is_key && state.st_size < SEAL_KEY_BYTES)
		finding_add(secrets->findings, "settings", VERDICT_FAIL, "put the right file back from a backup: what it sealed opens with no other",
		    "%s has %lld bytes, a key has %d or more", path, (long long)state.st_size, SEAL_KEY_BYTES);
	return true;
}

static void
examine_settings(const struct operate *operate, struct findings *findings)
{
	struct secrets secrets = { operate, findings, 0, 0 };

	if (!files_walk(operate->secrets, look_at_secret, &secrets))
		finding_add(findings, "settings", VERDICT_FAIL, "run as the services' user or as root", "cannot read %s: %s", operate->secrets, strerror(errno));
	else if (secrets.n == 0)
		finding_add(findings, "settings", VERDICT_FAIL, "set WORDCLAW_HOME to the installation's directory, or run wordclaw-migrate, which makes keys and logins",
		    "%s holds no secrets", operate->secrets);
	else if (secrets.n_open == 0)
		finding_add(findings, "settings", VERDICT_OK, NULL, "%zu secrets below %s are closed to others", secrets.n, operate->secrets);
	for (size_t i = 0; registry_services[i]; i++) {
		const char *const argv[] = { tool_ours(operate->arena, arena_printf(operate->arena, "wordclaw-%s", registry_services[i])), "--check-config", NULL };
		struct tool tool = { .argv = argv, .environment = operate_environment(operate, registry_services[i]), .seconds_max = CHECK_SECONDS_MAX };
		struct tool_end end = tool_run(operate->arena, &tool);
		if (end.status == 0)
			finding_add(findings, "settings", VERDICT_OK, NULL, "wordclaw-%s takes its settings", registry_services[i]);
		else
			finding_add(findings, "settings", VERDICT_FAIL, "correct the setting that it names", "wordclaw-%s would not start with these settings: %s",
			    registry_services[i], *end.output ? end.output : "it could not be run");
	}
}

static void
examine_disk(const struct operate *operate, struct findings *findings)
{
	const char *const places[] = { operate->home, operate->asset_root, operate->run_dir };
	static const char REMEDY[] = "make room, or move it to a larger disk: uploads and key files fail when it is full";

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct statvfs disk;
		if (statvfs(places[i], &disk) != 0) {
			if (errno != ENOENT)
				finding_add(findings, "disk", VERDICT_WARN, "run as the services' user or as root", "%s: %s", places[i], strerror(errno));
			continue;
		}
		double free_gb = (double)disk.f_bavail * (double)disk.f_frsize / 1e9;
		double share = disk.f_blocks ? 100.0 * (double)disk.f_bavail / (double)disk.f_blocks : 100;
		double inodes = disk.f_files ? 100.0 * (double)disk.f_favail / (double)disk.f_files : 100;
		enum verdict verdict = share < 3 || inodes < 3 ? VERDICT_FAIL : share < 10 || inodes < 10 ? VERDICT_WARN : VERDICT_OK;
		finding_add(findings, "disk", verdict, verdict == VERDICT_OK ? NULL : REMEDY, "%s: %.1f GB free (%.0f %%), %.0f %% of the inodes", places[i], free_gb, share, inodes);
	}
}

/* ---- other programs' verdicts ---- */

/* Each line is one difference. */
static void
examine_migrations(const struct operate *operate, struct findings *findings)
{
	const char *const argv[] = { tool_ours(operate->arena, "wordclaw-migrate"), "--verify", NULL };
	const char *const environment[] = { arena_printf(operate->arena, "DATABASE_URL=%s", operate->database_url), "DATABASE_URL_FILE=",
		arena_printf(operate->arena, "WORDCLAW_HOME=%s", operate->home), NULL };
	struct tool tool = { .argv = argv, .environment = environment, .seconds_max = CHECK_SECONDS_MAX };
	struct tool_end end = tool_run(operate->arena, &tool);
	static const char REMEDY[] = "run wordclaw-migrate; what was changed by hand must be changed back";
	char *rest = arena_strdup(operate->arena, end.output), *line;

	if (end.status == 0)
		finding_add(findings, "migrations", VERDICT_OK, NULL, "%s; walls, roles and logins are as they should be", end.output);
	while (end.status != 0 && (line = strsep(&rest, "\n"))) {
		const char *text = strstr(line, "warning: ");
		if (*line)
			finding_add(findings, "migrations", VERDICT_FAIL, REMEDY, "%s", text ? text + strlen("warning: ") : line);
	}
}

static void
examine_chains(const struct operate *operate, struct findings *findings)
{
	const char *const argv[] = { tool_ours(operate->arena, "wordclaw-audit"), "--verify-chains", "--last", arena_printf(operate->arena, "%d", CHAIN_LAST), NULL };
	struct tool tool = { .argv = argv, .environment = operate_environment(operate, "audit"), .seconds_max = 10 * CHECK_SECONDS_MAX };
	struct tool_end end = tool_run(operate->arena, &tool);

	if (end.status == 0)
		finding_add(findings, "audit", VERDICT_OK, NULL, "the last %d entries of every chain are %s", CHAIN_LAST, end.output);
	else
		finding_add(findings, "audit", VERDICT_FAIL, "stop writing, keep the database as it is, compare with a backup and with checkpoints kept elsewhere: somebody changed the trail",
		    "%s", *end.output ? end.output : "the chains could not be verified");
}

/* Where an address is said: behind a service's name or a load balancer. */
static void
examine_address(const struct operate *operate, struct findings *findings, const char *base_url)
{
	enum { ANSWER_BYTES_MAX = 65536, TIMEOUT_MS = 5000 };
	struct http_client *client = http_client_new(true);
	const char *url = arena_printf(operate->arena, "%s/ready", base_url);
	struct http_client_request request = { .method = "GET", .url = url, .connect_timeout_ms = TIMEOUT_MS, .timeout_ms = TIMEOUT_MS,
		.response_bytes_max = ANSWER_BYTES_MAX };
	struct http_client_response response;
	bool is_ready = http_client_send(client, operate->arena, &request, &response) == HTTP_CLIENT_ANSWERED && response.status == 200;

	if (is_ready)
		finding_add(findings, "gateway", VERDICT_OK, NULL, "%s says that all is ready", url);
	else
		finding_add(findings, "gateway", VERDICT_FAIL, "start a gateway, or correct WORDCLAW_BASE_URL; the bus findings say which service it misses", "%s: %s", url,
		    response.problem ? response.problem : response.body);
	http_client_free(client);
}

static void
examine_gateway(const struct operate *operate, struct findings *findings)
{
	const char *base_url = getenv("WORDCLAW_BASE_URL");
	if (base_url && *base_url) {
		examine_address(operate, findings, base_url);
		return;
	}
	const char *const argv[] = { tool_ours(operate->arena, "wordclaw-gateway"), "--ping", NULL };
	const char *const environment[] = { arena_printf(operate->arena, "WORDCLAW_HOME=%s", operate->home), NULL };
	struct tool tool = { .argv = argv, .environment = environment, .seconds_max = CHECK_SECONDS_MAX };
	struct tool_end end = tool_run(operate->arena, &tool);

	finding_add(findings, "gateway", end.status == 0 ? VERDICT_OK : VERDICT_FAIL,
	    end.status == 0 ? NULL : "start wordclaw-gateway here, or say where it listens: WORDCLAW_BIND, WORDCLAW_PORT", "%s", *end.output ? end.output : "no answer");
}

/* ---- the command ---- */

/* A database that does not answer is a finding, too. */
static void
examine_database(struct operate *operate, struct findings *findings)
{
	const char *problem = operate_try_connect(operate);

	if (problem) {
		finding_add(findings, "database", VERDICT_FAIL, "start PostgreSQL, or correct DATABASE_URL", "%s", problem);
		return;
	}
	doctor_database(operate, findings);
	examine_migrations(operate, findings);
	examine_chains(operate, findings);
}

int
doctor_run(struct operate *operate, int argc, char **argv)
{
	const char *bus_key = getenv("WORDCLAW_BUS_KEY_FILE"), *problem;
	struct findings *findings = ARENA_NEW(operate->arena, struct findings);

	(void)argv;
	log_init("operate", LOG_ERROR); /* what the bus remarks is a finding here */
	findings->arena = operate->arena;
	if (argc > 0) {
		fputs(USAGE, stderr);
		return 2;
	}
	examine_settings(operate, findings);
	examine_disk(operate, findings);
	examine_database(operate, findings);
	if (bus_key && *bus_key && !bus_use_key(bus_key, &problem))
		finding_add(findings, "bus", VERDICT_FAIL, "put the installation's bus.key there", "%s", problem);
	doctor_bus(operate, findings);
	examine_gateway(operate, findings);
	if (operate->is_json)
		findings_print_json(findings);
	else
		findings_print(findings);
	return findings->n_of[VERDICT_FAIL] > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
