/* The forms service has no settings of its own. */
#include "forms.h"

const struct setting forms_setting_table[] = { { .name = NULL } };
const size_t forms_n_settings = 0;
