/* What the skeleton's own files share.  Services never include this. */
#ifndef SERVICE_INTERNAL_H
#define SERVICE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "bus/bus.h"
#include "gather.h"
#include "metrics.h"
#include "key_ring.h"
#include "secret.h"
#include "service.h"
#include "service_settings.h"

enum {
	GROUP_MAX = 64,         /* mutations of one transaction */
	BATCH_MAX = 64,         /* inputs of one coalesced read */
	WORKERS_MAX = 16,
	SLOW_WORKERS = 3, /* what takes long on purpose has its own: no read waits behind it */
	SLOW_INSIDE_MAX = 32,
	OPERATIONS_MAX = 256,
	PEER_SERVICES_MAX = 16,
	CONSUMER_PULL_MAX = 200, /* events of one pull */
};

/* One request on its way through the process: from the bus thread to a worker and back. */
struct job {
	struct job *next;
	struct arena *arena;
	struct bus_peer peer;
	struct envelope_request envelope;
	const struct service_operation *row;
	struct operation_metrics *metrics;
	void *in, *out;
	struct request req;
	const struct error *error;
	const void *output; /* encoded out */
	size_t n_output;
	void *prepared; /* of an operation that asks others first */
	struct arena_mark admitted; /* what is behind it in the arena came of running */
	int64_t paid_sats, reservation_id; /* of a priced one that runs with a payment */
	bool is_slow; /* counted in n_slow */
	bool is_replayed, is_done; /* done: answered without (further) running */
	bool may_move, is_inside; /* to the worker of long work; counted among its tenant's */
	int64_t received_us; /* monotonic */
	uint64_t lock_order; /* of a mutation: a hash of its tenant and entity, the same in every instance */
	struct buf reply;
};

struct job_queue {
	pthread_mutex_t mutex;
	pthread_cond_t filled;
	struct job *first, *last;
	bool is_closed;
};

/* Jobs on their way into one queue together. */
struct job_chain {
	struct job *first, *last;
};

struct operation_metrics {
	struct metric *ok, *refused, *failed, *seconds;
};

struct worker {
	struct service *service;
	struct job_queue *queue;
	struct db *db;        /* as wordclaw_<service>: what a tenant asks */
	struct db *system_db; /* as wordclaw_<service>_system: operations with system = true, consumers, timers, commands */
	pthread_t thread;
	struct metric *busy; /* how many of its pool are */
	int64_t careful_until_us; /* monotonic: a group was spoilt lately, so each of its mutations is waited for */
	struct bus_client *peers[PEER_SERVICES_MAX]; /* parallel to registry_services, made on first use */
	struct http_client *last_http; /* of the last outbound_send */
	struct gather own, earlier; /* of the mutation that runs, and of those before it in its group */
	struct http_client *http[2]; /* of steps: to public receivers, to those an operator allowed; made on first use */
};

struct service {
	const struct service_definition *definition;
	struct service_settings settings;
	struct key_ring *master_key;
	const struct service_operation *rows[OPERATIONS_MAX]; /* sorted by operation id */
	struct operation_metrics metrics[OPERATIONS_MAX];
	size_t n_rows;
	struct bus_server *bus;
	struct job_queue reads, slow;
	struct job_queue writes[WORKERS_MAX];
	struct job_queue long_writes; /* what was moved from those: it takes so much processor time that others would wait */
	struct job_chain new_reads, new_slow, new_writes[WORKERS_MAX]; /* received and not in their queues yet */
	struct job_queue done;
	int done_fd; /* eventfd: the bus thread has replies to send */
	struct job *idle_jobs;
	size_t n_jobs, n_busy, n_slow;
	struct worker read_workers[WORKERS_MAX], write_workers[WORKERS_MAX], slow_workers[SLOW_WORKERS], long_worker;
	size_t n_slow_workers; /* 0: the service has no such operation */
	atomic_bool stopping;
	atomic_size_t n_inside;  /* n_busy as other threads may see it */
	atomic_bool has_written; /* a commit since the last poke */
	struct metric *queue_depth, *late, *overloaded, *groups, *grouped, *batches, *batched, *reruns;
};

/* worker.c: the threads that serve what is in the queues; stopping waits until these are empty. */
void workers_start(struct service *service);
void workers_stop(struct service *service);

/* queue.c */
void queue_init(struct job_queue *queue);
void chain_add(struct job_chain *chain, struct job *job);
/* Empties the chain; true when the queue had been empty.  One waiting worker is woken, and wakes the next if it leaves jobs. */
bool queue_push(struct job_queue *queue, struct job_chain *chain);
void queue_close(struct job_queue *queue);
/* Wait for work; the first job of whoever used least processor time of late, and up to n_max from the front that may run together with it.
 * 0 when closed and empty. */
