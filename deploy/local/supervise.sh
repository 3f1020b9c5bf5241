# shellcheck shell=bash
# Starting, watching and stopping processes under runit.  Sourced by run; needs home.sh.
# Sets: processes (all but postgres), supervisor (process id of runsvdir)

# Their sum stays below the ten seconds a stop may take.  The database goes last, after everything that writes to it.
readonly STOP_GATEWAY_SECONDS=3 STOP_SERVICES_SECONDS=2 STOP_DATABASE_SECONDS=3
readonly CRASHES_MAX=4
readonly START_SECONDS_MAX=60

# Processes never need the checkout: it may be unreadable for their user, or rebuilt under them.  Written by that
# user too: started as root, we write nothing below a directory somebody else controls.
install_programs() {
	local bin=$1 programs=() console=()
	mapfile -t programs < <(cd "$bin" && find . -maxdepth 1 -type f -name 'wordclaw-*' -perm -u+x -printf '%f\n' | sort)
	mapfile -t processes < <(printf '%s\n' "${programs[@]}" | sed -n 's/^wordclaw-//p' | grep -vxE 'migrate|operate')
	[ "${#processes[@]}" -gt 0 ] || fail "no programs in $bin: run make"
	[ ! -e "$repo/build/ui/index.html" ] || console=(-C "$repo/build" ui)
	tar -cf - --transform 's,^wordclaw-,bin/wordclaw-,' -C "$bin" "${programs[@]}" -C "$repo" migrations \
		-C "$repo/deploy/local" sv "${console[@]}" |
		launch sh -c 'rm -rf lib lib.new; mkdir lib.new && tar -xf - --no-same-owner -C lib.new && mv lib.new lib'
}

# WORDCLAW_REPLICAS="content=2": further instances are called content-2, content-3, ...; every caller gets the list.
add_replicas() {
	local entry name count instance endpoints pokes
	for entry in ${WORDCLAW_REPLICAS//,/ }; do
		name=${entry%%=*} count=${entry#*=}
		case " ${processes[*]} " in
		*" $name "*) ;;
		*) fail "WORDCLAW_REPLICAS '$entry': there is no service '$name'" ;;
		esac
		case $name=$count in
		gateway=* | *=[!1-8] | *=??*) fail "WORDCLAW_REPLICAS '$entry': a service and 1 to 8, such as content=2" ;;
		esac
		endpoints=ipc://$socket_dir/$name.ipc pokes=ipc://$socket_dir/$name.pub
		for ((instance = 2; instance <= count; instance++)); do
			processes+=("$name-$instance")
			endpoints+=,ipc://$socket_dir/$name-$instance.ipc
			pokes+=,ipc://$socket_dir/$name-$instance.pub
		done
		export "WORDCLAW_${name^^}_ENDPOINTS=$endpoints" "WORDCLAW_${name^^}_POKES=$pokes"
	done
}

# `down` keeps runit from starting a process before the database is migrated.
# shellcheck disable=SC2016
readonly DEFINE_SERVICES='
	set -eu
	umask 077
	rm -rf service
	rm -f run/*.pid run/*.pid.new run/*.exits
	for process in "$@"; do
		mkdir -p "service/$process" "log/$process"
		cp -R lib/sv/process/. "service/$process/"
		[ ! -d "lib/sv/$process" ] || cp -R "lib/sv/$process/." "service/$process/"
		: >"service/$process/down"
		printf "s10485760\nn10\n" >"log/$process/config"
		ln -sfn "$process/current" "log/$process.log"
	done
	# runsvdir waits out the second a directory was changed in.
	touch -d "-5 seconds" service
'

supervise_define() { launch sh -c "$DEFINE_SERVICES" sh "$@"; }

# shellcheck disable=SC2016
# Should this script be killed, runsvdir takes everything down by itself.  Its own session: Ctrl-C is for us to handle.
supervise_start() {
	become setpriv --pdeathsig HUP sh -c 'exec setsid runsvdir -P "$WORDCLAW_HOME/service" >>log/supervisor.log 2>&1' </dev/null &
	supervisor=$!
}

# "down", "run", "finish", "run, want down", or nothing while runit does not look after it.
process_state() {
	local state=
	[ ! -e "$home/service/$1/supervise/stat" ] || read -r state <"$home/service/$1/supervise/stat" || true
	printf '%s' "$state"
}

# A command letter to runit's supervisor of a process; a supervisor that is gone is no reason to wait.
tell() {
	# shellcheck disable=SC2016
	[ ! -p "$home/service/$1/supervise/control" ] ||
		timeout 1 sh -c 'printf %s "$1" >"$2"' sh "$2" "$home/service/$1/supervise/control" || true
}

# runsvdir needs a moment to put a supervisor in front of each.
supervise_up() {
	local process
	local deadline=$((SECONDS + 10))
	for process in "$@"; do
		until [ "$(process_state "$process")" = down ]; do
			[ "$SECONDS" -lt "$deadline" ] || fail "runit does not supervise $process: see $home/log/supervisor.log"
			pause 0.02
		done
		rm -f "$home/service/$process/down"
		tell "$process" u
	done
}

is_crash_looping() {
	[ -e "$home/run/$1.exits" ] && [ "$(wc -l <"$home/run/$1.exits")" -ge "$CRASHES_MAX" ]
}

# Stop the named processes; those that are not down in time are killed.
supervise_down() {
	local deadline_ms=$((1000 * $1 + $(now_ms))) process
	shift
	for process in "$@"; do
		tell "$process" d
	done
	for process in "$@"; do
		while case $(process_state "$process") in '' | down) false ;; esac; do
			[ "$(now_ms)" -lt "$deadline_ms" ] || { tell "$process" k; break; }
			pause 0.02
		done
	done
}

now_ms() { printf '%s' "$((${EPOCHREALTIME/[.,]/} / 1000))"; }

supervise_stop() {
	local services=() process
	for process in "${processes[@]}"; do
		[ "$process" = gateway ] || services+=("$process")
	done
	supervise_down "$STOP_GATEWAY_SECONDS" gateway
	supervise_down "$STOP_SERVICES_SECONDS" "${services[@]}"
	supervise_down "$STOP_DATABASE_SECONDS" postgres
	[ -z "$supervisor" ] || kill -HUP "$supervisor" 2>/dev/null || true
	[ -z "$supervisor" ] || wait "$supervisor" 2>/dev/null || true
	supervisor=
	# Every process below us holds the lock too: it is free when the last one has gone.
	exec 9<&-
	flock -w 2 "$home/lock" true || true
}

# Supervisors whose runsvdir was killed go on by themselves.
stop_leftovers() {
	local directory
	for directory in "$home"/service/*/; do
		tell "$(basename "$directory")" x
	done
}

http_status() { curl -s -o /dev/null -m 2 -w '%{http_code}' "$base_url$1" || true; }

# The gateway lives, then every service behind it answers.
wait_for_health() {
	local deadline=$((SECONDS + START_SECONDS_MAX)) path process
	for path in /health /ready; do
		until [ "$(http_status "$path")" = 200 ]; do
			for process in "${processes[@]}"; do
				is_crash_looping "$process" && fail_with_log "$process" "$process ends again and again"
			done
			[ "$SECONDS" -lt "$deadline" ] || fail_with_log gateway "$base_url$path was not ok within $START_SECONDS_MAX s: $(curl -s -m 2 "$base_url$path")"
			kill -0 "$supervisor" 2>/dev/null || fail "the supervisor ended: see $home/log/supervisor.log"
			pause 0.05
		done
	done
}
