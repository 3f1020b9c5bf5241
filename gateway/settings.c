/* The gateway's settings. */
#include "settings.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus.h"
#include "config.h"
#include "http/header.h"
#include "contract/operation.h"

struct gateway_settings settings;

#define TEXT_SETTING(name_, fallback_, member, doc_) \
	{ .name = (name_), .type = SETTING_TEXT, .fallback = (fallback_), .doc = (doc_), .target = &settings.member }
#define INT_SETTING(name_, fallback_, min_, max_, member, doc_) \
	{ .name = (name_), .type = SETTING_INT, .fallback = (fallback_), .min = (min_), .max = (max_), .doc = (doc_), \
	  .target = &settings.member }
#define BOOL_SETTING(name_, fallback_, member, doc_) \
	{ .name = (name_), .type = SETTING_BOOL, .fallback = (fallback_), .doc = (doc_), .target = &settings.member }

static const struct setting own_settings[] = {
	INT_SETTING("WORDCLAW_PORT", "4000", 1, 65535, port, "HTTP port"),
	TEXT_SETTING("WORDCLAW_BIND", "127.0.0.1", bind, "address to listen on (IPv4 or IPv6; 0.0.0.0 for every interface)"),
	TEXT_SETTING("WORDCLAW_HOME", "./.wordclaw", home, "directory of everything that belongs to one installation"),
	TEXT_SETTING("WORDCLAW_RUN_DIR", "", run_dir, "sockets and process files; default $WORDCLAW_HOME/run"),
	BLOB_SETTINGS(settings.assets),
	TRACE_SETTINGS(settings.traces),
	INT_SETTING("WORDCLAW_ASSET_BYTES_MAX", "1073741824", 1024, 1099511627776, asset_bytes_max, "largest file that POST /api/assets takes as multipart/form-data"),
	TEXT_SETTING("WORDCLAW_LOG_LEVEL", "info", log_level, "debug, info, warn or error; debug logs every request"),
	TEXT_SETTING("WORDCLAW_METRICS_ADDRESS", "127.0.0.1", metrics_address, "IPv4 address on which this process's own metrics are served; 0.0.0.0 where a network policy says who may ask"),
	INT_SETTING("WORDCLAW_GATEWAY_METRICS_PORT", "0", 0, 65535, metrics_port, "loopback port of this process's own metrics; 0 picks one"),
	BOOL_SETTING("WORDCLAW_METRICS_REMOTE", "false", metrics_remote, "answer GET /metrics to other hosts than this one"),
	BOOL_SETTING("WORDCLAW_DOCS", "true", documentation, "serve /documentation (ENABLE_DOCS of the contract)"),
	INT_SETTING("WORDCLAW_CONNECTIONS_MAX", "1000", 16, 60000, connections_max, "open client connections besides those of listeners; near it connections that rest give way to new ones"),
	INT_SETTING("WORDCLAW_CONNECTIONS_PER_ADDRESS_MAX", "500", 0, 60000, connections_per_address_max, "open connections of one address that is no trusted proxy; 0: no limit of its own"),
	INT_SETTING("WORDCLAW_LISTENERS_MAX", "1000", 1, 60000, listeners_max, "open streams of events, over REST and MCP together; further ones get 503 SERVICE_OVERLOADED"),
	INT_SETTING("WORDCLAW_LISTENERS_PER_KEY_MAX", "500", 1, 60000, listeners_per_key_max, "of them of one key; further ones get 429 RATE_LIMIT_EXCEEDED"),
	INT_SETTING("WORDCLAW_HEARTBEAT_MS", "15000", 500, 600000, heartbeat_ms, "a stream of events on which nothing happens shows a sign of life this often"),
	INT_SETTING("WORDCLAW_IDLE_TIMEOUT_MS", "60000", 1000, 3600000, idle_timeout_ms, "a connection on which nothing moves is closed after this, in whole seconds"),
	INT_SETTING("WORDCLAW_RECEIVE_TIMEOUT_MS", "15000", 500, 600000, receive_timeout_ms, "a request must have arrived whole within this, however steadily it trickles"),
	INT_SETTING("WORDCLAW_SEND_TIMEOUT_MS", "60000", 500, 600000, send_timeout_ms, "an answer must have been taken within this"),
	INT_SETTING("WORDCLAW_DRAIN_TIMEOUT_MS", "5000", 0, 60000, drain_timeout_ms, "on SIGTERM, requests in flight may take this long"),
	INT_SETTING("WORDCLAW_REQUEST_MEMORY_MAX_MB", "256", 1, 1048576, memory_max_mb, "what requests and streams may hold together, besides 64 KB each; further ones get 503 SERVICE_OVERLOADED"),
	INT_SETTING("WORDCLAW_SERVICE_OUTSTANDING_MAX", "384", 1, 16384, outstanding_max, "unanswered calls per service, three quarters of them of one tenant; beyond it 503 SERVICE_OVERLOADED at once"),
	INT_SETTING("WORDCLAW_SERVICE_QUEUE_DELAY_MAX_MS", "1000", 10, 60000, queue_delay_max_ms, "when the oldest of many unanswered calls has waited this long, new ones get 503 SERVICE_OVERLOADED"),
	INT_SETTING("WORDCLAW_RATE_LIMIT_MAX", "6000", 0, 1000000000, rate_limit_max, "requests per verified key and window; 0 is off.  RATE_LIMIT_MAX of the contract has 100 a minute: an agent that reads a few hundred items in a burst met it within seconds, so ours guards against loops, not against use"),
	INT_SETTING("WORDCLAW_RATE_LIMIT_WINDOW_MS", "60000", 1000, 3600000, rate_limit_window_ms, "length of every rate limit's window (RATE_LIMIT_TIME_WINDOW of the contract)"),
	INT_SETTING("WORDCLAW_ADDRESS_RATE_LIMIT_MAX", "600", 0, 1000000000, address_rate_limit_max, "requests without a verified key per address and window; 0 is off"),
	INT_SETTING("WORDCLAW_AUTH_FAILURES_MAX", "300", 0, 1000000000, auth_failures_max, "refused credentials per address and window; beyond it ten unknown keys a second are looked up; 0 is off"),
	INT_SETTING("WORDCLAW_LOGIN_RATE_LIMIT_MAX", "20", 0, 1000000000, login_rate_limit_max, "attempts of people to sign in per address and window; 0 is off"),
	INT_SETTING("WORDCLAW_FORM_FILES_RATE_LIMIT_MAX", "20", 0, 1000000000, upload_rate_limit_max, "files that the public sends for forms per address and window; 0 is off"),
	INT_SETTING("WORDCLAW_FORM_FILE_BYTES_MAX", "10485760", 1024, 1099511627776, form_file_bytes_max, "largest file that the public may send for a form"),
	INT_SETTING("WORDCLAW_GRAPHQL_DEPTH_MAX", "10", 1, 32, graphql_depth_max, "nested fields of a GraphQL request"),
	INT_SETTING("WORDCLAW_GRAPHQL_FIELDS_MAX", "500", 1, 1000, graphql_fields_max, "fields of a GraphQL request, aliases and fragments counted as often as they are used"),
	INT_SETTING("WORDCLAW_GRAPHQL_COST_MAX", "1000", 1, 1000000, graphql_cost_max, "cost of a GraphQL request: each call of an operation costs what the operation does, at most once per row of the list it is nested in, and every 50 rows a list may answer one more"),
	TEXT_SETTING("WORDCLAW_UI", "", console, "directory of the console's built files; default ui beside the program's own directory, or build/ui of a checkout"),
	TEXT_SETTING("WORDCLAW_GRAPHIQL", "", graphql_explorer, "directory of the GraphQL explorer (make explorer); empty: no explorer.  For development"),
	{ .name = "API_KEYS", .type = SETTING_SECRET, .fallback = "", .doc = "keys of tenant 1: key1=content:read|content:write,key2=admin; API_KEYS_FILE reads them from a file", .target = &settings.api_keys },
	TEXT_SETTING("WORDCLAW_TRUSTED_PROXIES", "", trusted_proxies, "comma list of addresses and networks (10.0.0.0/8, ::1) of proxies in front: what their X-Forwarded-For says is the client, for limits by address, the log and what is for this host only; empty: the header is not read"),
	TEXT_SETTING("WORDCLAW_CORS_ALLOWED_ORIGINS", "", cors_allowed_origins, "comma list of exact origins that browsers may call from; empty: none (CORS_ALLOWED_ORIGINS of the contract)"),
	TEXT_SETTING("WORDCLAW_ALLOWED_HOSTS", "", allowed_hosts, "comma list of host names, with or without port, under which clients may reach /mcp besides loopback names and WORDCLAW_BIND"),
	TEXT_SETTING("WORDCLAW_PUBLIC_URL", "", public_url, "base of this system's URLs as clients see them, https://cms.example.com; default http:// and the request's Host"),
	TEXT_SETTING("WORDCLAW_MCP_KEY_FILE", "", mcp_key_file, "32-byte key that seals MCP sessions and request states, made when missing; every gateway needs the same file; default $WORDCLAW_HOME/secrets/mcp.key"),
	TEXT_SETTING("WORDCLAW_MCP_PROFILE", "default", mcp_profile, "tools of /mcp where the client does not say ?profile=: default (the usual ones, and three that find the others), all (one per operation) or registry (the three that search, describe and execute)"),
	BOOL_SETTING("WORDCLAW_HSTS", "false", hsts, "send Strict-Transport-Security: true behind a TLS proxy"),
	TEXT_SETTING("WORDCLAW_BUS_KEY_FILE", "", bus_key_file, "32-byte key of the installation: encrypts tcp:// endpoints, required off the loopback; every host needs the same file"),
	TEXT_SETTING("WORDCLAW_AUDIT_POKES", "", audit_pokes, "comma list of where the instances of audit say that there is news; default its socket in the run directory"),
	TEXT_SETTING("WORDCLAW_IDENTITY_POKES", "", identity_pokes, "the same of identity: a revoked key is refused at once"),
	TEXT_SETTING("WORDCLAW_BUILD_COMMIT_SHA", "", build_commit, "shown by GET /api/runtime"),
	TEXT_SETTING("WORDCLAW_BUILD_TIME", "", build_time, "shown by GET /api/runtime"),
};

