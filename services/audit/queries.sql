-- Statements of audit.  Readers see their tenant through row-level security; the appender works as the system role.

-- name: head_make :exec
-- Chains that have no head yet.
INSERT INTO audit_chain_heads (domain_id) SELECT unnest($1::integer[]) ON CONFLICT DO NOTHING;

-- name: head_lock :list audit_head
-- Heads of the chains to append to, locked in order of tenant.
SELECT domain_id, number, hash FROM audit_chain_heads WHERE domain_id = ANY($1::integer[]) ORDER BY domain_id LIMIT 1000 FOR UPDATE;

-- name: head_move :exec
-- The one writer of heads: [{"domainId", "number", "hash"}].
UPDATE audit_chain_heads h SET number = n.number, hash = n.hash
  FROM json_to_recordset($1::json) AS n("domainId" integer, number bigint, hash text) WHERE h.domain_id = n."domainId";

-- name: entry_add :exec
-- A batch of entries: a JSON array of audit_append.
INSERT INTO audit_logs (domain_id, number, event_id, publisher, action, entity_type, entity_id, entity_version, user_id,
       actor_id, actor_type, actor_source, details, request_id, trace_parent, created_at, canonical, previous_hash, hash, change_set)
SELECT f."domainId", f.number, f."eventId", f.publisher, f.action, f."entityType", f."entityId", f."entityVersion", f."userId",
       f."actorId", f."actorType", f."actorSource", f.details, f."requestId", f."traceParent",
       'epoch'::timestamptz + f."createdAtUs" * interval '1 microsecond', a.canonical, a."previousHash", a.hash, f.details::json ->> 'changeSet'
  FROM json_to_recordset($1::json) AS a(canonical text, "previousHash" text, hash text),
       json_to_record(a.canonical::json) AS f("domainId" integer, number bigint, "eventId" uuid, publisher text, action text,
       "entityType" text, "entityId" bigint, "entityVersion" integer, "userId" integer, "actorId" text, "actorType" text,
       "actorSource" text, details text, "requestId" text, "traceParent" text, "createdAtUs" bigint);

-- The lists take the same parameters: $1 and $2 entity, $3 action, $4 and $5 actor, $6 request, $7 and $8 cursor, $9 limit; the counts
-- take $1 to $6 and $7, where they stop.  One statement per index that serves it.

-- name: entry_list :list audit_entry
-- Newest first.
SELECT id, number, action, entity_type, entity_id, entity_version, user_id, actor_id, actor_type, actor_source, details,
       request_id, event_id, hash, previous_hash, created_at
  FROM audit_logs
 WHERE ($1::text IS NULL OR entity_type = $1) AND ($2::bigint IS NULL OR entity_id = $2) AND ($3::text IS NULL OR action = $3)
   AND $4::text IS NULL AND ($5::text IS NULL OR actor_type = $5) AND $6::text IS NULL
   AND (created_at, id) < (coalesce($7::timestamptz, 'infinity'), coalesce($8::bigint, 9223372036854775807))
 ORDER BY created_at DESC, id DESC LIMIT $9;

-- name: entry_list_entity :list audit_entry
-- History of one entity, newest first.
SELECT id, number, action, entity_type, entity_id, entity_version, user_id, actor_id, actor_type, actor_source, details,
       request_id, event_id, hash, previous_hash, created_at
  FROM audit_logs
 WHERE entity_type = $1::text AND entity_id = $2::bigint AND ($3::text IS NULL OR action = $3)
   AND ($4::text IS NULL OR actor_id = $4) AND ($5::text IS NULL OR actor_type = $5) AND ($6::text IS NULL OR request_id = $6)
   AND (created_at, id) < (coalesce($7::timestamptz, 'infinity'), coalesce($8::bigint, 9223372036854775807))
 ORDER BY created_at DESC, id DESC LIMIT $9;

-- name: entry_list_actor :list audit_entry
-- What one actor did, newest first.
SELECT id, number, action, entity_type, entity_id, entity_version, user_id, actor_id, actor_type, actor_source, details,
       request_id, event_id, hash, previous_hash, created_at
  FROM audit_logs
 WHERE ($1::text IS NULL OR entity_type = $1) AND ($2::bigint IS NULL OR entity_id = $2) AND ($3::text IS NULL OR action = $3)
   AND actor_id = $4::text AND ($5::text IS NULL OR actor_type = $5) AND ($6::text IS NULL OR request_id = $6)
   AND (created_at, id) < (coalesce($7::timestamptz, 'infinity'), coalesce($8::bigint, 9223372036854775807))
 ORDER BY created_at DESC, id DESC LIMIT $9;

