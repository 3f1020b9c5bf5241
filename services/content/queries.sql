-- Every statement of the content service.  Tenancy is row-level security: no statement names a tenant but the inserts, and what also runs in
-- system scope for one, with a token instead of a key.

-- ---------------------------------------------------------------- content types

-- name: type_insert :find content_type_row
-- Make a type.
INSERT INTO content_types (domain_id, name, slug, kind, description, schema, schema_hash, base_price, created_at, updated_at, updated_by, schema_manifest)
VALUES (tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10)
RETURNING id, name, slug, kind, description, schema, schema_hash, schema_manifest, base_price, version, schema_version, created_at, updated_at, updated_by;

-- name: types_get :list content_type_row
-- Types by id.
SELECT t.id, t.name, t.slug, t.kind, t.description, t.schema, t.schema_hash, t.schema_manifest, t.base_price, t.version, t.schema_version, t.created_at, t.updated_at, t.updated_by
  FROM content_types t
 WHERE t.id = ANY ($1::integer[]) LIMIT cardinality($1::integer[]);

-- name: singleton_type :find content_type_row
-- The singleton type with this slug.
SELECT t.id, t.name, t.slug, t.kind, t.description, t.schema, t.schema_hash, t.schema_manifest, t.base_price, t.version, t.schema_version, t.created_at, t.updated_at, t.updated_by
  FROM content_types t
 WHERE t.domain_id = tenant() AND t.slug = $1 AND t.is_singleton;

-- name: singleton_types :list content_type_row
-- Singleton types, oldest first.
SELECT t.id, t.name, t.slug, t.kind, t.description, t.schema, t.schema_hash, t.schema_manifest, t.base_price, t.version, t.schema_version, t.created_at, t.updated_at, t.updated_by
  FROM content_types t
 WHERE t.is_singleton
 ORDER BY t.id LIMIT $1;

-- name: types_by_slug :list content_slug_row
-- Which types these slugs are.
SELECT t.id, t.slug FROM content_types t WHERE t.slug = ANY ($1::text[]) LIMIT cardinality($1::text[]);

-- name: types_exist :list content_id_row
-- Which of these types there are.
SELECT t.id FROM content_types t WHERE t.id = ANY ($1::integer[]) LIMIT cardinality($1::integer[]);

-- name: type_lock :find content_type_row
-- One type to change or delete; keeps items from appearing under it meanwhile (their foreign key waits).
SELECT t.id, t.name, t.slug, t.kind, t.description, t.schema, t.schema_hash, t.schema_manifest, t.base_price, t.version, t.schema_version, t.created_at, t.updated_at, t.updated_by
  FROM content_types t
 WHERE t.id = $1
   FOR UPDATE;

-- name: types_list :list content_type_row
-- Page of types, oldest first.
SELECT t.id, t.name, t.slug, t.kind, t.description, t.schema, t.schema_hash, t.schema_manifest, t.base_price, t.version, t.schema_version, t.created_at, t.updated_at, t.updated_by
  FROM content_types t
 WHERE t.id > $3
 ORDER BY t.id LIMIT $1 OFFSET $2;

-- name: types_count :find content_count_row
-- How many types there are, exact up to $1.
SELECT count(*) AS total FROM (SELECT FROM content_types LIMIT $1) t;

-- name: types_stats :list content_type_stats_row
-- Items of each of these types by status; at most the 100 most frequent statuses of a type.
SELECT s.content_type_id, s.status, s.total, s.last_updated_at
  FROM (SELECT i.content_type_id, i.status, count(*) AS total, max(i.updated_at) AS last_updated_at,
               row_number() OVER (PARTITION BY i.content_type_id ORDER BY count(*) DESC, i.status) AS place
          FROM content_items i
         WHERE i.content_type_id = ANY ($1::integer[])
         GROUP BY i.content_type_id, i.status) s
 WHERE s.place <= 100
 ORDER BY s.content_type_id, s.status LIMIT 100 * cardinality($1::integer[]);

-- name: type_items_count :find content_count_row
-- Items of a type, exact up to $2.
SELECT count(*) AS total FROM (SELECT FROM content_items WHERE content_type_id = $1 LIMIT $2) i;

-- name: type_update :exec
-- New state of a locked type.
UPDATE content_types
   SET name = $2, slug = $3, kind = $4, description = $5, schema = $6, schema_hash = $7, base_price = $8, updated_at = $9,
       version = version + 1, updated_by = $11, schema_manifest = $12, schema_version = $13
 WHERE id = $1 AND version = $10;

-- name: type_delete :exec
-- A locked type without items.
DELETE FROM content_types WHERE id = $1;

-- name: type_schema :find content_schema_row
-- What the cache of compiled schemas misses.
SELECT t.schema, t.schema_hash FROM content_types t WHERE t.domain_id = tenant() AND t.id = $1;

-- name: types_localized :list content_localized_row
-- Schemas of those of these types that may be localized.
SELECT t.id, t.schema FROM content_types t
 WHERE t.domain_id = tenant() AND t.id = ANY ($1::integer[]) AND strpos(t.schema, 'x-wordclaw-localization') > 0
 LIMIT cardinality($1::integer[]);

-- name: type_items_data :list content_checked_row
-- Items of a type behind a place ($2, $3), the ones changed last first; $5 bytes of data at most, beyond which it is null.
SELECT p.id, p.version, p.schema_version, p.updated_at, CASE WHEN sum(p.data_bytes) OVER (ROWS UNBOUNDED PRECEDING) <= $5 THEN p.data END AS data
  FROM (SELECT i.id, i.version, i.schema_version, i.updated_at, i.data, i.data_bytes
          FROM content_items i
         WHERE i.content_type_id = $1 AND (i.updated_at, i.id) < ($2::timestamptz, $3::integer)
         ORDER BY i.updated_at DESC, i.id DESC LIMIT $4) p;

-- name: lifecycle_types :list content_lifecycle_type_row
-- Types of all tenants that may have a lifecycle, behind one of them, with the states of their workflows.
SELECT t.domain_id, t.id, t.schema, w.states
  FROM content_types t
  LEFT JOIN content_workflows w ON w.domain_id = t.domain_id AND w.content_type_id = t.id AND w.is_active
 WHERE strpos(t.schema, 'x-wordclaw-lifecycle') > 0 AND (t.domain_id, t.id) > ($1::integer, $2::integer)
 ORDER BY t.domain_id, t.id LIMIT $3;

-- name: lifecycle_due_updated :list content_id_row
-- Items of a type ($1, $2) in one of some statuses that nobody has changed since, up to $5 of each.
SELECT d.id
  FROM unnest($3::text[]) s(status)
 CROSS JOIN LATERAL (SELECT i.id FROM content_items i
                      WHERE i.domain_id = $1 AND i.content_type_id = $2 AND i.status = s.status AND i.updated_at <= $4
                      ORDER BY i.updated_at, i.id LIMIT $5 FOR UPDATE SKIP LOCKED) d
 LIMIT $5;

-- name: lifecycle_due_created :list content_id_row
-- The same of items that were created before.
SELECT i.id FROM content_items i
 WHERE i.domain_id = $1 AND i.content_type_id = $2 AND i.status = ANY ($3::text[]) AND i.created_at <= $4
 LIMIT $5 FOR UPDATE SKIP LOCKED;

-- ---------------------------------------------------------------- one item

-- name: items_target :list content_target_row
-- The types that new items go to, in the order of the ids $1: the states of its active workflow, the singleton item it already has, and the new
-- item's id.  Locked as a foreign key will lock it: the type's kind cannot change in between.
SELECT t.content_type_id, t.is_singleton, t.is_indexed, t.has_references, t.schema_hash, t.schema_version, t.base_price, t.workflow_states, t.is_governed, t.item_id,
       t.singleton_item_id
  FROM unnest($1::integer[]) AS w (id)
 CROSS JOIN LATERAL (
    SELECT t.id AS content_type_id, t.is_singleton, t.is_indexed, t.has_references, t.schema_hash, t.schema_version, t.base_price, f.states AS workflow_states,
           f.workflow_id IS NOT NULL AS is_governed, nextval('content_items_id_seq') AS item_id,
           CASE WHEN t.is_singleton THEN (SELECT i.id FROM content_items i WHERE i.domain_id = t.domain_id AND i.content_type_id = t.id LIMIT 1) END AS singleton_item_id
      FROM content_types t
      LEFT JOIN content_workflows f ON f.domain_id = t.domain_id AND f.content_type_id = t.id AND f.is_active
     WHERE t.domain_id = tenant() AND t.id = w.id
       FOR KEY SHARE OF t) t
 LIMIT cardinality($1::integer[]);

-- name: item_insert :exec
-- New items, version 1.
INSERT INTO content_items (id, domain_id, content_type_id, is_singleton, data, status, version, created_at, updated_at, updated_by, search_text,
                           published_version, published_at, session, change_set, request_id, schema_version, surface)
