/* Formats: addresses, host names, mailboxes. */
#include <string.h>

#include "schema/format.h"
#include "utf8.h"

enum { LABEL_BYTES_MAX = 63, HOST_BYTES_MAX = 253, LOCAL_BYTES_MAX = 64, GROUPS = 8, GROUP_DIGITS_MAX = 4 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool
is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* ---- addresses ---- */

bool
schema_is_ipv4(const char *text, size_t n)
{
	size_t at = 0;

	for (int part = 0; part < 4; part++) {
		size_t start = at;
		int value = 0;
		if (part > 0 && (at == n || text[at++] != '.'))
			return false;
		start = at;
		while (at < n && is_digit(text[at]) && at - start < 3)
			value = value * 10 + (text[at++] - '0');
		bool has_leading_zero = at - start > 1 && text[start] == '0';
		if (at == start || value > 255 || has_leading_zero)
			return false;
	}
	return at == n;
}

/* Groups of a side of "::", an IPv4 tail counting as two; -1 when malformed. */
static int
count_groups(const char *text, size_t n, bool may_end_in_ipv4)
{
	int groups = 0;
	size_t at = 0;

	if (n == 0)
		return 0;
	for (;;) {
		size_t start = at;
		while (at < n && is_hex(text[at]))
			at++;
		if (at < n && text[at] == '.')
			return may_end_in_ipv4 && schema_is_ipv4(text + start, n - start) ? groups + 2 : -1;
		if (at == start || at - start > GROUP_DIGITS_MAX || groups == GROUPS)
			return -1;
		groups++;
		if (at == n)
			return groups;
		if (text[at++] != ':')
			return -1;
	}
}

bool
schema_is_ipv6(const char *text, size_t n)
{
	const char *gap = memmem(text, n, "::", 2);

	if (!gap)
		return count_groups(text, n, true) == GROUPS;
	size_t n_left = (size_t)(gap - text);
	int left = count_groups(text, n_left, false);
	int right = count_groups(gap + 2, n - n_left - 2, true);
	return left >= 0 && right >= 0 && left + right < GROUPS;
}

/* ---- host names: RFC 1123, labels of RFC 5891 as far as their letters go ---- */

static bool
is_label(const char *label, size_t n, bool allows_unicode)
{
	if (n == 0 || n > LABEL_BYTES_MAX || label[0] == '-' || label[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++) {
		bool is_unicode = (unsigned char)label[i] >= 0x80;
		if (is_unicode ? !allows_unicode : !is_letter(label[i]) && !is_digit(label[i]) && label[i] != '-')
			return false;
	}
	bool has_hyphens = n >= 4 && label[2] == '-' && label[3] == '-';
	bool is_ace = has_hyphens && (label[0] | 0x20) == 'x' && (label[1] | 0x20) == 'n';
	return !has_hyphens || (is_ace && n > 4);
}

static bool
is_host(const char *text, size_t n, bool allows_unicode)
{
	size_t start = 0;

	if (n == 0 || n > HOST_BYTES_MAX)
		return false;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && text[i] != '.')
			continue;
		if (!is_label(text + start, i - start, allows_unicode))
			return false;
		start = i + 1;
	}
	return true;
}

bool
schema_is_hostname(const char *text, size_t n)
{
	return is_host(text, n, false);
}

/* Characters that RFC 5892 disallows outright, of those that turn up; its context rules are not checked. */
static bool
is_disallowed(uint32_t code)
{
	static const uint32_t codes[] = { 0x302E, 0x302F, 0x0640, 0x07FA, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035,
		0x303B, 0x2488, 0x200B, 0x00AD };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i] == code)
			return true;
	}
	return false;
}

static bool
is_ideographic_dot(uint32_t code)
{
	return code == 0x3002 || code == 0xFF0E || code == 0xFF61;
}

bool
schema_is_idn_hostname(const char *text, size_t n)
{
	char plain[HOST_BYTES_MAX + 1];
	size_t n_plain = 0;
	size_t step;

	if (n > HOST_BYTES_MAX)
		return false;
	for (size_t i = 0; i < n; i += step) {
		uint32_t code = utf8_read(text + i, &step);
		if (is_disallowed(code))
			return false;
		if (is_ideographic_dot(code)) {
			plain[n_plain++] = '.';
			continue;
		}
		memcpy(plain + n_plain, text + i, step);
		n_plain += step;
	}
	return is_host(plain, n_plain, true);
}

/* ---- mailboxes: RFC 5321 ---- */

static bool
is_atom(const char *text, size_t n, bool allows_unicode)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~";

	for (size_t i = 0; i < n; i++) {
		bool is_dot = text[i] == '.' && i > 0 && i + 1 < n && text[i - 1] != '.';
		bool is_plain = is_letter(text[i]) || is_digit(text[i]) || (text[i] && strchr(others, text[i]));
		bool is_unicode = (unsigned char)text[i] >= 0x80 && allows_unicode;
		if (!is_dot && !is_plain && !is_unicode)
			return false;
	}
	return n > 0;
}

static bool
is_quoted(const char *text, size_t n, bool allows_unicode)
{
	if (n < 2 || text[0] != '"' || text[n - 1] != '"')
		return false;
	for (size_t i = 1; i + 1 < n; i++) {
		if (text[i] == '\\' && ++i + 1 == n)
			return false;
		unsigned char c = (unsigned char)text[i];
		bool is_text = (c >= 0x20 && c < 0x7F && (c != '"' || text[i - 1] == '\\')) || (c >= 0x80 && allows_unicode);
		if (!is_text)
			return false;
	}
	return true;
}

static bool
is_mail_domain(const char *text, size_t n, bool allows_unicode)
{
	static const char prefix[] = "IPv6:";
	size_t n_prefix = sizeof(prefix) - 1;

	if (n < 2 || text[0] != '[' || text[n - 1] != ']')
		return allows_unicode ? schema_is_idn_hostname(text, n) : schema_is_hostname(text, n);
	if (n > n_prefix + 2 && memcmp(text + 1, prefix, n_prefix) == 0)
		return schema_is_ipv6(text + 1 + n_prefix, n - 2 - n_prefix);
	return schema_is_ipv4(text + 1, n - 2);
}

static bool
is_mailbox(const char *text, size_t n, bool allows_unicode)
{
	const char *at = memrchr(text, '@', n);
	if (!at)
		return false;
	size_t n_local = (size_t)(at - text);
	if (n_local > LOCAL_BYTES_MAX)
		return false;
	bool is_local_ok = is_atom(text, n_local, allows_unicode) || is_quoted(text, n_local, allows_unicode);
	return is_local_ok && is_mail_domain(at + 1, n - n_local - 1, allows_unicode);
}

bool
schema_is_email(const char *text, size_t n)
{
	return is_mailbox(text, n, false);
}

bool
schema_is_idn_email(const char *text, size_t n)
{
	return is_mailbox(text, n, true);
}
