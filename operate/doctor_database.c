/* What the database says: each examination is a statement whose rows are (verdict, message, remedy). */
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "doctor.h"

struct examination {
	const char *area;
	const char *sql;
};

/* Of the whole database. */
static const struct examination EXAMINATIONS[] = {
	{ "database", "SELECT CASE WHEN v >= 150000 THEN 'ok' ELSE 'fail' END, format('PostgreSQL %s, database \"%s\" of %s', current_setting('server_version'), "
	    "current_database(), pg_size_pretty(pg_database_size(current_database()))), 'upgrade the server to PostgreSQL 15 or newer' "
	    "FROM (SELECT current_setting('server_version_num')::integer) AS s(v)" },
	{ "database", "SELECT CASE WHEN bad IS NULL THEN 'ok' ELSE 'fail' END, coalesce('a crash would lose commits: ' || bad || ' off', "
	    "'fsync, full_page_writes and synchronous_commit are on'), 'set them to on in postgresql.conf and reload' "
	    "FROM (SELECT string_agg(name || ' is', ', ' ORDER BY name) FROM pg_settings "
	    "WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off') AS s(bad)" },
	{ "database", "SELECT CASE WHEN getdatabaseencoding() = 'UTF8' THEN 'ok' ELSE 'fail' END, format('encoding %s', getdatabaseencoding()), "
	    "'make the database with ENCODING UTF8 and restore a backup into it'" },
	{ "database", "SELECT CASE WHEN n > 0 THEN 'ok' ELSE 'warn' END, CASE WHEN n > 0 THEN 'extension vector is there' ELSE 'no extension vector: there is no semantic search' END, "
	    "'install pgvector on the server, then run wordclaw-migrate' FROM (SELECT count(*) FROM pg_extension WHERE extname = 'vector') AS s(n)" },
	{ "database", "SELECT CASE WHEN used > 0.9 * most THEN 'fail' WHEN used > 0.75 * most THEN 'warn' ELSE 'ok' END, format('%s of %s connections are taken', used, most), "
	    "'raise max_connections, start fewer instances, or put PgBouncer in between (docs/scale.md)' FROM (SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), "
	    "current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer) AS s(used, most)" },
	{ "database", "SELECT CASE WHEN n = 0 THEN 'ok' ELSE 'warn' END, CASE WHEN n = 0 THEN 'no transaction is older than a minute' "
	    "ELSE format('%s transactions are older than a minute, the oldest (%s) by %s', n, age, who) END, "
	    "'find it in pg_stat_activity: it holds back vacuum and what consumers may drop; pg_terminate_backend() ends it' FROM (SELECT count(*), "
	    "max(date_trunc('second', now() - xact_start)), (array_agg(usename || ', process ' || pid ORDER BY xact_start))[1] FROM pg_stat_activity "
	    "WHERE datname = current_database() AND xact_start < now() - interval '1 minute' AND backend_type = 'client backend') AS s(n, age, who)" },
	{ "database", "SELECT CASE WHEN n = 0 THEN 'ok' ELSE 'fail' END, CASE WHEN n = 0 THEN 'every index is valid' ELSE format('invalid indexes: %s', which) END, "
	    "'REINDEX INDEX CONCURRENTLY each of them' FROM (SELECT count(*), string_agg(indexrelid::regclass::text, ', ') FROM pg_index WHERE NOT indisvalid) AS s(n, which)" },
	{ "database", "SELECT CASE WHEN a > 1500000000 THEN 'fail' WHEN a > 500000000 THEN 'warn' ELSE 'ok' END, format('oldest transaction id is %s old, of 2 billion', a), "
	    "'autovacuum does not get through: look for old transactions and replication slots, then VACUUM (FREEZE)' "
	    "FROM (SELECT age(datfrozenxid)::bigint FROM pg_database WHERE datname = current_database()) AS s(a)" },
	{ "database", "SELECT 'warn', format('replication slot %s is not in use and keeps %s of log', slot_name, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn))), "
	    "'start its receiver, or pg_drop_replication_slot()' FROM pg_replication_slots "
	    "WHERE NOT pg_is_in_recovery() AND NOT active AND pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > 1e9" },
};

