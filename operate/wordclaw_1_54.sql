-- A domain of WordClaw 1.54 as the lines of an export, read from that installation's own tables.

-- name: prepare
SET timezone = 'UTC';
SET statement_timeout = 0;
SET search_path = public;
CREATE FUNCTION pg_temp.as_object(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    -- Line ends are only between values: within a string JSON writes them as escapes.
    RETURN CASE json_typeof(given::json) WHEN 'object' THEN translate(given, E'\n\r', '  ') END;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END $$;
CREATE FUNCTION pg_temp.at(moment timestamp) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;
-- What that installation calls statuses are words of anybody's; here they are a closed set.
CREATE FUNCTION pg_temp.status_of(given text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN given IN ('draft', 'in_review', 'published', 'archived') THEN given ELSE 'draft' END
$$;

-- name: begin
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: has_domain
SELECT EXISTS (SELECT FROM domains WHERE id = $1::integer);

-- name: domains
SELECT id::text, name FROM domains ORDER BY id;

-- name: types
SELECT json_strip_nulls(json_build_object('kind', 'type', 'id', t.id, 'version', 1, 'createdAt', pg_temp.at(t.created_at), 'updatedAt', pg_temp.at(t.updated_at),
           'slug', coalesce(nullif(trim(both '-_' from regexp_replace(lower(t.slug), '[^a-z0-9_-]+', '-', 'g')), ''), 'type-' || t.id), 'name', t.name,
           'contentKind', CASE t.kind WHEN 'singleton' THEN 'singleton' ELSE 'collection' END, 'description', t.description, 'basePrice', t.base_price,
           'schemaManifest', t.schema_manifest::text, 'schema', t.schema::text))::text
  FROM content_types t WHERE t.domain_id = $1::integer ORDER BY t.id;

-- name: assets
SELECT json_strip_nulls(json_build_object('kind', 'asset', 'id', a.id, 'status', a.status, 'createdAt', pg_temp.at(a.created_at), 'updatedAt', pg_temp.at(a.updated_at),
           'deletedAt', CASE a.status WHEN 'deleted' THEN pg_temp.at(coalesce(a.deleted_at, a.updated_at)) END, 'updatedBy', a.uploader_actor_id,
           'filename', a.filename, 'originalFilename', a.original_filename, 'mimeType', a.mime_type, 'sizeBytes', a.size_bytes, 'byteHash', a.byte_hash,
           'accessMode', a.access_mode, 'entitlementScope', CASE a.access_mode WHEN 'entitled' THEN a.entitlement_scope_type END,
           'entitlementRef', CASE a.access_mode WHEN 'entitled' THEN a.entitlement_scope_ref END,
           'sourceAssetId', CASE WHEN a.variant_key IS NOT NULL THEN a.source_asset_id END,
           'variantKey', CASE WHEN a.source_asset_id IS NOT NULL THEN a.variant_key END, 'metadata', a.metadata::json))::text
  FROM assets a WHERE a.domain_id = $1::integer ORDER BY a.id;

-- name: items
-- Versions are numbered anew where some are missing, came twice or were no objects: each is one step from the one before.
WITH versions AS (
    SELECT v.*, row_number() OVER (PARTITION BY v.item_id ORDER BY v.version) AS number
      FROM (SELECT DISTINCT ON (o.content_item_id, o.version) o.content_item_id AS item_id, o.version, pg_temp.as_object(o.data::text) AS data, pg_temp.status_of(o.status) AS status, o.created_at
              FROM content_item_versions o JOIN content_items i ON i.id = o.content_item_id AND i.domain_id = $1::integer AND o.version < i.version
             ORDER BY o.content_item_id, o.version, o.id DESC) v
     WHERE v.data IS NOT NULL),
heads AS (
    SELECT i.id, i.content_type_id, pg_temp.as_object(i.data::text) AS data, pg_temp.status_of(i.status) AS status, i.created_at, i.updated_at,
           1 + coalesce((SELECT max(v.number) FROM versions v WHERE v.item_id = i.id), 0) AS number,
           -- Archiving took an item from the public for good.
           (SELECT max(v.number) FROM versions v WHERE v.item_id = i.id AND v.status = 'published'
               AND NOT EXISTS (SELECT FROM versions a WHERE a.item_id = i.id AND a.status = 'archived' AND a.number > v.number)) AS shown
      FROM content_items i WHERE i.domain_id = $1::integer),
lines AS (
    SELECT h.id, h.number, json_build_object('kind', 'item', 'id', h.id, 'contentTypeId', h.content_type_id, 'version', h.number, 'status', h.status,
               'publishedVersion', CASE h.status WHEN 'published' THEN h.number WHEN 'archived' THEN NULL ELSE h.shown END,
               'publishedAt', CASE h.status WHEN 'published' THEN pg_temp.at(h.updated_at) WHEN 'archived' THEN NULL
                                            ELSE (SELECT pg_temp.at(v.created_at) FROM versions v WHERE v.item_id = h.id AND v.number = h.shown) END,
               'createdAt', pg_temp.at(h.created_at), 'updatedAt', pg_temp.at(h.updated_at)) AS facts, h.data
      FROM heads h WHERE h.data IS NOT NULL
    UNION ALL
    SELECT v.item_id, v.number, json_build_object('kind', 'version', 'id', v.item_id, 'version', v.number, 'status', v.status, 'updatedAt', pg_temp.at(v.created_at)), v.data
      FROM versions v JOIN heads h ON h.id = v.item_id AND h.data IS NOT NULL)
SELECT rtrim(json_strip_nulls(l.facts)::text, '}') || ',"data":' || l.data || '}' FROM lines l ORDER BY l.id, l.number;

-- name: left_out
SELECT i.id::text FROM content_items i WHERE i.domain_id = $1::integer AND pg_temp.as_object(i.data::text) IS NULL ORDER BY i.id LIMIT 20;

-- name: other_statuses
SELECT DISTINCT i.status FROM content_items i WHERE i.domain_id = $1::integer AND i.status <> pg_temp.status_of(i.status) ORDER BY 1 LIMIT 20;

-- name: last_id
SELECT greatest((SELECT max(id) FROM content_types WHERE domain_id = $1::integer), (SELECT max(id) FROM content_items WHERE domain_id = $1::integer),
                (SELECT max(id) FROM assets WHERE domain_id = $1::integer), 0)::text;
