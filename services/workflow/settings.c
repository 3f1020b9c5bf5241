/* The workflow service has no settings of its own. */
#include "workflow.h"

const struct setting workflow_setting_table[] = { { .name = NULL } };
const size_t workflow_n_settings = 0;
