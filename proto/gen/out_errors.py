"""error_codes.h and error_codes.c: the error catalogue."""

from ctext import NOTICE, literal
from naming import error_symbol


def header(contract):
    codes = ",\n".join("\t" + error_symbol(code) for code in sorted(contract.errors))
    return f"""{NOTICE}
#ifndef ERROR_CODES_H
#define ERROR_CODES_H

#include "error.h"

enum error_code {{
{codes},
	ERROR_CODES_N
}};

extern const struct error_info error_catalogue[]; /* by enum error_code */

/* The row of a code given as text, or NULL. */
const struct error_info *error_find(const char *code);

#endif
"""


def row(error):
    return (f"\t[{error_symbol(error.code)}] = {{ .code = {literal(error.code)}, .status = {error.status}, "
            f".is_retryable = {str(error.retryable).lower()}, .title = {literal(error.title)},\n"
            f"\t    .remediation = {literal(error.remediation)} }},")


def source(contract):
    rows = "\n".join(row(contract.errors[code]) for code in sorted(contract.errors))
    return f"""{NOTICE}
#include <stdlib.h>
#include <string.h>

#include "error_codes.h"

/* Sorted by code. */
const struct error_info error_catalogue[] = {{
{rows}
}};

static int
compare_code(const void *code, const void *info)
{{
	return strcmp(code, ((const struct error_info *)info)->code);
}}

const struct error_info *
error_find(const char *code)
{{
	return bsearch(code, error_catalogue, ERROR_CODES_N, sizeof error_catalogue[0], compare_code);
}}
"""


def outputs(contract):
    return {"error_codes.h": header(contract), "error_codes.c": source(contract)}
