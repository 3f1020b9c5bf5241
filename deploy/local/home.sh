# shellcheck shell=bash
# WORDCLAW_HOME, the user everything runs as, and the directory for sockets.  Sourced by run.
# Sets: home (real path), shown_home (as the user named it), run_user, drop (command prefix), socket_dir

readonly HOME_MARKER=.wordclaw-home
# sun_path holds 107 bytes; this leaves room for the longest socket name.
readonly SOCKET_DIR_BYTES_MAX=75

# Which user: whoever owns an existing home, so that `sudo make run` after `make run` changes nothing.
choose_user() {
	drop=()
	run_user=$(id -un)
	[ "$(id -u)" = 0 ] || return 0
	run_user=${WORDCLAW_USER:-wordclaw}
	if [ -e "$shown_home/$HOME_MARKER" ]; then
		run_user=$(stat -L -c %U "$shown_home")
	elif ! getent passwd "$run_user" >/dev/null; then
		useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$run_user"
	fi
	[ "$(id -u "$run_user")" != 0 ] || fail "$shown_home belongs to root: PostgreSQL and WordClaw refuse to run as root; chown it"
	drop=(setpriv --reuid "$run_user" --regid "$(id -g "$run_user")" --clear-groups --no-new-privs)
}

# Become that user, in the home, with nothing in the environment but our settings, and run a command instead of this
# shell.  The administrator's database login stays out, but for become_admin; API_KEYS too (keep_api_keys).
become() {
	unset DATABASE_URL DATABASE_URL_FILE
	become_admin "$@"
}

become_admin() {
	for name in $(compgen -e); do
		case $name in
		# One value for all processes would be wrong, or is ours or the command line's alone to use.
		WORDCLAW_API_KEY | WORDCLAW_API_KEY_FILE | WORDCLAW_DATABASE_URL | WORDCLAW_DATABASE_URL_FILE | WORDCLAW_SYSTEM_DATABASE_URL | WORDCLAW_SYSTEM_DATABASE_URL_FILE | WORDCLAW_BIND_ENDPOINT | WORDCLAW_POKE_ENDPOINT | \
			WORDCLAW_MIGRATIONS_DIR | WORDCLAW_BIN_DIR | WORDCLAW_USER | WORDCLAW_REPLICAS) unset "$name" ;;
		WORDCLAW_* | OTEL_EXPORTER_OTLP_ENDPOINT | DATABASE_URL | DATABASE_URL_FILE | TZ) ;;
		*) unset "$name" ;;
		esac
	done
	export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
	export WORDCLAW_HOME="$home" WORDCLAW_RUN_DIR="${socket_dir:-}" WORDCLAW_PG_BIN="$PG_BIN"
	cd "$home" && exec "${drop[@]}" "$@"
}

launch() { (become "$@"); }

# API_KEYS, or the file that API_KEYS_FILE names, is the gateway's alone: it reads a copy, which ends with the setting.
keep_api_keys() {
	local keys=${API_KEYS:-} path=${API_KEYS_FILE:-}
	if [ -z "$keys$path" ]; then
		launch rm -f secrets/api-keys
		return
	fi
	[ -z "$keys" ] || [ -z "$path" ] || fail "API_KEYS is set, and so is API_KEYS_FILE: keep one"
	[ -z "$path" ] || keys=$(cat "$path") || fail "cannot read the file of API_KEYS_FILE '$path'"
	[ -n "$keys" ] || fail "the file of API_KEYS_FILE '$path' is empty"
	printf '%s\n' "$keys" |
		launch sh -c 'umask 077; cat >secrets/api-keys.new && mv secrets/api-keys.new secrets/api-keys'
}

# A dropped user may not be able to walk to the place (/root, a 0700 temporary directory).  Then the data lives
# under /var/lib and the place is a link to it.
relocate_home() {
	local real
	install -d -m 755 /var/lib/wordclaw
	real=$(mktemp -d "/var/lib/wordclaw/home-XXXXXX")
	say "user $run_user cannot reach $shown_home: data is kept in $real, $shown_home is a link to it"
	chown "$run_user:" "$real"
	rmdir "$shown_home"
	ln -s "$real" "$shown_home"
	home=$real
}

check_home_name() {
	case $shown_home in
	*[!A-Za-z0-9_./@:+\ -]*) fail "WORDCLAW_HOME $shown_home: letters, digits, spaces and _./@:+- only" ;;
	esac
}

make_home() {
	mkdir -p "$shown_home" || fail "cannot make WORDCLAW_HOME $shown_home: set it to a directory you may write"
	if [ ! -e "$shown_home/$HOME_MARKER" ] && [ -n "$(ls -A "$shown_home")" ]; then
		fail "WORDCLAW_HOME $shown_home is not empty and not ours: name a new directory"
	fi
}

# After make_home and choose_user.
enter_home() {
	home=$(readlink -f "$shown_home")
	if [ "$(id -u)" = 0 ] && [ ! -e "$home/$HOME_MARKER" ]; then
		chown "$run_user:" "$home"
	fi
	if ! (cd / && "${drop[@]}" test -w "$home" -a -x "$home"); then
		[ "$(id -u)" = 0 ] || fail "$shown_home belongs to $(stat -L -c %U "$shown_home"): set WORDCLAW_HOME, or start as root"
		[ ! -e "$home/$HOME_MARKER" ] || fail "user $run_user can no longer reach $shown_home: set WORDCLAW_HOME elsewhere"
		relocate_home
	fi
	chmod 700 "$home"
	# shellcheck disable=SC2016
	launch sh -c 'umask 077; mkdir -p run log secrets service && : >>"$0"' "$HOME_MARKER"
}

# Sockets live in run/ unless that path is too long for a socket address; then in a private directory of /tmp.
choose_socket_dir() {
	local recorded=$home/socket-dir
	socket_dir=$home/run
	[ "${#socket_dir}" -gt "$SOCKET_DIR_BYTES_MAX" ] || return 0
	socket_dir=$(cat "$recorded" 2>/dev/null || true)
	# Somebody else may have taken the name since: a directory, ours, closed to all others.
	if [ -z "$socket_dir" ] || [ -L "$socket_dir" ] ||
		[ "$(stat -c '%F %U %a' "$socket_dir" 2>/dev/null)" != "directory $run_user 700" ]; then
		# shellcheck disable=SC2016
		socket_dir=$(launch sh -c 'umask 077; d=$(mktemp -d /tmp/wordclaw-XXXXXX) && echo "$d" >socket-dir && echo "$d"')
	fi
}

# One run per home.  Every process inherits descriptor 9, so the lock also covers what a killed run left behind.
lock_home() {
	local other
	launch sh -c ': >>lock'
	exec 9<"$home/lock"
	if ! flock -n 9; then
		other=$(cat "$home/lock")
		if [ -n "$other" ] && grep -qs deploy/local/run "/proc/$other/cmdline"; then
			fail "already running with this WORDCLAW_HOME (process $other)"
		fi
		say "waiting for what an earlier run left behind"
		stop_leftovers
		flock -w 15 9 || fail "processes of an earlier run still hold $home/lock: end them first (fuser $home/lock)"
	fi
	# shellcheck disable=SC2016
	launch sh -c 'echo "$1" >lock' sh "$$"
}