/* The database against this machine, whose time is $1. */
static const char CLOCKS[] = "SELECT CASE WHEN d > 30 THEN 'fail' WHEN d > 1 THEN 'warn' ELSE 'ok' END, format('this machine and the database differ by %s s', round(d::numeric, 1)), "
	"'synchronise both with NTP (chrony, systemd-timesyncd): expiries and deadlines are compared across machines' "
	"FROM (SELECT abs(extract(epoch FROM clock_timestamp()) - $1::float8)) AS s(d)";

/* Of one service, whose name and schema {service} is. */
static const struct examination OF_SERVICE[] = {
	{ "events", "SELECT CASE WHEN n = 0 THEN 'ok' ELSE 'warn' END, CASE WHEN n = 0 THEN format('%s: no event is set aside', '{service}') "
	    "ELSE format('%s: %s events of %s tenants are set aside since %s: %s', '{service}', n, tenants, since, reason) END, "
	    "'remove the reason, then run wordclaw-{service} --retry-events' FROM (SELECT count(*), count(DISTINCT domain_id), to_char(min(created_at), 'YYYY-MM-DD HH24:MI'), "
	    "(array_agg(left(reason, 200) ORDER BY id))[1] FROM {service}.inbox_set_aside) AS s(n, tenants, since, reason)" },
	{ "events", "SELECT 'warn', format('{service}: consumer %s has confirmed nothing for %s, old events are kept for it', consumer, date_trunc('hour', now() - updated_at)), "
	    "format('start %s; or, when it is gone for good, run wordclaw-{service} --retire-consumer %s', consumer, consumer) FROM {service}.outbox_consumers c "
	    "WHERE updated_at < now() - interval '1 day' AND EXISTS (SELECT FROM {service}.outbox o WHERE o.epoch = c.epoch AND o.seq > c.seq)" },
	{ "events", "SELECT 'warn', '{service}: there is no partition for tomorrow''s events', 'start an instance of {service}: it makes them each hour; look for outbox_maintain in its log' "
	    "WHERE to_regclass('{service}.outbox_' || to_char((now() AT TIME ZONE 'UTC')::date + 1, 'YYYYMMDD')) IS NULL" },
	{ "work", "SELECT CASE WHEN aside = 0 AND late = 0 THEN 'ok' ELSE 'warn' END, CASE WHEN aside = 0 AND late = 0 THEN format('%s: %s unfinished, none late or failed', '{service}', n) "
	    "ELSE format('%s: %s failed for good, %s are due since more than five minutes (%s)', '{service}', aside, late, coalesce(kinds, '')) END, "
	    "CASE WHEN late > 0 THEN 'start instances of {service}: nobody takes its work; else raise WORDCLAW_STEP_WORKERS' ELSE 'last_error of {service}.processes says why; restart them once the reason is gone' END "
	    "FROM (SELECT count(*), count(*) FILTER (WHERE state = 'set_aside'), count(*) FILTER (WHERE state = 'ready' AND next_at < now() - interval '5 minutes'), "
	    "string_agg(DISTINCT kind, ', ') FILTER (WHERE state = 'set_aside' OR state = 'ready' AND next_at < now() - interval '5 minutes') FROM {service}.processes) AS s(n, aside, late, kinds)" },
};

