/* A thread that waits for the disk, so that nobody else does: an upload is answered once its bytes are safe. */
#ifndef DISK_H
#define DISK_H

#include "blob.h"

struct disk;

struct disk_job {
	struct blob_writer *writer;
	struct blob blob;     /* when is_stored */
	bool is_stored;
	int why;              /* errno otherwise */
	void (*done)(struct disk_job *job); /* in the loop */
	void *context;
	struct disk_job *next;
};

struct disk *disk_new(void);
int disk_fd(const struct disk *disk); /* turns readable when disk_deliver has something to do */

/* Finish the job's blob.  job lives until done was called. */
void disk_submit(struct disk *disk, struct disk_job *job);
void disk_deliver(struct disk *disk);

/* What was submitted is finished and delivered first. */
void disk_free(struct disk *disk);

#endif
