/* Vectors: those of this process, and what a server that speaks OpenAI's format answers. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"
#include "provider.h"

static struct arena *arena;

static void
setup(void)
{
	arena = arena_new(16 * 1024 * 1024);
}

static void
teardown(void)
{
	arena_free(arena);
}

/* ---- local ---- */

static float
similarity(const char *a, const char *b)
{
	float left[LOCAL_DIMENSION], right[LOCAL_DIMENSION], sum = 0;

	local_embed(a, strlen(a), left);
	local_embed(b, strlen(b), right);
	for (int i = 0; i < LOCAL_DIMENSION; i++)
		sum += left[i] * right[i];
	return sum;
}

static const struct nearer_row {
	const char *text, *near, *far;
} nearer[] = {
	{ "doctor", "physician", "carpet" },
	{ "car", "automobile", "poem" },
	{ "repairing a leaky faucet", "mending a dripping tap", "voting in an election" },
	{ "Running dogs", "a dog runs", "taxes on income" },
	{ "children went", "a child goes", "the bank of a river" },
	{ "frobnicator manual", "the FROBNICATORS", "quuxification" },
	{ "wichtige Nachrichten", "Nachricht", "Fahrradreifen" },
};

START_TEST(texts_that_mean_alike_are_nearer)
{
	const struct nearer_row *row = &nearer[_i];
	float near = similarity(row->text, row->near), far = similarity(row->text, row->far);

	ck_assert_msg(near > far + 0.1f, "'%s': %f to '%s', %f to '%s'", row->text, (double)near, row->near, (double)far, row->far);
}
END_TEST

START_TEST(a_vector_has_length_one_or_none)
{
	ck_assert_float_eq_tol(similarity("some words", "some words"), 1.0f, 0.0001f);
	ck_assert_float_eq(similarity("", "word"), 0);
	ck_assert_float_eq(similarity("the of and", "word"), 0);
	ck_assert_float_eq(similarity("!? -- ...", "word"), 0);
}
END_TEST

START_TEST(long_words_and_any_bytes_are_taken)
{
	char word[500];
	float vector[LOCAL_DIMENSION];

	memset(word, 'x', sizeof(word));
	local_embed(word, sizeof(word), vector);
	ck_assert(isfinite(vector[0]));
	for (size_t i = 0; i < sizeof(word); i++)
		word[i] = (char)(i * 7 + 1);
	local_embed(word, sizeof(word), vector);
	ck_assert(isfinite(vector[0]));
}
END_TEST

/* ---- the wire ---- */

START_TEST(a_request_lists_its_texts)
{
	const struct provider_text texts[] = { { "one \"two\"", 9 }, { "three", 5 } };
	struct buf body;

	buf_init(&body, arena, 64);
	openai_write_request(&body, "m", texts, 2);
	ck_assert_str_eq(body.bytes, "{\"model\":\"m\",\"encoding_format\":\"base64\",\"input\":[\"one \\\"two\\\"\",\"three\"]}");
}
END_TEST

