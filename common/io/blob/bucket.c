/* A bucket of an S3-compatible store. */
#include "bucket.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "secret.h"

enum {
	URL_BYTES = 2048, SIGN_BYTES = 256, HEADER_BYTES = 128,
	ANSWER_BYTES_MAX = 1 << 20,
	CODE_BYTES = 64,
	CONNECT_TIMEOUT_MS = 5000,
	EXPECT_TIMEOUT_MS = 200,        /* for a "100 Continue", which not every store sends */
	SHORT_TIMEOUT_MS = 30 * 1000,   /* of what carries no blob */
	LONG_TIMEOUT_MS = 3600 * 1000,
	STALLED_SECONDS = 30, STALLED_BYTES = 1024, /* slower than this many a second for so long: given up */
	TRIES_MAX = 3, PAUSE_MS = 200,
};

struct bucket {
	char base[URL_BYTES]; /* ends with a slash */
	char sign[SIGN_BYTES];
	const char *access_key_id, *secret_access_key;
};

struct call {
	const char *method, *key, *hash;
	const char *query;               /* or NULL */
	int fd;                          /* of a body, with n_bytes; -1: none */
	int64_t n_bytes, offset;
	bool (*take)(void *context, const void *bytes, size_t n); /* of an answer of 2xx; NULL: kept in answer */
	void *context;
	char *answer;                    /* NUL-terminated */
	size_t n_answer;
	CURL *curl;
	long status;
	CURLcode code;
};

/* ---- one request ---- */

static size_t
give(char *bytes, size_t size, size_t n, void *context)
{
	struct call *call = context;
	size_t n_bytes = size * n;

	if ((int64_t)n_bytes > call->n_bytes - call->offset)
		n_bytes = (size_t)(call->n_bytes - call->offset);
	ssize_t got = n_bytes ? pread(call->fd, bytes, n_bytes, call->offset) : 0;
	if (got < 0)
		return CURL_READFUNC_ABORT;
	call->offset += got;
	return (size_t)got;
}

static int
seek(void *context, curl_off_t offset, int origin)
{
	struct call *call = context;

	if (origin != SEEK_SET)
		return CURL_SEEKFUNC_CANTSEEK;
	call->offset = offset;
	return CURL_SEEKFUNC_OK;
}

static size_t
keep(struct call *call, const char *bytes, size_t n)
{
	if (n > ANSWER_BYTES_MAX - call->n_answer)
		return 0;
	char *longer = realloc(call->answer, call->n_answer + n + 1);
	if (!longer)
		abort();
	call->answer = longer;
	memcpy(call->answer + call->n_answer, bytes, n);
	call->n_answer += n;
	call->answer[call->n_answer] = '\0';
	return n;
}

static size_t
receive(char *bytes, size_t size, size_t n, void *context)
{
	struct call *call = context;
	long status = 0;

	(void)curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
	if (!call->take || status / 100 != 2)
		return keep(call, bytes, size * n);
	return call->take(call->context, bytes, size * n) ? size * n : 0;
}

/* libcurl has no way to fail on these but a build without the feature, which tests would show. */
static void
set_options(const struct bucket *bucket, struct call *call, struct curl_slist *headers)
{
	CURL *curl = call->curl;
	bool is_long = call->take || call->fd >= 0;
	char url[URL_BYTES + BLOB_KEY_BYTES];

	(void)snprintf(url, sizeof(url), "%s%s%s%s", bucket->base, call->key, call->query ? "?" : "", call->query ? call->query : "");
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "WordClaw");
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(is_long ? LONG_TIMEOUT_MS : SHORT_TIMEOUT_MS));
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALLED_SECONDS);
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)STALLED_BYTES);
	(void)curl_easy_setopt(curl, CURLOPT_EXPECT_100_TIMEOUT_MS, (long)EXPECT_TIMEOUT_MS);
	(void)curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, bucket->sign);
	(void)curl_easy_setopt(curl, CURLOPT_USERNAME, bucket->access_key_id);
	(void)curl_easy_setopt(curl, CURLOPT_PASSWORD, bucket->secret_access_key);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	if (call->fd >= 0) {
		(void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->n_bytes);
		(void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
		(void)curl_easy_setopt(curl, CURLOPT_READDATA, call);
		(void)curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, seek);
		(void)curl_easy_setopt(curl, CURLOPT_SEEKDATA, call);
	}
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
}

