/* Fixtures that ask the client first: without its answers they say what they need, with them they finish. */
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "blocks.h"
#include "conformance.h"

#define ELICIT(message_, properties_, required_) \
	"{\"message\":\"" message_ "\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{" properties_ "},\"required\":[" required_ "]}}"
#define ASK_MODEL(text_, tokens_) \
	"{\"messages\":[{\"role\":\"user\",\"content\":" TEXT(text_) "}],\"maxTokens\":" tokens_ "}"
#define STRING "{\"type\":\"string\"}"

static const struct mcp_input_request ask_roots = { .key = "client_roots", .method = "roots/list", .params = DOC("{}") };

/* Asks, once. */
static const struct error *
ask(struct fixture_answer *out, const struct mcp_input_request *requests, size_t n)
{
	out->input_requests = (struct shape_list){ requests, n };
	return NULL;
}

/* A block of text made of what the client answered. */
static const struct error *
say(struct request *req, struct fixture_answer *out, const char *before, const char *answer)
{
	struct doc *content = ARENA_ARRAY(req->arena, struct doc, 1);
	const char *text = arena_printf(req->arena, "%s%s", before, answer);
	struct buf buf;
	buf_init(&buf, req->arena, 256);
	buf_add_text(&buf, "{\"type\":\"text\",\"text\":");
	buf_add_json_text(&buf, text, strlen(text));
	buf_add_char(&buf, '}');
	content[0] = (struct doc){ buf.bytes, buf.len };
	out->content = (struct shape_list){ content, 1 };
	return NULL;
}

/* ---- as clients of the session protocol know it ---- */

