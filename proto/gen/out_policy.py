"""policy_rules.c: the table that common/base/contract/policy.c reads."""

from ctext import NOTICE, literal

PLATFORM = "platform" # the scope that no key has: it asks for a platform administrator


def texts(items):
    return "(const char *const[]){ " + "".join(f"{literal(item)}, " for item in items) + "NULL }"


def rule_row(rule):
    is_platform = rule["scope"] == PLATFORM
    scopes = [] if is_platform else [rule["scope"], *rule.get("also", [])]
    return (f"\t{{ .patterns = {texts(rule['operations'])},\n\t    .scopes = {texts(scopes)}, "
            f".is_platform = {str(is_platform).lower()}, .is_original = {str(rule.get('original', False)).lower()}, .code = {literal(rule['code'])} }},\n")


def outputs(contract):
    rows = "".join(rule_row(rule) for rule in contract.policy_rules)
    return {"policy_rules.c": f"""{NOTICE}
#include <stddef.h>

#include "contract/policy.h"

static const struct policy_rule rules[] = {{
{rows}}};

const struct policy_rules policy_rules = {{
\t.version = {literal(contract.policy["version"])},
\t.admin_scopes = {texts(contract.policy["admin"])},
\t.rules = rules,
}};
"""}