static void
perform_once(const struct bucket *bucket, struct call *call)
{
	char empty[SHA256_HEX_BYTES], header[HEADER_BYTES];

	sha256_hex(empty, "", 0);
	(void)snprintf(header, sizeof(header), "x-amz-content-sha256: %s", call->hash ? call->hash : empty);
	struct curl_slist *headers = curl_slist_append(NULL, header);
	call->curl = curl_easy_init();
	if (!headers || !call->curl)
		abort();
	free(call->answer);
	call->answer = NULL;
	call->n_answer = 0;
	call->offset = call->status = 0;
	set_options(bucket, call, headers);
	call->code = curl_easy_perform(call->curl);
	if (call->code == CURLE_OK)
		(void)curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &call->status);
	curl_easy_cleanup(call->curl);
	curl_slist_free_all(headers);
}

/* The text between the first <name> and </name> behind at; "" when there is none. */
static void
element(const char *at, const char *name, char *text, size_t n_text)
{
	char tag[CODE_BYTES];
	size_t n = 0;

	(void)snprintf(tag, sizeof(tag), "<%s>", name);
	const char *start = at ? strstr(at, tag) : NULL;
	if (start) {
		start += strlen(tag);
		n = strcspn(start, "<");
	}
	(void)snprintf(text, n_text, "%.*s", (int)n, start ? start : "");
}

static bool
is_worth_another_try(const struct call *call)
{
	return call->code != CURLE_OK ? call->code != CURLE_WRITE_ERROR : call->status >= 500 || call->status == 429;
}

/* True on 2xx and, where it may be missing, 404.  Otherwise errno is set. */
static bool
perform(const struct bucket *bucket, struct call *call, bool may_be_missing)
{
	char code[CODE_BYTES];

	for (int i = 1; i <= TRIES_MAX; i++) {
		perform_once(bucket, call);
		if (!is_worth_another_try(call) || (call->take && call->code != CURLE_OK))
			break; /* of a blob that came in part nothing may come twice */
		if (i < TRIES_MAX)
			(void)poll(NULL, 0, PAUSE_MS * i * i);
	}
	if (call->code == CURLE_OK && (call->status / 100 == 2 || (call->status == 404 && may_be_missing)))
		return true;
	element(call->answer, "Code", code, sizeof(code));
	log_write(LOG_WARN, "bucket.failed", LOG_TEXT("method", call->method), LOG_TEXT("key", call->key), LOG_INT("status", call->status),
	    LOG_TEXT("code", code), LOG_TEXT("cause", call->code == CURLE_OK ? NULL : curl_easy_strerror(call->code)));
	errno = call->status == 404 ? ENOENT : EIO;
	return false;
}

/* ---- what can be asked of it ---- */

bool
bucket_put(const struct bucket *bucket, const char *key, const char *hash, int fd, int64_t n_bytes)
{
	struct call call = { .method = "PUT", .key = key, .hash = hash, .fd = fd, .n_bytes = n_bytes };
	bool is_put = perform(bucket, &call, false);
	int why = errno;

	free(call.answer);
	errno = why;
	return is_put;
}

bool
bucket_get(const struct bucket *bucket, const char *key, bool (*take)(void *context, const void *bytes, size_t n), void *context)
{
	struct call call = { .method = "GET", .key = key, .fd = -1, .take = take, .context = context };
	bool is_got = perform(bucket, &call, false);
	int why = errno;

	free(call.answer);
	errno = why;
	return is_got;
}

bool
bucket_remove(const struct bucket *bucket, const char *key)
{
	struct call call = { .method = "DELETE", .key = key, .fd = -1 };
	bool is_removed = perform(bucket, &call, true);
	int why = errno;

	free(call.answer);
	errno = why;
	return is_removed;
}

/* Others may have put objects there whose keys are written with entities; those are nobody's blobs, but a list goes on behind them. */
static void
decode_entities(char *text)
{
	static const struct { const char *name; char c; } entities[] = {
		{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' },
	};
	char *to = text;

	for (const char *from = text; *from; to++) {
		size_t n = 1;
		*to = *from;
		for (size_t i = 0; *from == '&' && i < sizeof(entities) / sizeof(entities[0]); i++) {
			if (strncmp(from, entities[i].name, strlen(entities[i].name)) == 0) {
				*to = entities[i].c;
				n = strlen(entities[i].name);
				break;
			}
		}
		from += n;
	}
	*to = '\0';
}

static int64_t
read_time(const char *text)
{
	struct tm parts = { .tm_year = 0 };

	return strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) ? timegm(&parts) : INT64_MAX; /* not understood: taken as new */
}

