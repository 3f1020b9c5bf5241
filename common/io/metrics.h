/* Prometheus metrics of this process: declared once, updated lock-free, rendered as text. */
#ifndef METRICS_H
#define METRICS_H

#include <stdint.h>

#include "buf.h"

struct metric; /* one time series, static lifetime; updates are atomic */

/* Find or make.  labels is a ready label list such as "operation=\"content.items.get\",outcome=\"ok\"" or NULL; takes a lock: keep the result. */
struct metric *metric_counter(const char *name, const char *help, const char *labels);
struct metric *metric_gauge(const char *name, const char *help, const char *labels);
/* Latency histogram in seconds, fixed buckets 0.1 ms .. 10 s. */
struct metric *metric_histogram(const char *name, const char *help, const char *labels);

void metric_add(struct metric *metric, int64_t n);
void metric_set(struct metric *metric, int64_t value);
void metric_observe_us(struct metric *metric, int64_t us);

/* Text exposition format 0.0.4; adds process_resident_memory_bytes, process_cpu_seconds_total, process_open_fds. */
void metrics_render(struct buf *buf);

/* Serve the text on 127.0.0.1:port (0 picks one) from a thread of its own; the bound port is written to
 * <run_dir>/<process>.metrics when run_dir is not NULL.  False with a log line on failure. */
bool metrics_serve(const char *process, const char *address, int port, const char *run_dir);

#endif