SELECT n.id, tenant(), n.content_type_id, n.is_singleton, n.data, n.status, 1, n.at, n.at, n.by, lower(n.search_text),
       CASE WHEN n.status = 'published' THEN 1 END, CASE WHEN n.status = 'published' THEN n.at END, n.session, n.change_set, n.request_id, n.schema_version,
       n.surface
  FROM unnest($1::integer[], $2::integer[], $3::boolean[], $4::json[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
              $12::integer[], $13::smallint[])
       AS n (id, content_type_id, is_singleton, data, status, at, by, search_text, session, change_set, request_id, schema_version, surface);

-- name: items_lock :list content_head_row
-- Heads to change, locked in the order of the ids $1, and the type that each has or goes to ($2, 0: stays): target columns are null when there is no such
-- type.  Workflow states are those of the target's active workflow, and an item is governed by the workflow of its present type too.  $3 bytes of
-- data together, beyond which it is null.  price: that of the dearer type, so that nobody moves an item where it would not have been free.
SELECT h.id, h.content_type_id, CASE WHEN sum(octet_length(h.data::text)) OVER (ORDER BY w.place ROWS UNBOUNDED PRECEDING) <= $3 THEN h.data END AS data, h.status, h.version,
       h.created_at, h.updated_at, h.updated_by, h.published_version, h.price, h.target_type_id, h.target_is_singleton, h.target_is_indexed,
       h.target_has_references, h.target_schema_hash, h.schema_version, h.target_schema_version, h.workflow_states, h.is_governed
  FROM unnest($1::integer[], $2::integer[]) WITH ORDINALITY AS w (id, type_id, place)
 CROSS JOIN LATERAL (
    SELECT i.id, i.content_type_id, i.data, i.status, i.version, i.created_at, i.updated_at, i.updated_by, i.published_version,
           coalesce(CASE WHEN t.id = i.content_type_id THEN t.base_price
                ELSE greatest(t.base_price, (SELECT p.base_price FROM content_types p WHERE p.domain_id = i.domain_id AND p.id = i.content_type_id)) END, 0) AS price,
           t.id AS target_type_id, t.is_singleton AS target_is_singleton, t.is_indexed AS target_is_indexed, t.has_references AS target_has_references,
           t.schema_hash AS target_schema_hash, i.schema_version, t.schema_version AS target_schema_version, f.states AS workflow_states,
           f.workflow_id IS NOT NULL
               OR EXISTS (SELECT FROM content_workflows s WHERE s.domain_id = i.domain_id AND s.content_type_id = i.content_type_id AND s.is_active) AS is_governed
      FROM content_items i
      LEFT JOIN content_types t ON t.domain_id = i.domain_id AND t.id = coalesce(nullif(w.type_id, 0), i.content_type_id)
      LEFT JOIN content_workflows f ON f.domain_id = t.domain_id AND f.content_type_id = t.id AND f.is_active
     WHERE i.domain_id = tenant() AND i.id = w.id
       FOR UPDATE OF i) h
 ORDER BY w.place LIMIT cardinality($1::integer[]);

-- name: type_singleton_item :find content_id_row
-- The item of a singleton type other than $2.
SELECT i.id FROM content_items i WHERE i.domain_id = tenant() AND i.content_type_id = $1 AND i.id <> $2 LIMIT 1;

-- name: item_keep_version :exec
-- Copy locked heads of these versions into the history, before they change.
INSERT INTO content_item_versions (domain_id, content_item_id, version, data, status, created_at, created_by, session, change_set, request_id, schema_version,
                                   surface)
SELECT tenant(), w.id, w.version, i.data, i.status, i.updated_at, i.updated_by, i.session, i.change_set, i.request_id, i.schema_version, i.surface
  FROM unnest($1::integer[], $2::integer[]) AS w (id, version)
 CROSS JOIN LATERAL (SELECT h.data, h.status, h.updated_at, h.updated_by, h.session, h.change_set, h.request_id, h.schema_version,
                            h.surface FROM content_items h
                      WHERE h.domain_id = tenant() AND h.id = w.id AND h.version = w.version LIMIT 1) i;

-- name: item_update :exec
-- New heads over the versions $2, found by their place: a join by id was planned as a walk over all of a small tenant's items.  $8 is the version that the public sees from now on, null: none;
-- $14 its text where that is neither this one nor the one it saw.
UPDATE content_items i
   SET content_type_id = n.content_type_id, is_singleton = n.is_singleton, data = n.data, status = n.status, version = i.version + 1, updated_at = n.at,
       published_version = n.published, updated_by = n.by, search_text = lower(n.search_text),
       published_text = CASE WHEN n.published = i.version THEN i.search_text WHEN n.published < i.version THEN coalesce(lower(n.published_text), i.published_text) END,
       published_at = CASE WHEN n.published = i.version + 1 THEN n.at WHEN n.published IS NOT NULL THEN coalesce(i.published_at, n.at) END,
       session = n.session, change_set = n.change_set, request_id = n.request_id, schema_version = n.schema_version, surface = n.surface
  FROM unnest($1::integer[], $2::integer[], $3::integer[], $4::boolean[], $5::json[], $6::text[], $7::timestamptz[], $8::integer[], $9::text[], $10::text[],
              $11::text[], $12::text[], $13::text[], $14::text[], $15::integer[], $16::smallint[])
       AS n (id, version, content_type_id, is_singleton, data, status, at, published, by, search_text, session, change_set, request_id, published_text, schema_version,
             surface)
 CROSS JOIN LATERAL (SELECT h.ctid FROM content_items h WHERE h.domain_id = tenant() AND h.id = n.id AND h.version = n.version LIMIT 1) p
 WHERE i.ctid = p.ctid;

-- name: item_delete :exec
-- A locked item moves to the deleted ones; its versions stay where they are.
WITH fields AS (
    DELETE FROM content_item_fields f WHERE f.item_id = $1),
references_kept AS (
    UPDATE content_references r SET state = 'deleted' WHERE r.source_id = $1 AND r.place >= 0),
gone AS (
    DELETE FROM content_items WHERE id = $1
    RETURNING id, domain_id, content_type_id, data, status, version, created_at, updated_at, updated_by, session, change_set, request_id, schema_version, surface)
INSERT INTO content_items_deleted (id, domain_id, content_type_id, data, status, version, created_at, updated_at, updated_by, session, change_set, request_id,
                                   schema_version, surface, deleted_at, purge_at, deleted_by, deleted_session, deleted_change_set, deleted_request_id)
SELECT id, domain_id, content_type_id, data, status, version, created_at, updated_at, updated_by, session, change_set, request_id, schema_version,
       surface, $2, $3, $4, $5, $6, $7 FROM gone;

-- name: deleted_lock :find content_deleted_row
-- A deleted item that can still be restored, and the type it goes back to.
SELECT d.id, d.content_type_id, d.data, d.status, d.version, d.created_at, d.updated_at, d.updated_by, d.schema_version, t.id AS target_type_id,
       t.schema_version AS target_schema_version, t.schema_hash AS target_schema_hash, t.is_singleton AS target_is_singleton, t.has_references AS target_has_references, w.states AS workflow_states, w.workflow_id IS NOT NULL AS is_governed
  FROM content_items_deleted d
  LEFT JOIN content_types t ON t.domain_id = d.domain_id AND t.id = d.content_type_id
  LEFT JOIN content_workflows w ON w.domain_id = t.domain_id AND w.content_type_id = t.id AND w.is_active
 WHERE d.id = $1 AND d.purge_at > $2
   FOR UPDATE OF d;

-- name: item_restore :exec
-- A locked deleted item becomes a head again, as a new version that the public does not see.
WITH back AS (
    DELETE FROM content_items_deleted WHERE id = $1
    RETURNING id, domain_id, content_type_id, data, status, version, created_at, updated_at, updated_by, session, change_set, request_id, schema_version,
              surface),
kept AS (
    INSERT INTO content_item_versions (domain_id, content_item_id, version, data, status, created_at, created_by, session, change_set, request_id, schema_version,
                                       surface)
    SELECT domain_id, id, version, data, status, updated_at, updated_by, session, change_set, request_id, schema_version, surface FROM back)
INSERT INTO content_items (id, domain_id, content_type_id, is_singleton, data, status, version, created_at, updated_at, updated_by, search_text, session, change_set, request_id,
                           schema_version, surface)
SELECT id, domain_id, content_type_id, $2, $10::json, $3, version + 1, created_at, $4, $5, lower($6::text), $7, $8, $9, $11, $12 FROM back;

-- name: purge_due :list content_purge_row
-- Deleted items whose time is over, of all tenants.
SELECT d.domain_id, d.id FROM content_items_deleted d WHERE d.purge_at <= $1 ORDER BY d.purge_at LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: purge_versions :exec
-- Some versions of a deleted item, and their references.
WITH picked AS MATERIALIZED (
    SELECT k.version FROM content_item_versions k WHERE k.domain_id = $1 AND k.content_item_id = $2 LIMIT $3),
forgotten AS (
    DELETE FROM content_references r
     WHERE r.domain_id = $1 AND r.source_id = $2 AND r.source_version = ANY (ARRAY(SELECT p.version FROM picked p)))
DELETE FROM content_item_versions v
 WHERE v.domain_id = $1 AND v.content_item_id = $2 AND v.version = ANY (ARRAY(SELECT p.version FROM picked p));

-- name: purge_item :exec
-- A deleted item without versions, its history, and the references of its last one.
WITH gone AS (
    DELETE FROM content_items_deleted d
     WHERE d.domain_id = $1 AND d.id = $2
       AND NOT EXISTS (SELECT FROM content_item_versions v WHERE v.domain_id = $1 AND v.content_item_id = $2)
    RETURNING d.id),
prompts AS (
    DELETE FROM content_prompts p WHERE p.domain_id = $1 AND p.content_item_id = $2 AND EXISTS (SELECT FROM gone)),
past AS (
    DELETE FROM content_item_history h WHERE h.domain_id = $1 AND h.item_id = $2 AND EXISTS (SELECT FROM gone))
DELETE FROM content_references r
 WHERE r.domain_id = $1 AND r.source_id = $2 AND r.place >= 0 AND EXISTS (SELECT FROM gone);

-- name: item_exists :find content_id_row
-- Whether there is such an item.
SELECT i.id FROM content_items i WHERE i.id = $1;

-- name: item_public :find content_public_row
-- Which version of an item the public sees.
SELECT i.version AS head_version, i.published_version FROM content_items i WHERE i.id = $1;

-- name: item_snapshot :find content_snapshot_row
-- All that other services may want to know about an item: one version of it ($2, null: the head), what is published, and its type.
SELECT i.id, i.content_type_id, i.version AS head_version, i.created_at, i.updated_at, i.published_version, i.published_at,
       CASE WHEN i.version = coalesce($2::integer, i.version) THEN i.data ELSE v.data END AS data,
       CASE WHEN i.version = coalesce($2::integer, i.version) THEN i.status ELSE v.status END AS status,
       CASE i.status WHEN 'published' THEN i.data ELSE p.data END AS published_data,
       t.name AS type_name, t.slug AS type_slug, t.schema, t.schema_hash, t.version AS type_version, t.base_price
  FROM content_items i
  JOIN content_types t ON t.domain_id = i.domain_id AND t.id = i.content_type_id
  LEFT JOIN content_item_versions v ON v.domain_id = i.domain_id AND v.content_item_id = i.id AND v.version = $2
  LEFT JOIN LATERAL (SELECT k.data FROM content_item_versions k
                      WHERE k.domain_id = i.domain_id AND k.content_item_id = i.id
                        AND k.version = CASE WHEN i.status <> 'published' THEN i.published_version END LIMIT 1) p ON true
 WHERE i.domain_id = tenant() AND i.id = $1;

-- name: workflow_put :exec
-- What governs the items of a type from now on, unless the same workflow has said something newer.
INSERT INTO content_workflows AS w (domain_id, content_type_id, workflow_id, states, transitions, is_active, updated_at, generation)
VALUES (tenant(), $1, $2, $3, $4, $5, $6, coalesce($7::bigint, 0))
ON CONFLICT (domain_id, content_type_id) DO UPDATE
   SET workflow_id = excluded.workflow_id, states = excluded.states, transitions = excluded.transitions, is_active = excluded.is_active,
       updated_at = excluded.updated_at, generation = excluded.generation
 WHERE (excluded.is_active AND w.workflow_id <> excluded.workflow_id)
    OR (w.workflow_id = excluded.workflow_id AND ($7::bigint IS NULL OR w.generation <= $7::bigint));

-- name: workflow_state_exists :find content_id_row
-- Whether an active workflow of the tenant has this state.
SELECT w.content_type_id AS id FROM content_workflows w WHERE w.is_active AND $1::text = ANY (w.states) LIMIT 1;

-- name: version_get :find content_item_version
-- One superseded version.
SELECT v.id, v.content_item_id, v.version, v.data, v.status, v.created_at, v.created_by, v.session, v.change_set, v.schema_version
  FROM content_item_versions v
 WHERE v.content_item_id = $1 AND v.version = $2;

-- name: state_get :find content_state_row
-- One version of an item, superseded or head.
SELECT i.version AS head_version, i.published_version, CASE WHEN i.version = $2 THEN i.data ELSE v.data END AS data,
       CASE WHEN i.version = $2 THEN i.status ELSE v.status END AS status,
       CASE WHEN i.version = $2 THEN i.updated_at ELSE v.created_at END AS created_at
  FROM content_items i
  LEFT JOIN content_item_versions v ON v.domain_id = i.domain_id AND v.content_item_id = i.id AND v.version = $2
 WHERE i.id = $1;

-- name: versions_list :list content_version_row
-- Superseded versions below $2, newest first; $4 bytes of data at most, beyond which it is null.
SELECT p.id, p.content_item_id, p.version, CASE WHEN sum(p.data_bytes) OVER (ROWS UNBOUNDED PRECEDING) <= $4 THEN p.data END AS data,
       p.status, p.created_at, p.created_by, p.session, p.change_set, p.schema_version, p.surface,
       (SELECT k.prompt_hash FROM content_prompts k WHERE k.content_item_id = p.content_item_id AND k.version = p.version LIMIT 1) AS prompt_hash
  FROM (SELECT v.id, v.content_item_id, v.version, v.data, v.data_bytes, v.status, v.created_at, v.created_by, v.session, v.change_set, v.schema_version,
               v.surface
          FROM content_item_versions v
         WHERE v.content_item_id = $1 AND v.version < $2
         ORDER BY v.version DESC LIMIT $3) p;

-- name: item_origin :find content_origin_row
-- The working copy and where it comes from; $2 bytes of data at most, beyond which it is null.
SELECT i.version, i.status, i.updated_at, i.updated_by, i.session, i.change_set, i.surface,
       (SELECT k.prompt_hash FROM content_prompts k WHERE k.content_item_id = i.id AND k.version = i.version LIMIT 1) AS prompt_hash,
       CASE WHEN i.data_bytes <= $2 THEN i.data END AS data
  FROM content_items i WHERE i.id = $1;

-- name: prompt_note :exec
-- By which prompt the heads $1, just written, were made.
INSERT INTO content_prompts (domain_id, content_item_id, version, prompt_hash)
SELECT tenant(), i.id, i.version, $2::text
  FROM unnest($1::integer[]) w (id)
 CROSS JOIN LATERAL (SELECT h.id, h.version FROM content_items h WHERE h.domain_id = tenant() AND h.id = w.id LIMIT 1) i
ON CONFLICT DO NOTHING;

-- ---------------------------------------------------------------- change sets

-- name: change_set_insert :find content_change_set_row
-- Say what a label stands for.
INSERT INTO content_change_sets AS c (domain_id, label, name, reason, opened_by, opened_at, surface, session, prompt_hash)
VALUES (tenant(), $1, $2, $3, $4, $5, $6, $7, $8)
RETURNING c.id, c.label, c.name, c.reason, c.opened_by, c.opened_at, c.surface, c.session, c.prompt_hash;

-- name: change_set_get :find content_change_set_row
-- What a label stands for.
SELECT c.id, c.label, c.name, c.reason, c.opened_by, c.opened_at, c.surface, c.session, c.prompt_hash
  FROM content_change_sets c WHERE c.label = $1;

-- name: change_sets_named :list content_change_set_row
-- What some labels stand for.
SELECT c.id, c.label, c.name, c.reason, c.opened_by, c.opened_at, c.surface, c.session, c.prompt_hash
  FROM unnest($1::text[]) w (label)
 CROSS JOIN LATERAL (SELECT s.id, s.label, s.name, s.reason, s.opened_by, s.opened_at, s.surface, s.session, s.prompt_hash
                       FROM content_change_sets s WHERE s.label = w.label LIMIT 1) c
 LIMIT cardinality($1::text[]);

-- name: change_sets_list :list content_change_set_row
-- Those opened before one, newest first.
SELECT c.id, c.label, c.name, c.reason, c.opened_by, c.opened_at, c.surface, c.session, c.prompt_hash
  FROM content_change_sets c WHERE c.id < $1 ORDER BY c.id DESC LIMIT $2;

-- ---------------------------------------------------------------- many items

-- Of a page, data comes only while all of it together stays within a number of bytes; beyond, it is null.

-- name: heads_get :list content_item_row
-- Working copies by id; $2 bytes of data at most.
SELECT i.id, i.content_type_id, CASE WHEN sum(i.data_bytes) OVER (ROWS UNBOUNDED PRECEDING) <= $2 THEN i.data END AS data, i.status,
       i.version, i.created_at, i.updated_at, i.working_copy_version, i.published_version
  FROM content_item_heads i
 WHERE i.id = ANY ($1::integer[]) LIMIT cardinality($1::integer[]);

-- name: snapshots_get :list content_item_row
-- Published snapshots by id, $2 bytes of data at most; version is null where nothing is published.
SELECT i.id, i.content_type_id, CASE WHEN sum(i.data_bytes) OVER (ROWS UNBOUNDED PRECEDING) <= $2 THEN i.data END AS data,
       'published' AS status, CASE WHEN i.is_published THEN i.version END AS version, i.created_at, i.updated_at,
       i.working_copy_version, i.version AS published_version
  FROM content_item_snapshots i
 WHERE i.id = ANY ($1::integer[]) LIMIT cardinality($1::integer[]);

-- name: items_of_types :list content_item_row
-- Of each type $1 the heads changed last, at most as many as its place in $2 says; $3 bytes of data at most.
SELECT p.id, p.content_type_id, CASE WHEN sum(p.data_bytes) OVER (ROWS UNBOUNDED PRECEDING) <= $3 THEN p.data END AS data,
       p.status, p.version, p.created_at, p.updated_at, p.working_copy_version, p.published_version
  FROM (SELECT h.id, h.content_type_id, h.data, h.data_bytes, h.status, h.version, h.created_at, h.updated_at, h.working_copy_version, h.published_version
          FROM unnest($1::integer[], $2::integer[]) WITH ORDINALITY AS w (content_type_id, n_max, place)
         CROSS JOIN LATERAL (SELECT i.id, i.content_type_id, i.data, i.data_bytes, i.status, i.version, i.created_at, i.updated_at,
                                    i.working_copy_version, i.published_version
                               FROM content_item_heads i
                              WHERE i.content_type_id = w.content_type_id
                              ORDER BY i.updated_at DESC, i.id DESC LIMIT w.n_max) h
         ORDER BY w.place, h.updated_at DESC, h.id DESC) p;

-- name: snapshots_of_types :list content_item_row
-- Of each type $1 the snapshots published last, at most as many as its place in $2 says; $3 bytes of data at most.
SELECT p.id, p.content_type_id, CASE WHEN sum(p.data_bytes) OVER (ROWS UNBOUNDED PRECEDING) <= $3 THEN p.data END AS data,
       p.status, p.version, p.created_at, p.updated_at, p.working_copy_version, p.published_version
  FROM (SELECT h.id, h.content_type_id, h.data, h.data_bytes, 'published' AS status, h.version, h.created_at, h.updated_at, h.working_copy_version,
               h.version AS published_version
          FROM unnest($1::integer[], $2::integer[]) WITH ORDINALITY AS w (content_type_id, n_max, place)
         CROSS JOIN LATERAL (SELECT i.id, i.content_type_id, i.data, i.data_bytes, i.version, i.created_at, i.updated_at, i.working_copy_version
                               FROM content_item_snapshots i
                              WHERE i.content_type_id = w.content_type_id AND i.is_published
                              ORDER BY i.updated_at DESC, i.id DESC LIMIT w.n_max) h
         ORDER BY w.place, h.updated_at DESC, h.id DESC) p;

-- The lists take the same parameters: $1 type, $2 status (the empty one: any but what the type's lifecycle archives with), $3 and $4 created between, $5 words (with $12, what no text without it has, and $13, an id), $6 and $7 key and id of the row before
-- (of the first page what is before or behind everything: under row-level security no index serves a coalesce() of parameters, which
-- keeps the index of creation out of the other orders, where all rows would have to be sorted), $8 limit, $9 offset, $10 bytes of data, $11 conditions on
-- queryable fields (field_conditions of query/conditions.h).  One statement per index that serves it; a parameter its filter does not use must be null, and says so.

-- template: heads_page(filter, key, direction, after)
WITH asked AS MATERIALIZED (SELECT f.id, f.op, f.is_not, f.numbers, f.texts FROM json_to_recordset($11::json) AS f (id integer, op text, is_not boolean, numbers double precision[], texts text[]))
SELECT p.id, p.content_type_id, CASE WHEN sum(p.data_bytes) OVER (ROWS UNBOUNDED PRECEDING) <= $10 THEN p.data END AS data,
       p.status, p.version, p.created_at, p.updated_at, p.working_copy_version, p.published_version
  FROM (SELECT i.id, i.content_type_id, i.data, i.data_bytes, i.status, i.version, i.created_at, i.updated_at, i.working_copy_version, i.published_version
          FROM content_item_heads i
         WHERE {filter} AND ({key}, i.id) {after}
           AND i.created_at >= coalesce($3::timestamptz, '-infinity') AND i.created_at <= coalesce($4::timestamptz, 'infinity')
           AND CASE WHEN $5::text IS NULL OR i.id = $13::integer THEN true WHEN strpos(i.search_text || E'\n' || lower(i.status), $12::text) = 0 THEN false
                ELSE $5 = '' OR content_words_now(i.id, false, i.search_text, i.status) @@ nullif($5, '')::tsquery END
         AND ($11::json IS NULL OR coalesce((SELECT bool_and(f.is_not <> EXISTS (
                    SELECT FROM content_item_fields v
                     WHERE v.item_id = i.id AND v.is_public = false AND v.field_id = f.id AND v.place >= 0
                       AND content_value_matches(f.op, v.number, v.letters, f.numbers, f.texts)))
                  FROM asked f), true))
         ORDER BY {key} {direction}, i.id {direction} LIMIT $8 OFFSET $9) p;

-- name: heads_updated_desc_all :list content_item_row = heads_page($1::integer IS NULL AND $2::text IS NULL | i.updated_at | DESC | < ($6::timestamptz, $7::integer))
-- All heads, latest change first.

-- name: heads_updated_desc_type :list content_item_row = heads_page(i.content_type_id = $1::integer AND ($2::text IS NULL OR $2 = '' AND i.status IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1)) | i.updated_at | DESC | < ($6::timestamptz, $7::integer))
-- Heads of a type, latest change first.

-- name: heads_updated_desc_status :list content_item_row = heads_page($1::integer IS NULL AND i.status = $2::text | i.updated_at | DESC | < ($6::timestamptz, $7::integer))
-- Heads of a status, latest change first.

-- name: heads_updated_desc_type_status :list content_item_row = heads_page(i.content_type_id = $1::integer AND i.status = $2::text | i.updated_at | DESC | < ($6::timestamptz, $7::integer))
-- Heads of a type and status, latest change first.

-- name: heads_updated_asc_all :list content_item_row = heads_page($1::integer IS NULL AND $2::text IS NULL | i.updated_at | ASC | > ($6::timestamptz, $7::integer))
-- All heads, oldest change first.

-- name: heads_updated_asc_type :list content_item_row = heads_page(i.content_type_id = $1::integer AND ($2::text IS NULL OR $2 = '' AND i.status IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1)) | i.updated_at | ASC | > ($6::timestamptz, $7::integer))
-- Heads of a type, oldest change first.

-- name: heads_updated_asc_status :list content_item_row = heads_page($1::integer IS NULL AND i.status = $2::text | i.updated_at | ASC | > ($6::timestamptz, $7::integer))
-- Heads of a status, oldest change first.

-- name: heads_updated_asc_type_status :list content_item_row = heads_page(i.content_type_id = $1::integer AND i.status = $2::text | i.updated_at | ASC | > ($6::timestamptz, $7::integer))
-- Heads of a type and status, oldest change first.

-- name: heads_created_desc_all :list content_item_row = heads_page($1::integer IS NULL AND ($2::text IS NULL OR i.status = $2) | i.created_at | DESC | < ($6::timestamptz, $7::integer))
-- All heads, latest creation first.

-- name: heads_created_desc_type :list content_item_row = heads_page(i.content_type_id = $1::integer AND ($2::text IS NULL OR i.status = $2 OR $2 = '' AND i.status IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1)) | i.created_at | DESC | < ($6::timestamptz, $7::integer))
-- Heads of a type, latest creation first.

-- name: heads_created_asc_all :list content_item_row = heads_page($1::integer IS NULL AND ($2::text IS NULL OR i.status = $2) | i.created_at | ASC | > ($6::timestamptz, $7::integer))
-- All heads, oldest creation first.

-- name: heads_created_asc_type :list content_item_row = heads_page(i.content_type_id = $1::integer AND ($2::text IS NULL OR i.status = $2 OR $2 = '' AND i.status IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1)) | i.created_at | ASC | > ($6::timestamptz, $7::integer))
-- Heads of a type, oldest creation first.

