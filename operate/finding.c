/* What an examination found. */
#include "finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"

static const char *const words[] = { "ok", "warn", "fail" };
/* Green, yellow, red. */
static const char *const colours[] = { "\033[32m", "\033[33m", "\033[31m" };

void
finding_add(struct findings *findings, const char *area, enum verdict verdict, const char *remedy, const char *format, ...)
{
	va_list args;

	findings->n_of[verdict]++;
	if (findings->n == FINDINGS_MAX)
		return;
	va_start(args, format);
	findings->list[findings->n++] = (struct finding){ area, verdict, arena_vprintf(findings->arena, format, args),
		remedy ? arena_strdup(findings->arena, remedy) : NULL };
	va_end(args);
}

void
findings_print(const struct findings *findings)
{
	bool is_coloured = isatty(STDOUT_FILENO) == 1;
	const char *area = "";

	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->list[i];
		if (strcmp(area, finding->area) != 0)
			printf("%s%s\n", i ? "\n" : "", finding->area);
		area = finding->area;
		printf("  %s%-4s%s  %s\n", is_coloured ? colours[finding->verdict] : "", words[finding->verdict], is_coloured ? "\033[0m" : "",
		    finding->message);
		if (finding->remedy)
			printf("        do: %s\n", finding->remedy);
	}
	printf("\n%zu checks: %zu ok, %zu warnings, %zu failures\n", findings->n_of[0] + findings->n_of[1] + findings->n_of[2], findings->n_of[0],
	    findings->n_of[1], findings->n_of[2]);
}

static void
add_member(struct buf *json, const char *name, const char *text)
{
	buf_printf(json, "\"%s\":", name);
	if (text)
		buf_add_json_text(json, text, strlen(text));
	else
		buf_add_text(json, "null");
}

void
findings_print_json(const struct findings *findings)
{
	struct buf json;

	buf_init(&json, findings->arena, 16384);
	buf_printf(&json, "{\"status\":\"%s\",\"ok\":%zu,\"warnings\":%zu,\"failures\":%zu,\"findings\":[",
	    words[findings->n_of[2] ? 2 : findings->n_of[1] ? 1 : 0], findings->n_of[0], findings->n_of[1], findings->n_of[2]);
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->list[i];
		buf_printf(&json, "%s{\"area\":\"%s\",\"verdict\":\"%s\",", i ? "," : "", finding->area, words[finding->verdict]);
		add_member(&json, "message", finding->message);
		buf_add_char(&json, ',');
		add_member(&json, "remedy", finding->remedy);
		buf_add_char(&json, '}');
	}
	buf_add_text(&json, "]}");
	puts(json.bytes);
}
