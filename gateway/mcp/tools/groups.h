/* Profiles of people's work: the tools that one kind of agent needs. */
#ifndef GROUPS_H
#define GROUPS_H

#include "contract/operation.h"

/* What tools/list has.  The last four are groups. */
enum mcp_profile { MCP_PROFILE_DEFAULT, MCP_PROFILE_REGISTRY, MCP_PROFILE_ALL, MCP_PROFILE_AUTHOR, MCP_PROFILE_REVIEWER, MCP_PROFILE_OPERATOR, MCP_PROFILE_BUYER };

/* MCP_PROFILE_DEFAULT: no profile has the name. */
enum mcp_profile group_named(const char *name);

/* Does the list of a profile have the operation's tool?  Profiles that are no groups have none. */
bool group_has(enum mcp_profile profile, const struct operation *operation);

#endif