-- name: heads_version_desc :list content_item_row = heads_page(($1::integer IS NULL OR i.content_type_id = $1) AND ($2::text IS NULL OR i.status = $2 OR $2 = '' AND i.status IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1)) | i.version | DESC | < ($6::integer, $7::integer))
-- Heads matching (no index: a scan), highest version first.

-- name: heads_version_asc :list content_item_row = heads_page(($1::integer IS NULL OR i.content_type_id = $1) AND ($2::text IS NULL OR i.status = $2 OR $2 = '' AND i.status IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1)) | i.version | ASC | > ($6::integer, $7::integer))
-- Heads matching (no index: a scan), lowest version first.

-- In order of creation IS TRUE keeps the planner from the indexes of published items, which are in order of publication: it would sort
-- them all.
-- template: snapshots_page(published, filter, key, direction, after)
WITH asked AS MATERIALIZED (SELECT f.id, f.op, f.is_not, f.numbers, f.texts FROM json_to_recordset($11::json) AS f (id integer, op text, is_not boolean, numbers double precision[], texts text[]))
SELECT p.id, p.content_type_id, CASE WHEN sum(p.data_bytes) OVER (ROWS UNBOUNDED PRECEDING) <= $10 THEN p.data END AS data,
       p.status, p.version, p.created_at, p.updated_at, p.working_copy_version, p.published_version
  FROM (SELECT i.id, i.content_type_id, i.data, i.data_bytes, 'published' AS status, i.version, i.created_at, i.updated_at, i.working_copy_version,
             i.version AS published_version
          FROM content_item_snapshots i
         WHERE {published} AND {filter} AND ({key}, i.id) {after}
           AND i.created_at >= coalesce($3::timestamptz, '-infinity') AND i.created_at <= coalesce($4::timestamptz, 'infinity')
           AND CASE WHEN $5::text IS NULL OR i.id = $13::integer THEN true WHEN strpos(i.search_text || E'\npublished', $12::text) = 0 THEN false
                ELSE $5 = '' OR content_words_now(i.id, true, i.search_text, 'published') @@ nullif($5, '')::tsquery END
         AND ($11::json IS NULL OR coalesce((SELECT bool_and(f.is_not <> EXISTS (
                    SELECT FROM content_item_fields v
                     WHERE v.item_id = i.id AND v.is_public = true AND v.field_id = f.id AND v.place >= 0
                       AND content_value_matches(f.op, v.number, v.letters, f.numbers, f.texts)))
                  FROM asked f), true))
         ORDER BY {key} {direction}, i.id {direction} LIMIT $8 OFFSET $9) p;

-- name: snapshots_updated_desc_all :list content_item_row = snapshots_page(i.is_published | $1::integer IS NULL AND ($2::text IS NULL OR $2 IN ('published', '')) | i.updated_at | DESC | < ($6::timestamptz, $7::integer))
-- All snapshots, latest change first.

-- name: snapshots_created_desc_all :list content_item_row = snapshots_page(i.is_published IS TRUE | $1::integer IS NULL AND ($2::text IS NULL OR $2 IN ('published', '')) | i.created_at | DESC | < ($6::timestamptz, $7::integer))
-- All snapshots, latest creation first.

-- name: snapshots_updated_desc_type :list content_item_row = snapshots_page(i.is_published | i.content_type_id = $1::integer AND ($2::text IS NULL OR $2 IN ('published', '')) | i.updated_at | DESC | < ($6::timestamptz, $7::integer))
-- Snapshots of a type, latest change first.

-- name: snapshots_created_desc_type :list content_item_row = snapshots_page(i.is_published IS TRUE | i.content_type_id = $1::integer AND ($2::text IS NULL OR $2 IN ('published', '')) | i.created_at | DESC | < ($6::timestamptz, $7::integer))
-- Snapshots of a type, latest creation first.

-- name: snapshots_updated_asc_all :list content_item_row = snapshots_page(i.is_published | $1::integer IS NULL AND ($2::text IS NULL OR $2 IN ('published', '')) | i.updated_at | ASC | > ($6::timestamptz, $7::integer))
-- All snapshots, oldest change first.

-- name: snapshots_created_asc_all :list content_item_row = snapshots_page(i.is_published IS TRUE | $1::integer IS NULL AND ($2::text IS NULL OR $2 IN ('published', '')) | i.created_at | ASC | > ($6::timestamptz, $7::integer))
-- All snapshots, oldest creation first.

-- name: snapshots_updated_asc_type :list content_item_row = snapshots_page(i.is_published | i.content_type_id = $1::integer AND ($2::text IS NULL OR $2 IN ('published', '')) | i.updated_at | ASC | > ($6::timestamptz, $7::integer))
-- Snapshots of a type, oldest change first.

-- name: snapshots_created_asc_type :list content_item_row = snapshots_page(i.is_published IS TRUE | i.content_type_id = $1::integer AND ($2::text IS NULL OR $2 IN ('published', '')) | i.created_at | ASC | > ($6::timestamptz, $7::integer))
-- Snapshots of a type, oldest creation first.

-- name: snapshots_version_desc :list content_item_row = snapshots_page(i.is_published | ($1::integer IS NULL OR i.content_type_id = $1) AND ($2::text IS NULL OR $2 IN ('published', '')) | i.version | DESC | < ($6::integer, $7::integer))
-- Snapshots matching (no index: a scan), highest version first.

-- name: snapshots_version_asc :list content_item_row = snapshots_page(i.is_published | ($1::integer IS NULL OR i.content_type_id = $1) AND ($2::text IS NULL OR $2 IN ('published', '')) | i.version | ASC | > ($6::integer, $7::integer))
-- Snapshots matching (no index: a scan), lowest version first.

-- ---------------------------------------------------------------- full text

-- name: text_probe :find content_text_probe_row
-- row: words text?, needle text?, is_ready bool, queued int, found int, archives bool
-- What terms $1 of kinds $2 ask for (words: null where there is nothing but signs; then the text $8 itself is what is looked for), how many items of type $4 have it ($5 of what the public sees), at most $6, and how many of the tenant's, at most $7,
-- have changed since their words were kept; and whether the type's lifecycle archives.
SELECT CASE WHEN a.needle IS NOT NULL THEN a.words END AS words, coalesce(a.needle, lower($8::text)) AS needle, r.is_ready, (SELECT count(*) FROM (SELECT FROM content_words_queue q WHERE q.domain_id = tenant() LIMIT $7) c) AS queued,
       (SELECT count(*) FROM (SELECT FROM content_findable_words w
                               WHERE w.words @@ a.words::tsquery AND ($4::integer IS NULL OR w.content_type_id = $4) AND CASE WHEN $5::boolean THEN w.is_public ELSE w.place = 0 END
                               LIMIT $6) c) AS found,
       EXISTS (SELECT FROM content_types t WHERE t.id = $4 AND t.archive_status IS NOT NULL) AS archives
  FROM content_asked(tenant(), $1::text[], $2::text[], $3) a
 CROSS JOIN content_words_readiness r
 LIMIT 1;

-- Places of a page of what has the words $5: $1 to $4 as above, $6 and $7 key and id of the row before (id 0: none), $8 limit, $9 offset, $10 the
-- key (as text: createdAt, version, else the last change), $11 an id that is meant besides, $12 items looked at.  What has changed since its words were kept is looked at as it stands.

-- template: text_gather(is_public, present, updated_at, version, text, status, direction, after)
WITH queued AS MATERIALIZED (SELECT DISTINCT q.item_id FROM content_words_queue q WHERE q.domain_id = tenant() LIMIT $12),
found AS MATERIALIZED (
    SELECT w.item_id FROM content_findable_words w
     WHERE w.words @@ $5::tsquery AND CASE WHEN {is_public} THEN w.is_public ELSE w.place = 0 END AND ($1::integer IS NULL OR w.content_type_id = $1) LIMIT $12),
candidates AS (
    SELECT f.item_id, false AS is_open FROM found f WHERE f.item_id NOT IN (SELECT q.item_id FROM queued q) AND f.item_id <> coalesce($11::integer, 0)
     UNION ALL SELECT q.item_id, true FROM queued q WHERE q.item_id <> coalesce($11, 0)
     UNION ALL SELECT $11, false WHERE $11 IS NOT NULL)
SELECT r.id, r.total
  FROM (SELECT i.id, i.key, count(*) OVER () AS total
          FROM candidates c
         CROSS JOIN LATERAL (SELECT h.id, h.content_type_id, h.status, h.created_at, h.published_version, h.search_text, h.published_text,
                                    CASE $10::text WHEN 'version' THEN {version} WHEN 'createdAt' THEN extract(epoch FROM h.created_at) * 1000000
                                                   ELSE extract(epoch FROM {updated_at}) * 1000000 END::bigint AS key
                               FROM content_items h WHERE h.id = c.item_id LIMIT 1) i
         WHERE {present} AND ($1 IS NULL OR i.content_type_id = $1) AND ($2::text IS NULL OR {status} = $2 OR $2 = '' AND {status} IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1))
           AND ($3::timestamptz IS NULL OR i.created_at >= $3) AND ($4::timestamptz IS NULL OR i.created_at <= $4)
           AND (NOT c.is_open OR content_words(tenant(), {text}, {status}) @@ $5::tsquery)) r
 WHERE $7::integer = 0 OR (r.key, r.id) {after} ($6::bigint, $7)
 ORDER BY r.key {direction}, r.id {direction} LIMIT $8 OFFSET $9;

-- name: text_heads_desc :list content_found_row = text_gather(false | true | h.updated_at | h.version | i.search_text | i.status | DESC | <)
-- row: id int, total int
-- Working copies that have the words, latest first.

-- name: text_heads_asc :list content_found_row = text_gather(false | true | h.updated_at | h.version | i.search_text | i.status | ASC | >)
-- row: id int, total int
-- Working copies that have the words, oldest first.

-- name: text_snapshots_desc :list content_found_row = text_gather(true | i.published_version IS NOT NULL | h.published_at | h.published_version | CASE i.status WHEN 'published' THEN i.search_text ELSE i.published_text END | 'published' | DESC | <)
-- row: id int, total int
-- What the public sees that has the words, latest first.

-- name: text_snapshots_asc :list content_found_row = text_gather(true | i.published_version IS NOT NULL | h.published_at | h.published_version | CASE i.status WHEN 'published' THEN i.search_text ELSE i.published_text END | 'published' | ASC | >)
-- row: id int, total int
-- What the public sees that has the words, oldest first.

-- name: words_lock :find content_words_state_row
-- row: domain_id int, item_id int, is_ready bool
-- Whose turn it is to keep words; nobody's while another does.
SELECT s.domain_id, s.item_id, s.is_ready FROM content_words_state s WHERE s.is_alone = $1::boolean FOR UPDATE SKIP LOCKED;

-- name: words_take :list content_noted_row
-- row: domain_id int, item_id int
-- Items that have changed, the ones that wait longest first.
DELETE FROM content_words_queue q
 WHERE q.id = ANY (ARRAY(SELECT o.id FROM content_words_queue o ORDER BY o.id LIMIT $1))
RETURNING q.domain_id, q.item_id;

-- name: words_next :list content_noted_row
-- row: domain_id int, item_id int
-- Items of tenant $1 behind item $2.
SELECT i.domain_id, i.id AS item_id FROM content_items i WHERE i.domain_id = $1 AND i.id > $2 ORDER BY i.id LIMIT $3;

-- name: words_next_tenant :find content_id_row
-- The tenant behind $1.
SELECT t.domain_id AS id FROM content_types t WHERE t.domain_id > $1 ORDER BY t.domain_id LIMIT 1;

-- name: words_put :exec
-- The words of items $2 of tenants $1 as they are now.
INSERT INTO content_item_words AS k (domain_id, item_id, place, is_public, content_type_id, words)
SELECT i.domain_id, i.id, v.place, v.is_public, i.content_type_id, content_words(i.domain_id, v.letters, v.status)
  FROM (SELECT DISTINCT u.domain_id, u.item_id FROM unnest($1::integer[], $2::integer[]) u (domain_id, item_id)) w
 CROSS JOIN LATERAL (SELECT h.domain_id, h.id, h.content_type_id, h.status, h.published_version, h.search_text, h.published_text
                       FROM content_items h WHERE h.domain_id = w.domain_id AND h.id = w.item_id LIMIT 1) i
 CROSS JOIN LATERAL (SELECT 0 AS place, i.status = 'published' AS is_public, i.search_text AS letters, i.status
                     UNION ALL SELECT 1, true, i.published_text, 'published' WHERE i.published_version IS NOT NULL AND i.status <> 'published') v
ON CONFLICT (domain_id, item_id, place) DO UPDATE SET is_public = excluded.is_public, content_type_id = excluded.content_type_id, words = excluded.words
 WHERE (k.is_public, k.content_type_id, k.words) IS DISTINCT FROM (excluded.is_public, excluded.content_type_id, excluded.words);

-- name: words_forget :exec
-- Words of items $2 of tenants $1 that are not there any more, or not in two versions.
DELETE FROM content_item_words k
 USING unnest($1::integer[], $2::integer[]) w (domain_id, item_id)
 WHERE k.domain_id = w.domain_id AND k.item_id = w.item_id
   AND NOT EXISTS (SELECT FROM content_items i
                    WHERE i.domain_id = k.domain_id AND i.id = k.item_id AND (k.place = 0 OR i.published_version IS NOT NULL AND i.status <> 'published'));

-- name: words_reached :exec
-- How far the items have come that were there before; $3: all of them have.
UPDATE content_words_state SET domain_id = $1, item_id = $2, is_ready = $3 WHERE is_alone;

-- ---------------------------------------------------------------- the past

-- What items were at a time: the newest row of their history that had begun then.  Data is looked up by version, wherever that is kept now.

-- name: past_is_over :find content_past_row
-- Whether a time is over for the tenant: nothing more will come to belong to it.
SELECT content_moment_is_over($1)::boolean AS is_over;

-- name: past_items :list content_past_item_row
-- Items $1 at the times $2 (microseconds), working copies or where $3 is 1 what the public saw; $4 bytes of data at most.  version is null where nothing
-- was published.
SELECT p.place, p.id, p.content_type_id, CASE WHEN sum(p.data_bytes) OVER (ROWS UNBOUNDED PRECEDING) <= $4 THEN p.data END AS data,
       p.status, p.version, p.created_at, p.updated_at, p.working_copy_version, p.published_version
  FROM (SELECT w.place::integer AS place, h.item_id AS id, h.content_type_id, d.data, coalesce(d.data_bytes, 0) AS data_bytes,
               CASE WHEN w.is_public = 1 THEN 'published' ELSE coalesce(d.status, '') END AS status, h.shown AS version, h.created_at,
               CASE WHEN w.is_public = 1 THEN h.published_at ELSE h.updated_at END AS updated_at, h.version AS working_copy_version, h.published_version
          FROM unnest($1::integer[], $2::bigint[], $3::integer[]) WITH ORDINALITY AS w (id, at, is_public, place)
         CROSS JOIN LATERAL (SELECT s.item_id, s.content_type_id, s.version, s.published_version, s.created_at, s.updated_at, s.published_at, s.is_deleted,
                                    CASE WHEN w.is_public = 1 THEN s.published_version ELSE s.version END AS shown
                               FROM content_item_history s
                              WHERE s.item_id = w.id AND s.valid_from <= 'epoch'::timestamptz + w.at * interval '1 microsecond'
                              ORDER BY s.valid_from DESC LIMIT 1) h
          LEFT JOIN LATERAL (SELECT k.data, k.data_bytes, k.status FROM content_item_states k
                              WHERE k.item_id = h.item_id AND k.version = h.shown LIMIT 1) d ON true
         WHERE NOT h.is_deleted AND (h.shown IS NULL OR d.data IS NOT NULL)
         ORDER BY w.place) p;

-- name: past_of_types :list content_item_row
-- Of each type $1 the item changed last as of $2, working copy or, with $3, what the public saw; $4 bytes of data at most.
SELECT p.id, p.content_type_id, CASE WHEN sum(p.data_bytes) OVER (ROWS UNBOUNDED PRECEDING) <= $4 THEN p.data END AS data,
       p.status, p.version, p.created_at, p.updated_at, p.working_copy_version, p.published_version
  FROM (SELECT h.item_id AS id, h.content_type_id, d.data, d.data_bytes, CASE WHEN $3::boolean THEN 'published' ELSE d.status END AS status, h.shown AS version,
               h.created_at, CASE WHEN $3 THEN h.published_at ELSE h.updated_at END AS updated_at, h.version AS working_copy_version, h.published_version
          FROM unnest($1::integer[]) w (content_type_id)
         CROSS JOIN LATERAL (SELECT s.item_id, s.content_type_id, s.version, s.published_version, s.created_at, s.updated_at, s.published_at,
                                    CASE WHEN $3 THEN s.published_version ELSE s.version END AS shown
                               FROM content_item_history s
                               LEFT JOIN LATERAL (SELECT n.item_id FROM content_item_history n
                                                   WHERE n.item_id = s.item_id AND n.valid_from > s.valid_from AND n.valid_from <= $2 LIMIT 1) later ON true
                              WHERE s.content_type_id = w.content_type_id AND NOT s.is_deleted AND s.updated_at <= $2::timestamptz AND s.valid_from <= $2
                                AND later.item_id IS NULL
                              ORDER BY s.updated_at DESC, s.item_id DESC LIMIT 1) h
         CROSS JOIN LATERAL (SELECT k.data, k.data_bytes, k.status FROM content_item_states k
                              WHERE k.item_id = h.item_id AND k.version = h.shown LIMIT 1) d) p
 LIMIT cardinality($1::integer[]);