size_t queue_take(struct job_queue *queue, struct job **jobs, size_t n_max,
    bool (*fits)(const struct job *first, const struct job *other));
struct job *queue_take_all(struct job_queue *queue); /* never waits */

/* request.c */
extern const struct principal principal_system;
/* In system scope. */
void request_init(struct request *req, struct worker *worker, struct arena *arena, const struct operation *op);
bool request_is_system(const struct request *req);
void request_init_from(struct request *req, struct worker *worker, const struct job *job);
struct db_scope request_scope(const struct request *req);
/* The catalogue row of a code from another process; INTERNAL_SERVER_ERROR for an unknown one. */
const struct error_info *request_error_info(const char *code);
/* The database's verdict as an error; DB_LOST and rerun are also remembered in req. */
const struct error *request_db_error(struct request *req, enum db_status status, const char *what) MUST_CHECK;

/* dispatch.c, mutations.c: run jobs that fit together, to the end: each leaves with its reply encoded. */
bool dispatch_fits_read(const struct job *first, const struct job *other);
bool dispatch_fits_write(const struct job *first, const struct job *other);
void dispatch_reads(struct worker *worker, struct job **jobs, size_t n);
size_t dispatch_writes(struct worker *worker, struct job **jobs, size_t n); /* how many are done: others were moved, and are not in jobs any more */
/* Their common parts: a job as if it had never run; those that may run, with what they prepare; the handler; its answer encoded; an error
 * that the operation does not declare becomes a 500. */
void dispatch_start_over(struct worker *worker, struct job *job);
/* The same after a run that came to nothing, whose memory it gives back: a large request must not fail because somebody else was faster. */
void dispatch_run_again(struct worker *worker, struct job *job);
size_t dispatch_admit_all(struct worker *worker, struct job **jobs, size_t n, struct job **ready);
void dispatch_call(struct job *job);
void dispatch_encode(struct job *job);
void dispatch_check_declared(struct job *job), dispatch_complete(struct job *job);
/* NULL when the operation may run: deadline, internal callers only, policy. */
const struct error *dispatch_admit(struct request *req);
/* Error names in replies are checked against what the operation declares. */
void dispatch_reply(struct worker *worker, struct job *job);

/* slugs.c: within the transaction and before the handler: ids in the place of slugs.  errors[i] refuses input i. */
const struct error *slugs_resolve(struct request *req, size_t n, void *const in[], const struct error *errors[]) MUST_CHECK;

/* idempotency.c */
const struct error *idempotency_claim(struct job *job, bool *ret_is_replay) MUST_CHECK;
void idempotency_store(struct job *job);
const struct error *idempotency_expire(struct request *req) MUST_CHECK;

/* outbox.c */
void outbox_write(struct request *req), outbox_init(struct service *service);
const char *outbox_effects(const struct request *req); /* JSON of what a dry run would have emitted */
extern const struct service_operation outbox_pull_operation;
const struct error *outbox_maintain(struct request *req) MUST_CHECK;
const struct error *outbox_note(struct request *req, void *context) MUST_CHECK; /* for transaction_run: what only this process knows */

/* command.c: the binary run once, for a flag that is known */
bool command_is_known(const struct service_definition *definition, const char *flag);
void commands_print(const struct service_definition *definition);
int command_run(struct service *service, const char *flag, int argc, char **argv);

/* worker.c: both connections of a thread; each logs in when it is first used */
struct db *worker_db(const struct service *service, const char *name, bool is_system);
void worker_init(struct worker *worker, struct service *service, const char *name);
void worker_release(struct worker *worker);

/* service.c: poke whoever subscribes to this service; from any of its threads */
void service_poke(void);

/* consumer.c: threads until service->stopping */
void consumers_start(struct service *service);
void consumers_join(struct service *service);
/* One write transaction of system scope around run (timers, commands). */
const struct error *transaction_run(struct worker *worker, struct arena *arena, int64_t timeout_ms,
    const struct error *(*run)(struct request *req, void *context), void *context) MUST_CHECK;
/* The same in a tenant's own scope, as the tenant role. */
const struct error *transaction_run_for(struct worker *worker, struct arena *arena, int64_t tenant, int64_t timeout_ms,
    const struct error *(*run)(struct request *req, void *context), void *context) MUST_CHECK;

/* peer.c */
struct bus_client *peer_client(struct worker *worker, const char *service);
#define PEER_ENDPOINT_BYTES 128 /* "ipc://" and what sun_path holds */
/* The setting, or the conventional socket written to space. */
const char *peer_endpoints(struct service *service, const char *peer, bool pokes, char space[PEER_ENDPOINT_BYTES]);
/* False when a peer is only reachable over tcp without a key: the endpoints are settings, so this is known at start. */
bool peers_are_reachable_safely(struct service *service, const char **ret_problem);

#endif
