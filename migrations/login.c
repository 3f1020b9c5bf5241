/* How a service's processes log in. */
#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "id.h"
#include "report.h"
#include "secret.h"

enum { PASSWORD_BYTES = 24, DSN_BYTES_MAX = 4096 };

/* The file's conninfo without its newline, or NULL when there is no file. */
static const char *
read_dsn(struct arena *arena, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return NULL;
	char *text = arena_alloc(arena, DSN_BYTES_MAX + 1);
	ssize_t n = fd < 0 ? -1 : read(fd, text, DSN_BYTES_MAX);
	if (n < 0)
		report_fail("cannot read %s: %s", path, strerror(errno));
	close(fd);
	text[strcspn(text, "\r\n")] = '\0';
	return text;
}

static const char *
password_of(struct arena *arena, const char *dsn)
{
	PQconninfoOption *options = dsn ? PQconninfoParse(dsn, NULL) : NULL;
	const char *password = NULL;
	for (const PQconninfoOption *option = options; option && option->keyword; option++)
		if (strcmp(option->keyword, "password") == 0 && option->val)
			password = arena_strdup(arena, option->val);
	PQconninfoFree(options);
	return password;
}

static const char *
new_password(struct arena *arena)
{
	unsigned char bytes[PASSWORD_BYTES];
	secret_random(bytes, sizeof bytes);
	return base64url_encode(arena, bytes, sizeof bytes);
}

/* Whole or not at all: a crash leaves the old file or the new one. */
static void
write_dsn(struct arena *arena, const char *path, const char *dsn)
{
	const char *draft = arena_printf(arena, "%s.new", path);
	const char *line = arena_printf(arena, "%s\n", dsn);
	unlink(draft);
	int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		report_fail("cannot write %s: %s", draft, strerror(errno));
	/* Started as root, it stays the services'. */
	struct stat before;
	if (geteuid() == 0 && stat(path, &before) == 0 && fchown(fd, before.st_uid, before.st_gid) != 0)
		report_fail("cannot write %s: %s", draft, strerror(errno));
	bool is_ok = write(fd, line, strlen(line)) == (ssize_t)strlen(line) && fsync(fd) == 0;
	is_ok = close(fd) == 0 && is_ok && rename(draft, path) == 0;
	if (!is_ok)
		report_fail("cannot write %s: %s", path, strerror(errno));
}

/* Hashed here, so that the password itself never reaches the server's log. */
static void
set_password(const struct session *session, const char *role, const char *password)
{
	char *hash = PQencryptPasswordConn(session->conn, password, role, "scram-sha-256");
	char *literal = hash ? PQescapeLiteral(session->conn, hash, strlen(hash)) : NULL;
	char *name = PQescapeIdentifier(session->conn, role, strlen(role));
	if (!literal || !name)
		report_fail("role %s: %s", role, PQerrorMessage(session->conn));
	session_run(session, arena_printf(session->arena, "ALTER ROLE %s PASSWORD %s", name, literal));
	PQfreemem(name);
	PQfreemem(literal);
	PQfreemem(hash);
}

void
login_prepare(const struct session *session, const char *secrets, const char *login)
{
	struct arena *arena = session->arena;
	const char *role = arena_printf(arena, "wordclaw_%s", login);
	const char *path = arena_printf(arena, "%s/%s.dsn", secrets, login);
	const char *before = read_dsn(arena, path);
	const char *password = password_of(arena, before);
	if (!password)
		password = new_password(arena);
	const char *dsn = session_uri_for(session, role, password);
	if (!before || strcmp(before, dsn) != 0)
		write_dsn(arena, path, dsn);
	if (before && session_can_login(dsn))
		return;
	set_password(session, role, password);
	if (!session_can_login(dsn))
		report_fail("role %s cannot log in with the password in %s: allow it in pg_hba.conf (scram-sha-256)", role, path);
}

void
login_rotate(const struct session *session, const char *secrets, const char *login)
{
	struct arena *arena = session->arena;
	const char *role = arena_printf(arena, "wordclaw_%s", login);
	const char *path = arena_printf(arena, "%s/%s.dsn", secrets, login);
	const char *before = read_dsn(arena, path);
	const char *password = new_password(arena);

	/* What else the file says of the connection stays: it may name another address than the administrator's. */
	const char *old = password_of(arena, before), *at = old && before ? strstr(before, old) : NULL;
	if (!at)
		report_fail("%s names no password in plain letters: run wordclaw-migrate, which writes it", path);
	const char *dsn = arena_printf(arena, "%.*s%s%s", (int)(at - before), before, password, at + strlen(old));
	session_run(session, "BEGIN");
	set_password(session, role, password);
	write_dsn(arena, path, dsn);
	session_run(session, "COMMIT");
}

bool
login_works(const struct session *session, const char *secrets, const char *login)
{
	const char *dsn = read_dsn(session->arena, arena_printf(session->arena, "%s/%s.dsn", secrets, login));
	return dsn && session_can_login(dsn);
}