-- Pages: $1 type, $2 status, $3 and $4 created between, $5 as of, $6 and $7 key and id of the row before, $8 limit, $9 offset, $10 bytes of data.  Rows that
-- were superseded before $5 are passed over, so a page costs what has changed in the time that it spans.  As a join the planner would take them for
-- nearly all, and sort the rest.

-- template: past_page(shown, status, key, present, type, direction, after)
SELECT p.id, p.content_type_id, CASE WHEN sum(p.data_bytes) OVER (ROWS UNBOUNDED PRECEDING) <= $10 THEN p.data END AS data,
       p.status, p.version, p.created_at, p.updated_at, p.working_copy_version, p.published_version
  FROM (SELECT h.item_id AS id, h.content_type_id, d.data, d.data_bytes, {status} AS status, {shown} AS version, h.created_at, {key} AS updated_at,
               h.version AS working_copy_version, h.published_version
          FROM content_item_history h
         CROSS JOIN LATERAL (SELECT k.data, k.data_bytes, k.status FROM content_item_states k
                              WHERE k.item_id = h.item_id AND k.version = {shown} LIMIT 1) d
         WHERE {type} AND {present} AND h.valid_from <= $5::timestamptz AND ({key}, h.item_id) {after} ($6::timestamptz, $7::integer)
           AND coalesce((SELECT false FROM content_item_history n
                          WHERE n.item_id = h.item_id AND n.valid_from > h.valid_from AND n.valid_from <= $5 LIMIT 1), true) AND ($2::text IS NULL OR {status} = $2 OR $2 = '' AND {status} IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1))
           AND h.created_at >= coalesce($3::timestamptz, '-infinity') AND h.created_at <= coalesce($4::timestamptz, 'infinity')
         ORDER BY {key} {direction}, h.item_id {direction} LIMIT $8 OFFSET $9) p;

-- name: past_heads_latest :list content_item_row = past_page(h.version | d.status | h.updated_at | NOT h.is_deleted | $1::integer IS NULL | DESC | <)
-- Working copies at a time, latest change first.

-- name: past_heads_latest_of_type :list content_item_row = past_page(h.version | d.status | h.updated_at | NOT h.is_deleted | h.content_type_id = $1::integer | DESC | <)
-- Working copies at a time, of a type, latest change first.

-- name: past_heads_oldest :list content_item_row = past_page(h.version | d.status | h.updated_at | NOT h.is_deleted | $1::integer IS NULL | ASC | >)
-- Working copies at a time, oldest change first.

-- name: past_heads_oldest_of_type :list content_item_row = past_page(h.version | d.status | h.updated_at | NOT h.is_deleted | h.content_type_id = $1::integer | ASC | >)
-- Working copies at a time, of a type, oldest change first.

-- name: past_snapshots_latest :list content_item_row = past_page(h.published_version | 'published' | h.published_at | NOT h.is_deleted AND h.published_version IS NOT NULL | $1::integer IS NULL | DESC | <)
-- What the public saw at a time, latest change first.

-- name: past_snapshots_latest_of_type :list content_item_row = past_page(h.published_version | 'published' | h.published_at | NOT h.is_deleted AND h.published_version IS NOT NULL | h.content_type_id = $1::integer | DESC | <)
-- What the public saw at a time, of a type, latest change first.

-- name: past_snapshots_oldest :list content_item_row = past_page(h.published_version | 'published' | h.published_at | NOT h.is_deleted AND h.published_version IS NOT NULL | $1::integer IS NULL | ASC | >)
-- What the public saw at a time, oldest change first.

-- name: past_snapshots_oldest_of_type :list content_item_row = past_page(h.published_version | 'published' | h.published_at | NOT h.is_deleted AND h.published_version IS NOT NULL | h.content_type_id = $1::integer | ASC | >)
-- What the public saw at a time, of a type, oldest change first.

-- ---------------------------------------------------------------- queryable fields

-- name: type_query :find content_type_query_row
-- What a query by fields has to know of a type, with the fields that are served by index: ids and paths in the same order.
SELECT t.schema, t.schema_hash, t.archive_status,
       ARRAY(SELECT f.id FROM content_type_fields f WHERE f.content_type_id = t.id AND f.is_ready ORDER BY f.id)::integer[] AS field_ids,
       ARRAY(SELECT f.path FROM content_type_fields f WHERE f.content_type_id = t.id AND f.is_ready ORDER BY f.id)::text[] AS paths
  FROM content_types t WHERE t.id = $1;

-- name: fields_of_type :list content_field_row
-- The declared fields of a type, ready or not.
SELECT f.id, f.path, f.is_ready FROM content_type_fields f WHERE f.content_type_id = $1 ORDER BY f.id LIMIT 100;

-- name: fields_declare :list content_id_row
-- Fields that a type has from now on; $3: there is no item whose values would be missing.
INSERT INTO content_type_fields (domain_id, content_type_id, path, steps, is_ready)
SELECT tenant(), $1, p.path, string_to_array(p.path, '.'), $3 FROM unnest($2::text[]) p (path) LIMIT 100
ON CONFLICT (domain_id, content_type_id, path) DO NOTHING
RETURNING id;

-- name: fields_drop :exec
-- Fields that a type has no longer; their values go in steps.
DELETE FROM content_type_fields f WHERE f.content_type_id = $1 AND f.id = ANY ($2::integer[]);

-- name: type_set_indexed :exec
-- Whether writers of items write fields.
UPDATE content_types t SET is_indexed = EXISTS (SELECT FROM content_type_fields f WHERE f.content_type_id = t.id) WHERE t.id = $1;

-- name: fields_ready :exec
-- Every item of the type has these fields now.
UPDATE content_type_fields f SET is_ready = true WHERE f.content_type_id = $1 AND f.id = ANY ($2::integer[]);

-- name: fields_build_lock :list content_id_row
-- Some items of a type whose fields are to be written again, held so that no writer's newer values are overwritten.  Without + 0 the type's
-- index would serve it, and each step would sort all that is left.
SELECT i.id FROM content_items i WHERE i.content_type_id + 0 = $1 AND i.id > $2 ORDER BY i.id LIMIT $3 FOR NO KEY UPDATE;

-- name: fields_put :exec
-- The fields of some items, both views, as their rows are now.
WITH seen AS MATERIALIZED (
    SELECT h.id AS item_id, h.content_type_id, false AS is_public, h.data::jsonb AS data
      FROM unnest($1::integer[]) w (id) CROSS JOIN LATERAL (SELECT i.id, i.content_type_id, i.data FROM content_items i WHERE i.id = w.id LIMIT 1) h
    UNION ALL
    SELECT s.id, s.content_type_id, true, s.data::jsonb
      FROM unnest($1::integer[]) w (id)
     CROSS JOIN LATERAL (SELECT i.id, i.content_type_id, i.data, i.is_published FROM content_item_snapshots i WHERE i.id = w.id LIMIT 1) s
     WHERE s.is_published),
present AS (
    SELECT n.item_id, n.is_public, f.id AS field_id, v.place, v.number, v.letters
      FROM seen n
      JOIN content_type_fields f ON f.content_type_id = n.content_type_id
     CROSS JOIN LATERAL content_field_values(n.data, f.steps) v),
gone AS (
    DELETE FROM content_item_fields o
     WHERE o.item_id = ANY ($1::integer[])
       AND NOT EXISTS (SELECT FROM present n
                        WHERE n.item_id = o.item_id AND n.is_public = o.is_public AND n.field_id = o.field_id AND n.place = o.place))
INSERT INTO content_item_fields AS o (domain_id, item_id, is_public, field_id, place, number, letters)
SELECT tenant(), n.item_id, n.is_public, n.field_id, n.place, n.number, n.letters FROM present n
ON CONFLICT (domain_id, item_id, is_public, field_id, place) DO UPDATE SET number = excluded.number, letters = excluded.letters
 WHERE (o.number, o.letters) IS DISTINCT FROM (excluded.number, excluded.letters);

-- name: fields_sweep :exec
-- Some values of fields that no type has any more.
DELETE FROM content_item_fields f
 WHERE f.ctid = ANY (ARRAY(SELECT g.ctid FROM content_item_fields g WHERE g.field_id = ANY ($1::integer[]) LIMIT $2));

-- name: fields_driver_count :find content_count_row
-- How many values lie within ranges of a field, exact up to $4: what tells whether to begin with them or with the order.
SELECT count(*) AS total
  FROM (SELECT FROM unnest($3::text[]::double precision[], $4::text[], $5::text[]::double precision[], $6::text[]) r (low, low_text, high, high_text)
         CROSS JOIN LATERAL (SELECT FROM content_item_fields d
                              WHERE d.field_id = $1 AND d.is_public = $2
                                AND (d.number, d.letters) >= (r.low, r.low_text COLLATE "C") AND (d.number, d.letters) <= (r.high, r.high_text COLLATE "C")
                              LIMIT $7) d
         LIMIT $7) c;

-- Places of a page in order of one field: $1 type, $2 status, $3 and $4 created between, $5 field, $6 to $8 value and id of the row before, $9 limit,
-- $10 offset, $11 conditions, $12 words, with $13 and $14 as above.

-- A field's values are those of its type; the items themselves are looked at only where something of theirs is asked for.
-- template: fields_walk(is_public, status, text, direction, after)
WITH asked AS MATERIALIZED (SELECT f.id, f.op, f.is_not, f.numbers, f.texts FROM json_to_recordset($11::json) AS f (id integer, op text, is_not boolean, numbers double precision[], texts text[]))
SELECT o.item_id AS id, ARRAY[o.number::text] AS numbers, ARRAY[o.letters] AS texts, 0 AS total
  FROM content_item_fields o
 WHERE o.field_id = $5 AND o.is_public = {is_public} AND (o.number, o.letters, o.item_id) {after} ($6::double precision, $7::text COLLATE "C", $8::integer)
   AND ($2::text IS NULL AND $3::timestamptz IS NULL AND $4::timestamptz IS NULL AND $12::text IS NULL
        OR EXISTS (SELECT FROM content_items i
                    WHERE i.id = o.item_id AND i.content_type_id = $1 AND ($2::text IS NULL OR {status} = $2 OR $2 = '' AND {status} IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1))
                      AND ($3::timestamptz IS NULL OR i.created_at >= $3) AND ($4::timestamptz IS NULL OR i.created_at <= $4)
                      AND CASE WHEN $12::text IS NULL OR i.id = $14::integer THEN true WHEN strpos({text} || E'\n' || lower({status}), $13::text) = 0 THEN false
                           ELSE $12 = '' OR content_words_now(i.id, {is_public}, {text}, {status}) @@ nullif($12, '')::tsquery END))
   AND ($11::json IS NULL OR coalesce((SELECT bool_and(f.is_not <> EXISTS (
                    SELECT FROM content_item_fields v
                     WHERE v.item_id = o.item_id AND v.is_public = {is_public} AND v.field_id = f.id AND v.place >= 0
                       AND content_value_matches(f.op, v.number, v.letters, f.numbers, f.texts)))
                  FROM asked f), true))
 ORDER BY o.number {direction}, o.letters {direction}, o.item_id {direction} LIMIT $9 OFFSET $10;

-- name: fields_walk_heads_asc :list content_place_row = fields_walk(false | i.status | i.search_text | ASC | >)
-- row: numbers list of text, texts list of text
-- Heads of a type in order of a field, lowest value first.

-- name: fields_walk_heads_desc :list content_place_row = fields_walk(false | i.status | i.search_text | DESC | <)
-- row: numbers list of text, texts list of text
-- Heads of a type in order of a field, highest value first.

-- name: fields_walk_snapshots_asc :list content_place_row = fields_walk(true | 'published' | CASE i.status WHEN 'published' THEN i.search_text ELSE i.published_text END | ASC | >)
-- row: numbers list of text, texts list of text
-- Snapshots of a type in order of a field, lowest value first.

-- name: fields_walk_snapshots_desc :list content_place_row = fields_walk(true | 'published' | CASE i.status WHEN 'published' THEN i.search_text ELSE i.published_text END | DESC | <)
-- row: numbers list of text, texts list of text
-- Snapshots of a type in order of a field, highest value first.

-- Other orders are gathered and sorted, so they are bounded.  $1 to $4 as above, $5 conditions, $6 keys to sort by (three at most: a field or a
-- column), $7 a sign for each, $8 to $10 keys and id of the row before (id 0: none), $11 words, with $15 and $16 as above, $12 rows looked at,
-- $13 limit, $14 offset.

-- template: gather(is_public, source, status, candidates, values_of_condition, values_of_key)
WITH asked AS MATERIALIZED (SELECT f.id, f.steps, f.op, f.is_not, f.numbers, f.texts FROM json_to_recordset($5::json) AS f (id integer, steps text[], op text, is_not boolean, numbers double precision[], texts text[])),
keys AS MATERIALIZED (SELECT q.n, q.id, q.steps, q.name FROM json_to_recordset($6::json) AS q (n integer, id integer, steps text[], name text))
SELECT r.id, r.numbers::text[] AS numbers, r.texts, r.total
  FROM (SELECT i.id, k.numbers, k.texts, count(*) OVER () AS total
          FROM ({candidates}) c
         CROSS JOIN LATERAL (SELECT {source} h WHERE h.id = c.id LIMIT 1) i
         CROSS JOIN LATERAL (
               SELECT array_agg(coalesce(b.number, v.number, 'Infinity') * ($7::integer[])[q.n] ORDER BY q.n) AS numbers, array_agg(coalesce(v.letters, '') ORDER BY q.n) AS texts
                 FROM keys q
                 LEFT JOIN LATERAL (SELECT w.number, w.letters FROM {values_of_key} w WHERE w.place = 0) v ON true
                CROSS JOIN LATERAL (SELECT CASE q.name WHEN 'updatedAt' THEN extract(epoch FROM i.updated_at) WHEN 'createdAt' THEN extract(epoch FROM i.created_at)
                                                WHEN 'version' THEN i.version END::double precision) b (number)) k
         WHERE i.content_type_id = $1 AND ($2::text IS NULL OR {status} = $2 OR $2 = '' AND {status} IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1))
           AND ($3::timestamptz IS NULL OR i.created_at >= $3) AND ($4::timestamptz IS NULL OR i.created_at <= $4)
           AND coalesce((SELECT bool_and(f.is_not <> EXISTS (
                    SELECT FROM {values_of_condition} v WHERE content_value_matches(f.op, v.number, v.letters, f.numbers, f.texts)))
                  FROM asked f), true)
           AND CASE WHEN $11::text IS NULL OR NOT c.is_open OR i.id = $16::integer THEN true WHEN strpos(i.search_text || E'\n' || lower({status}), $15::text) = 0 THEN false
                ELSE $11 = '' OR content_words_now(i.id, {is_public}, i.search_text, {status}) @@ nullif($11, '')::tsquery END) r
 WHERE $10::integer = 0 OR content_is_behind(r.numbers, r.texts, r.id, $8::text[]::double precision[], $9::text[], $10::integer, $7::integer[])
 ORDER BY r.numbers[1], CASE WHEN ($7::integer[])[1] > 0 THEN r.texts[1] END COLLATE "C", CASE WHEN ($7::integer[])[1] < 0 THEN r.texts[1] END COLLATE "C" DESC,
          r.numbers[2], CASE WHEN ($7::integer[])[2] > 0 THEN r.texts[2] END COLLATE "C", CASE WHEN ($7::integer[])[2] < 0 THEN r.texts[2] END COLLATE "C" DESC,
          r.numbers[3], CASE WHEN ($7::integer[])[3] > 0 THEN r.texts[3] END COLLATE "C", CASE WHEN ($7::integer[])[3] < 0 THEN r.texts[3] END COLLATE "C" DESC,
          r.id * ($7::integer[])[1]
 LIMIT $13 OFFSET $14;

-- name: gather_heads :list content_place_row = gather(false | h.id, h.content_type_id, h.status, h.version, h.created_at, h.updated_at, h.search_text, h.data FROM content_item_heads | i.status | SELECT h.id, true AS is_open FROM content_items h WHERE h.content_type_id = $1 LIMIT $12 | content_field_values(i.data::jsonb, f.steps) | content_field_values(i.data::jsonb, q.steps))
-- row: numbers list of text, texts list of text
-- Items of a type of a bounded size, by the documents themselves.