bool
bucket_list(const struct bucket *bucket, const char *after, size_t max, void (*found)(void *context, const char *key, int64_t modified),
    void *context, bool *ret_has_more)
{
	char query[URL_BYTES], key[URL_BYTES / 2], time_text[CODE_BYTES], truncated[CODE_BYTES];
	char *escaped = curl_easy_escape(NULL, after, 0);

	if (!escaped)
		abort();
	(void)snprintf(query, sizeof(query), "list-type=2&max-keys=%zu%s%s", max, *after ? "&start-after=" : "", *after ? escaped : ""); /* sorted, as is signed */
	curl_free(escaped);
	struct call call = { .method = "GET", .key = "", .query = query, .fd = -1 };
	if (!perform(bucket, &call, false)) {
		int why = errno;
		free(call.answer);
		errno = why;
		return false;
	}
	for (const char *at = call.answer; at && (at = strstr(at, "<Contents>")); at++) {
		element(at, "Key", key, sizeof(key));
		element(at, "LastModified", time_text, sizeof(time_text));
		decode_entities(key);
		found(context, key, read_time(time_text));
	}
	element(call.answer, "IsTruncated", truncated, sizeof(truncated));
	*ret_has_more = strcmp(truncated, "true") == 0;
	free(call.answer);
	return true;
}

/* ---- which bucket ---- */

static void
init_curl(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
}

static bool
is_name(const char *text)
{
	size_t n = strlen(text);

	return n >= 3 && n <= 63 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n;
}

static const char *
problem_of(const struct blob_settings *settings)
{
	if (!is_name(settings->bucket))
		return "WORDCLAW_ASSET_S3_BUCKET must name a bucket: 3 to 63 lower-case letters, digits, dots and hyphens; example: WORDCLAW_ASSET_S3_BUCKET=wordclaw-assets";
	if (!*settings->access_key_id || !*settings->secret_access_key)
		return "s3 needs WORDCLAW_ASSET_S3_ACCESS_KEY_ID and WORDCLAW_ASSET_S3_SECRET_ACCESS_KEY (or their _FILE)";
	if (*settings->endpoint && strncmp(settings->endpoint, "http://", 7) != 0 && strncmp(settings->endpoint, "https://", 8) != 0)
		return "WORDCLAW_ASSET_S3_ENDPOINT must be an http or https URL; example: WORDCLAW_ASSET_S3_ENDPOINT=https://s3.eu-central-1.amazonaws.com";
	if (!is_name(settings->region))
		return "WORDCLAW_ASSET_S3_REGION must name a region; example: WORDCLAW_ASSET_S3_REGION=eu-central-1";
	return NULL;
}

struct bucket *
bucket_new(const struct blob_settings *settings, const char **ret_problem)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct bucket *bucket = calloc(1, sizeof(*bucket));
	char endpoint[URL_BYTES];

	*ret_problem = problem_of(settings);
	if (!bucket)
		abort();
	if (*ret_problem) {
		free(bucket);
		return NULL;
	}
	(void)pthread_once(&once, init_curl); /* fails only for an invalid once */
	if (*settings->endpoint)
		(void)snprintf(endpoint, sizeof(endpoint), "%s", settings->endpoint);
	else
		(void)snprintf(endpoint, sizeof(endpoint), "https://s3.%s.amazonaws.com", settings->region);
	for (size_t n = strlen(endpoint); n > 0 && endpoint[n - 1] == '/'; n--)
		endpoint[n - 1] = '\0';
	const char *host = strstr(endpoint, "://") + 3;
	int n = settings->path_style ? snprintf(bucket->base, sizeof(bucket->base), "%s/%s/", endpoint, settings->bucket)
	    : snprintf(bucket->base, sizeof(bucket->base), "%.*s%s.%s/", (int)(host - endpoint), endpoint, settings->bucket, host);
	(void)snprintf(bucket->sign, sizeof(bucket->sign), "aws:amz:%s:s3", settings->region);
	bucket->access_key_id = settings->access_key_id;
	bucket->secret_access_key = settings->secret_access_key;
	if (n < (int)sizeof(bucket->base))
		return bucket;
	*ret_problem = "WORDCLAW_ASSET_S3_ENDPOINT is too long";
	free(bucket);
	return NULL;
}
