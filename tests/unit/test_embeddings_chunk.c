/* Chunks: golden files, and cuts that lose nothing. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chunk.h"
#include "utf8.h"

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(64 * 1024 * 1024);
}

static void
teardown(void)
{
	arena_free(arena);
}

static const struct json_value *
parse(const char *text, size_t n)
{
	struct json_error wrong;
	const struct json_value *value = json_parse(arena, text, n, NULL, &wrong);

	ck_assert_msg(value, "%s", wrong.message);
	return value;
}

static char *
read_file(const char *path, size_t *ret_n)
{
	FILE *file = fopen(path, "rb");
	char *text = arena_alloc(arena, 256 * 1024);

	ck_assert_msg(file, "cannot read %s: run it from the root of the tree", path);
	*ret_n = fread(text, 1, 256 * 1024 - 1, file);
	(void)fclose(file);
	return text;
}

/* tests/unit/chunks/NAME.json holds schema and data, NAME.txt what is to come of them. */
static const char *const golden[] = { "flat", "nested", "blocks", "localised", "left_out", "no_schema" };

START_TEST(an_item_becomes_these_chunks)
{
	size_t n, n_wanted;
	const char *path = arena_printf(arena, "tests/unit/chunks/%s.json", golden[_i]);
	const char *text = read_file(path, &n);
	const struct json_value *all = parse(text, n), *schema = json_get(all, "schema");
	struct chunk_list chunks = chunks_make(arena, schema && schema->type == JSON_OBJECT ? schema : NULL, json_get(all, "data"));
	struct buf out;

	buf_init(&out, arena, 4096);
	const char *title = chunks_title(arena, schema, json_get(all, "data"));
	buf_printf(&out, "title: %s\n", title ? title : "(none)");
	for (size_t i = 0; i < chunks.n; i++)
		buf_printf(&out, "--- %zu %s\n%s\n", i, chunks.list[i].locale ? chunks.list[i].locale : "(any)", chunks.list[i].text);
	buf_add_text(&out, "--- public\n");
	chunks_public_data(&out, schema, json_get(all, "data"));
	buf_add_char(&out, '\n');
	path = arena_printf(arena, "tests/unit/chunks/%s.txt", golden[_i]);
	if (getenv("GOLDEN_WRITE")) {
		FILE *file = fopen(path, "wb");
		ck_assert(file && fwrite(out.bytes, 1, out.len, file) == out.len);
		(void)fclose(file);
	}
	const char *wanted = read_file(path, &n_wanted);
	ck_assert_msg(out.len == n_wanted && memcmp(out.bytes, wanted, n_wanted) == 0, "%s: wanted\n%s\nfound\n%s", golden[_i], wanted, out.bytes);
}
END_TEST

static size_t
units_of(const char *text, size_t n)
{
	size_t units = 0;

	for (size_t at = 0; at < n;) {
		size_t own = utf8_sequence(text + at, n - at);
		ck_assert_msg(own > 0, "cut inside a character at %zu", at);
		units += own == 4 ? 2 : 1;
		at += own;
	}
	return units;
}

static struct chunk_list
chunks_of_text(const char *text)
{
	struct buf json;

	buf_init(&json, arena, 2 * strlen(text) + 64);
	buf_add_text(&json, "{\"t\":");
	buf_add_json_text(&json, text, strlen(text));
	buf_add_char(&json, '}');
	return chunks_make(arena, NULL, parse(json.bytes, json.len));
}

static const struct cut_row {
	const char *label, *piece;
	size_t n_pieces, n_min, n_max; /* chunks */
} cuts[] = {
	{ "one short text", "Hello. ", 3, 1, 1 },
	{ "sentences", "This is a sentence of some length that ends. ", 100, 5, 7 },
	{ "lines", "a line without any full stop\n", 200, 6, 9 },
	{ "no spaces", "abcdefghij", 500, 5, 6 },
	{ "four-byte characters", "\xf0\x9f\x90\xb1", 2000, 4, 5 },
	{ "three-byte characters and spaces", "\xe6\x97\xa5\xe6\x9c\xac ", 1000, 3, 5 },
	{ "one word after another", "word ", 1000, 5, 8 },
	{ "blank lines", "word.\n\n\n\n", 400, 2, 5 },
};

START_TEST(cuts_are_bounded_and_whole)
{
	const struct cut_row *row = &cuts[_i];
	struct buf text;

	buf_init(&text, arena, strlen(row->piece) * row->n_pieces + 1);
	for (size_t i = 0; i < row->n_pieces; i++)
		buf_add_text(&text, row->piece);
	struct chunk_list chunks = chunks_of_text(text.bytes);
	ck_assert_msg(chunks.n >= row->n_min && chunks.n <= row->n_max, "%s: %zu chunks", row->label, chunks.n);
	for (size_t i = 0; i < chunks.n; i++) {
		size_t units = units_of(chunks.list[i].text, chunks.list[i].n);
		ck_assert_msg(units > 0 && units <= CHUNK_UNITS_MAX, "%s: chunk %zu has %zu units", row->label, i, units);
	}
}
END_TEST

START_TEST(every_word_is_in_a_chunk)
{
	struct buf text;

	buf_init(&text, arena, 64 * 1024);
	for (int i = 0; i < 3000; i++)
		buf_printf(&text, "w%d%s", i, i % 11 == 10 ? ". " : " ");
	struct chunk_list chunks = chunks_of_text(text.bytes);
	for (int i = 0; i < 3000; i++) {
		const char *word = arena_printf(arena, "w%d", i);
		size_t n = strlen(word);
		bool is_found = false;
		for (size_t j = 0; j < chunks.n && !is_found; j++) {
			for (const char *at = strstr(chunks.list[j].text, word); at && !is_found; at = strstr(at + 1, word))
				is_found = at[n] == ' ' || at[n] == '.' || at[n] == '\0';
		}
		ck_assert_msg(is_found, "%s", word);
	}
}
END_TEST

START_TEST(a_changed_sentence_changes_few_hashes)
{
	struct buf a, b;
	size_t n_same = 0;

	buf_init(&a, arena, 64 * 1024);
	buf_init(&b, arena, 64 * 1024);
	for (int i = 0; i < 300; i++) {
		buf_printf(&a, "Sentence number %d says one thing.\n", i);
		buf_printf(&b, i == 299 ? "Sentence number %d says another thing.\n" : "Sentence number %d says one thing.\n", i);
	}
	struct chunk_list before = chunks_of_text(a.bytes), after = chunks_of_text(b.bytes);
	for (size_t i = 0; i < before.n && i < after.n; i++)
		n_same += strcmp(before.list[i].hash, after.list[i].hash) == 0;
	ck_assert_uint_ge(n_same, before.n - 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("chunk");
	TCase *tests = tcase_create("chunk");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, an_item_becomes_these_chunks, 0, sizeof(golden) / sizeof(golden[0]));
	tcase_add_loop_test(tests, cuts_are_bounded_and_whole, 0, sizeof(cuts) / sizeof(cuts[0]));
	tcase_add_test(tests, every_word_is_in_a_chunk);
	tcase_add_test(tests, a_changed_sentence_changes_few_hashes);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
