/* How a service's processes log in, as <service> and <service>_system: role wordclaw_<login> with a random password kept in a file only they can read. */
#ifndef LOGIN_H
#define LOGIN_H

#include "session.h"

/* Make <secrets>/<login>.dsn and the role's password agree.  The file's password is kept when there is one. */
void login_prepare(const struct session *session, const char *secrets, const char *login);

/* Another password in role and file: the file first and the role's in the moment after, so that whoever reads the file has the right one. */
void login_rotate(const struct session *session, const char *secrets, const char *login);

/* True when the file exists and its login works. */
bool login_works(const struct session *session, const char *secrets, const char *login);

#endif
