/* A thread that waits for the disk. */
#include "assets/disk.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct disk {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t submitted;
	struct disk_job *first, **last; /* waiting */
	struct disk_job *finished;
	bool is_ending;
	int event_fd;
};

static struct disk_job *
next_job(struct disk *disk)
{
	pthread_mutex_lock(&disk->mutex);
	while (!disk->first && !disk->is_ending)
		pthread_cond_wait(&disk->submitted, &disk->mutex);
	struct disk_job *job = disk->first;
	if (job) {
		disk->first = job->next;
		if (!disk->first)
			disk->last = &disk->first;
	}
	pthread_mutex_unlock(&disk->mutex);
	return job;
}

static void *
work(void *context)
{
	struct disk *disk = context;
	const uint64_t one = 1;
	struct disk_job *job;

	while ((job = next_job(disk))) {
		job->is_stored = blob_finish(job->writer, &job->blob);
		job->why = errno;
		pthread_mutex_lock(&disk->mutex);
		job->next = disk->finished;
		disk->finished = job;
		pthread_mutex_unlock(&disk->mutex);
		(void)!write(disk->event_fd, &one, sizeof(one)); /* an eventfd takes it */
	}
	return NULL;
}

struct disk *
disk_new(void)
{
	struct disk *disk = calloc(1, sizeof(*disk));

	if (!disk)
		abort();
	disk->last = &disk->first;
	disk->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	(void)pthread_mutex_init(&disk->mutex, NULL);
	(void)pthread_cond_init(&disk->submitted, NULL);
	if (disk->event_fd < 0 || pthread_create(&disk->thread, NULL, work, disk) != 0)
		abort(); /* at start: there is no room for a single thread */
	return disk;
}

int
disk_fd(const struct disk *disk)
{
	return disk->event_fd;
}

void
disk_submit(struct disk *disk, struct disk_job *job)
{
	job->next = NULL;
	pthread_mutex_lock(&disk->mutex);
	*disk->last = job;
	disk->last = &job->next;
	pthread_cond_signal(&disk->submitted);
	pthread_mutex_unlock(&disk->mutex);
}

void
disk_deliver(struct disk *disk)
{
	uint64_t n;

	(void)!read(disk->event_fd, &n, sizeof(n));
	pthread_mutex_lock(&disk->mutex);
	struct disk_job *job = disk->finished;
	disk->finished = NULL;
	pthread_mutex_unlock(&disk->mutex);
	while (job) {
		struct disk_job *next = job->next;
		job->done(job);
		job = next;
	}
}

void
disk_free(struct disk *disk)
{
	pthread_mutex_lock(&disk->mutex);
	disk->is_ending = true;
	pthread_cond_signal(&disk->submitted);
	pthread_mutex_unlock(&disk->mutex);
	(void)pthread_join(disk->thread, NULL);
	disk_deliver(disk);
	(void)pthread_mutex_destroy(&disk->mutex);
	(void)pthread_cond_destroy(&disk->submitted);
	(void)close(disk->event_fd);
	free(disk);
}
