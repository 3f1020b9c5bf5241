/* Style sheet and script of forms, built into the program.  Compiled from the root of the tree. */
#include "page/page.h"

#define EMBED(symbol, path) \
	__asm__(".section .rodata\n" \
		".balign 16\n" \
		#symbol ":\n.incbin \"" path "\"\n" \
		".byte 0\n.text\n"); \
	extern const char symbol[]

EMBED(form_style_begin, "services/forms/page/form.css");
EMBED(form_client_begin, "services/forms/page/embed.js");

const char *
page_style(void)
{
	return form_style_begin;
}

const char *
page_client(void)
{
	return form_client_begin;
}