enum { N_OWN = sizeof(own_settings) / sizeof(own_settings[0]) };

static struct setting table[N_OWN + SETTINGS_SERVICES_MAX];
static char endpoint_names[SETTINGS_SERVICES_MAX][64];

/* The fixed rows and one per service of the registry. */
static size_t
build_table(void)
{
	memcpy(table, own_settings, sizeof(own_settings));
	size_t n = 0;
	for (; registry_services[n] && n < SETTINGS_SERVICES_MAX; n++) {
		char *name = endpoint_names[n];
		(void)snprintf(name, sizeof(endpoint_names[n]), "WORDCLAW_%s_ENDPOINTS", registry_services[n]);
		for (char *c = name; *c; c++)
			*c = (char)toupper((unsigned char)*c);
		table[N_OWN + n] = (struct setting){ .name = name, .type = SETTING_TEXT, .fallback = "",
			.doc = "comma list of the service's instances, ipc:// or tcp://; default its socket in the run directory",
			.target = &settings.endpoints[n] };
	}
	return N_OWN + n;
}

/* Lives for the process. */
static const char *
in_directory(const char *scheme, const char *directory, const char *name, const char *suffix)
{
	char *text = NULL;
	if (asprintf(&text, "%s%s/%s%s", scheme, directory, name, suffix) < 0)
		abort();
	return text;
}