/* Of a consumer, {service}, and a {publisher}: what it has not read.  A step over filtered events is a step. */
static const char LAG[] = "SELECT CASE WHEN age > interval '5 minutes' THEN 'fail' WHEN age > interval '15 seconds' THEN 'warn' ELSE 'ok' END, "
	"CASE WHEN n = 0 THEN format('%s has read every event of %s', '{service}', '{publisher}') ELSE format('%s has %s%s events of %s before it, the oldest is %s old', '{service}', n, "
	"CASE WHEN n = 10000 THEN ' or more' ELSE '' END, '{publisher}', date_trunc('second', age)) END, "
	"'look for consumer.failing in the log of wordclaw-{service}: it does not run, cannot reach {publisher}, or fails on an event' "
	"FROM (SELECT count(*), coalesce(now() - min(occurred_at), interval '0') FROM (SELECT o.occurred_at FROM {publisher}.outbox o, {service}.inbox i "
	"WHERE i.publisher = '{publisher}' AND (o.epoch, o.seq) > (i.epoch, i.seq) ORDER BY o.epoch, o.seq LIMIT 10000) AS unread) AS s(n, age)";

static enum verdict
verdict_of(const char *word)
{
	return strcmp(word, "ok") == 0 ? VERDICT_OK : strcmp(word, "warn") == 0 ? VERDICT_WARN : VERDICT_FAIL;
}

/* The statement with the names in it. */
static const char *
fill_in(struct arena *arena, const char *sql, const char *service, const char *publisher)
{
	static const char SERVICE[] = "{service}", PUBLISHER[] = "{publisher}";
	struct buf text;

	buf_init(&text, arena, 1024);
	while (*sql) {
		if (strncmp(sql, SERVICE, sizeof(SERVICE) - 1) == 0) {
			buf_add_text(&text, service);
			sql += sizeof(SERVICE) - 1;
		} else if (publisher && strncmp(sql, PUBLISHER, sizeof(PUBLISHER) - 1) == 0) {
			buf_add_text(&text, publisher);
			sql += sizeof(PUBLISHER) - 1;
		} else {
			buf_add_char(&text, *sql++);
		}
	}
	return text.bytes;
}

static void
examine(const struct operate *operate, struct findings *findings, const char *area, const char *sql, const char *const params[])
{
	struct session_rows rows = session_list(&operate->session, sql, params);

	for (size_t i = 0; i < rows.n; i++) {
		const char *const *columns = rows.list[i].columns;
		enum verdict verdict = verdict_of(columns[0] ? columns[0] : "fail");
		finding_add(findings, area, verdict, verdict == VERDICT_OK ? NULL : columns[2], "%s", columns[1] ? columns[1] : "no answer");
	}
}

static void
examine_consumer(const struct operate *operate, struct findings *findings, const char *consumer, struct session_rows services)
{
	struct session_rows read = session_list(&operate->session, arena_printf(operate->arena, "SELECT publisher FROM %s.inbox ORDER BY 1", consumer), NULL);

	for (size_t i = 0; i < read.n; i++) {
		for (size_t s = 0; s < services.n; s++) {
			if (strcmp(read.list[i].columns[0], services.list[s].columns[0]) == 0)
				examine(operate, findings, "events", fill_in(operate->arena, LAG, consumer, read.list[i].columns[0]), NULL);
		}
	}
}

void
doctor_database(struct operate *operate, struct findings *findings)
{
	operate->session.doing = "examining the database";
	for (size_t i = 0; i < sizeof(EXAMINATIONS) / sizeof(EXAMINATIONS[0]); i++)
		examine(operate, findings, EXAMINATIONS[i].area, EXAMINATIONS[i].sql, NULL);
	const char *const now[] = { arena_printf(operate->arena, "%.3f", (double)clock_now_us() / 1e6), NULL };
	examine(operate, findings, "clocks", CLOCKS, now);
	struct session_rows services = operate_services(operate);
	for (size_t e = 0; e < sizeof(OF_SERVICE) / sizeof(OF_SERVICE[0]); e++) {
		for (size_t i = 0; i < services.n; i++)
			examine(operate, findings, OF_SERVICE[e].area, fill_in(operate->arena, OF_SERVICE[e].sql, services.list[i].columns[0], NULL), NULL);
	}
	for (size_t i = 0; i < services.n; i++)
		examine_consumer(operate, findings, services.list[i].columns[0], services);
}
