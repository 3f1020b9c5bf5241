/* Fixtures that need nothing from the client. */
#include <string.h>

#include "blocks.h"
#include "conformance.h"

#define PNG "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC" /* one red pixel */
#define WAV "UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA==" /* a millisecond of silence */
#define IMAGE "{\"type\":\"image\",\"data\":\"" PNG "\",\"mimeType\":\"image/png\"}"

const struct error *
conformance_texts_show(struct request *req, const struct conformance_texts_show_request *in, struct fixture_answer *out)
{
	(void)req, (void)in;
	static const struct doc content[] = { DOC(TEXT("This is a simple text response for testing.")) };
	out->content = LIST(content);
	return NULL;
}

const struct error *
conformance_images_show(struct request *req, const struct conformance_images_show_request *in, struct fixture_answer *out)
{
	(void)req, (void)in;
	static const struct doc content[] = { DOC(IMAGE) };
	out->content = LIST(content);
	return NULL;
}

const struct error *
conformance_sounds_play(struct request *req, const struct conformance_sounds_play_request *in, struct fixture_answer *out)
{
	(void)req, (void)in;
	static const struct doc content[] = { DOC("{\"type\":\"audio\",\"data\":\"" WAV "\",\"mimeType\":\"audio/wav\"}") };
	out->content = LIST(content);
	return NULL;
}

const struct error *
conformance_documents_embed(struct request *req, const struct conformance_documents_embed_request *in, struct fixture_answer *out)
{
	(void)req, (void)in;
	static const struct doc content[] = { DOC(RESOURCE("test://embedded-resource", "text/plain", "This is an embedded resource content.")) };
	out->content = LIST(content);
	return NULL;
}

const struct error *
conformance_mixtures_show(struct request *req, const struct conformance_mixtures_show_request *in, struct fixture_answer *out)
{
	static const struct doc content[] = {
		DOC(TEXT("Multiple content types test:")),
		DOC(IMAGE),
		DOC(RESOURCE("test://mixed-content-resource", "application/json", "{\\\"test\\\":\\\"data\\\",\\\"value\\\":123}")),
	};
	(void)req, (void)in;
	out->content = LIST(content);
	return NULL;
}

const struct error *
conformance_logs_write(struct request *req, const struct conformance_logs_write_request *in, struct fixture_answer *out)
{
	static const struct mcp_notice notices[] = {
		{ .kind = "log", .level = "info", .data = DOC("\"Tool execution started\"") },
		{ .kind = "log", .level = "info", .data = DOC("\"Tool processing data\"") },
		{ .kind = "log", .level = "info", .data = DOC("\"Tool execution completed\"") },
	};
	static const struct doc content[] = { DOC(TEXT("Three lines were written.")) };
	(void)req, (void)in;
	out->notices = LIST(notices);
	out->content = LIST(content);
	return NULL;
}

const struct error *
conformance_logs_whisper(struct request *req, const struct conformance_logs_whisper_request *in, struct fixture_answer *out)
{
	static const struct mcp_notice notices[] = { { .kind = "log", .level = "info", .data = DOC("\"Only for who asked\"") } };
	static const struct doc content[] = { DOC(TEXT("A line was written.")) };
	(void)req, (void)in;
	out->notices = LIST(notices);
	out->content = LIST(content);
	return NULL;
}

const struct error *
conformance_progress_show(struct request *req, const struct conformance_progress_show_request *in, struct fixture_answer *out)
{
	static const int64_t steps[] = { 0, 50, 100 };
	static const struct mcp_notice notices[] = {
		{ .kind = "progress", .progress = &steps[0], .total = &steps[2] },
		{ .kind = "progress", .progress = &steps[1], .total = &steps[2] },
		{ .kind = "progress", .progress = &steps[2], .total = &steps[2] },
	};
	static const struct doc content[] = { DOC(TEXT("All done.")) };
	(void)req, (void)in;
	out->notices = LIST(notices);
	out->content = LIST(content);
	return NULL;
}

const struct error *
conformance_refusals_raise(struct request *req, const struct conformance_refusals_raise_request *in, struct fixture_answer *out)
{
	(void)in, (void)out;
	return FAIL(req, FIXTURE_REFUSED, "this tool intentionally returns an error for testing");
}

/* ---- prompts and resources ---- */

const struct error *
conformance_prompts_embed(struct request *req, const struct conformance_prompts_embed_request *in, struct fixture_answer *out)
{
	static const struct doc process = DOC(MESSAGE(TEXT("Please process the embedded resource above.")));
	struct doc *messages = ARENA_ARRAY(req->arena, struct doc, 2);
	struct buf buf;
	buf_init(&buf, req->arena, 256);
	buf_add_text(&buf, "{\"role\":\"user\",\"content\":{\"type\":\"resource\",\"resource\":{\"uri\":");
	buf_add_json_text(&buf, in->resource_uri, strlen(in->resource_uri));
	buf_add_text(&buf, ",\"mimeType\":\"text/plain\",\"text\":\"Embedded resource content for testing.\"}}}");
	messages[0] = (struct doc){ buf.bytes, buf.len };
	messages[1] = process;
	out->messages = (struct shape_list){ messages, 2 };
	return NULL;
}

const struct error *
conformance_prompts_show(struct request *req, const struct conformance_prompts_show_request *in, struct fixture_answer *out)
{
	(void)req, (void)in;
	static const struct doc messages[] = { DOC(MESSAGE(IMAGE)), DOC(MESSAGE(TEXT("Please analyze the image above."))) };
	out->messages = LIST(messages);
	return NULL;
}

const struct error *
conformance_documents_text(struct request *req, const struct conformance_documents_text_request *in, struct fixture_answer *out)
{
	(void)req, (void)in;
	static const struct doc contents[] = { DOC(CONTENTS("test://static-text", "text/plain", "text", "This is the content of the static text resource.")) };
	out->contents = LIST(contents);
	return NULL;
}

const struct error *
conformance_documents_image(struct request *req, const struct conformance_documents_image_request *in, struct fixture_answer *out)
{
	(void)req, (void)in;
	static const struct doc contents[] = { DOC(CONTENTS("test://static-binary", "image/png", "blob", PNG)) };
	out->contents = LIST(contents);
	return NULL;
}

const struct error *
conformance_documents_watched(struct request *req, const struct conformance_documents_watched_request *in, struct fixture_answer *out)
{
	(void)req, (void)in;
	static const struct doc contents[] = { DOC(CONTENTS("test://watched-resource", "text/plain", "text", "Nothing yet.")) };
	out->contents = LIST(contents);
	return NULL;
}

const struct error *
conformance_documents_get(struct request *req, const struct conformance_documents_get_request *in, struct fixture_answer *out)
{
	struct doc *contents = ARENA_ARRAY(req->arena, struct doc, 1);
	struct buf text, buf;
	buf_init(&text, req->arena, 256);
	buf_add_text(&text, "{\"id\":");
	buf_add_json_text(&text, in->id, strlen(in->id));
	buf_printf(&text, ",\"templateTest\":true,\"data\":\"Data for the id\"}");
	buf_init(&buf, req->arena, 256);
	buf_add_text(&buf, "{\"uri\":");
	const char *uri = arena_printf(req->arena, "test://template/%s/data", in->id);
	buf_add_json_text(&buf, uri, strlen(uri));
	buf_add_text(&buf, ",\"mimeType\":\"application/json\",\"text\":");
	buf_add_json_text(&buf, text.bytes, text.len);
	buf_add_char(&buf, '}');
	contents[0] = (struct doc){ buf.bytes, buf.len };
	out->contents = (struct shape_list){ contents, 1 };
	return NULL;
}
