/* Threads that wait for the store, so that nobody else does: an upload is answered once its bytes are safe, and a copy has to come first. */
#ifndef DISK_H
#define DISK_H

#include "blob/blob.h"

struct disk;

struct disk_job {
	void (*run)(struct disk_job *job); /* in a thread; one of the disk_* below */
	struct blob_store *store;
	struct blob_writer *writer; /* of disk_finish */
	struct blob blob;
	int fd;               /* of what was fetched */
	bool is_done;
	int why;              /* errno otherwise */
	void (*done)(struct disk_job *job); /* in the loop */
	void *context;
	struct disk_job *next;
};

struct disk *disk_new(void);
int disk_fd(const struct disk *disk); /* turns readable when disk_deliver has something to do */

void disk_finish(struct disk_job *job); /* the writer, into blob */
void disk_fetch(struct disk_job *job);  /* blob, for reading from fd */

/* job lives until done was called. */
void disk_submit(struct disk *disk, struct disk_job *job);
void disk_deliver(struct disk *disk);

/* Nobody waits for that; what cannot be removed is left for content to find. */
void disk_remove(struct disk *disk, struct blob_store *store, const char *key);

/* What was submitted is finished and delivered first. */
void disk_free(struct disk *disk);

#endif