/* ---- values that are more than text ---- */

static bool
is_log_level(const char *text)
{
	return header_list_has("debug,info,warn,error", text);
}

static bool
is_profile(const char *text)
{
	return header_list_has("default,all,registry", text);
}

static bool
is_address(const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

/* The n characters are http:// or https:// and what a host may be made of; a path only where it may have one. */
static bool
is_base(const char *text, size_t n, bool may_have_path)
{
	size_t n_scheme = strncmp(text, "https://", 8) == 0 ? 8 : strncmp(text, "http://", 7) == 0 ? 7 : 0;

	if (n_scheme == 0 || n <= n_scheme || text[n - 1] == '/')
		return false;
	for (size_t i = n_scheme; i < n; i++)
		if (text[i] <= ' ' || text[i] >= 0x7f || strchr("*?#\"'", text[i]) || (text[i] == '/' && !may_have_path))
			return false;
	return true;
}

static bool
is_url(const char *text)
{
	return text[0] == '\0' || is_base(text, strlen(text), true);
}

static bool
are_origins(const char *list)
{
	for (const char *entry = list; *entry;) {
		entry += strspn(entry, ", ");
		size_t n = strcspn(entry, ", ");
		if (n > 0 && !is_base(entry, n, false))
			return false;
		entry += n;
	}
	return true;
}

static const struct rule {
	const char *name;
	const char *const *value;
	bool (*holds)(const char *text);
	const char *meaning, *example;
} rules[] = {
	{ "WORDCLAW_LOG_LEVEL", &settings.log_level, is_log_level, "debug, info, warn or error", "info" },
	{ "WORDCLAW_BIND", &settings.bind, is_address, "a numeric IPv4 or IPv6 address", "127.0.0.1" },
	{ "WORDCLAW_PUBLIC_URL", &settings.public_url, is_url, "an http or https URL without a slash at its end", "https://cms.example.com" },
	{ "WORDCLAW_CORS_ALLOWED_ORIGINS", &settings.cors_allowed_origins, are_origins,
	    "a comma list of origins, each a scheme, a host and perhaps a port", "https://app.example.com,http://localhost:5173" },
	{ "WORDCLAW_MCP_PROFILE", &settings.mcp_profile, is_profile, "default, all or registry", "default" },
};

static bool
check_rules(void)
{
	bool is_good = true;

	for (const struct rule *rule = rules; rule < rules + sizeof(rules) / sizeof(rules[0]); rule++) {
		if (rule->holds(*rule->value))
			continue;
		(void)fprintf(stderr, "%s: '%s' is not %s; example: %s=%s\n", rule->name, *rule->value, rule->meaning, rule->name, rule->example);
		is_good = false;
	}
	return is_good;
}

static bool
check_endpoints(const char *name, const char *list)
{
	const char *problem;

	if (bus_endpoints_are_valid(list, &problem))
		return true;
	(void)fprintf(stderr, "%s: %s; example: %s=ipc:///run/wordclaw/audit.ipc,tcp://10.0.0.7:5551\n", name, problem, name);
	return false;
}

static bool
check_all_endpoints(void)
{
	bool is_good = check_endpoints("WORDCLAW_AUDIT_POKES", settings.audit_pokes);
	is_good &= check_endpoints("WORDCLAW_IDENTITY_POKES", settings.identity_pokes);

	for (size_t i = 0; registry_services[i] && i < SETTINGS_SERVICES_MAX; i++)
		is_good &= check_endpoints(endpoint_names[i], settings.endpoints[i]);
	return is_good;
}

bool
gateway_settings_load(void)
{
	if (!settings_load(table, build_table()))
		return false;
	bool are_rules_kept = check_rules();
	if (!check_all_endpoints() || !are_rules_kept)
		return false;
	if (settings.run_dir[0] == '\0')
		settings.run_dir = in_directory("", settings.home, "run", "");
	if (settings.assets.root[0] == '\0')
		settings.assets.root = in_directory("", settings.home, "assets", "");
	if (settings.mcp_key_file[0] == '\0')
		settings.mcp_key_file = in_directory("", settings.home, "secrets/mcp.key", "");
	if (settings.audit_pokes[0] == '\0')
		settings.audit_pokes = in_directory("ipc://", settings.run_dir, "audit", ".pub");
	if (settings.identity_pokes[0] == '\0')
		settings.identity_pokes = in_directory("ipc://", settings.run_dir, "identity", ".pub");
	for (size_t i = 0; registry_services[i] && i < SETTINGS_SERVICES_MAX; i++) {
		if (settings.endpoints[i][0] == '\0')
			settings.endpoints[i] = in_directory("ipc://", settings.run_dir, registry_services[i], ".ipc");
	}
	return true;
}

void
gateway_settings_print(void)
{
	settings_print(table, build_table());
}
