/* Registry of this process's time series and their text form; metrics_serve.c answers scrapes. */
#include "metrics.h"

#include <assert.h>
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

enum {
	SERIES_MAX = 2048,
	STRINGS_BYTES_MAX = 512 * 1024,
	N_BOUNDS = 16,
};

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric {
	enum metric_kind kind;
	const char *name, *help, *labels; /* labels "" when there are none */
	_Atomic int64_t value;            /* histogram: sum in microseconds */
	_Atomic uint64_t buckets[N_BOUNDS + 1];
};

static const char *const kind_names[] = {
	[METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram",
};

static const struct {
	int64_t us;
	const char *seconds;
} bounds[N_BOUNDS] = {
	{ 100, "0.0001" }, { 250, "0.00025" }, { 500, "0.0005" }, { 1000, "0.001" }, { 2500, "0.0025" },
	{ 5000, "0.005" }, { 10000, "0.01" }, { 25000, "0.025" }, { 50000, "0.05" }, { 100000, "0.1" },
	{ 250000, "0.25" }, { 500000, "0.5" }, { 1000000, "1" }, { 2500000, "2.5" }, { 5000000, "5" },
	{ 10000000, "10" },
};

static struct metric series[SERIES_MAX];
static _Atomic size_t n_series;
static struct metric overflow; /* what a full registry hands out; never rendered */
static struct arena *strings;
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;

static struct metric *
series_find(const char *name, const char *labels)
{
	size_t n = atomic_load(&n_series);
	for (size_t i = 0; i < n; i++)
		if (strcmp(series[i].name, name) == 0 && strcmp(series[i].labels, labels) == 0)
			return &series[i];
	return NULL;
}

/* Series of one family share its name pointer, which metrics_render relies on. */
static const char *
series_name(const char *name)
{
	size_t n = atomic_load(&n_series);
	for (size_t i = 0; i < n; i++)
		if (strcmp(series[i].name, name) == 0)
			return series[i].name;
	return arena_strdup(strings, name);
}

static struct metric *
series_make(enum metric_kind kind, const char *name, const char *help, const char *labels)
{
	size_t n = atomic_load(&n_series);
	if (n == SERIES_MAX || (strings && arena_is_exhausted(strings)))
		return &overflow;
	if (!strings)
		strings = arena_new(STRINGS_BYTES_MAX);
	struct metric *metric = &series[n];
	metric->kind = kind;
	metric->name = series_name(name);
	metric->help = arena_strdup(strings, help);
	metric->labels = arena_strdup(strings, labels);
	atomic_store(&n_series, n + 1);
	return metric;
}

static struct metric *
metric_find_or_make(enum metric_kind kind, const char *name, const char *help, const char *labels)
{
	static bool is_full_logged;
	bool is_full = false;

	labels = labels ? labels : "";
	(void)pthread_mutex_lock(&registry_lock);
	struct metric *metric = series_find(name, labels);
	if (!metric)
		metric = series_make(kind, name, help, labels);
	if (metric == &overflow && !is_full_logged)
		is_full = is_full_logged = true;
	(void)pthread_mutex_unlock(&registry_lock);

	if (is_full)
		log_write(LOG_WARN, "metrics.full", LOG_TEXT("name", name), LOG_INT("max", SERIES_MAX));
	assert(metric == &overflow || metric->kind == kind);
	return metric;
}

static void
render_series_name(struct buf *buf, const struct metric *metric, const char *suffix, const char *bound)
{
	const char *comma = metric->labels[0] && bound ? "," : "";

	buf_add_text(buf, metric->name);
	buf_add_text(buf, suffix);
	if (metric->labels[0] || bound)
		buf_printf(buf, "{%s%s%s%s%s}", metric->labels, comma, bound ? "le=\"" : "",
		    bound ? bound : "", bound ? "\"" : "");
	buf_add_char(buf, ' ');
}

static void
render_histogram(struct buf *buf, const struct metric *metric)
{
	uint64_t count = 0;
	for (size_t i = 0; i <= N_BOUNDS; i++) {
		count += atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
		render_series_name(buf, metric, "_bucket", i < N_BOUNDS ? bounds[i].seconds : "+Inf");
		buf_printf(buf, "%llu\n", (unsigned long long)count);
	}
	int64_t sum_us = atomic_load_explicit(&metric->value, memory_order_relaxed);
	render_series_name(buf, metric, "_sum", NULL);
	buf_printf(buf, "%lld.%06lld\n", (long long)(sum_us / 1000000), (long long)(sum_us % 1000000));
	render_series_name(buf, metric, "_count", NULL);
	buf_printf(buf, "%llu\n", (unsigned long long)count);
}

static void
render_help(struct buf *buf, const char *name, const char *help, const char *kind)
{
	buf_printf(buf, "# HELP %s ", name);
	for (const char *p = help; *p; p++) {
		if (*p == '\n' || *p == '\\')
			buf_add_char(buf, '\\');
		buf_add_char(buf, *p == '\n' ? 'n' : *p);
	}
	buf_printf(buf, "\n# TYPE %s %s\n", name, kind);
}

static void
render_family(struct buf *buf, size_t first, size_t n)
{
	const struct metric *head = &series[first];

	render_help(buf, head->name, head->help, kind_names[head->kind]);
	for (size_t i = first; i < n; i++) {
		if (series[i].name != head->name)
			continue;
		if (series[i].kind == METRIC_HISTOGRAM) {
			render_histogram(buf, &series[i]);
			continue;
		}
		render_series_name(buf, &series[i], "", NULL);
		buf_add_int(buf, atomic_load_explicit(&series[i].value, memory_order_relaxed));
		buf_add_char(buf, '\n');
	}
}

static int64_t
resident_bytes(void)
{
	long long n_pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");
	if (!file)
		return 0;
	if (fscanf(file, "%*s %lld", &n_pages) != 1)
		n_pages = 0;
	(void)fclose(file);
	return n_pages * sysconf(_SC_PAGESIZE);
}

static int64_t
n_open_fds(void)
{
	int64_t n = 0;
	DIR *dir = opendir("/proc/self/fd");
	if (!dir)
		return 0;
	while (readdir(dir))
		n++;
	(void)closedir(dir);
	return n - 3; /* ".", ".." and the directory itself */
}

static void
render_process(struct buf *buf)
{
	struct timespec cpu;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	render_help(buf, "process_resident_memory_bytes", "Resident memory.", "gauge");
	buf_printf(buf, "process_resident_memory_bytes %lld\n", (long long)resident_bytes());
	render_help(buf, "process_cpu_seconds_total", "CPU time, user and system.", "counter");
	buf_printf(buf, "process_cpu_seconds_total %lld.%06ld\n", (long long)cpu.tv_sec, cpu.tv_nsec / 1000);
	render_help(buf, "process_open_fds", "Open file descriptors.", "gauge");
	buf_printf(buf, "process_open_fds %lld\n", (long long)n_open_fds());
}

struct metric *
metric_counter(const char *name, const char *help, const char *labels)
{
	return metric_find_or_make(METRIC_COUNTER, name, help, labels);
}

struct metric *
metric_gauge(const char *name, const char *help, const char *labels)
{
	return metric_find_or_make(METRIC_GAUGE, name, help, labels);
}

struct metric *
metric_histogram(const char *name, const char *help, const char *labels)
{
	return metric_find_or_make(METRIC_HISTOGRAM, name, help, labels);
}

void
metric_add(struct metric *metric, int64_t n)
{
	atomic_fetch_add_explicit(&metric->value, n, memory_order_relaxed);
}

void
metric_set(struct metric *metric, int64_t value)
{
	atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}

void
metric_observe_us(struct metric *metric, int64_t us)
{
	size_t i = 0;

	if (us < 0)
		us = 0;
	while (i < N_BOUNDS && us > bounds[i].us)
		i++;
	atomic_fetch_add_explicit(&metric->buckets[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&metric->value, us, memory_order_relaxed);
}

void
metrics_render(struct buf *buf)
{
	size_t n = atomic_load(&n_series);
	for (size_t i = 0; i < n; i++) {
		bool is_first = true;
		for (size_t j = 0; j < i && is_first; j++)
			is_first = series[j].name != series[i].name;
		if (is_first)
			render_family(buf, i, n);
	}
	render_process(buf);
}
