# shellcheck shell=bash
# The private PostgreSQL cluster below WORDCLAW_HOME.  Sourced by run; needs home.sh.

readonly PG_BIN=/usr/lib/postgresql/15/bin
readonly ADMIN_ROLE=wordclaw_admin
# Crash recovery replays at most a few checkpoints' worth of log.
readonly DATABASE_WAIT_SECONDS_MAX=120

# Built aside and moved into place, so that an interrupted first start leaves no half-made cluster.
# shellcheck disable=SC2016
readonly MAKE_CLUSTER='
	set -eu
	umask 077
	rm -rf postgres.new
	head -c 24 /dev/urandom | base64 | tr "+/" "-_" >secrets/admin.password
	"$WORDCLAW_PG_BIN/initdb" -D postgres.new -U "$1" --pwfile=secrets/admin.password --auth=scram-sha-256 \
		--encoding=UTF8 --locale=C.UTF-8 --no-instructions
	printf "%s\n" "" "# Written by each start; later lines in this file win." "include '\''wordclaw.conf'\''" \
		>>postgres.new/postgresql.conf
	: >postgres.new/wordclaw.conf
	printf "%s\n" "local all all scram-sha-256" >postgres.new/pg_hba.conf
	echo "CREATE DATABASE wordclaw" | "$WORDCLAW_PG_BIN/postgres" --single -D postgres.new postgres
	mv postgres.new postgres
'

database_make() {
	[ ! -d "$home/postgres" ] || return 0
	say "creating the database in $shown_home/postgres"
	background become sh -c "$MAKE_CLUSTER" sh "$ADMIN_ROLE" || fail_with_output "the database could not be created"
}

# Durability stays at PostgreSQL's defaults.  After a crash one syncfs(2) stands for an fsync of every file: as safe, two seconds sooner.
database_configure() {
	launch sh -c 'umask 077; cat >postgres/wordclaw.conf.new && mv postgres/wordclaw.conf.new postgres/wordclaw.conf' <<CONF
listen_addresses = ''
unix_socket_directories = '"$socket_dir"'
unix_socket_permissions = 0700
max_connections = 200
recovery_init_sync_method = syncfs
log_line_prefix = '%m [%p] %q%u@%d '
log_timezone = 'UTC'
timezone = 'UTC'
CONF
	launch sh -c 'umask 077; printf "postgresql://%s:%s@/wordclaw?host=%s\n" "$1" "$(cat secrets/admin.password)" "$2" \
		>secrets/admin.dsn.new && mv secrets/admin.dsn.new secrets/admin.dsn' sh "$ADMIN_ROLE" "${socket_dir// /%20}"
}

database_wait() {
	local deadline=$((SECONDS + DATABASE_WAIT_SECONDS_MAX)) is_told=
	until "$PG_BIN/pg_isready" -q -h "$socket_dir" -t 2; do
		[ "$SECONDS" -lt "$deadline" ] || fail_with_log postgres "the database did not start within $DATABASE_WAIT_SECONDS_MAX s"
		is_crash_looping postgres && fail_with_log postgres "the database does not start"
		if [ -z "$is_told" ] && [ "$((deadline - SECONDS))" -lt $((DATABASE_WAIT_SECONDS_MAX - 5)) ]; then
			say "waiting for the database (recovering after a crash?)"
			is_told=yes
		fi
		pause 0.05
	done
}

database_migrate() {
	local migrate=(become env "DATABASE_URL_FILE=$home/secrets/admin.dsn" lib/bin/wordclaw-migrate)
	[ -z "${DATABASE_URL:-}" ] || migrate=(become_admin lib/bin/wordclaw-migrate)
	background "${migrate[@]}" || fail_with_output "the database could not be migrated"
	# A first start has a hundred; an upgrade's few are worth a line each.
	if [ "$(wc -l <"$output")" -gt 20 ]; then
		say "the database was made: $(grep -c '^applied ' "$output") files of migrations/ were applied"
	else
		cat "$output"
	fi
}