-- name: gather_text_heads :list content_place_row = gather(false | h.id, h.content_type_id, h.status, h.version, h.created_at, h.updated_at, h.search_text, h.data FROM content_item_heads | i.status | SELECT f.item_id AS id, false AS is_open FROM (SELECT w.item_id FROM content_findable_words w WHERE w.words @@ $11::tsquery AND w.place = 0 AND w.content_type_id = $1 LIMIT $12) f WHERE f.item_id NOT IN (SELECT q.item_id FROM content_words_queue q WHERE q.domain_id = tenant() LIMIT $12) AND f.item_id <> coalesce($16::integer, 0) UNION ALL SELECT q.item_id, true FROM (SELECT DISTINCT o.item_id FROM content_words_queue o WHERE o.domain_id = tenant() LIMIT $12) q WHERE q.item_id <> coalesce($16, 0) UNION ALL SELECT $16, false WHERE $16 IS NOT NULL | content_field_values(i.data::jsonb, f.steps) | content_field_values(i.data::jsonb, q.steps))
-- row: numbers list of text, texts list of text
-- Items of a type that have words which few have, by the documents themselves; what has changed since its words were kept is looked at as it stands.

-- name: gather_words_heads :list content_place_row = gather(false | h.id, h.content_type_id, h.status, h.version, h.created_at, h.updated_at, h.search_text, h.data FROM content_item_heads | i.status | SELECT f.item_id AS id, false AS is_open FROM (SELECT w.item_id FROM content_findable_words w WHERE w.words @@ $11::tsquery AND w.place = 0 AND w.content_type_id = $1 LIMIT $12) f WHERE f.item_id NOT IN (SELECT q.item_id FROM content_words_queue q WHERE q.domain_id = tenant() LIMIT $12) AND f.item_id <> coalesce($16::integer, 0) UNION ALL SELECT q.item_id, true FROM (SELECT DISTINCT o.item_id FROM content_words_queue o WHERE o.domain_id = tenant() LIMIT $12) q WHERE q.item_id <> coalesce($16, 0) UNION ALL SELECT $16, false WHERE $16 IS NOT NULL | (SELECT x.number, x.letters FROM content_item_fields x WHERE x.item_id = i.id AND x.is_public = false AND x.field_id = f.id AND x.place >= 0) | (SELECT x.place, x.number, x.letters FROM content_item_fields x WHERE x.item_id = i.id AND x.is_public = false AND x.field_id = q.id))
-- row: numbers list of text, texts list of text
-- The same by queryable fields alone.

-- name: gather_snapshots :list content_place_row = gather(true | h.id, h.content_type_id, h.version, h.created_at, h.updated_at, h.search_text, h.data, h.is_published FROM content_item_snapshots | 'published' | SELECT h.id, true AS is_open FROM content_items h WHERE h.content_type_id = $1 AND h.published_version IS NOT NULL LIMIT $12 | content_field_values(i.data::jsonb, f.steps) | content_field_values(i.data::jsonb, q.steps))
-- row: numbers list of text, texts list of text
-- Items of a type of a bounded size, by the documents themselves.

-- name: gather_text_snapshots :list content_place_row = gather(true | h.id, h.content_type_id, h.version, h.created_at, h.updated_at, h.search_text, h.data, h.is_published FROM content_item_snapshots | 'published' | SELECT f.item_id AS id, false AS is_open FROM (SELECT w.item_id FROM content_findable_words w WHERE w.words @@ $11::tsquery AND w.is_public AND w.content_type_id = $1 LIMIT $12) f WHERE f.item_id NOT IN (SELECT q.item_id FROM content_words_queue q WHERE q.domain_id = tenant() LIMIT $12) AND f.item_id <> coalesce($16::integer, 0) UNION ALL SELECT q.item_id, true FROM (SELECT DISTINCT o.item_id FROM content_words_queue o WHERE o.domain_id = tenant() LIMIT $12) q WHERE q.item_id <> coalesce($16, 0) UNION ALL SELECT $16, false WHERE $16 IS NOT NULL | content_field_values(i.data::jsonb, f.steps) | content_field_values(i.data::jsonb, q.steps))
-- row: numbers list of text, texts list of text
-- Items of a type that have words which few have, by the documents themselves; what has changed since its words were kept is looked at as it stands.

-- name: gather_words_snapshots :list content_place_row = gather(true | h.id, h.content_type_id, h.version, h.created_at, h.updated_at, h.search_text, h.data, h.is_published FROM content_item_snapshots | 'published' | SELECT f.item_id AS id, false AS is_open FROM (SELECT w.item_id FROM content_findable_words w WHERE w.words @@ $11::tsquery AND w.is_public AND w.content_type_id = $1 LIMIT $12) f WHERE f.item_id NOT IN (SELECT q.item_id FROM content_words_queue q WHERE q.domain_id = tenant() LIMIT $12) AND f.item_id <> coalesce($16::integer, 0) UNION ALL SELECT q.item_id, true FROM (SELECT DISTINCT o.item_id FROM content_words_queue o WHERE o.domain_id = tenant() LIMIT $12) q WHERE q.item_id <> coalesce($16, 0) UNION ALL SELECT $16, false WHERE $16 IS NOT NULL | (SELECT x.number, x.letters FROM content_item_fields x WHERE x.item_id = i.id AND x.is_public = true AND x.field_id = f.id AND x.place >= 0) | (SELECT x.place, x.number, x.letters FROM content_item_fields x WHERE x.item_id = i.id AND x.is_public = true AND x.field_id = q.id))
-- row: numbers list of text, texts list of text
-- The same by queryable fields alone.

-- The same from the values of a field: $6 has the keys' fields, $20 their columns where they are none, $5 is null where the ranges of field $15
-- are all that is asked for; words with $21 and $22.  Without + 0 the type's index would serve a small tenant, and then a large one too.
-- template: gather_driven(is_public, status, updated_at, version, text)
WITH asked AS MATERIALIZED (SELECT f.id, f.op, f.is_not, f.numbers, f.texts FROM json_to_recordset($5::json) AS f (id integer, op text, is_not boolean, numbers double precision[], texts text[]))
SELECT r.id, r.numbers::text[] AS numbers, r.texts, r.total
  FROM (SELECT i.id, count(*) OVER () AS total,
               (ARRAY[coalesce(CASE ($20::text[])[1] WHEN 'updatedAt' THEN extract(epoch FROM {updated_at}) WHEN 'createdAt' THEN extract(epoch FROM i.created_at) WHEN 'version' THEN {version} END, k1.number, 'Infinity') * ($7::integer[])[1],
                      coalesce(CASE ($20::text[])[2] WHEN 'updatedAt' THEN extract(epoch FROM {updated_at}) WHEN 'createdAt' THEN extract(epoch FROM i.created_at) WHEN 'version' THEN {version} END, k2.number, 'Infinity') * ($7::integer[])[2],
                      coalesce(CASE ($20::text[])[3] WHEN 'updatedAt' THEN extract(epoch FROM {updated_at}) WHEN 'createdAt' THEN extract(epoch FROM i.created_at) WHEN 'version' THEN {version} END, k3.number, 'Infinity') * ($7::integer[])[3]])[1:cardinality($7)] AS numbers,
               (ARRAY[coalesce(k1.letters, ''), coalesce(k2.letters, ''), coalesce(k3.letters, '')])[1:cardinality($7)] AS texts
          FROM content_items i
          LEFT JOIN content_item_fields k1 ON k1.item_id = i.id AND k1.is_public = {is_public} AND k1.field_id = ($6::integer[])[1] AND k1.place = 0
          LEFT JOIN content_item_fields k2 ON k2.item_id = i.id AND k2.is_public = {is_public} AND k2.field_id = ($6::integer[])[2] AND k2.place = 0
          LEFT JOIN content_item_fields k3 ON k3.item_id = i.id AND k3.is_public = {is_public} AND k3.field_id = ($6::integer[])[3] AND k3.place = 0
         WHERE i.id = ANY (ARRAY(SELECT d.item_id
                                   FROM unnest($16::text[]::double precision[], $17::text[], $18::text[]::double precision[], $19::text[]) g (low, low_text, high, high_text)
                                  CROSS JOIN LATERAL (SELECT e.item_id FROM content_item_fields e
                                                       WHERE e.field_id = $15 AND e.is_public = {is_public} AND (e.number, e.letters) >= (g.low, g.low_text COLLATE "C")
                                                         AND (e.number, e.letters) <= (g.high, g.high_text COLLATE "C") LIMIT $12) d))
           AND i.content_type_id + 0 = $1 AND ($2::text IS NULL OR {status} = $2 OR $2 = '' AND {status} IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1))
           AND ($3::timestamptz IS NULL OR i.created_at >= $3) AND ($4::timestamptz IS NULL OR i.created_at <= $4)
           AND ($5::json IS NULL OR coalesce((SELECT bool_and(f.is_not <> EXISTS (
                    SELECT FROM content_item_fields x
                     WHERE x.item_id = i.id AND x.is_public = {is_public} AND x.field_id = f.id AND x.place >= 0
                       AND content_value_matches(f.op, x.number, x.letters, f.numbers, f.texts)))
                  FROM asked f), true))
           AND CASE WHEN $11::text IS NULL OR i.id = $22::integer THEN true WHEN strpos({text} || E'\n' || lower({status}), $21::text) = 0 THEN false
                ELSE $11 = '' OR content_words_now(i.id, {is_public}, {text}, {status}) @@ nullif($11, '')::tsquery END) r
 WHERE $10::integer = 0 OR content_is_behind(r.numbers, r.texts, r.id, $8::text[]::double precision[], $9::text[], $10::integer, $7::integer[])
 ORDER BY r.numbers[1], CASE WHEN ($7::integer[])[1] > 0 THEN r.texts[1] END COLLATE "C", CASE WHEN ($7::integer[])[1] < 0 THEN r.texts[1] END COLLATE "C" DESC,
          r.numbers[2], CASE WHEN ($7::integer[])[2] > 0 THEN r.texts[2] END COLLATE "C", CASE WHEN ($7::integer[])[2] < 0 THEN r.texts[2] END COLLATE "C" DESC,
          r.numbers[3], CASE WHEN ($7::integer[])[3] > 0 THEN r.texts[3] END COLLATE "C", CASE WHEN ($7::integer[])[3] < 0 THEN r.texts[3] END COLLATE "C" DESC,
          r.id * ($7::integer[])[1]
 LIMIT $13 OFFSET $14;

-- name: gather_driven_heads :list content_place_row = gather_driven(false | i.status | i.updated_at | i.version | i.search_text)
-- row: numbers list of text, texts list of text
-- Items whose value of field $15 lies in the ranges $16 to $19.

-- name: gather_driven_snapshots :list content_place_row = gather_driven(true | 'published' | i.published_at | i.published_version | CASE i.status WHEN 'published' THEN i.search_text ELSE i.published_text END)
-- row: numbers list of text, texts list of text
-- Items whose value of field $15 lies in the ranges $16 to $19.

-- Projections: $1 type, $2 status, $3 and $4 created between, $5 conditions, $6 field to group by, $7 field to measure or null, $8 metric, $9 by
-- group instead of value, $10 sign of the direction, $11 limit.  What is no value is a group of its own, and counts for no metric.

-- template: projection_indexed(is_public, status)
WITH asked AS MATERIALIZED (SELECT f.id, f.steps, f.op, f.is_not, f.numbers, f.texts FROM json_to_recordset($5::json) AS f (id integer, steps text[], op text, is_not boolean, numbers double precision[], texts text[]))
SELECT g.number::text AS number, g.letters, g.value::text AS value, g.total
  FROM (SELECT o.number, o.letters, count(*) AS total,
               CASE $8::text WHEN 'sum' THEN coalesce(sum(m.number), 0) WHEN 'avg' THEN avg(m.number) WHEN 'min' THEN min(m.number)
                             WHEN 'max' THEN max(m.number) ELSE count(*) END AS value
          FROM content_item_fields o
          LEFT JOIN LATERAL (SELECT w.number FROM content_item_fields w
                              WHERE $7::integer IS NOT NULL AND w.item_id = o.item_id AND w.is_public = {is_public} AND w.field_id = $7::integer AND w.place = 0 AND w.number < 'Infinity'
                              LIMIT 1) m ON true
         WHERE o.field_id = $6::integer AND o.is_public = {is_public}
           AND ($2::text IS NULL AND $3::timestamptz IS NULL AND $4::timestamptz IS NULL
                OR EXISTS (SELECT FROM content_items i
                            WHERE i.id = o.item_id AND i.content_type_id = $1 AND ($2::text IS NULL OR {status} = $2 OR $2 = '' AND {status} IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1))
                              AND ($3::timestamptz IS NULL OR i.created_at >= $3) AND ($4::timestamptz IS NULL OR i.created_at <= $4)))
           AND ($5::json IS NULL OR coalesce((SELECT bool_and(f.is_not <> EXISTS (
                    SELECT FROM (SELECT x.number, x.letters FROM content_item_fields x WHERE x.item_id = o.item_id AND x.is_public = {is_public} AND x.field_id = f.id AND x.place >= 0) v WHERE content_value_matches(f.op, v.number, v.letters, f.numbers, f.texts)))
                  FROM asked f), true))
         GROUP BY o.number, o.letters) g
 ORDER BY CASE WHEN NOT $9::boolean THEN g.value * $10::integer END NULLS LAST, CASE WHEN $9 AND $10 < 0 THEN g.number END DESC,
          CASE WHEN $9 AND $10 < 0 THEN g.letters END DESC, g.number, g.letters
 LIMIT $11;

-- name: projection_indexed_heads :list content_projection_row = projection_indexed(false | i.status)
-- row: number text, value text?
-- Working copies by a queryable field.
-- name: projection_indexed_snapshots :list content_projection_row = projection_indexed(true | 'published')
-- row: number text, value text?
-- What the public sees by a queryable field.

-- template: projection(view, status)
WITH asked AS MATERIALIZED (SELECT f.id, f.steps, f.op, f.is_not, f.numbers, f.texts FROM json_to_recordset($5::json) AS f (id integer, steps text[], op text, is_not boolean, numbers double precision[], texts text[]))
SELECT g.number::text AS number, g.letters, g.value::text AS value, g.total
  FROM (SELECT o.number, o.letters, count(*) AS total,
               CASE $8::text WHEN 'sum' THEN coalesce(sum(m.number), 0) WHEN 'avg' THEN avg(m.number) WHEN 'min' THEN min(m.number)
                             WHEN 'max' THEN max(m.number) ELSE count(*) END AS value
          FROM {view} i
         CROSS JOIN LATERAL content_field_values(i.data::jsonb, $6::text[]) o
          LEFT JOIN LATERAL (SELECT w.number FROM content_field_values(i.data::jsonb, $7::text[]) w WHERE w.place = 0 AND w.number < 'Infinity' LIMIT 1) m ON true
         WHERE i.content_type_id = $1 AND ($2::text IS NULL OR {status} = $2 OR $2 = '' AND {status} IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1))
           AND ($3::timestamptz IS NULL OR i.created_at >= $3) AND ($4::timestamptz IS NULL OR i.created_at <= $4)
           AND ($5::json IS NULL OR coalesce((SELECT bool_and(f.is_not <> EXISTS (
                    SELECT FROM content_field_values(i.data::jsonb, f.steps) v WHERE content_value_matches(f.op, v.number, v.letters, f.numbers, f.texts)))
                  FROM asked f), true))
         GROUP BY o.number, o.letters) g
 ORDER BY CASE WHEN NOT $9::boolean THEN g.value * $10::integer END NULLS LAST, CASE WHEN $9 AND $10 < 0 THEN g.number END DESC,
          CASE WHEN $9 AND $10 < 0 THEN g.letters END DESC, g.number, g.letters
 LIMIT $11;

-- name: projection_heads :list content_projection_row = projection(content_item_heads | i.status)
-- row: number text, value text?
-- Working copies of a type of a bounded size.
-- name: projection_snapshots :list content_projection_row = projection((SELECT s.id, s.content_type_id, s.created_at, s.data FROM content_item_snapshots s WHERE s.content_type_id = $1 AND s.is_published) | 'published')
-- row: number text, value text?
-- What the public sees of such a type.

-- ---------------------------------------------------------------- references

-- name: type_set_references :exec
-- The schema of a type names references: writers of its items write them from now on.
UPDATE content_types t SET has_references = true WHERE t.id = $1 AND NOT t.has_references;

-- name: references_put :exec
-- The references of a new version $2 of an item; those of other versions are history, but for the version $3 that the public sees.
WITH superseded AS (
    UPDATE content_references r SET state = 'historical'
     WHERE r.source_id = $1 AND r.state <> 'historical' AND r.source_version <> $2 AND r.source_version <> $3),
seen_again AS (
    UPDATE content_references r SET state = 'active'
     WHERE r.source_id = $1 AND r.state = 'historical' AND r.source_version = $3)
INSERT INTO content_references (domain_id, source_id, source_version, place, path, target_kind, target_id, state)
SELECT tenant(), $1, $2, n.place, left(n.path, 1000), n.kind, n.id, 'active'
  FROM unnest($4::text[], $5::text[], $6::integer[]) WITH ORDINALITY n (path, kind, id, place)
ON CONFLICT (domain_id, source_id, source_version, place) DO NOTHING;

-- name: reference_targets :list content_reference_target_row
-- Items that a new version refers to, locked so that nobody deletes them before it is committed.
SELECT i.id, i.content_type_id, t.slug AS type_slug
  FROM unnest($1::integer[]) w (id)
 CROSS JOIN LATERAL (SELECT h.id, h.content_type_id, h.domain_id FROM content_items h WHERE h.id = w.id LIMIT 1 FOR KEY SHARE) i
  JOIN content_types t ON t.domain_id = i.domain_id AND t.id = i.content_type_id
 LIMIT cardinality($1::integer[]);

