/* The console: files that `make` has built from gateway/ui, read once and kept. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>

struct exchange;

/* directory: of the built files; "": ui beside the program's own directory, or build/ui of a checkout.  Logs what it found. */
void console_load(const char *directory);

bool console_is_there(void);

/* The packaged viewer of the API's description.  False: it was not built. */
bool console_answer_documentation(struct exchange *exchange);

#endif
