/* convert: a domain of WordClaw 1.54 becomes the file that `wordclaw import` takes.  What is read and how is wordclaw_1_54.sql. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operate.h"
#include "report.h"
#include "secret.h"

enum { FETCHED_AT_ONCE = 50, KINDS = 4 };

/* Compiled from the root of the tree. */
__asm__(".section .rodata\n"
	"wordclaw_1_54_begin:\n.incbin \"operate/wordclaw_1_54.sql\"\n"
	".byte 0\n.text\n");
extern const char wordclaw_1_54_begin[];

/* As the export's manifest counts them. */
static const char *const kinds[KINDS] = { "type", "asset", "version", "item" };

struct conversion {
	struct arena *arena;
	struct session session;
	const char *path, *domain;
	FILE *file;
	struct sha256 *sum;
	int64_t n[KINDS], n_records;
};

/* "-- name: types" and what follows it. */
static const char *
statement(const struct conversion *conversion, const char *name)
{
	const char *mark = arena_printf(conversion->arena, "-- name: %s\n", name);
	const char *begin = strstr(wordclaw_1_54_begin, mark);

	if (!begin)
		report_fail("there is no statement '%s'", name);
	begin += strlen(mark);
	const char *end = strstr(begin, "-- name: ");
	return arena_strndup(conversion->arena, begin, end ? (size_t)(end - begin) : strlen(begin));
}

static void
write_line(struct conversion *conversion, const char *line, bool is_record)
{
	size_t n = strlen(line);

	sha256_add(conversion->sum, line, n);
	sha256_add(conversion->sum, "\n", 1);
	if (fwrite(line, 1, n, conversion->file) != n || fputc('\n', conversion->file) == EOF)
		report_fail("%s: %s", conversion->path, strerror(errno));
	if (!is_record)
		return;
	conversion->n_records++;
	for (size_t i = 0; i < KINDS; i++) {
		const char *mark = arena_printf(conversion->arena, "{\"kind\":\"%s\"", kinds[i]);
		conversion->n[i] += strncmp(line, mark, strlen(mark)) == 0;
	}
}

/* In bounded memory, whatever there is. */
static void
write_records(struct conversion *conversion, const char *name)
{
	const char *params[] = { conversion->domain, NULL };
	const char *sql = statement(conversion, name), *fetch = arena_printf(conversion->arena, "FETCH %d FROM records", FETCHED_AT_ONCE);
	size_t n;

	conversion->session.doing = name;
	(void)session_list(&conversion->session, arena_printf(conversion->arena, "DECLARE records CURSOR FOR %s", sql), params);
	do {
		struct arena_mark mark = arena_mark(conversion->arena);
		struct session_rows rows = session_list(&conversion->session, fetch, NULL);
		n = rows.n;
		for (size_t i = 0; i < n; i++)
			write_line(conversion, rows.list[i].columns[0], true);
		arena_rewind(conversion->arena, mark);
	} while (n > 0);
	session_run(&conversion->session, "CLOSE records");
}

static void
write_manifest(struct conversion *conversion)
{
	char hash[SHA256_HEX_BYTES];

	sha256_end(conversion->sum, hash);
	(void)fprintf(conversion->file, "{\"kind\":\"manifest\",\"records\":%" PRId64, conversion->n_records);
	for (size_t i = 0; i < KINDS; i++)
		(void)fprintf(conversion->file, ",\"%ss\":%" PRId64, kinds[i], conversion->n[i]);
	(void)fprintf(conversion->file, ",\"sha256\":\"%s\"}\n", hash);
	if (fclose(conversion->file) != 0)
		report_fail("%s: %s", conversion->path, strerror(errno));
}

/* What an operator should know before the import. */
static void
tell_differences(struct conversion *conversion)
{
	const char *params[] = { conversion->domain, NULL };

	struct session_rows rows = session_list(&conversion->session, statement(conversion, "left_out"), params);
	for (size_t i = 0; i < rows.n; i++)
		report_warn("item %s is left out: its data is no JSON object", rows.list[i].columns[0]);
	rows = session_list(&conversion->session, statement(conversion, "other_statuses"), params);
	for (size_t i = 0; i < rows.n; i++)
		report_warn("items with the status '%s' become drafts", rows.list[i].columns[0]);
	(void)printf("%s: %" PRId64 " types, %" PRId64 " items with %" PRId64 " earlier versions, what is known of %" PRId64 " assets\n", conversion->path, conversion->n[0],
	    conversion->n[3], conversion->n[2], conversion->n[1]);
	(void)printf("An installation that has not given these ids to anybody sets them aside first:\n  wordclaw-content --reserve-ids %s\nThen, with a key of the tenant that is to have it:\n  wordclaw import %s --dry-run\n",
	    session_text(&conversion->session, statement(conversion, "last_id"), params), conversion->path);
}

static void
check_domain(struct conversion *conversion)
{
	const char *params[] = { conversion->domain, NULL };

	if (conversion->domain && strspn(conversion->domain, "0123456789") == strlen(conversion->domain) && strlen(conversion->domain) < 10 &&
	    session_is(&conversion->session, statement(conversion, "has_domain"), params))
		return;
	report_warn("%s; there are:", conversion->domain ? "there is no such domain" : "--domain is missing");
	struct session_rows rows = session_list(&conversion->session, statement(conversion, "domains"), NULL);
	for (size_t i = 0; i < rows.n; i++)
		report_warn("  --domain %s   %s", rows.list[i].columns[0], rows.list[i].columns[1]);
	exit(2);
}

int
convert_run(struct operate *operate, int argc, char **argv)
{
	struct conversion conversion = { .arena = operate->arena };
	const char *url = NULL;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--from") == 0 && i + 1 < argc)
			url = argv[++i];
		else if (strcmp(argv[i], "--domain") == 0 && i + 1 < argc)
			conversion.domain = argv[++i];
		else
			conversion.path = argv[i];
	}
	if (!url || !conversion.path)
		report_fail("usage: wordclaw-operate convert FILE --from URL --domain ID; example: wordclaw-operate convert old.ndjson --from postgresql://reader:...@db.example.com/wordclaw --domain 1");
	session_open(&conversion.session, operate->arena, url);
	conversion.session.doing = "WordClaw 1.54";
	session_run(&conversion.session, statement(&conversion, "prepare"));
	session_run(&conversion.session, statement(&conversion, "begin"));
	check_domain(&conversion);
	conversion.file = fopen(conversion.path, "wx");
	if (!conversion.file)
		report_fail("%s: %s", conversion.path, strerror(errno));
	conversion.sum = sha256_begin();
	write_line(&conversion, "{\"kind\":\"wordclaw-export\",\"format\":1}", false);
	write_records(&conversion, "types");
	write_records(&conversion, "assets");
	write_records(&conversion, "items");
	write_manifest(&conversion);
	tell_differences(&conversion);
	session_close(&conversion.session);
	return EXIT_SUCCESS;
}