-- name: reference_assets :list content_id_row
-- Assets in use that a new version refers to, locked so that nobody deletes them before it is committed.
SELECT a.id
  FROM unnest($1::integer[]) w (id)
 CROSS JOIN LATERAL (SELECT h.id FROM assets h WHERE h.id = w.id AND h.status = 'active' LIMIT 1 FOR KEY SHARE) a
 LIMIT cardinality($1::integer[]);

-- name: references_from :list content_reference_row
-- Who refers to a target, in order of item, version (latest first) and place, behind the place $4 to $6; with $8 without the target itself.
SELECT r.source_id, r.source_version, r.place, r.path, i.content_type_id, t.name AS type_name, t.slug AS type_slug,
       CASE WHEN v.id IS NULL THEN i.status ELSE v.status END AS status, coalesce(i.published_version = r.source_version, false) AS is_published,
       v.id AS version_id
  FROM (SELECT k.source_id, k.source_version, k.place, k.path
          FROM content_references k
         WHERE k.target_kind = $1 AND k.target_id = $2 AND k.state = $3 AND k.source_id >= $4
           AND (k.source_id > $4 OR k.source_version < $5 OR (k.source_version = $5 AND k.place > $6)) AND (NOT $8::boolean OR $1 <> 'content_item' OR k.source_id <> $2)
         ORDER BY k.source_id, k.source_version DESC, k.place LIMIT $7) r
 CROSS JOIN LATERAL (SELECT h.content_type_id, h.status, h.published_version FROM content_items h WHERE h.id = r.source_id LIMIT 1) i
 CROSS JOIN LATERAL (SELECT y.name, y.slug FROM content_types y WHERE y.id = i.content_type_id LIMIT 1) t
  LEFT JOIN LATERAL (SELECT w.id, w.status FROM content_item_versions w
                      WHERE w.content_item_id = r.source_id AND w.version = r.source_version LIMIT 1) v ON true
 ORDER BY r.source_id, r.source_version DESC, r.place;

-- name: references_count :find content_count_row
-- How many places refer to a target.
SELECT count(*) AS total FROM content_references r WHERE r.target_kind = $1 AND r.target_id = $2 AND r.state = $3;

-- name: references_to_include :list content_id_row
-- Items that some versions refer to, each once: at these JSON pointers, in the lists there, or for the locales there.
SELECT DISTINCT r.target_id AS id
  FROM unnest($1::integer[], $2::integer[]) s (id, version)
 CROSS JOIN LATERAL (SELECT k.target_id FROM content_references k
                      WHERE k.source_id = s.id AND k.source_version = s.version AND k.place >= 0 AND k.target_kind = 'content_item'
                        AND (k.path = ANY ($3::text[]) OR regexp_replace(k.path, '/[^/]*$', '') = ANY ($3::text[]))) r
 LIMIT $4;

-- ---------------------------------------------------------------- undo

-- name: undo_of_change_set :list content_id_row
-- Items that a change set has changed, $2 at most.
SELECT DISTINCT c.id FROM (
    SELECT v.content_item_id AS id FROM content_item_versions v WHERE v.change_set = $1
    UNION ALL
    SELECT i.id FROM content_items i WHERE i.change_set = $1
    UNION ALL
    SELECT d.id FROM content_items_deleted d WHERE d.change_set = $1
    UNION ALL
    SELECT h.item_id FROM content_item_history h WHERE h.change_set = $1) c
 LIMIT $2;

-- name: undo_of_session :list content_id_row
-- Items that a session has changed, $2 at most.
SELECT DISTINCT c.id FROM (
    SELECT v.content_item_id AS id FROM content_item_versions v WHERE v.session = $1
    UNION ALL
    SELECT i.id FROM content_items i WHERE i.session = $1
    UNION ALL
    SELECT d.id FROM content_items_deleted d WHERE d.session = $1
    UNION ALL
    SELECT h.item_id FROM content_item_history h WHERE h.session = $1) c
 LIMIT $2;

-- name: undo_since :list content_id_row
-- An item for each of the latest changes of anybody since $1, $2 of those that are there and of the deleted ones each.
SELECT c.id FROM (
    (SELECT h.item_id AS id FROM content_item_history h WHERE NOT h.is_deleted AND h.updated_at >= $1 ORDER BY h.updated_at DESC, h.item_id DESC LIMIT $2)
    UNION ALL
    (SELECT d.id FROM content_items_deleted d WHERE d.domain_id + 0 = tenant() AND d.deleted_at >= $1 ORDER BY d.deleted_at DESC LIMIT $2)) c
 LIMIT 2 * $2::integer;

-- name: undo_changes :list content_undo_row
-- The last changes of each item, $7 at most, newest first, and which of them are meant: of a change set, a session, some requests, or an actor since a time.
-- A change each: every version of an item, wherever it is kept, and every deletion, of the version that the item had.
SELECT c.item_id::integer AS item_id, c.version::integer AS version, c.is_deletion::boolean AS is_deletion, c.actor_id::text AS actor_id, c.at::timestamptz AS at,
       c.is_meant::boolean AS is_meant
  FROM unnest($1::integer[]) w (id)
 CROSS JOIN LATERAL (
    SELECT w.id AS item_id, k.version, k.is_deletion, k.actor_id, k.at,
           coalesce(k.change_set = $2::text, false) OR coalesce(k.session = $3::text, false) OR coalesce(k.request_id = ANY ($4::text[]), false)
               OR coalesce(k.actor_id = $5::text AND k.at >= $6::timestamptz, false) AS is_meant
      FROM ((SELECT i.version, false AS is_deletion, i.updated_by AS actor_id, i.session, i.change_set, i.request_id, i.updated_at AS at
               FROM content_items i WHERE i.id = w.id LIMIT 1)
            UNION ALL
            (SELECT d.version, false, d.updated_by, d.session, d.change_set, d.request_id, d.updated_at FROM content_items_deleted d WHERE d.id = w.id LIMIT 1)
            UNION ALL
            (SELECT v.version, false, v.created_by, v.session, v.change_set, v.request_id, v.created_at
               FROM content_item_versions v WHERE v.content_item_id = w.id ORDER BY v.version DESC LIMIT $7)
            UNION ALL
            (SELECT h.version, true, h.deleted_by, h.session, h.change_set, h.request_id, coalesce(h.deleted_at, h.valid_from)
               FROM content_item_history h WHERE h.item_id = w.id AND h.is_deleted ORDER BY h.valid_from DESC LIMIT $7)) k
     ORDER BY k.version DESC, k.is_deletion DESC LIMIT $7) c
 LIMIT cardinality($1::integer[]) * $7::integer;

-- name: undo_state :find content_undo_state_row
-- The type an item had as of a version, and what the public saw then.
SELECT h.content_type_id, h.published_version FROM content_item_history h
 WHERE h.item_id = $1 AND h.version <= $2 AND NOT h.is_deleted ORDER BY h.version DESC, h.valid_from DESC LIMIT 1;

-- name: change_note :exec
-- A change of something else than an item, noted before it is made; of a type with what it was.
INSERT INTO content_changes (domain_id, kind, entity_id, action, was_there, is_there, before, at, actor_id, session, change_set, request_id)
SELECT tenant(), $1::text, $2::bigint, $3, $4::boolean, $5,
       CASE WHEN $1 = 'content_type' AND $4 THEN
           (SELECT to_json(s) FROM (SELECT t.name, t.slug, t.kind, t.description, t.schema, t.schema_hash, t.schema_manifest, t.base_price, t.version,
                                           t.schema_version, t.created_at,
                                           EXISTS (SELECT FROM content_workflows w WHERE w.domain_id = t.domain_id AND w.content_type_id = t.id AND w.is_active) AS is_governed
                                      FROM content_types t WHERE t.domain_id = tenant() AND t.id = $2 LIMIT 1) s) END,
       $6, $7, $8, $9, $10;

