/* A workflow's states as text for Mermaid and as a picture. */
#include <string.h>

#include "rules.h"

enum {
	STATES_MAX = 200,
	COLUMN = 240, ROW = 110, BOX_WIDTH = 150, BOX_HEIGHT = 44, MARGIN = 30, BEND = 46,
};

struct state {
	const char *name;
	size_t column, row;
};

struct picture {
	struct state states[STATES_MAX];
	size_t n, n_columns, n_rows;
};

const char *
diagram_text(struct arena *arena, const struct edge *edges, size_t n)
{
	struct buf text;

	buf_init(&text, arena, 256);
	buf_add_text(&text, "stateDiagram-v2\n    [*] --> draft\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(&text, "    %s --> in_review: submit\n    in_review --> %s: ", edges[i].from, edges[i].to);
		if (edges[i].approvals > 1)
			buf_printf(&text, "%d ", (int)edges[i].approvals);
		buf_printf(&text, "approve\n    in_review --> %s: reject\n", edges[i].from);
	}
	return text.bytes;
}

/* ---- places ---- */

static struct state *
find(struct picture *picture, const char *name)
{
	for (size_t i = 0; i < picture->n; i++) {
		if (strcmp(picture->states[i].name, name) == 0)
			return &picture->states[i];
	}
	return NULL;
}

static void
add(struct picture *picture, const char *name, size_t column)
{
	if (find(picture, name) || picture->n == STATES_MAX)
		return;
	size_t row = 0;
	for (size_t i = 0; i < picture->n; i++)
		row += picture->states[i].column == column;
	picture->states[picture->n++] = (struct state){ name, column, row };
	if (column + 1 > picture->n_columns)
		picture->n_columns = column + 1;
	if (row + 1 > picture->n_rows)
		picture->n_rows = row + 1;
}

/* Each state stands one column behind the first that leads to it, as a draft comes there; what no draft reaches stands in the first column. */
static void
place(struct picture *picture, const struct edge *edges, size_t n)
{
	add(picture, "draft", 0);
	for (size_t at = 0; at < picture->n; at++) {
		for (size_t i = 0; i < n; i++) {
			if (strcmp(edges[i].from, picture->states[at].name) == 0)
				add(picture, edges[i].to, picture->states[at].column + 1);
		}
	}
	for (size_t i = 0; i < n; i++) {
		add(picture, edges[i].from, 0);
		add(picture, edges[i].to, 1);
	}
}

static int
left_of(const struct state *state)
{
	return MARGIN + (int)state->column * COLUMN;
}

static int
middle_of(const struct state *state)
{
	return MARGIN + BEND + (int)state->row * ROW + BOX_HEIGHT / 2;
}

/* ---- lines ---- */

/* Forwards from side to side; backwards, and within a column, in a bow below. */
static void
add_edge(struct buf *out, struct picture *picture, const struct edge *edge)
{
	const struct state *from = find(picture, edge->from), *to = find(picture, edge->to);

	if (!from || !to)
		return;
	bool is_forward = to->column > from->column;
	int x1 = left_of(from) + (is_forward ? BOX_WIDTH : BOX_WIDTH / 2), y1 = middle_of(from) + (is_forward ? 0 : BOX_HEIGHT / 2);
	int x2 = left_of(to) + (is_forward ? 0 : BOX_WIDTH / 2), y2 = middle_of(to) + (is_forward ? 0 : BOX_HEIGHT / 2);
	int bend = is_forward ? (x2 - x1) / 2 : BEND;
	if (is_forward)
		buf_printf(out, "<path d=\"M%d %d C%d %d %d %d %d %d\" marker-end=\"url(#to)\"/>", x1, y1, x1 + bend, y1, x2 - bend, y2, x2 - 8, y2);
	else
		buf_printf(out, "<path d=\"M%d %d C%d %d %d %d %d %d\" marker-end=\"url(#to)\"/>", x1, y1, x1, y1 + bend, x2, y2 + bend, x2, y2 + 8);
	buf_printf(out, "<text class=\"edge\" x=\"%d\" y=\"%d\">%d approve%s</text>", (x1 + x2) / 2, (y1 + y2) / 2 + (is_forward ? -6 : bend),
	    (int)edge->approvals, edge->approvals > 1 ? "" : "s");
}

const char *
diagram_picture(struct arena *arena, const struct edge *edges, size_t n)
{
	struct picture *picture = ARENA_NEW(arena, struct picture);
	struct buf out;

	place(picture, edges, n);
	int width = 2 * MARGIN + (int)(picture->n_columns - 1) * COLUMN + BOX_WIDTH, height = 2 * (MARGIN + BEND) + (int)(picture->n_rows - 1) * ROW + BOX_HEIGHT;
	buf_init(&out, arena, 4096);
	buf_printf(&out, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"States of the workflow\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
	    "fill=\"none\" stroke=\"currentColor\" font-family=\"system-ui, sans-serif\" font-size=\"15\" text-anchor=\"middle\">"
	    "<defs><marker id=\"to\" viewBox=\"0 0 8 8\" refX=\"1\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
	    "<path d=\"M0 0 L8 4 L0 8 Z\" fill=\"currentColor\" stroke=\"none\"/></marker></defs>", width, height, width, height);
	for (size_t i = 0; i < n; i++)
		add_edge(&out, picture, &edges[i]);
	for (size_t i = 0; i < picture->n; i++) {
		const struct state *state = &picture->states[i];
		buf_printf(&out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/><text x=\"%d\" y=\"%d\">%s</text>", left_of(state),
		    middle_of(state) - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT, left_of(state) + BOX_WIDTH / 2, middle_of(state) + 5, state->name);
	}
	/* Letters are filled, lines are drawn. */
	buf_add_text(&out, "<style>text{fill:currentColor;stroke:none}.edge{font-size:12px}</style></svg>");
	return out.bytes;
}
