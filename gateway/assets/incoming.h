/* The one file of a multipart/form-data request, on its way to the store as it comes. */
#ifndef INCOMING_H
#define INCOMING_H

#include "assets/disk.h"
#include "http/exchange.h"
#include "http/form.h"

struct incoming {
	struct exchange *exchange;
	int64_t tenant;               /* whose it will be */
	int64_t n_bytes_max;
	bool (*take_field)(void *context, const struct form_piece *piece); /* of what is no file; false: enough */
	void *context;

	struct form *form;
	struct blob_writer *writer;   /* of the file, while it comes */
	const char *file_name, *file_type; /* as its part says; file_type may be NULL */
	size_t n_files;
	bool is_too_large, has_refused_field;
	int why;                      /* errno of the store */
	struct disk_job job;          /* job.blob once it is stored */
};

/* The first fields are set. */
void incoming_begin(struct incoming *incoming);

/* False: the exchange was answered, unless a field was refused, which its taker knows about. */
bool incoming_take(struct incoming *incoming, const char *bytes, size_t n);

/* The body is whole: NULL, or what is wrong with it. */
const struct error *incoming_end(struct incoming *incoming);

/* The file becomes a blob; done is called in the loop, with job.is_done. */
void incoming_store(struct incoming *incoming, void (*done)(struct disk_job *job));
void incoming_answer_unstored(struct incoming *incoming);

/* The blob is not wanted after all. */
void incoming_drop(const struct incoming *incoming);

/* The exchange ends, however far it came. */
void incoming_leave(struct incoming *incoming);

#endif