-- name: change_note_foreign :exec
-- What other services' events tell.
INSERT INTO content_changes (domain_id, kind, entity_id, action, was_there, is_there, at, actor_id, session, change_set, request_id)
SELECT n.domain_id, n.kind, n.entity_id, n.action, false, false, n.at, n.actor_id, n.session, n.change_set, n.request_id
  FROM unnest($1::integer[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[])
       AS n (domain_id, kind, entity_id, action, at, actor_id, session, change_set, request_id);

-- name: changes_forget :exec
-- Some of what nobody will undo any more.
DELETE FROM content_changes c USING (SELECT o.domain_id, o.id FROM content_changes o WHERE o.at < $1 ORDER BY o.at LIMIT $2) k
 WHERE c.domain_id = k.domain_id AND c.id = k.id;

-- name: undo_things_of_change_set :list content_thing_row
-- Other things that a change set has changed, $2 at most.
SELECT DISTINCT c.kind, c.entity_id FROM content_changes c WHERE c.change_set = $1 LIMIT $2;

-- name: undo_things_of_session :list content_thing_row
-- Other things that a session has changed, $2 at most.
SELECT DISTINCT c.kind, c.entity_id FROM content_changes c WHERE c.session = $1 LIMIT $2;

-- name: undo_things_since :list content_thing_row
-- Of each of the latest changes of other things since $1, $2 at most, what was changed.
SELECT c.kind, c.entity_id FROM content_changes c WHERE c.at >= $1 ORDER BY c.at DESC, c.id DESC LIMIT $2;

-- name: undo_thing_changes :list content_thing_change_row
-- The last changes of each other thing, $8 at most, newest first, and which of them are meant.
SELECT k.id, k.kind, k.entity_id, k.action, k.was_there, k.is_there, k.actor_id, k.at,
       (coalesce(k.change_set = $3::text, false) OR coalesce(k.session = $4::text, false) OR coalesce(k.request_id = ANY ($5::text[]), false)
           OR coalesce(k.actor_id = $6::text AND k.at >= $7::timestamptz, false))::boolean AS is_meant
  FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS w (kind, id, place)
 CROSS JOIN LATERAL (SELECT c.id, c.kind, c.entity_id, c.action, c.was_there, c.is_there, c.actor_id, c.at, c.session, c.change_set, c.request_id
                       FROM content_changes c WHERE c.kind = w.kind AND c.entity_id = w.id ORDER BY c.id DESC LIMIT $8) k
 ORDER BY w.place, k.id DESC LIMIT cardinality($1::text[]) * $8::integer;

-- name: change_type_before :find content_type_row
-- A type as it was before a change.
SELECT c.entity_id::integer AS id, c.before ->> 'name' AS name, c.before ->> 'slug' AS slug, c.before ->> 'kind' AS kind, c.before ->> 'description' AS description,
       c.before ->> 'schema' AS schema, c.before ->> 'schema_hash' AS schema_hash, c.before ->> 'schema_manifest' AS schema_manifest,
       (c.before ->> 'base_price')::bigint AS base_price, (c.before ->> 'version')::integer AS version, (c.before ->> 'schema_version')::integer AS schema_version,
       (c.before ->> 'created_at')::timestamptz AS created_at, c.at AS updated_at, c.actor_id AS updated_by
  FROM content_changes c WHERE c.id = $1;

-- name: change_was_governed :find content_id_row
-- A workflow governed the type before the change.
SELECT c.entity_id::integer AS id FROM content_changes c WHERE c.id = $1 AND (c.before ->> 'is_governed')::boolean;

-- name: type_recreate :find content_type_row
-- A deleted type is there again under its id, with a version that it never had.
INSERT INTO content_types (id, domain_id, name, slug, kind, description, schema, schema_hash, base_price, created_at, updated_at, updated_by, schema_manifest,
                           version, schema_version)
SELECT $1, tenant(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, last.version + 2, last.schema_version + 1
  FROM (SELECT (k.before ->> 'version')::integer AS version, (k.before ->> 'schema_version')::integer AS schema_version
          FROM content_changes k WHERE k.kind = 'content_type' AND k.entity_id = $1 AND k.was_there ORDER BY k.id DESC LIMIT 1) last
RETURNING id, name, slug, kind, description, schema, schema_hash, schema_manifest, base_price, version, schema_version, created_at, updated_at, updated_by;

-- name: migration_stands :find content_id_row
-- The latest migration of a type since a version of its schema whose items are as it made them.
SELECT m.id FROM content_schema_migrations m
 WHERE m.content_type_id = $1 AND m.schema_version > $2
   AND EXISTS (SELECT FROM content_items i WHERE i.domain_id = m.domain_id AND i.change_set = 'schema-migration-' || m.id)
 ORDER BY m.schema_version DESC LIMIT 1;

-- Counts stop at $3 (or $5): what a page reports must not cost a scan of everything.

-- name: heads_count_all :find content_count_row
-- Heads, exact up to $3.
SELECT count(*) AS total FROM (SELECT FROM content_items i WHERE $1::integer IS NULL AND $2::text IS NULL LIMIT $3) i;

-- name: heads_count_type :find content_count_row
-- Heads of a type, exact up to $3; with the status '' without the archived ones, which are counted too: an index serves both counts.
WITH archived AS MATERIALIZED (
    SELECT count(*) AS total FROM (SELECT FROM content_items a WHERE $2::text = '' AND a.content_type_id = $1 AND a.status = (SELECT t.archive_status FROM content_types t WHERE t.id = $1) LIMIT $3) a)
SELECT (SELECT count(*) FROM (SELECT FROM content_items i WHERE i.content_type_id = $1::integer LIMIT $3 + (SELECT a.total FROM archived a)) c) - a.total AS total FROM archived a;

-- name: heads_count_status :find content_count_row
-- Heads of a status, exact up to $3.
SELECT count(*) AS total FROM (SELECT FROM content_items i WHERE $1::integer IS NULL AND i.status = $2::text LIMIT $3) i;

-- name: heads_count_type_status :find content_count_row
-- Heads of a type and status, exact up to $3.
SELECT count(*) AS total FROM (SELECT FROM content_items i WHERE i.content_type_id = $1::integer AND i.status = $2::text LIMIT $3) i;

-- name: heads_count_matching :find content_count_row
-- Heads matching every filter of the lists but text, exact up to $5.
SELECT count(*) AS total
  FROM (SELECT FROM content_items i
         WHERE ($1::integer IS NULL OR i.content_type_id = $1) AND ($2::text IS NULL OR i.status = $2 OR $2 = '' AND i.status IS DISTINCT FROM (SELECT t.archive_status FROM content_types t WHERE t.id = $1))
           AND i.created_at >= coalesce($3::timestamptz, '-infinity') AND i.created_at <= coalesce($4::timestamptz, 'infinity')
         LIMIT $5) i;

-- name: snapshots_count_all :find content_count_row
-- Published items, exact up to $3.
SELECT count(*) AS total
  FROM (SELECT FROM content_items i
         WHERE i.published_version IS NOT NULL AND $1::integer IS NULL AND ($2::text IS NULL OR $2 IN ('published', ''))
         LIMIT $3) i;

-- name: snapshots_count_type :find content_count_row
-- Published items of a type, exact up to $3.
SELECT count(*) AS total
  FROM (SELECT FROM content_items i
         WHERE i.published_version IS NOT NULL AND i.content_type_id = $1::integer
           AND ($2::text IS NULL OR $2 IN ('published', ''))
         LIMIT $3) i;

-- name: snapshots_count_matching :find content_count_row
-- Snapshots matching every filter of the lists but text, exact up to $5.
SELECT count(*) AS total
  FROM (SELECT FROM content_item_snapshots i
         WHERE i.is_published AND ($1::integer IS NULL OR i.content_type_id = $1) AND ($2::text IS NULL OR $2 IN ('published', ''))
           AND i.created_at >= coalesce($3::timestamptz, '-infinity') AND i.created_at <= coalesce($4::timestamptz, 'infinity')
         LIMIT $5) i;

-- ---------------------------------------------------------------- releases

-- name: release_insert :find content_release_row
-- Make a release.
INSERT INTO content_releases AS r (domain_id, name, description, created_at, updated_at, updated_by)
VALUES (tenant(), $1, $2, $3, $3, $4)
RETURNING r.id, r.name, r.description, r.status, r.version, r.entry_count, r.created_at, r.updated_at, r.published_at, r.reverted_at;

-- template: release_columns(rest)
SELECT r.id, r.name, r.description, r.status, r.version, r.entry_count, r.created_at, r.updated_at, r.published_at, r.reverted_at
  FROM content_releases r {rest};

-- name: release_get :find content_release_row = release_columns(WHERE r.id = $1)
-- One release.

-- name: release_lock :find content_release_row = release_columns(WHERE r.id = $1 FOR UPDATE)
-- One release, to change.

-- name: releases_list :list content_release_row = release_columns(WHERE r.id < $1 AND ($2::text IS NULL OR r.status = $2) ORDER BY r.id DESC LIMIT $3)
-- Page of releases, newest first.

-- name: release_touch :find content_release_row
-- A locked release after a change of its entries or status.
UPDATE content_releases r
   SET version = r.version + 1, updated_at = $2, updated_by = $3, status = $4,
       entry_count = (SELECT count(*) FROM content_release_entries e WHERE e.release_id = r.id),
       published_at = CASE WHEN $4 = 'published' THEN $2 ELSE r.published_at END, reverted_at = CASE WHEN $4 = 'reverted' THEN $2 END
 WHERE r.id = $1
RETURNING r.id, r.name, r.description, r.status, r.version, r.entry_count, r.created_at, r.updated_at, r.published_at, r.reverted_at;

-- name: release_delete :exec
-- A locked release and its entries.
DELETE FROM content_releases r WHERE r.id = $1;

-- name: release_wishes :list content_release_wish_row
-- Of items $1 with the versions $2 (0: the head) the head, and whether there is that version.
SELECT i.id, i.version AS head_version, coalesce(s.version, 0)::integer AS found_version
  FROM unnest($1::integer[], $2::integer[]) w (id, version)
 CROSS JOIN LATERAL (SELECT h.id, h.version, CASE WHEN w.version = 0 THEN h.version ELSE w.version END AS wanted FROM content_items h WHERE h.id = w.id LIMIT 1) i
  LEFT JOIN LATERAL (SELECT k.version FROM content_item_states k WHERE k.item_id = i.id AND k.version = i.wanted LIMIT 1) s ON true
 LIMIT cardinality($1::integer[]);

-- name: release_put :exec
-- Entries of a release: items $2, actions $3, versions $4, heads $5.
INSERT INTO content_release_entries (domain_id, release_id, content_item_id, action, version, base_version)
SELECT tenant(), $1, w.id, w.action, w.version, w.base FROM unnest($2::integer[], $3::text[], $4::integer[], $5::integer[]) w (id, action, version, base)
ON CONFLICT (domain_id, release_id, content_item_id) DO UPDATE
   SET action = excluded.action, version = excluded.version, base_version = excluded.base_version;

-- name: release_remove :exec
-- Entries of a release that go.
DELETE FROM content_release_entries e WHERE e.release_id = $1 AND e.content_item_id = ANY ($2::integer[]);

-- name: release_lock_items :list content_id_row
-- The items of a release, locked in order of their ids.
SELECT h.id
  FROM (SELECT e.content_item_id FROM content_release_entries e WHERE e.release_id = $1 ORDER BY e.content_item_id LIMIT 1000) e
 CROSS JOIN LATERAL (SELECT i.id FROM content_items i WHERE i.id = e.content_item_id LIMIT 1 FOR UPDATE) h
 LIMIT 1000;

-- name: release_lock_deleted :list content_id_row
-- Those of them that are deleted.
SELECT h.id
  FROM (SELECT e.content_item_id FROM content_release_entries e WHERE e.release_id = $1 ORDER BY e.content_item_id LIMIT 1000) e
 CROSS JOIN LATERAL (SELECT d.id FROM content_items_deleted d WHERE d.id = e.content_item_id LIMIT 1 FOR UPDATE) h
 LIMIT 1000;

-- name: release_rows :list content_release_entry_row
-- Entries of a release behind an item, with the items as they are: live, deleted and restorable at $3, or gone.
SELECT e.content_item_id, e.action, e.version, e.base_version, e.before_status, e.before_published_version, e.after_version,
       i.version AS head_version, i.status, i.published_version, coalesce(i.content_type_id, d.content_type_id) AS content_type_id, i.created_at,
       d.version AS deleted_version, t.schema_hash, t.is_singleton, t.base_price, g.content_type_id IS NOT NULL AS is_governed, o.id AS other_id
  FROM (SELECT k.content_item_id, k.action, k.version, k.base_version, k.before_status, k.before_published_version, k.after_version
          FROM content_release_entries k WHERE k.release_id = $1 AND k.content_item_id > $2 ORDER BY k.content_item_id LIMIT $4) e
  LEFT JOIN LATERAL (SELECT h.version, h.status, h.published_version, h.content_type_id, h.created_at FROM content_items h WHERE h.id = e.content_item_id LIMIT 1) i ON true
  LEFT JOIN LATERAL (SELECT h.version, h.content_type_id FROM content_items_deleted h WHERE h.id = e.content_item_id AND h.purge_at > $3 LIMIT 1) d ON true
  LEFT JOIN LATERAL (SELECT h.schema_hash, h.is_singleton, h.base_price FROM content_types h WHERE h.id = coalesce(i.content_type_id, d.content_type_id) LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT h.content_type_id FROM content_workflows h
                      WHERE h.content_type_id = coalesce(i.content_type_id, d.content_type_id) AND h.is_active LIMIT 1) g ON true
  LEFT JOIN LATERAL (SELECT h.id FROM content_items h
                      WHERE t.is_singleton AND i.version IS NULL AND h.content_type_id = d.content_type_id LIMIT 1) o ON true
 ORDER BY e.content_item_id;

-- name: release_data :list content_release_data_row
-- Data of versions of items, $3 bytes of it at most, but one document at least.
SELECT p.item_id, p.place, p.data_bytes, CASE WHEN p.place = 1 OR sum(p.data_bytes) OVER (ORDER BY p.place ROWS UNBOUNDED PRECEDING) <= $3 THEN p.data END AS data
  FROM (SELECT w.id::integer AS item_id, w.place::integer AS place, s.data, s.data_bytes
          FROM unnest($1::integer[], $2::integer[]) WITH ORDINALITY AS w (id, version, place)
         CROSS JOIN LATERAL (SELECT k.data, k.data_bytes FROM content_item_states k WHERE k.item_id = w.id AND k.version = w.version LIMIT 1) s) p
 ORDER BY p.place LIMIT cardinality($1::integer[]);

-- name: release_keep_versions :exec
-- Copy locked heads into the history, before they change.
INSERT INTO content_item_versions (domain_id, content_item_id, version, data, status, created_at, created_by, session, change_set, request_id, schema_version,
                                   surface)
SELECT h.domain_id, h.id, h.version, h.data, h.status, h.updated_at, h.updated_by, h.session, h.change_set, h.request_id, h.schema_version, h.surface
  FROM unnest($1::integer[]) w (id)
 CROSS JOIN LATERAL (SELECT i.domain_id, i.id, i.version, i.data, i.status, i.updated_at, i.updated_by, i.session, i.change_set, i.request_id, i.schema_version,
                            i.surface
                       FROM content_items i WHERE i.id = w.id LIMIT 1) h;

-- name: release_note :exec
-- What a release is about to change is noted: the items $2 get a new head.
UPDATE content_release_entries e
   SET before_status = b.status, before_published_version = b.published_version, before_published_at = b.published_at,
       after_version = b.version + CASE WHEN e.content_item_id = ANY ($2::integer[]) THEN 1 ELSE 0 END
  FROM (SELECT k.content_item_id, h.status, h.version, h.published_version, h.published_at
          FROM content_release_entries k
         CROSS JOIN LATERAL (SELECT i.status, i.version, i.published_version, i.published_at FROM content_items i WHERE i.id = k.content_item_id LIMIT 1) h
         WHERE k.release_id = $1) b
 WHERE e.release_id = $1 AND e.content_item_id = b.content_item_id;

-- name: release_publish :exec
-- New heads of the items $2, public from now on.  They are locked, so that each is found by where it is: joined by id, a plan that was made while the tables
-- were empty would read all items.
UPDATE content_items i
   SET data = b.data, status = 'published', version = i.version + 1, updated_at = greatest($3::timestamptz, i.updated_at), updated_by = $4,
       session = $5, change_set = $6, request_id = $7, surface = $8, schema_version = b.schema_version,
       published_version = i.version + 1, published_at = greatest($3, i.updated_at), published_text = NULL,
       search_text = CASE WHEN b.is_head THEN i.search_text ELSE content_search_text(b.data) END
  FROM (SELECT h.ctid AS place, k.version = k.base_version AS is_head, s.data, s.schema_version
          FROM content_release_entries k
         CROSS JOIN LATERAL (SELECT n.ctid FROM content_items n WHERE n.id = k.content_item_id LIMIT 1) h
         CROSS JOIN LATERAL (SELECT v.data, v.schema_version FROM content_item_versions v WHERE v.content_item_id = k.content_item_id AND v.version = k.version LIMIT 1) s
         WHERE k.release_id = $1 AND k.content_item_id = ANY ($2::integer[])) b
 WHERE i.ctid = b.place;

-- name: release_refer :exec
-- References of the new heads of the items $2: those of the version whose content they have ($3: the base).  Of the others those of what the public sees
-- stay active.
WITH b AS MATERIALIZED (
    SELECT k.content_item_id, CASE WHEN $3::boolean THEN k.base_version ELSE k.version END AS version, k.after_version + CASE WHEN $3 THEN 1 ELSE 0 END AS head,
           CASE WHEN $3 THEN k.before_published_version END AS public
      FROM content_release_entries k WHERE k.release_id = $1 AND k.content_item_id = ANY ($2::integer[])),
moved AS (
    UPDATE content_references r SET state = m.state
      FROM (SELECT k.place, CASE WHEN k.is_public THEN 'active' ELSE 'historical' END AS state
              FROM b
             CROSS JOIN LATERAL (SELECT n.ctid AS place, n.source_version = b.public AS is_public FROM content_references n
                                  WHERE n.source_id = b.content_item_id AND n.state <> 'historical'
                                 UNION
                                 SELECT n.ctid, true FROM content_references n
                                  WHERE n.source_id = b.content_item_id AND n.source_version = b.public AND n.place >= 0) k) m
     WHERE r.ctid = m.place)
INSERT INTO content_references (domain_id, source_id, source_version, place, path, target_kind, target_id, state)
SELECT tenant(), b.content_item_id, b.head, r.place, r.path, r.target_kind, r.target_id, 'active'
  FROM b
 CROSS JOIN LATERAL (SELECT k.place, k.path, k.target_kind, k.target_id FROM content_references k
                      WHERE k.source_id = b.content_item_id AND k.source_version = b.version AND k.place >= 0 ORDER BY k.place LIMIT 2000) r;

-- name: release_referenced :list content_release_reference_row
-- Of items that are to be deleted, those that somebody refers to who stays.
SELECT w.id::integer AS id, r.source_id
  FROM unnest($1::integer[]) w (id)
 CROSS JOIN LATERAL (SELECT k.source_id FROM content_references k
                      WHERE k.target_kind = 'content_item' AND k.target_id = w.id AND k.state = 'active' AND NOT k.source_id = ANY ($1::integer[]) LIMIT 1) r
 LIMIT cardinality($1::integer[]);

-- name: release_delete_items :exec
-- Locked items move to the deleted ones.
WITH fields AS (
    DELETE FROM content_item_fields f
     USING unnest($1::integer[]) w (id)
     CROSS JOIN LATERAL (SELECT n.ctid AS place FROM content_item_fields n WHERE n.item_id = w.id ORDER BY n.is_public, n.field_id, n.place LIMIT 20000) k
     WHERE f.ctid = k.place),
references_kept AS (
    UPDATE content_references r SET state = 'deleted'
      FROM unnest($1::integer[]) w (id)
     CROSS JOIN LATERAL (SELECT n.ctid AS place FROM content_references n WHERE n.source_id = w.id ORDER BY n.source_version, n.place LIMIT 1000000) k
     WHERE r.ctid = k.place),
gone AS (
    DELETE FROM content_items i
     USING unnest($1::integer[]) w (id)
     CROSS JOIN LATERAL (SELECT n.ctid AS place FROM content_items n WHERE n.id = w.id LIMIT 1) k
     WHERE i.ctid = k.place
    RETURNING i.id, i.domain_id, i.content_type_id, i.data, i.status, i.version, i.created_at, i.updated_at, i.updated_by, i.session, i.change_set, i.request_id, i.schema_version,
              i.surface)
INSERT INTO content_items_deleted (id, domain_id, content_type_id, data, status, version, created_at, updated_at, updated_by, session, change_set, request_id,
                                   schema_version, surface, deleted_at, purge_at, deleted_by, deleted_session, deleted_change_set, deleted_request_id)
SELECT id, domain_id, content_type_id, data, status, version, created_at, updated_at, updated_by, session, change_set, request_id, schema_version,
       surface, $2, $3, $4, $5, $6, $7 FROM gone;

-- What a reversal brings back: the content of the base, and exactly what the public saw before.  A head that was published becomes a draft of the same
-- content beside its published version, as after a rollback.

-- name: release_revert_items :exec
-- New heads of the items $2.
UPDATE content_items i
   SET data = b.data, status = b.status, version = i.version + 1, updated_at = greatest($3::timestamptz, i.updated_at), updated_by = $4,
       session = $5, change_set = $6, request_id = $7, surface = $8, schema_version = b.schema_version,
       published_version = b.before_published_version, published_at = b.before_published_at,
       search_text = content_search_text(b.data), published_text = content_search_text(b.public_data)
  FROM (SELECT h.ctid AS place, k.before_published_version, k.before_published_at, s.data, s.schema_version, p.data AS public_data,
               CASE WHEN k.before_status IN ('in_review', 'archived') THEN k.before_status ELSE 'draft' END AS status
          FROM content_release_entries k
         CROSS JOIN LATERAL (SELECT n.ctid FROM content_items n WHERE n.id = k.content_item_id LIMIT 1) h
         CROSS JOIN LATERAL (SELECT v.data, v.schema_version FROM content_item_versions v WHERE v.content_item_id = k.content_item_id AND v.version = k.base_version LIMIT 1) s
          LEFT JOIN LATERAL (SELECT v.data FROM content_item_versions v
                              WHERE v.content_item_id = k.content_item_id AND v.version = k.before_published_version LIMIT 1) p ON true
         WHERE k.release_id = $1 AND k.content_item_id = ANY ($2::integer[])) b
 WHERE i.ctid = b.place;

-- name: release_keep_deleted :exec
-- Copy the last versions of deleted items into the history, before they come back.
INSERT INTO content_item_versions (domain_id, content_item_id, version, data, status, created_at, created_by, session, change_set, request_id, schema_version,
                                   surface)
SELECT h.domain_id, h.id, h.version, h.data, h.status, h.updated_at, h.updated_by, h.session, h.change_set, h.request_id, h.schema_version, h.surface
  FROM unnest($1::integer[]) w (id)
 CROSS JOIN LATERAL (SELECT d.domain_id, d.id, d.version, d.data, d.status, d.updated_at, d.updated_by, d.session, d.change_set, d.request_id, d.schema_version,
                            d.surface
                       FROM content_items_deleted d WHERE d.id = w.id LIMIT 1) h;

-- name: release_restore_items :exec
-- The deleted items $2 become heads again.
WITH back AS (
    DELETE FROM content_items_deleted d
     USING unnest($2::integer[]) w (id)
     CROSS JOIN LATERAL (SELECT n.ctid AS place FROM content_items_deleted n WHERE n.id = w.id LIMIT 1) k
     WHERE d.ctid = k.place
    RETURNING d.id, d.domain_id, d.content_type_id, d.data, d.version, d.created_at, d.updated_at, d.schema_version)
INSERT INTO content_items (id, domain_id, content_type_id, is_singleton, data, status, version, created_at, updated_at, updated_by, search_text,
                           published_version, published_at, published_text, session, change_set, request_id, surface, schema_version)
SELECT k.id, k.domain_id, k.content_type_id, t.is_singleton, k.data, CASE WHEN e.before_status IN ('in_review', 'archived') THEN e.before_status ELSE 'draft' END,
       k.version + 1, k.created_at, greatest($3::timestamptz, k.updated_at), $4, content_search_text(k.data), e.before_published_version, e.before_published_at,
       content_search_text(p.data), $5, $6, $7, $8, k.schema_version
  FROM back k
 CROSS JOIN LATERAL (SELECT h.is_singleton FROM content_types h WHERE h.id = k.content_type_id LIMIT 1) t
 CROSS JOIN LATERAL (SELECT h.before_status, h.before_published_version, h.before_published_at
                       FROM content_release_entries h WHERE h.release_id = $1 AND h.content_item_id = k.id LIMIT 1) e
  LEFT JOIN LATERAL (SELECT v.data FROM content_item_versions v WHERE v.content_item_id = k.id AND v.version = e.before_published_version LIMIT 1) p ON true;

-- ---------------------------------------------------------------- schema migrations

-- name: migration_insert :find content_schema_migration_row
-- A migration of the items of a type.
INSERT INTO content_schema_migrations (domain_id, content_type_id, schema_version, steps, started_by, started_at, updated_at)
VALUES (tenant(), $1, $2, $3, $4, $5, $5)
RETURNING id, content_type_id, schema_version, steps, status, total, done, changed, failed, samples, started_by, started_at, updated_at, ended_at;

-- name: migration_get :find content_schema_migration_row
-- One migration.
SELECT m.id, m.content_type_id, m.schema_version, m.steps, m.status, m.total, m.done, m.changed, m.failed, m.samples, m.started_by, m.started_at, m.updated_at, m.ended_at
  FROM content_schema_migrations m WHERE m.id = $1;

-- name: migrations_list :list content_schema_migration_row
-- Migrations of a type that lead to schemas below $2, the latest first.
SELECT m.id, m.content_type_id, m.schema_version, m.steps, m.status, m.total, m.done, m.changed, m.failed, m.samples, m.started_by, m.started_at, m.updated_at, m.ended_at
  FROM content_schema_migrations m
 WHERE m.content_type_id = $1 AND m.schema_version < $2
 ORDER BY m.schema_version DESC LIMIT $3;

-- name: migration_steps :list content_schema_steps_row
-- Recorded steps of a type, the latest first, of schemas above $2.
SELECT m.schema_version, m.steps FROM content_schema_migrations m
 WHERE m.content_type_id = $1 AND m.schema_version > $2
 ORDER BY m.schema_version DESC LIMIT $3;

-- name: migration_progress :exec
-- What a migration has done by now.
UPDATE content_schema_migrations
   SET status = $2, total = $3, done = $4, changed = $5, failed = $6, samples = $7, updated_at = $8, ended_at = $9
 WHERE id = $1;

-- name: migration_items :list content_migrating_row
-- Items of a type behind a place ($2, $3) that were changed last at $4 at the latest, the ones changed first first.
SELECT i.id, i.version, i.updated_at, i.schema_version FROM content_items i
 WHERE i.content_type_id = $1 AND (i.updated_at, i.id) > ($2::timestamptz, $3::integer) AND i.updated_at <= $4
 ORDER BY i.updated_at, i.id LIMIT $5;

-- name: item_set_schema :exec
-- A locked head whose data satisfies this schema as it is.
UPDATE content_items SET schema_version = $3 WHERE id = $1 AND version = $2;

-- ---------------------------------------------------------------- assets

-- name: asset_insert :find asset_row
-- Enter a file whose bytes are stored.
INSERT INTO assets (domain_id, source_asset_id, variant_key, transform_spec, filename, original_filename, mime_type, size_bytes, byte_hash, storage_key,
       access_mode, entitlement_scope_type, entitlement_scope_ref, metadata, uploader_actor_id, uploader_actor_type, uploader_actor_source, created_at, updated_at,
       storage_provider)
VALUES (tenant(), $1, $2, $3::jsonb, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, $14, $15, $16, $17, $17, $18)
RETURNING id, domain_id, source_asset_id, variant_key, transform_spec::text, filename, original_filename, mime_type, size_bytes, byte_hash, storage_provider, storage_key,
       access_mode, entitlement_scope_type, entitlement_scope_ref, status, metadata::text, uploader_actor_id, uploader_actor_type, uploader_actor_source,
       created_at, updated_at, deleted_at;

-- template: asset_columns(rest)
SELECT id, domain_id, source_asset_id, variant_key, transform_spec::text, filename, original_filename, mime_type, size_bytes, byte_hash, storage_provider, storage_key,
       access_mode, entitlement_scope_type, entitlement_scope_ref, status, metadata::text, uploader_actor_id, uploader_actor_type, uploader_actor_source,
       created_at, updated_at, deleted_at
  FROM assets {rest};

-- name: asset_get :find asset_row = asset_columns(WHERE id = $1)
-- An asset of the tenant.

-- name: asset_lock :find asset_row = asset_columns(WHERE id = $1 FOR UPDATE)
-- An asset of the tenant, to change.

-- name: asset_open :find asset_row = asset_columns(WHERE id = $1 AND status = 'active')
-- An active asset of any tenant: who may have it is decided by what it says.

-- name: assets_list :list asset_row = asset_columns(WHERE status = $1 AND id < $2 AND ($3::text IS NULL OR access_mode = $3) AND ($4::text IS NULL OR strpos(lower(filename), lower($4)) > 0) ORDER BY id DESC LIMIT $5)
-- Page of assets, newest first.

-- name: asset_derivatives :list asset_row = asset_columns(WHERE source_asset_id = $1 AND id < $2 AND status = $3 AND ($4::text IS NULL OR access_mode = $4) AND ($5::text IS NULL OR strpos(lower(filename), lower($5)) > 0) ORDER BY id DESC LIMIT $6)
-- What was made from an asset, newest first.

-- name: asset_has_derivative :find content_id_row
-- One that was made from an asset, deleted or not.
SELECT id FROM assets WHERE source_asset_id = $1 LIMIT 1;

-- name: asset_orphans :list content_id_row
-- Places in the list, from 1, of keys ($1 their tenants, $2) that no asset has.
SELECT k.at::integer AS id
  FROM unnest($1::integer[], $2::text[]) WITH ORDINALITY AS k (domain_id, storage_key, at)
 WHERE NOT EXISTS (SELECT FROM assets a WHERE a.domain_id = k.domain_id AND a.storage_key = k.storage_key)
 LIMIT cardinality($1::integer[]);

-- name: asset_status :exec
-- Take an asset out of use, or back.
UPDATE assets SET status = $2, deleted_at = $3, updated_at = $4 WHERE id = $1;

-- name: asset_remove :exec
-- The row of a purged asset.
DELETE FROM assets WHERE id = $1;

-- ---------------------------------------------------------------- what is sold

-- name: sold_scope_put :exec
-- An active offer covers this; $3 is 0 for a subscription.
INSERT INTO sold_scopes (domain_id, offer_id, scope_type, scope_ref) VALUES (tenant(), $1, $2, $3)
    ON CONFLICT (domain_id, offer_id) DO UPDATE SET scope_type = excluded.scope_type, scope_ref = excluded.scope_ref;

-- name: sold_scope_remove :exec
-- An offer is not sold any more.
DELETE FROM sold_scopes WHERE domain_id = tenant() AND offer_id = $1;

-- name: sold_scope_known :find sold_scope_row
-- Whether an offer is sold.
-- row: is_sold bool
SELECT EXISTS (SELECT FROM sold_scopes s WHERE s.domain_id = tenant() AND s.offer_id = $1) AS is_sold;

-- name: gate_tenant :find gate_tenant_row
-- Whether the tenant sells anything: reads, or operations on a type.
-- row: sells bool
SELECT EXISTS (SELECT FROM sold_scopes s WHERE s.domain_id = tenant())
       OR EXISTS (SELECT FROM content_types t WHERE t.domain_id = tenant() AND t.base_price > 0) AS sells;

-- name: gate_items :list gate_item_row
-- Those of some items that are sold or priced; an item's type is $2, or where that is 0 the type of its head.
-- row: place int, content_type_id int, price int, is_sold bool
SELECT w.place::integer AS place, t.id AS content_type_id, coalesce(t.base_price, 0) AS price, o.is_sold
  FROM unnest($1::integer[], $2::integer[]) WITH ORDINALITY w (item_id, type_id, place)
  LEFT JOIN content_items i ON w.type_id = 0 AND i.id = w.item_id AND i.domain_id = tenant()
  JOIN content_types t ON t.id = coalesce(nullif(w.type_id, 0), i.content_type_id) AND t.domain_id = tenant()
 CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM sold_scopes s WHERE s.domain_id = tenant() AND s.scope_type = 'item' AND s.scope_ref = w.item_id)
           OR EXISTS (SELECT FROM sold_scopes s WHERE s.domain_id = tenant() AND s.scope_type = 'type' AND s.scope_ref = t.id)
           OR EXISTS (SELECT FROM sold_scopes s WHERE s.domain_id = tenant() AND s.scope_type = 'subscription' AND s.scope_ref = 0) AS is_sold) o
 WHERE o.is_sold OR t.base_price > 0
 LIMIT cardinality($1::integer[]);