const struct error *
conformance_samples_ask(struct request *req, const struct conformance_samples_ask_request *in, struct fixture_answer *out)
{
	const char *answer = answer_member(req->arena, in->input_responses, "sample", "content", "text");
	if (answer)
		return say(req, out, "LLM response: ", answer);
	struct mcp_input_request *request = ARENA_NEW(req->arena, struct mcp_input_request);
	struct buf buf;
	buf_init(&buf, req->arena, 256);
	buf_add_text(&buf, "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":");
	buf_add_json_text(&buf, in->prompt, strlen(in->prompt));
	buf_add_text(&buf, "}}],\"maxTokens\":100}");
	*request = (struct mcp_input_request){ .key = "sample", .method = "sampling/createMessage", .params = { buf.bytes, buf.len } };
	return ask(out, request, 1);
}

const struct error *
conformance_questions_ask(struct request *req, const struct conformance_questions_ask_request *in, struct fixture_answer *out)
{
	const char *answer = answer_text(req->arena, in->input_responses, "user");
	if (answer)
		return say(req, out, "User response: ", answer);
	struct mcp_input_request *request = ARENA_NEW(req->arena, struct mcp_input_request);
	struct buf buf;
	buf_init(&buf, req->arena, 256);
	buf_add_text(&buf, "{\"message\":");
	buf_add_json_text(&buf, in->message, strlen(in->message));
	buf_add_text(&buf, ",\"requestedSchema\":{\"type\":\"object\",\"properties\":{"
	    "\"username\":{\"type\":\"string\",\"description\":\"User's response\"},"
	    "\"email\":{\"type\":\"string\",\"description\":\"User's email address\"}},\"required\":[\"username\",\"email\"]}}");
	*request = (struct mcp_input_request){ .key = "user", .method = "elicitation/create", .params = { buf.bytes, buf.len } };
	return ask(out, request, 1);
}

const struct error *
conformance_defaults_ask(struct request *req, const struct conformance_defaults_ask_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request request = { .key = "user", .method = "elicitation/create", .params = DOC(
	    ELICIT("Please check these values",
	    "\"name\":{\"type\":\"string\",\"description\":\"Name\",\"default\":\"John Doe\"},"
	    "\"age\":{\"type\":\"integer\",\"description\":\"Age\",\"default\":30},"
	    "\"score\":{\"type\":\"number\",\"description\":\"Score\",\"default\":95.5},"
	    "\"status\":{\"type\":\"string\",\"description\":\"Status\",\"enum\":[\"active\",\"inactive\",\"pending\"],\"default\":\"active\"},"
	    "\"verified\":{\"type\":\"boolean\",\"description\":\"Verified\",\"default\":true}", "")) };
	const char *answer = answer_text(req->arena, in->input_responses, "user");
	return answer ? say(req, out, "Elicitation completed: ", answer) : ask(out, &request, 1);
}

const struct error *
conformance_choices_ask(struct request *req, const struct conformance_choices_ask_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request request = { .key = "user", .method = "elicitation/create", .params = DOC(
	    ELICIT("Please choose",
	    "\"untitledSingle\":{\"type\":\"string\",\"enum\":[\"option1\",\"option2\",\"option3\"]},"
	    "\"titledSingle\":{\"type\":\"string\",\"oneOf\":[{\"const\":\"value1\",\"title\":\"First Option\"},{\"const\":\"value2\",\"title\":\"Second Option\"},{\"const\":\"value3\",\"title\":\"Third Option\"}]},"
	    "\"legacyEnum\":{\"type\":\"string\",\"enum\":[\"opt1\",\"opt2\",\"opt3\"],\"enumNames\":[\"Option One\",\"Option Two\",\"Option Three\"]},"
	    "\"untitledMulti\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"option1\",\"option2\",\"option3\"]}},"
	    "\"titledMulti\":{\"type\":\"array\",\"items\":{\"anyOf\":[{\"const\":\"value1\",\"title\":\"First Choice\"},{\"const\":\"value2\",\"title\":\"Second Choice\"},{\"const\":\"value3\",\"title\":\"Third Choice\"}]}}", "")) };
	const char *answer = answer_text(req->arena, in->input_responses, "user");
	return answer ? say(req, out, "Elicitation completed: ", answer) : ask(out, &request, 1);
}

const struct error *
conformance_needs_sample(struct request *req, const struct conformance_needs_sample_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request request = { .key = "sample", .method = "sampling/createMessage", .params = DOC(
	    ASK_MODEL("Say something", "10")) };
	const char *answer = answer_member(req->arena, in->input_responses, "sample", "content", "text");
	return answer ? say(req, out, "The model said: ", answer) : ask(out, &request, 1);
}

const struct error *
conformance_streams_ask(struct request *req, const struct conformance_streams_ask_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request request = { .key = "user", .method = "elicitation/create", .params = DOC(
	    ELICIT("Who is there?", "\"name\":" STRING, "\"name\"")) };
	const char *answer = answer_member(req->arena, in->input_responses, "user", "content", "name");
	return answer ? say(req, out, "Hello, ", answer) : ask(out, &request, 1);
}

/* ---- as clients of the stateless protocol know it ---- */

const struct error *
conformance_inputs_name(struct request *req, const struct conformance_inputs_name_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request request = { .key = "user_name", .method = "elicitation/create", .params = DOC(
	    ELICIT("What is your name?", "\"name\":" STRING, "\"name\"")) };
	const char *answer = answer_member(req->arena, in->input_responses, "user_name", "content", "name");
	return answer ? say(req, out, "Hello, ", answer) : ask(out, &request, 1);
}

const struct error *
conformance_inputs_capital(struct request *req, const struct conformance_inputs_capital_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request request = { .key = "capital_question", .method = "sampling/createMessage", .params = DOC(
	    ASK_MODEL("What is the capital of France?", "100")) };
	const char *answer = answer_member(req->arena, in->input_responses, "capital_question", "content", "text");
	return answer ? say(req, out, "The model said: ", answer) : ask(out, &request, 1);
}

const struct error *
conformance_inputs_roots(struct request *req, const struct conformance_inputs_roots_request *in, struct fixture_answer *out)
{
	const char *answer = answer_text(req->arena, in->input_responses, "client_roots");
	return answer ? say(req, out, "Roots: ", answer) : ask(out, &ask_roots, 1);
}

/* The state comes back as it was sent, or the call is refused before we see it. */
static bool
is_back(const char *state, const char *sent)
{
	return state && strcmp(state, sent) == 0;
}

const struct error *
conformance_inputs_confirm(struct request *req, const struct conformance_inputs_confirm_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request request = { .key = "confirm", .method = "elicitation/create", .params = DOC(
	    ELICIT("Please confirm", "\"ok\":{\"type\":\"boolean\"}", "\"ok\"")) };
	const char *answer = answer_text(req->arena, in->input_responses, "confirm");
	if (answer && is_back(in->request_state, "inputs_confirm"))
		return say(req, out, "state-ok ", answer);
	out->request_state = "inputs_confirm";
	return ask(out, &request, 1);
}

const struct error *
conformance_inputs_sealed(struct request *req, const struct conformance_inputs_sealed_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request request = { .key = "confirm", .method = "elicitation/create", .params = DOC(
	    ELICIT("Please confirm", "\"ok\":{\"type\":\"boolean\"}", "\"ok\"")) };
	const char *answer = answer_text(req->arena, in->input_responses, "confirm");
	if (answer && is_back(in->request_state, "inputs_sealed"))
		return say(req, out, "state-ok ", answer);
	out->request_state = "inputs_sealed";
	return ask(out, &request, 1);
}

const struct error *
conformance_inputs_many(struct request *req, const struct conformance_inputs_many_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request requests[] = {
		{ .key = "user_name", .method = "elicitation/create", .params = DOC(
		    ELICIT("What is your name?", "\"name\":" STRING, "\"name\"")) },
		{ .key = "greeting", .method = "sampling/createMessage", .params = DOC(ASK_MODEL("Generate a greeting", "50")) },
		{ .key = "client_roots", .method = "roots/list", .params = DOC("{}") },
	};
	const char *name = answer_member(req->arena, in->input_responses, "user_name", "content", "name");
	const char *greeting = answer_member(req->arena, in->input_responses, "greeting", "content", "text");
	const char *roots = answer_text(req->arena, in->input_responses, "client_roots");
	if (name && greeting && roots && is_back(in->request_state, "many"))
		return say(req, out, arena_printf(req->arena, "%s, %s! ", greeting, name), roots);
	out->request_state = "many";
	return ask(out, requests, sizeof(requests) / sizeof(requests[0]));
}

const struct error *
conformance_inputs_steps(struct request *req, const struct conformance_inputs_steps_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request first = { .key = "step1", .method = "elicitation/create", .params = DOC(
	    ELICIT("Step 1: What is your name?", "\"name\":" STRING, "\"name\"")) };
	static const struct mcp_input_request second = { .key = "step2", .method = "elicitation/create", .params = DOC(
	    ELICIT("Step 2: What is your favorite color?", "\"color\":" STRING, "\"color\"")) };
	const char *color = answer_member(req->arena, in->input_responses, "step2", "content", "color");
	const char *name = answer_member(req->arena, in->input_responses, "step1", "content", "name");
	if (color && in->request_state && strncmp(in->request_state, "second:", 7) == 0)
		return say(req, out, arena_printf(req->arena, "%s likes ", in->request_state + 7), color);
	bool is_second = name && is_back(in->request_state, "first");
	out->request_state = is_second ? arena_printf(req->arena, "second:%s", name) : "first";
	return ask(out, is_second ? &second : &first, 1);
}

const struct error *
conformance_inputs_able(struct request *req, const struct conformance_inputs_able_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request sample = { .key = "sample", .method = "sampling/createMessage",
		.params = DOC(ASK_MODEL("Say something", "10")) };
	static const struct mcp_input_request question = { .key = "user", .method = "elicitation/create", .params = DOC(
	    ELICIT("What is your name?", "\"name\":" STRING, "\"name\"")) };
	const struct { const char *capability; struct mcp_input_request request; } all[] = {
		{ "sampling", sample }, { "elicitation", question }, { "roots", ask_roots },
	};
	struct mcp_input_request *able = ARENA_ARRAY(req->arena, struct mcp_input_request, 3);
	size_t n = 0;
	if (in->input_responses.json)
		return say(req, out, "Answered.", "");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (answer_text(req->arena, in->client_capabilities, all[i].capability))
			able[n++] = all[i].request;
	return n > 0 ? ask(out, able, n) : say(req, out, "The client can do nothing.", "");
}

const struct error *
conformance_prompts_ask(struct request *req, const struct conformance_prompts_ask_request *in, struct fixture_answer *out)
{
	static const struct mcp_input_request request = { .key = "user_context", .method = "elicitation/create", .params = DOC(
	    ELICIT("What context should the prompt use?", "\"context\":" STRING, "\"context\"")) };
	static const struct doc messages[] = { DOC(MESSAGE(TEXT("Use the context that was given."))) };
	if (!answer_member(req->arena, in->input_responses, "user_context", "content", "context"))
		return ask(out, &request, 1);
	out->messages = LIST(messages);
	return NULL;
}
