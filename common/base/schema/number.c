/* Comparing and dividing JSON numbers exactly. */
#include <math.h>

#include "schema/internal.h"

enum { MANTISSA_DIGITS_MAX = 19, EXPONENT_MAX = 99999 };

static int
compare_integer_to_real(int64_t integer, double real)
{
	if (real >= 0x1p63)
		return -1;
	if (real < -0x1p63)
		return 1;
	int64_t whole = (int64_t)real;
	if (integer != whole)
		return integer < whole ? -1 : 1;
	double rest = real - (double)whole;
	return rest > 0 ? -1 : rest < 0;
}

int
schema_compare_numbers(const struct json_value *a, const struct json_value *b)
{
	if (a->type == JSON_INT && b->type == JSON_INT)
		return a->integer < b->integer ? -1 : a->integer > b->integer;
	if (a->type == JSON_REAL && b->type == JSON_REAL)
		return a->real < b->real ? -1 : a->real > b->real;
	if (a->type == JSON_INT)
		return compare_integer_to_real(a->integer, b->real);
	return -compare_integer_to_real(b->integer, a->real);
}

/* ---- decimals ---- */

static struct schema_decimal
decimal_of_text(const char *at, const char *end)
{
	struct schema_decimal decimal = { .is_exact = true };
	bool is_fraction = false;
	long exponent = 0;
	int n_digits = 0;

	at += at < end && *at == '-';
	for (; at < end && *at != 'e' && *at != 'E'; at++) {
		if (*at == '.') {
			is_fraction = true;
			continue;
		}
		if (n_digits == MANTISSA_DIGITS_MAX) {
			decimal.is_exact = decimal.is_exact && *at == '0';
			decimal.exponent += !is_fraction;
			continue;
		}
		decimal.mantissa = decimal.mantissa * 10 + (uint64_t)(*at - '0');
		decimal.exponent -= is_fraction;
		n_digits += decimal.mantissa != 0;
	}
	bool is_negative = at + 1 < end && at[1] == '-';
	for (at++; at < end; at++) {
		if (*at >= '0' && *at <= '9' && exponent <= EXPONENT_MAX)
			exponent = exponent * 10 + (*at - '0');
	}
	decimal.exponent += is_negative ? -exponent : exponent;
	return decimal;
}

struct schema_decimal
schema_decimal_of(const struct json_value *number)
{
	if (number->type == JSON_INT) {
		uint64_t bits = (uint64_t)number->integer;
		return (struct schema_decimal){ .mantissa = number->integer < 0 ? 0 - bits : bits, .is_exact = true };
	}
	if (!number->number)
		return (struct schema_decimal){ .is_exact = false };
	return decimal_of_text(number->number, number->number + number->n);
}

/* mantissa * 10^power modulo divisor */
static uint64_t
scaled_remainder(uint64_t mantissa, long power, uint64_t divisor)
{
	__extension__ typedef unsigned __int128 wide;
	uint64_t rest = mantissa % divisor;

	for (; power > 0 && rest != 0; power--)
		rest = (uint64_t)((wide)rest * 10 % divisor);
	return rest;
}

static bool
is_decimal_multiple(struct schema_decimal value, const struct schema_decimal *divisor)
{
	long power = value.exponent - divisor->exponent;

	if (value.mantissa == 0)
		return true;
	for (; power < 0 && value.mantissa % 10 == 0; power++)
		value.mantissa /= 10;
	if (power < 0) /* the divisor times 10^-power would have to divide a number that 10 does not */
		return false;
	return scaled_remainder(value.mantissa, power, divisor->mantissa) == 0;
}

bool
schema_is_multiple(const struct json_value *number, const struct schema_number_rules *rules)
{
	const struct json_value *divisor = rules->multiple_of;

	if (number->type == JSON_INT && divisor->type == JSON_INT)
		return number->integer % divisor->integer == 0;
	struct schema_decimal value = schema_decimal_of(number);
	if (value.is_exact && rules->divisor.is_exact && rules->divisor.mantissa != 0)
		return is_decimal_multiple(value, &rules->divisor);
	double real = number->type == JSON_INT ? (double)number->integer : number->real;
	return fmod(real, divisor->type == JSON_INT ? (double)divisor->integer : divisor->real) == 0;
}
