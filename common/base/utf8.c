/* UTF-8: checking, counting, reading and writing. */
#include "utf8.h"

#include <string.h>

static int
is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

size_t
utf8_sequence(const char *bytes, size_t n_bytes)
{
	if (n_bytes == 0)
		return 0;
	unsigned char first = (unsigned char)bytes[0];
	unsigned char second = n_bytes > 1 ? (unsigned char)bytes[1] : 0;
	if (first < 0x80)
		return 1;
	if (first < 0xC2 || first > 0xF4)
		return 0;
	if (first < 0xE0)
		return n_bytes >= 2 && is_continuation(bytes[1]) ? 2 : 0;
	if (first < 0xF0) {
		unsigned char low = first == 0xE0 ? 0xA0 : 0x80;
		unsigned char high = first == 0xED ? 0x9F : 0xBF; /* beyond: surrogates */
		return n_bytes >= 3 && second >= low && second <= high && is_continuation(bytes[2]) ? 3 : 0;
	}
	unsigned char low = first == 0xF0 ? 0x90 : 0x80;
	unsigned char high = first == 0xF4 ? 0x8F : 0xBF;
	if (n_bytes < 4 || second < low || second > high)
		return 0;
	return is_continuation(bytes[2]) && is_continuation(bytes[3]) ? 4 : 0;
}

bool
utf8_is_valid(const char *text, size_t n_bytes)
{
	for (size_t at = 0, n; at < n_bytes; at += n) {
		n = utf8_sequence(text + at, n_bytes - at);
		if (n == 0)
			return false;
	}
	return true;
}

size_t
utf8_count(const char *text, size_t n_bytes)
{
	size_t n = 0;
	for (size_t i = 0; i < n_bytes; i++)
		n += !is_continuation(text[i]);
	return n;
}

size_t
utf8_write(char *ret_bytes, uint32_t code_point)
{
	if (code_point < 0x80) {
		ret_bytes[0] = (char)code_point;
		return 1;
	}
	if (code_point < 0x800) {
		ret_bytes[0] = (char)(0xC0 | code_point >> 6);
		ret_bytes[1] = (char)(0x80 | (code_point & 0x3F));
		return 2;
	}
	if (code_point < 0x10000) {
		ret_bytes[0] = (char)(0xE0 | code_point >> 12);
		ret_bytes[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
		ret_bytes[2] = (char)(0x80 | (code_point & 0x3F));
		return 3;
	}
	ret_bytes[0] = (char)(0xF0 | code_point >> 18);
	ret_bytes[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
	ret_bytes[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
	ret_bytes[3] = (char)(0x80 | (code_point & 0x3F));
	return 4;
}

uint32_t
utf8_read(const char *bytes, size_t *ret_n)
{
	static const unsigned char masks[5] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	unsigned char first = (unsigned char)bytes[0];
	size_t n = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	uint32_t code_point = first & masks[n];

	for (size_t i = 1; i < n; i++)
		code_point = code_point << 6 | ((unsigned char)bytes[i] & 0x3F);
	*ret_n = n;
	return code_point;
}

size_t
utf8_cut(const char *text, size_t n_max)
{
	size_t n = strnlen(text, n_max + 1);

	if (n <= n_max)
		return n;
	n = n_max;
	while (n > 0 && is_continuation(text[n]))
		n--;
	return n;
}
