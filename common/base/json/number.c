/* Numbers of the JSON reader: exact integers, correctly rounded reals. */
#include <math.h>
#include <stdlib.h>

#include "json/internal.h"

enum {
	EXACT_POWER_MAX = 22,     /* 10^22 is the largest power of ten a double holds exactly */
	MANTISSA_DIGITS_MAX = 19, /* always fit uint64_t */
	EXPONENT_MAX = 99999,     /* larger ones are clamped: the value is 0 or out of range anyway */
};

static const uint64_t MANTISSA_EXACT_MAX = UINT64_C(1) << 53;

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct digits {
	uint64_t mantissa; /* of the first MANTISSA_DIGITS_MAX significant digits */
	int n_significant;
	bool is_cut;       /* there were more */
};

static const char *
read_digits(const char *at, struct digits *digits)
{
	for (; is_digit(*at); at++) {
		if (digits->n_significant == MANTISSA_DIGITS_MAX) {
			digits->is_cut = true;
			continue;
		}
		digits->mantissa = digits->mantissa * 10 + (uint64_t)(*at - '0');
		digits->n_significant += digits->mantissa != 0;
	}
	return at;
}

/* At the first digit, the sign already seen. */
static const char *
read_exponent(const char *at, long *ret)
{
	long exponent = 0;

	for (; is_digit(*at); at++)
		exponent = exponent > EXPONENT_MAX ? exponent : exponent * 10 + (*at - '0');
	*ret = exponent;
	return at;
}

/* Correctly rounded: both operands exact and one rounding, or strtod. */
static double
to_double(const char *start, bool is_negative, const struct digits *digits, long exponent)
{
	static const double powers[EXACT_POWER_MAX + 1] = {
		1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
	};

	bool is_exact = !digits->is_cut && digits->mantissa <= MANTISSA_EXACT_MAX &&
	    exponent >= -EXACT_POWER_MAX && exponent <= EXACT_POWER_MAX;
	if (!is_exact)
		return strtod(start, NULL);
	double value = (double)digits->mantissa;
	value = exponent < 0 ? value / powers[-exponent] : value * powers[exponent];
	return is_negative ? -value : value;
}

static const char *
finish_real(const char *start, const char *end, double real, struct json_value *ret, const char **ret_message)
{
	ret->type = JSON_REAL;
	ret->real = real;
	ret->number = start;
	ret->n = (uint32_t)(end - start);
	if (isfinite(real))
		return end;
	*ret_message = "number outside the range of a double";
	return start;
}

static const char *
finish_integer(const char *start, const char *end, const struct digits *digits, const struct json_limits *limits,
    struct json_value *ret, const char **ret_message)
{
	bool is_negative = *start == '-';
	uint64_t most = (uint64_t)INT64_MAX + is_negative;

	if (!digits->is_cut && digits->mantissa <= most) {
		ret->type = JSON_INT;
		ret->integer = is_negative ? (int64_t)(0 - digits->mantissa) : (int64_t)digits->mantissa;
		return end;
	}
	if (limits->allow_big_numbers)
		return finish_real(start, end, strtod(start, NULL), ret, ret_message);
	*ret_message = "integer outside the 64-bit range";
	return start;
}

static const char *
refuse(const char *at, const char *message, const char **ret_message)
{
	*ret_message = message;
	return at;
}

const char *
json_number_read(const char *start, const struct json_limits *limits, struct json_value *ret,
    const char **ret_message)
{
	struct digits digits = { 0 };
	const char *at = start + (*start == '-');
	long n_fraction = 0;
	long exponent = 0;

	if (!is_digit(*at))
		return refuse(at, "expected a digit", ret_message);
	if (*at == '0' && is_digit(at[1]))
		return refuse(at, "a number must not start with 0", ret_message);
	at = read_digits(at, &digits);
	if (*at != '.' && *at != 'e' && *at != 'E')
		return finish_integer(start, at, &digits, limits, ret, ret_message);

	if (*at == '.') {
		const char *fraction = at + 1;
		if (!is_digit(*fraction))
			return refuse(fraction, "expected a digit after the decimal point", ret_message);
		at = read_digits(fraction, &digits);
		n_fraction = at - fraction;
	}
	if (*at == 'e' || *at == 'E') {
		bool is_negative = at[1] == '-';
		at += is_negative || at[1] == '+' ? 2 : 1;
		if (!is_digit(*at))
			return refuse(at, "expected a digit in the exponent", ret_message);
		at = read_exponent(at, &exponent);
		exponent = is_negative ? -exponent : exponent;
	}
	double real = to_double(start, *start == '-', &digits, exponent - n_fraction);
	return finish_real(start, at, real, ret, ret_message);
}
