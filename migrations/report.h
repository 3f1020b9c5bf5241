/* What a migration run tells its operator. */
#ifndef REPORT_H
#define REPORT_H

/* One line on standard error. */
void report_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line on standard error, then exit with status 1: the server rolls back what was not committed. */
void report_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
