/* `wordclaw provision --skills`: what an agent should know of this workspace, as a file that agents read by themselves. */
#ifndef SKILLS_H
#define SKILLS_H

#include "cli/cli.h"

#define SKILLS_PATH ".claude/skills/wordclaw/SKILL.md"

/* Write the file, or with is_check say whether it is what would be written: CLI_NO when it is not.  path NULL: SKILLS_PATH. */
int skills_run(struct cli *cli, const char *path, bool is_check);

#endif