static const struct answer_row {
	const char *label, *body;
	const char *first, *second; /* NULL: refused */
	bool is_size;
} answers[] = {
	{ "floats", "{\"data\":[{\"index\":0,\"embedding\":[1,0.5]},{\"index\":1,\"embedding\":[-2,1e-3]}]}", "[1,0.5]", "[-2,0.001]", false },
	{ "in another order", "{\"data\":[{\"index\":1,\"embedding\":[0,1]},{\"index\":0,\"embedding\":[1,0]}]}", "[1,0]", "[0,1]", false },
	{ "without index", "{\"data\":[{\"embedding\":[1,0]},{\"embedding\":[0,1]}]}", "[1,0]", "[0,1]", false },
	{ "base64", "{\"object\":\"list\",\"data\":[{\"index\":0,\"embedding\":\"AACAPwAAAD8=\"},{\"index\":1,\"embedding\":\"AAAAwAAAgL8=\"}]}", "[1,0.5]", "[-2,-1]", false },
	{ "base64 unpadded", "{\"data\":[{\"embedding\":\"AACAPwAAAD8\"},{\"embedding\":\"AAAAwAAAgL8\"}]}", "[1,0.5]", "[-2,-1]", false },
	{ "one too few", "{\"data\":[{\"index\":0,\"embedding\":[1,0]}]}", NULL, NULL, true },
	{ "three numbers", "{\"data\":[{\"embedding\":[1,0,0]},{\"embedding\":[0,1,0]}]}", NULL, NULL, true },
	{ "one twice", "{\"data\":[{\"index\":0,\"embedding\":[1,0]},{\"index\":0,\"embedding\":[0,1]}]}", NULL, NULL, false },
	{ "index out of range", "{\"data\":[{\"index\":0,\"embedding\":[1,0]},{\"index\":7,\"embedding\":[0,1]}]}", NULL, NULL, false },
	{ "negative index", "{\"data\":[{\"index\":-1,\"embedding\":[1,0]},{\"index\":0,\"embedding\":[0,1]}]}", NULL, NULL, false },
	{ "text in a list", "{\"data\":[{\"embedding\":[1,\"a\"]},{\"embedding\":[0,1]}]}", NULL, NULL, false },
	{ "no number", "{\"data\":[{\"embedding\":\"AADAfwAAgD8=\"},{\"embedding\":[0,1]}]}", NULL, NULL, false },
	{ "no direction", "{\"data\":[{\"embedding\":[0,0]},{\"embedding\":[0,1]}]}", NULL, NULL, false },
	{ "too large for a float", "{\"data\":[{\"embedding\":[1e300,1]},{\"embedding\":[0,1]}]}", NULL, NULL, false },
	{ "base64 of odd length", "{\"data\":[{\"embedding\":\"AAC=\"},{\"embedding\":[0,1]}]}", NULL, NULL, false },
	{ "no base64", "{\"data\":[{\"embedding\":\"???\"},{\"embedding\":[0,1]}]}", NULL, NULL, false },
	{ "null", "{\"data\":[null,{\"embedding\":[0,1]}]}", NULL, NULL, false },
	{ "an error", "{\"error\":{\"message\":\"no\"}}", NULL, NULL, false },
	{ "a list", "[1,2]", NULL, NULL, false },
	{ "no JSON", "<html>", NULL, NULL, false },
	{ "nothing", "", NULL, NULL, false },
	{ "cut off", "{\"data\":[{\"index\":0,\"embedding\":[1,", NULL, NULL, false },
};

START_TEST(an_answer_is_read_or_refused)
{
	const struct answer_row *row = &answers[_i];
	const char *vectors[2];
	bool is_size;

	const char *problem = openai_read_answer(arena, row->body, strlen(row->body), 2, 2, vectors, &is_size);
	ck_assert_msg(!problem == (row->first != NULL), "%s: %s", row->label, problem);
	ck_assert_msg(!problem || is_size == row->is_size, "%s: %s", row->label, problem);
	if (!problem)
		ck_assert_msg(strcmp(vectors[0], row->first) == 0 && strcmp(vectors[1], row->second) == 0, "%s: %s %s", row->label, vectors[0], vectors[1]);
}
END_TEST

START_TEST(a_model_says_its_provider_and_dimension)
{
	ck_assert(provider_is_remote("openai/org/name/768") && !provider_is_remote("local/" LOCAL_MODEL));
	ck_assert_int_eq(provider_dimension("openai/org/name/768"), 768);
	ck_assert_int_eq(provider_dimension("local/" LOCAL_MODEL), LOCAL_DIMENSION);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("provider");
	TCase *tests = tcase_create("provider");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, texts_that_mean_alike_are_nearer, 0, sizeof(nearer) / sizeof(nearer[0]));
	tcase_add_test(tests, a_vector_has_length_one_or_none);
	tcase_add_test(tests, long_words_and_any_bytes_are_taken);
	tcase_add_test(tests, a_request_lists_its_texts);
	tcase_add_loop_test(tests, an_answer_is_read_or_refused, 0, sizeof(answers) / sizeof(answers[0]));
	tcase_add_test(tests, a_model_says_its_provider_and_dimension);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
