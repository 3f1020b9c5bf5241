/* What becomes of bytes that nobody needs. */
#include <errno.h>
#include <string.h>

#include "assets/assets.h"
#include "blob.h"

static void
remove_bytes(struct request *req, const struct process *process, struct step_outcome *outcome)
{
	(void)req;
	if (!blob_remove(asset_root(), process->key))
		*outcome = (struct step_outcome){ .verdict = STEP_RETRY, .reason = strerror(errno) };
}

static const struct step steps[] = { { .name = "remove", .run = remove_bytes } };

const struct process_kind asset_removal_kind = { .name = "asset_removal", .steps = steps, .n_steps = 1, .attempts_max = 20 };

const struct error *
assets_sweep(struct request *req)
{
	(void)req;
	blob_sweep(asset_root());
	return NULL;
}
