/* Threads that wait for the store. */
#include "assets/disk.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { N_THREADS = 4 };

struct disk {
	pthread_t threads[N_THREADS];
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

void
disk_finish(struct disk_job *job)
{
	job->is_done = blob_finish(job->writer, &job->blob);
	job->why = errno;
}

void
disk_fetch(struct disk_job *job)
{
	job->fd = blob_fetch(job->store, &job->blob);
	job->is_done = job->fd >= 0;
	job->why = errno;
}

static void
remove_blob(struct disk_job *job)
{
	(void)blob_remove(job->store, job->blob.key);
}

static void
forget(struct disk_job *job)
{
	free(job);
}

static void *
work(void *context)
{
	struct disk *disk = context;
	const uint64_t one = 1;
	struct disk_job *job;

	while ((job = next_job(disk))) {
		job->run(job);
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
	if (disk->event_fd < 0)
		abort();
	for (size_t i = 0; i < N_THREADS; i++) {
		if (pthread_create(&disk->threads[i], NULL, work, disk) != 0)
			abort(); /* at start: there is no room for a thread */
	}
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
disk_remove(struct disk *disk, struct blob_store *store, const char *key)
{
	struct disk_job *job = calloc(1, sizeof(*job));

	if (!job)
		abort();
	*job = (struct disk_job){ .run = remove_blob, .store = store, .done = forget };
	(void)snprintf(job->blob.key, sizeof(job->blob.key), "%s", key);
	disk_submit(disk, job);
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
	pthread_cond_broadcast(&disk->submitted);
	pthread_mutex_unlock(&disk->mutex);
	for (size_t i = 0; i < N_THREADS; i++)
		(void)pthread_join(disk->threads[i], NULL);
	disk_deliver(disk);
	(void)pthread_mutex_destroy(&disk->mutex);
	(void)pthread_cond_destroy(&disk->submitted);
	(void)close(disk->event_fd);
	free(disk);
}
