/* What one gateway process is made of. */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

struct access;
struct blob_store;
struct credentials;
struct decisions;
struct disk;
struct front;
struct graphql;
struct http;
struct hub;
struct mcp;
struct metrics_page;
struct upstreams;

struct gateway {
	int64_t started_us; /* monotonic */
	bool is_draining;
	struct arena_budget memory; /* what exchanges hold together */
	struct http *http;
	struct hub *hub;
	struct front *front;
	struct upstreams *upstreams;
	struct access *access;
	struct credentials *credentials;
	struct decisions *decisions;
	struct blob_store *blobs;
	struct disk *disk;
	struct graphql *graphql;
	struct metrics_page *metrics_page;
	struct mcp *mcp;
};

#endif