-- name: entry_list_request :list audit_entry
-- What one request caused, newest first.
SELECT id, number, action, entity_type, entity_id, entity_version, user_id, actor_id, actor_type, actor_source, details,
       request_id, event_id, hash, previous_hash, created_at
  FROM audit_logs
 WHERE ($1::text IS NULL OR entity_type = $1) AND ($2::bigint IS NULL OR entity_id = $2) AND ($3::text IS NULL OR action = $3)
   AND ($4::text IS NULL OR actor_id = $4) AND ($5::text IS NULL OR actor_type = $5) AND request_id = $6::text
   AND (created_at, id) < (coalesce($7::timestamptz, 'infinity'), coalesce($8::bigint, 9223372036854775807))
 ORDER BY created_at DESC, id DESC LIMIT $9;

-- name: entry_list_change_set :list audit_entry
-- What belongs to the change set $6, newest first.
SELECT id, number, action, entity_type, entity_id, entity_version, user_id, actor_id, actor_type, actor_source, details,
       request_id, event_id, hash, previous_hash, created_at
  FROM audit_logs
 WHERE ($1::text IS NULL OR entity_type = $1) AND ($2::bigint IS NULL OR entity_id = $2) AND ($3::text IS NULL OR action = $3)
   AND ($4::text IS NULL OR actor_id = $4) AND ($5::text IS NULL OR actor_type = $5) AND change_set = $6::text
   AND (created_at, id) < (coalesce($7::timestamptz, 'infinity'), coalesce($8::bigint, 9223372036854775807))
 ORDER BY created_at DESC, id DESC LIMIT $9;

-- name: entry_count_all :find audit_count_row
-- Length of the tenant's chain, whose numbers have no gaps.
SELECT coalesce((SELECT number FROM audit_chain_heads WHERE domain_id = $1), 0) AS total;

-- name: entry_count :find audit_count_row
-- Matching entries, counted up to $7.
SELECT count(*) AS total FROM (SELECT FROM audit_logs
 WHERE ($1::text IS NULL OR entity_type = $1) AND ($2::bigint IS NULL OR entity_id = $2) AND ($3::text IS NULL OR action = $3)
   AND $4::text IS NULL AND ($5::text IS NULL OR actor_type = $5) AND $6::text IS NULL LIMIT $7) AS matching;

-- name: entry_count_entity :find audit_count_row
-- Entries of one entity, counted up to $7.
SELECT count(*) AS total FROM (SELECT FROM audit_logs
 WHERE entity_type = $1::text AND entity_id = $2::bigint AND ($3::text IS NULL OR action = $3)
   AND ($4::text IS NULL OR actor_id = $4) AND ($5::text IS NULL OR actor_type = $5) AND ($6::text IS NULL OR request_id = $6)
 LIMIT $7) AS matching;

-- name: entry_count_actor :find audit_count_row
-- Entries of one actor, counted up to $7.
SELECT count(*) AS total FROM (SELECT FROM audit_logs
 WHERE ($1::text IS NULL OR entity_type = $1) AND ($2::bigint IS NULL OR entity_id = $2) AND ($3::text IS NULL OR action = $3)
   AND actor_id = $4::text AND ($5::text IS NULL OR actor_type = $5) AND ($6::text IS NULL OR request_id = $6) LIMIT $7) AS matching;

-- name: entry_count_request :find audit_count_row
-- Entries of one request, counted up to $7.
SELECT count(*) AS total FROM (SELECT FROM audit_logs
 WHERE ($1::text IS NULL OR entity_type = $1) AND ($2::bigint IS NULL OR entity_id = $2) AND ($3::text IS NULL OR action = $3)
   AND ($4::text IS NULL OR actor_id = $4) AND ($5::text IS NULL OR actor_type = $5) AND request_id = $6::text LIMIT $7) AS matching;

-- name: entry_count_change_set :find audit_count_row
-- Entries of the change set $6, counted up to $7.
SELECT count(*) AS total FROM (SELECT FROM audit_logs
 WHERE ($1::text IS NULL OR entity_type = $1) AND ($2::bigint IS NULL OR entity_id = $2) AND ($3::text IS NULL OR action = $3)
   AND ($4::text IS NULL OR actor_id = $4) AND ($5::text IS NULL OR actor_type = $5) AND change_set = $6::text LIMIT $7) AS matching;