-- name: gate_schemas :list gate_schema_row
-- Schemas of those of these types that may flag members as premium.
SELECT t.id, t.schema FROM content_types t
 WHERE t.domain_id = tenant() AND t.id = ANY ($1::integer[]) AND strpos(t.schema, '"premium"') > 0
 LIMIT cardinality($1::integer[]);

-- name: gate_type :find gate_type_row
-- What questions about the fields of a type could find out: whether anything of it is sold, and its schema.
-- row: schema text, is_sold bool
SELECT t.schema,
       coalesce(t.base_price, 0) > 0
       OR EXISTS (SELECT FROM sold_scopes s WHERE s.domain_id = tenant() AND s.scope_type = 'type' AND s.scope_ref = t.id)
       OR EXISTS (SELECT FROM sold_scopes s WHERE s.domain_id = tenant() AND s.scope_type = 'subscription' AND s.scope_ref = 0)
       OR EXISTS (SELECT FROM sold_scopes s JOIN content_items i ON i.id = s.scope_ref AND i.domain_id = tenant()
                   WHERE s.domain_id = tenant() AND s.scope_type = 'item' AND i.content_type_id = t.id) AS is_sold
  FROM content_types t WHERE t.domain_id = tenant() AND t.id = $1;
-- ---------------------------------------------------------------- export and import

-- name: transfer_items :list content_transfer_row
-- Superseded versions and heads behind version $2 of item $1, item after item; $4 bytes of data at most, but one document at least.
SELECT p.item_id, p.content_type_id, p.is_head, p.version, p.status, p.schema_version, p.created_at, p.updated_at, p.updated_by, p.published_version, p.published_at,
       CASE WHEN sum(p.data_bytes) OVER (ORDER BY p.item_id, p.version ROWS UNBOUNDED PRECEDING) <= $4 THEN p.data END AS data
  FROM (SELECT i.id AS item_id, i.content_type_id, s.is_head, s.version, s.status, s.schema_version, i.created_at, s.updated_at, s.updated_by, i.published_version, i.published_at,
               s.data, s.data_bytes
          FROM (SELECT h.id, h.content_type_id, h.created_at, h.published_version, h.published_at, h.version, h.status, h.updated_at, h.updated_by, h.schema_version, h.data, h.data_bytes
                  FROM content_items h WHERE h.id >= $1::integer ORDER BY h.id LIMIT $3) i
         CROSS JOIN LATERAL (
               SELECT o.version, o.status, o.updated_at, o.updated_by, o.schema_version, o.data, o.data_bytes, false AS is_head
                 FROM (SELECT v.version, v.status, v.created_at AS updated_at, v.created_by AS updated_by, v.schema_version, v.data, v.data_bytes
                         FROM content_item_versions v
                        WHERE v.content_item_id = i.id AND v.version > CASE WHEN i.id = $1 THEN $2::integer ELSE 0 END
                        ORDER BY v.version LIMIT $3) o
               UNION ALL
               SELECT i.version, i.status, i.updated_at, i.updated_by, i.schema_version, i.data, i.data_bytes, true
                WHERE i.version > CASE WHEN i.id = $1 THEN $2::integer ELSE 0 END) s
         ORDER BY i.id, s.version LIMIT $3) p
 ORDER BY p.item_id, p.version;

-- name: transfer_references :list content_transfer_reference_row
-- References of versions $2 of items $1, $3 at most.
SELECT r.source_id, r.source_version, r.place, r.path, r.target_kind, r.target_id, r.state
  FROM unnest($1::integer[], $2::integer[]) WITH ORDINALITY w (id, version, n)
 CROSS JOIN LATERAL (SELECT k.source_id, k.source_version, k.place, k.path, k.target_kind, k.target_id, k.state FROM content_references k
                      WHERE k.source_id = w.id AND k.source_version = w.version AND k.place >= 0 ORDER BY k.place LIMIT 2000) r
 ORDER BY w.n, r.place LIMIT $3;

-- name: transfer_ids :find content_transfer_ids_row
-- row: types int, items int, assets int
-- The last ids that were given to anybody; $1 is 1.
SELECT (SELECT q.last_value FROM content_types_id_seq q) AS types, (SELECT q.last_value FROM content_items_id_seq q) AS items,
       (SELECT q.last_value FROM assets_id_seq q) AS assets
 LIMIT $1;

-- name: transfer_reserve :find content_transfer_ids_row
-- row: types int, items int, assets int
-- No id up to $1 is given to anybody from now on.
SELECT setval('content_types_id_seq', greatest($1::bigint, (SELECT q.last_value FROM content_types_id_seq q))) AS types,
       setval('content_items_id_seq', greatest($1::bigint, (SELECT q.last_value FROM content_items_id_seq q))) AS items,
       setval('assets_id_seq', greatest($1::bigint, (SELECT q.last_value FROM assets_id_seq q))) AS assets;

-- name: transfer_known :list content_transfer_known_row
-- row: hash text?
-- Of versions $2 of items $1 those that are there, and the items that are: their heads.
SELECT w.place::integer AS place, h.version AS head_version, h.is_deleted, s.status, s.hash
  FROM unnest($1::integer[], $2::integer[]) WITH ORDINALITY w (id, version, place)
  LEFT JOIN LATERAL (SELECT i.version, false AS is_deleted FROM content_items i WHERE i.id = w.id
                     UNION ALL SELECT d.version, true FROM content_items_deleted d WHERE d.id = w.id LIMIT 1) h ON true
  LEFT JOIN LATERAL (SELECT k.status, encode(sha256(convert_to(k.data::text, 'UTF8')), 'hex') AS hash FROM content_item_states k
                      WHERE k.item_id = w.id AND k.version = w.version LIMIT 1) s ON true
 WHERE h.version IS NOT NULL OR s.hash IS NOT NULL
 LIMIT cardinality($1::integer[]);

-- name: transfer_put_type :exec
-- A type under the id it had.
INSERT INTO content_types (id, domain_id, name, slug, kind, description, schema, schema_hash, base_price, version, created_at, updated_at, updated_by, schema_manifest, schema_version)
VALUES ($1, tenant(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: transfer_migrations :list content_transfer_migration_row
-- row: content_type_id int, schema_version int, steps text, started_by text, started_at time, updated_at time
-- Recorded steps behind schema $2 of type $1, type after type.
SELECT m.content_type_id, m.schema_version, m.steps, m.started_by, m.started_at, m.updated_at
  FROM content_schema_migrations m
 WHERE m.content_type_id >= $1::integer AND (m.content_type_id, m.schema_version) > ($1, $2::integer)
 ORDER BY m.content_type_id, m.schema_version LIMIT $3;

-- name: transfer_migration :find content_schema_steps_row
-- The steps that led to schema $2 of type $1.
SELECT m.schema_version, m.steps FROM content_schema_migrations m WHERE m.content_type_id = $1 AND m.schema_version = $2;

-- name: transfer_put_migration :exec
-- Steps that led to schema $2 of type $1; what they did is done.
INSERT INTO content_schema_migrations (domain_id, content_type_id, schema_version, steps, status, started_by, started_at, updated_at, ended_at)
VALUES (tenant(), $1, $2, $3, 'completed', $4, $5, $6, $6);

-- name: transfer_assets :list asset_row = asset_columns(WHERE id > $1 ORDER BY id LIMIT $2)
-- Assets in order of their ids, deleted ones too.

-- name: transfer_put_asset :exec
-- What is known of an asset, under the id it had.  Its bytes are not here.
INSERT INTO assets (id, domain_id, source_asset_id, variant_key, transform_spec, filename, original_filename, mime_type, size_bytes, byte_hash, storage_key,
       access_mode, entitlement_scope_type, entitlement_scope_ref, status, metadata, uploader_actor_id, created_at, updated_at, deleted_at)
VALUES ($1, tenant(), $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, coalesce($15::jsonb, '{}'), $16, $17, $18, $19);

-- name: transfer_lock :find transfer_lock_row
-- One import of a tenant at a time, until the end of the transaction: one that was given up may go on while it is repeated.  $1 is any number.
-- row: is_held bool
SELECT pg_advisory_xact_lock(hashtext('content import ' || $1::integer), tenant()) IS NOT NULL AS is_held;

-- name: transfer_put_version :exec
-- Superseded versions of items that come.
INSERT INTO content_item_versions (domain_id, content_item_id, version, data, status, created_at, created_by, schema_version)
SELECT tenant(), n.id, n.version, n.data, n.status, n.at, n.by, n.schema_version
  FROM unnest($1::integer[], $2::integer[], $3::json[], $4::text[], $5::timestamptz[], $6::text[], $7::integer[]) AS n (id, version, data, status, at, by, schema_version);

-- name: transfer_put_item :exec
-- Heads of items under the ids they had, once their versions are there; nothing where one has no type.
INSERT INTO content_items (id, domain_id, content_type_id, is_singleton, data, status, version, created_at, updated_at, updated_by, search_text,
                           published_version, published_at, schema_version, published_text)
SELECT n.id, tenant(), t.id, t.is_singleton, n.data, n.status, n.version, n.created_at, n.updated_at, n.by, content_search_text(n.data),
       n.published_version, n.published_at, n.schema_version,
       CASE WHEN n.published_version < n.version THEN (SELECT content_search_text(v.data) FROM content_item_versions v WHERE v.content_item_id = n.id AND v.version = n.published_version) END
  FROM unnest($1::integer[], $2::integer[], $3::json[], $4::text[], $5::integer[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::integer[], $10::timestamptz[], $11::integer[])
       AS n (id, content_type_id, data, status, version, created_at, updated_at, by, published_version, published_at, schema_version)
 CROSS JOIN LATERAL (SELECT k.id, k.is_singleton FROM content_types k WHERE k.id = n.content_type_id LIMIT 1) t;

-- name: transfer_put_references :exec
-- References $3 of versions $2 of items $1 as they were.
INSERT INTO content_references (domain_id, source_id, source_version, place, path, target_kind, target_id, state)
SELECT tenant(), n.item, n.version, n.place, n.path, n.kind, n.id, n.state
  FROM unnest($1::integer[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::integer[], $7::text[]) n (item, version, place, path, kind, id, state)
ON CONFLICT (domain_id, source_id, source_version, place) DO NOTHING;

-- name: transfer_incomplete :list content_id_row
-- Items of those that came whose type or whose versions are not there.
SELECT w.id::integer AS id
  FROM unnest($1::integer[]) w (id)
  LEFT JOIN LATERAL (SELECT i.version FROM content_items i WHERE i.id = w.id LIMIT 1) h ON true
 WHERE h.version IS NULL OR h.version <> 1 + (SELECT count(*) FROM content_item_versions v WHERE v.content_item_id = w.id)
 LIMIT 1;
