# A throw-away PostgreSQL for the tests: `cluster_start DIR` sets and exports WORDCLAW_TEST_DATABASE_URL.
# shellcheck shell=bash
# PostgreSQL refuses root: then everything of the cluster belongs to nobody's own account, "wordclaw-test".

PG_BIN=${PG_BIN:-$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)")}

cluster_as() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=wordclaw-test --regid=wordclaw-test --clear-groups -- "$@"
	else
		"$@"
	fi
}

cluster_start() {
	CLUSTER_DIR=$1
	mkdir -p "$CLUSTER_DIR"
	if [ "$(id -u)" = 0 ]; then
		id -u wordclaw-test >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin wordclaw-test
		chown -R wordclaw-test:wordclaw-test "$CLUSTER_DIR"
	fi
	cluster_as "$PG_BIN/initdb" -D "$CLUSTER_DIR/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$CLUSTER_DIR/initdb.log" 2>&1 ||
		{ cat "$CLUSTER_DIR/initdb.log" >&2; return 1; }
	# The tests' data is thrown away: fsync off halves their time.  Faults and benches use a durable cluster of their own.
	cluster_as "$PG_BIN/pg_ctl" -D "$CLUSTER_DIR/data" -w -t 30 -l "$CLUSTER_DIR/postgres.log" \
		-o "-c listen_addresses='' -c unix_socket_directories='$CLUSTER_DIR' -c fsync=off -c max_connections=120" start >/dev/null ||
		{ cat "$CLUSTER_DIR/postgres.log" >&2; return 1; }
	export WORDCLAW_TEST_DATABASE_URL="host=$CLUSTER_DIR dbname=postgres user=postgres"
}

cluster_stop() {
	[ -d "${CLUSTER_DIR:-}/data" ] || return 0
	cluster_as "$PG_BIN/pg_ctl" -D "$CLUSTER_DIR/data" -m immediate -w stop >/dev/null 2>&1 || true
	rm -rf "$CLUSTER_DIR"
}
