/* Bounded hand-over between the bus thread and the workers.  The bound is the number of jobs that exist. */
#include <assert.h>

#include "fair.h"

void
queue_init(struct job_queue *queue)
{
	*queue = (struct job_queue){ 0 };
	int failed = pthread_mutex_init(&queue->mutex, NULL) || pthread_cond_init(&queue->filled, NULL);
	assert(!failed);
}

void
chain_add(struct job_chain *chain, struct job *job)
{
	job->next = NULL;
	if (chain->last)
		chain->last->next = job;
	else
		chain->first = job;
	chain->last = job;
}

bool
queue_push(struct job_queue *queue, struct job_chain *chain)
{
	if (!chain->first)
		return false;
	pthread_mutex_lock(&queue->mutex);
	bool was_empty = !queue->first;
	if (queue->last)
		queue->last->next = chain->first;
	else
		queue->first = chain->first;
	queue->last = chain->last;
	pthread_cond_signal(&queue->filled);
	pthread_mutex_unlock(&queue->mutex);
	*chain = (struct job_chain){ NULL, NULL };
	return was_empty;
}

void
queue_close(struct job_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	queue->is_closed = true;
	pthread_cond_broadcast(&queue->filled);
	pthread_mutex_unlock(&queue->mutex);
}

/* Whoever used least processor time of late comes first, each with what has waited longest. */
static struct job **
fairest(struct job_queue *queue)
{
	enum { LOOKED_AT_MAX = 256 };
	struct job **best = &queue->first, **link = &queue->first;
	uint32_t least_us = queue->first == queue->last ? 0 : fair_used_us(queue->first);

	for (size_t n = 0; least_us > 0 && *link && n < LOOKED_AT_MAX; link = &(*link)->next, n++) {
		uint32_t used_us = fair_used_us(*link);
		if (used_us < least_us) {
			best = link;
			least_us = used_us;
		}
	}
	return best;
}

static void
move_to_front(struct job_queue *queue, struct job **link)
{
	struct job *job = *link;

	if (link == &queue->first)
		return;
	*link = job->next;
	if (queue->last == job)
		queue->last = (struct job *)link; /* the one before it, whose first member this is */
	job->next = queue->first;
	queue->first = job;
}

/* Unlink every job among the waiting ones that fits the first, keeping the order of the rest. */
static size_t
take_fitting(struct job_queue *queue, struct job **jobs, size_t n_max,
    bool (*fits)(const struct job *first, const struct job *other))
{
	size_t n = 0;
	struct job **link = &queue->first;
	struct job *last = NULL;

	while (*link) {
		struct job *job = *link;
		if (n < n_max && (n == 0 || fits(jobs[0], job))) {
			*link = job->next;
			jobs[n++] = job;
			continue;
		}
		last = job;
		link = &job->next;
		if (n == n_max) {
			last = queue->last;
			break;
		}
	}
	queue->last = queue->first ? last : NULL;
	return n;
}

size_t
queue_take(struct job_queue *queue, struct job **jobs, size_t n_max,
    bool (*fits)(const struct job *first, const struct job *other))
{
	pthread_mutex_lock(&queue->mutex);
	while (!queue->first && !queue->is_closed)
		pthread_cond_wait(&queue->filled, &queue->mutex);
	move_to_front(queue, fairest(queue));
	size_t n = take_fitting(queue, jobs, n_max, fits);
	if (queue->first)
		pthread_cond_signal(&queue->filled);
	pthread_mutex_unlock(&queue->mutex);
	return n;
}

struct job *
queue_take_all(struct job_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	struct job *first = queue->first;
	queue->first = queue->last = NULL;
	pthread_mutex_unlock(&queue->mutex);
	return first;
}
