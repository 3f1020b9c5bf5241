"""How names of the contract become names in C and SQL."""

import re

C_KEYWORDS = frozenset(
    "auto bool break case char const continue default do double else enum extern false float for goto if inline int "
    "long register restrict return short signed sizeof static struct switch true typedef union unsigned void volatile "
    "while".split())


def snake(camel):
    """contentTypeId -> content_type_id"""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", camel).lower()


def c_member(field_name):
    name = snake(field_name)
    return name + "_" if name in C_KEYWORDS else name


def c_symbol(dotted):
    """content.items.get -> content_items_get"""
    return re.sub(r"[.\-]", "_", dotted)


def operation_symbol(operation_id):
    return "operation_" + c_symbol(operation_id)


def event_symbol(event_name):
    return "event_" + c_symbol(event_name)


def error_symbol(code):
    return "ERROR_" + code