-- name: chain_page :list audit_chain_row
-- Consecutive entries of the tenant's chain, until $3 bytes of hashed text have come.
SELECT p.action, p.actor_id, p.actor_source, p.actor_type, p.created_at, p.details, p.domain_id, p.entity_id, p.entity_type,
       p.entity_version, p.event_id, p.number, p.publisher, p.request_id, p.trace_parent, p.user_id, p.canonical, p.previous_hash, p.hash
  FROM (SELECT l.action, l.actor_id, l.actor_source, l.actor_type, l.created_at, l.details, l.domain_id, l.entity_id, l.entity_type,
               l.entity_version, l.event_id, l.number, l.publisher, l.request_id, l.trace_parent, l.user_id, l.canonical, l.previous_hash, l.hash,
               sum(octet_length(l.canonical)) OVER (ORDER BY l.number ROWS UNBOUNDED PRECEDING) - octet_length(l.canonical) AS bytes_before
          FROM audit_logs l WHERE l.number >= $1 ORDER BY l.number LIMIT $2) AS p
 WHERE p.bytes_before < $3 ORDER BY p.number;

-- name: head_get :find audit_head
-- End of the tenant's chain.
SELECT domain_id, number, hash FROM audit_chain_heads WHERE domain_id = $1;

-- name: chain_next :find audit_chain_owner
-- The next tenant that has a chain.
SELECT domain_id FROM audit_chain_heads WHERE domain_id > $1::integer ORDER BY domain_id LIMIT 1;

-- name: feed_page :list audit_feed_entry
-- What comes after a position of each tenant: [{"domainId", "after"}].
SELECT e.domain_id, e.number, e.event_id, e.entity_type, e.action, e.entity_id, e.entity_version, e.actor_id, e.actor_type,
       e.actor_source, e.request_id, e.details, e.created_at, e.entity_type = 'content_item' AND o.sells AS is_sold
  FROM json_to_recordset($1::json) AS p("domainId" integer, after bigint)
 CROSS JOIN LATERAL (SELECT l.domain_id, l.number, l.event_id, l.entity_type, l.action, l.entity_id, l.entity_version, l.actor_id,
        l.actor_type, l.actor_source, l.request_id, l.details, l.created_at FROM audit_logs l WHERE l.domain_id = p."domainId" AND l.number > p.after
                      ORDER BY l.number LIMIT $2) AS e
 CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM audit_logs s WHERE s.domain_id = p."domainId" AND s.entity_type = 'offer') AS sells) AS o
 WHERE p.after >= 0 ORDER BY e.domain_id, e.number LIMIT 1000;

-- name: has_sold :find audit_sold_row
-- Whether the tenant has ever offered anything.
-- row: sells bool
SELECT EXISTS (SELECT FROM audit_logs s WHERE s.domain_id = tenant() AND s.entity_type = 'offer') AS sells;

-- name: feed_heads :list audit_feed_head
-- Ends of these chains.
SELECT domain_id, number FROM audit_chain_heads WHERE domain_id = ANY($1::integer[]) LIMIT 256;

-- name: head_unsigned :list audit_head
-- Chains that moved since their last checkpoint.
SELECT h.domain_id, h.number, h.hash FROM audit_chain_heads h
 WHERE h.number > coalesce((SELECT max(c.number) FROM audit_checkpoints c WHERE c.domain_id = h.domain_id), 0)
 ORDER BY h.domain_id LIMIT 500;

-- name: checkpoint_add :exec
-- A batch of checkpoints: a JSON array of audit_checkpoint_new.
INSERT INTO audit_checkpoints (domain_id, number, hash, signed_text, signature, public_key, created_at)
SELECT c."domainId", c.number, c.hash, c."signedText", c.signature, c."publicKey", c."createdAt"
  FROM json_to_recordset($1::json) AS c("domainId" integer, number bigint, hash text, "signedText" text, signature text,
       "publicKey" text, "createdAt" timestamptz) ON CONFLICT DO NOTHING;

-- name: checkpoint_list :list audit_checkpoint
-- Newest first, below a number.
SELECT id, number, hash, signed_text, signature, public_key, created_at FROM audit_checkpoints
 WHERE number < coalesce($1::bigint, 9223372036854775807) ORDER BY number DESC LIMIT $2;

-- name: checkpoint_range :list audit_checkpoint
-- Checkpoints of a stretch of the chain, in its order.
SELECT id, number, hash, signed_text, signature, public_key, created_at FROM audit_checkpoints
 WHERE number >= $1 ORDER BY number LIMIT $2;
