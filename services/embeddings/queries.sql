-- Statements of embeddings.  The tenant filter is row-level security; what steps and consumers use names the tenant too.

-- ---------------------------------------------------------------- where items stand

-- name: index_touch :exec
-- Items that something happened to: what was read of them before is not written any more.
INSERT INTO content_item_index AS x (domain_id, content_item_id, state)
SELECT $1::integer, i.id, 'pending' FROM unnest($2::integer[]) AS i(id) ORDER BY i.id
ON CONFLICT (domain_id, content_item_id) DO UPDATE SET state = 'pending', generation = x.generation + 1, updated_at = now();

-- name: index_note :exec
-- Items that are there and not public.
INSERT INTO content_item_index (domain_id, content_item_id, state)
SELECT $1::integer, i.id, 'disabled' FROM unnest($2::integer[]) AS i(id) ORDER BY i.id ON CONFLICT DO NOTHING;

-- name: chunks_remove_of :exec
-- Chunks of items that are not public any more.
DELETE FROM content_item_embeddings WHERE domain_id = tenant() AND content_item_id = ANY ($1::integer[]);

-- name: index_lock :find search_index_row
-- One item's place, held until the commit.
SELECT generation, published_version, content_hash, model, chunks FROM content_item_index
 WHERE domain_id = tenant() AND content_item_id = $1 FOR UPDATE;

-- name: hash_list :list search_hash_row
-- Texts of an item that have a vector of the model.
SELECT content_hash FROM content_item_embeddings WHERE domain_id = tenant() AND model = $2 AND content_item_id = $1
 UNION SELECT content_hash FROM embedding_drafts WHERE domain_id = tenant() AND model = $2 AND content_item_id = $1 LIMIT 3000;

-- name: drafts_write :exec
-- Vectors of some texts of an item; the others follow.
INSERT INTO embedding_drafts (domain_id, content_item_id, model, content_hash, embedding)
SELECT DISTINCT ON (r.h) $1::integer, $2::integer, $3::text, r.h, r.v::vector FROM json_to_recordset($4::json) AS r(h text, v text) WHERE r.v IS NOT NULL ORDER BY r.h
ON CONFLICT DO NOTHING;

-- name: drafts_remove :exec
-- An item was indexed, or is not public any more.
DELETE FROM embedding_drafts WHERE domain_id = tenant() AND content_item_id = $1;

-- name: index_settle :exec
-- An item was read and written.
UPDATE content_item_index SET state = $2, content_type_id = $3, type_slug = $4, published_version = $5, content_hash = $6, model = $7, chunks = $8,
       title = $9, public_data = $10, error_code = NULL, updated_at = now()
 WHERE domain_id = tenant() AND content_item_id = $1;

-- name: index_confirm :exec
-- An item was read, and everything of it is there already.
UPDATE content_item_index SET state = 'ready', error_code = NULL, updated_at = now() WHERE domain_id = tenant() AND content_item_id = $1;

-- name: index_fail :exec
-- An item could not be indexed; what was there stays.
UPDATE content_item_index SET state = 'failed', error_code = $2, updated_at = now() WHERE domain_id = tenant() AND content_item_id = $1;

-- name: chunks_write :exec
-- Chunks of a version in place of those before; one without a vector has the text of an older one, whose vector it takes.
WITH c AS (SELECT r.i, r.t, r.h, r.l, r.g, r.v FROM json_to_recordset($5::json) AS r(i integer, t text, h text, l text, g text, v text)),
     old AS (SELECT DISTINCT ON (known.content_hash) known.content_hash, known.embedding FROM (
                 SELECT content_hash, embedding FROM content_item_embeddings WHERE domain_id = $1::integer AND model = $3::text AND content_item_id = $2::integer
                 UNION ALL
                 SELECT content_hash, embedding FROM embedding_drafts WHERE domain_id = $1::integer AND model = $3::text AND content_item_id = $2::integer) AS known
              ORDER BY known.content_hash)
INSERT INTO content_item_embeddings AS e (domain_id, content_item_id, chunk_index, text_chunk, embedding, model, dimension, content_hash,
       published_version, content_type_id, type_slug, locale, language, words)
SELECT $1::integer, $2::integer, c.i, c.t, coalesce(c.v::vector, old.embedding), $3::text, $4::integer, c.h, $6::integer, $7::integer, $8::text, c.l, c.g,
       to_tsvector(c.g::regconfig, c.t) || to_tsvector('simple', c.t) || ('''tenant/' || $1::integer || '''')::tsvector
  FROM c LEFT JOIN old ON old.content_hash = c.h ORDER BY c.i
ON CONFLICT (domain_id, model, content_item_id, chunk_index) DO UPDATE
   SET text_chunk = excluded.text_chunk, embedding = excluded.embedding, content_hash = excluded.content_hash, published_version = excluded.published_version,
       content_type_id = excluded.content_type_id, type_slug = excluded.type_slug, locale = excluded.locale, language = excluded.language, words = excluded.words;

-- name: chunks_trim :exec
-- What the version before had more; $4: its texts are not the item's any more, in sets of other models neither.
DELETE FROM content_item_embeddings WHERE domain_id = tenant() AND content_item_id = $1
   AND ((model = $2 AND chunk_index >= $3) OR (model <> $2 AND $4));

-- name: index_get_many :list search_readiness_row
-- Items' places.
SELECT x.content_item_id, x.state, x.published_version, x.model, x.chunks, x.error_code,
       (SELECT count(*) FROM content_item_embeddings e WHERE e.domain_id = x.domain_id AND e.model = coalesce(x.model, '') AND e.content_item_id = x.content_item_id)::bigint AS n_found
  FROM unnest($1::integer[]) AS wanted(id)
  CROSS JOIN LATERAL (SELECT i.domain_id, i.content_item_id, i.state, i.published_version, i.model, i.chunks, i.error_code
                        FROM content_item_index i WHERE i.domain_id = tenant() AND i.content_item_id = wanted.id OFFSET 0) AS x LIMIT 64;

-- name: index_of_type :list search_item_row
-- Items of a type, in order.
SELECT content_item_id FROM content_item_index WHERE domain_id = tenant() AND content_type_id = $1 AND content_item_id > $2 ORDER BY content_item_id LIMIT $3;

-- name: index_unseen :list search_item_row
-- Items that a reindexing did not come across: are they still public?
SELECT content_item_id FROM content_item_index WHERE domain_id = tenant() AND content_item_id > $1 AND state = 'ready' AND updated_at < $2
 ORDER BY content_item_id LIMIT $3;

-- name: index_failed :list search_failed_row
-- Items that failed some time ago, of all tenants.
SELECT domain_id, content_item_id FROM content_item_index WHERE state = 'failed' AND updated_at < $1 ORDER BY updated_at LIMIT 100;

-- name: index_counts :find search_counts_row
-- row: pending int, failed int
-- Items that wait and that failed, counted up to 10000.
SELECT (SELECT count(*) FROM (SELECT FROM content_item_index WHERE domain_id = tenant() AND state = 'pending' LIMIT 10000) AS p)::bigint AS pending,
       (SELECT count(*) FROM (SELECT FROM content_item_index WHERE domain_id = tenant() AND state = 'failed' LIMIT 10000) AS f)::bigint AS failed;

-- ---------------------------------------------------------------- tenants

-- name: tenant_get :find search_tenant_row
-- The tenant's model and size.
SELECT active_model, dimension, chunks, reindexed, is_reindexing, minute, spent FROM embedding_tenants WHERE domain_id = tenant();

-- name: vector_exists :find search_vector_exists_row
-- row: exists bool
-- Whether the server has pgvector.
SELECT to_regtype('public.vector') IS NOT NULL AS exists;

-- name: tenant_count :exec
-- A tenant's first chunks name its model; later ones change the size, and texts that were asked of the provider the budget.
INSERT INTO embedding_tenants AS t (domain_id, active_model, dimension, chunks, minute, spent)
VALUES ($1, $2, $3, $4::integer, date_trunc('minute', now()), $5::integer)
ON CONFLICT (domain_id) DO UPDATE SET chunks = t.chunks + $4::integer, minute = date_trunc('minute', now()),
       spent = CASE WHEN t.minute = date_trunc('minute', now()) THEN t.spent ELSE 0 END + $5::integer;

-- name: tenant_reindex :exec
-- A reindexing begins, goes on or ends.
INSERT INTO embedding_tenants AS t (domain_id, active_model, dimension, is_reindexing)
VALUES ($1, $2, $3, $5::boolean)
ON CONFLICT (domain_id) DO UPDATE SET is_reindexing = $5::boolean, reindexed = CASE WHEN $4::integer = 0 THEN 0 ELSE t.reindexed + $4::integer END;

-- name: tenant_finish :exec
-- A reindexing ends: its set is searched from now on.
UPDATE embedding_tenants SET active_model = $1, dimension = $2, is_reindexing = false WHERE domain_id = tenant();

-- name: old_set_remove :exec
-- Some chunks of models that are not searched any more.
DELETE FROM content_item_embeddings WHERE id = ANY (ARRAY(
    SELECT id FROM content_item_embeddings WHERE domain_id = tenant() AND (model < $1 OR model > $1) LIMIT 2000));

-- name: tenant_outdated :list search_outdated_row
-- Tenants whose set is of another model and is not being replaced.
SELECT domain_id FROM embedding_tenants WHERE (active_model < $1 OR active_model > $1) AND NOT is_reindexing ORDER BY domain_id LIMIT 20;

-- ---------------------------------------------------------------- search

-- name: tune :exec
-- An approximate search goes on until enough of the tenant's rows came; with more candidates than pgvector's default.
SELECT set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.ef_search', '200', true);

-- A text without a word that means something (stop words, punctuation) has the vector 0, which is near to nothing: its distance is no number.

-- template: nearest(distance, filter)
SELECT n.id, n.content_item_id, n.chunk_index, ((1 - n.distance) * 1000000)::bigint AS similarity
  FROM (SELECT id, content_item_id, chunk_index, {distance} AS distance FROM content_item_embeddings
         WHERE domain_id = tenant() AND model = $2 AND {filter} AND ($3::integer IS NULL OR content_type_id = $3) AND ($4::text IS NULL OR type_slug = $4)
           AND ($5::text IS NULL OR locale IS NULL OR locale = $5)
         ORDER BY {distance} LIMIT $6) AS n
 WHERE n.distance <> 'NaN'
 ORDER BY n.distance, n.id LIMIT $6;

-- name: nearest_exact :list search_hit_row = nearest(embedding <=> $1::vector | true)
-- The nearest chunks, every one of the tenant compared.
-- name: nearest_128 :list search_hit_row = nearest(embedding::vector(128) <=> $1::vector(128) | dimension = 128)
-- The nearest chunks by the approximate index.
-- name: nearest_256 :list search_hit_row = nearest(embedding::vector(256) <=> $1::vector(256) | dimension = 256)
-- The same of 256 numbers.
-- name: nearest_384 :list search_hit_row = nearest(embedding::vector(384) <=> $1::vector(384) | dimension = 384)
-- The same of 384 numbers.
-- name: nearest_512 :list search_hit_row = nearest(embedding::vector(512) <=> $1::vector(512) | dimension = 512)
-- The same of 512 numbers.
-- name: nearest_768 :list search_hit_row = nearest(embedding::vector(768) <=> $1::vector(768) | dimension = 768)
-- The same of 768 numbers.
-- name: nearest_1024 :list search_hit_row = nearest(embedding::vector(1024) <=> $1::vector(1024) | dimension = 1024)
-- The same of 1024 numbers.
-- name: nearest_1536 :list search_hit_row = nearest(embedding::vector(1536) <=> $1::vector(1536) | dimension = 1536)
-- The same of 1536 numbers.

-- name: text_hits :list search_text_row
-- row: id int, content_item_id int, chunk_index int, similarity int?, coverage int
-- Chunks that have words of the query, those that have more of them (coverage, in thousandths) and closer together first; of many matches some
-- thousands are ranked.  A query of stop words alone is taken as it is written.
WITH asked AS (SELECT to_tsvector($2::regconfig, $1) AS stems, to_tsvector('simple', $1) AS forms),
     q AS (SELECT array_to_string(ARRAY(SELECT quote_literal(l) FROM unnest(tsvector_to_array(CASE WHEN length(stems) > 0 THEN stems ELSE forms END)) AS l), ' | ')::tsquery AS words,
                  tsvector_to_array(CASE WHEN length(stems) > 0 THEN stems ELSE forms END) AS list FROM asked)
SELECT h.id, h.content_item_id, h.chunk_index,
       CASE WHEN h.model = $3 AND $4::vector IS NOT NULL THEN ((1 - nullif(h.embedding <=> $4::vector, 'NaN')) * 1000000)::bigint END AS similarity,
       (1000 * (SELECT count(*) FROM unnest(q.list) AS l WHERE h.words @@ quote_literal(l)::tsquery) / cardinality(q.list))::bigint AS coverage
  FROM q, LATERAL (
       SELECT s.id, s.content_item_id, s.chunk_index, s.model, s.words, s.embedding FROM searchable_chunks s
        WHERE s.words @@ (('''tenant/' || tenant() || '''')::tsquery && q.words) AND ($5::integer IS NULL OR s.content_type_id = $5)
          AND ($6::text IS NULL OR s.type_slug = $6) AND ($7::text IS NULL OR s.locale IS NULL OR s.locale = $7) LIMIT 4000) AS h
 WHERE numnode(q.words) > 0
 ORDER BY coverage DESC, ts_rank(h.words, q.words, 1) DESC, h.id LIMIT $8;

-- name: chunk_list :list search_chunk_row
-- row: id int, content_item_id int, content_type_id int, type_slug text, title text?, published_version int, locale text?, chunk_index int, text_chunk text, highlight text?, public_data doc?
-- Chunks with what is said about their items.
SELECT e.id, e.content_item_id, e.content_type_id, e.type_slug, x.title, e.published_version, e.locale, e.chunk_index, e.text_chunk,
       CASE WHEN numnode(q.words) > 0 AND e.words @@ q.words THEN
           ts_headline(e.language::regconfig, e.text_chunk, q.words, 'StartSel=<mark>, StopSel=</mark>, MaxWords=45, MinWords=20') END AS highlight,
       CASE WHEN $3::boolean THEN x.public_data END AS public_data
  FROM unnest($1::bigint[]) AS wanted(id)
  CROSS JOIN LATERAL (SELECT c.id, c.domain_id, c.content_item_id, c.content_type_id, c.type_slug, c.published_version, c.locale, c.chunk_index, c.text_chunk, c.language, c.words
                        FROM content_item_embeddings c WHERE c.id = wanted.id OFFSET 0) AS e
  CROSS JOIN LATERAL (SELECT i.title, i.public_data FROM content_item_index i WHERE i.domain_id = tenant() AND i.content_item_id = e.content_item_id OFFSET 0) AS x
  CROSS JOIN LATERAL (SELECT replace(plainto_tsquery(e.language::regconfig, $2)::text, ' & ', ' | ')::tsquery AS words) AS q
 LIMIT 200;

-- name: item_vector :find search_vector_row
-- row: vector text?
-- The middle of an item's vectors.
SELECT avg(embedding)::text AS vector FROM content_item_embeddings WHERE domain_id = tenant() AND model = $2 AND content_item_id = $1;

-- template: twins(own, other, filter)
SELECT a.content_item_id, (SELECT x.title FROM content_item_index x WHERE x.domain_id = tenant() AND x.content_item_id = a.content_item_id) AS title,
       b.content_item_id AS other_item_id, (SELECT x.title FROM content_item_index x WHERE x.domain_id = tenant() AND x.content_item_id = b.content_item_id) AS other_title,
       ((1 - b.distance) * 1000000)::bigint AS similarity
  FROM (SELECT content_item_id, embedding FROM content_item_embeddings
         WHERE domain_id = tenant() AND model = $1 AND chunk_index = 0 AND content_item_id > $2 ORDER BY content_item_id LIMIT $3) AS a
  CROSS JOIN LATERAL (
       SELECT e.content_item_id, {other} <=> {own} AS distance FROM content_item_embeddings e
        WHERE e.domain_id = tenant() AND e.model = $1 AND e.chunk_index = 0 AND {filter} ORDER BY {other} <=> {own} LIMIT 6) AS b
 WHERE b.content_item_id > a.content_item_id AND b.distance <> 'NaN' AND 1 - b.distance >= $4::integer / 100.0
 ORDER BY a.content_item_id, similarity DESC, b.content_item_id LIMIT 500;

-- name: twins_exact :list search_twins_row = twins(a.embedding | e.embedding | true)
-- row: content_item_id int, title text?, other_item_id int, other_title text?, similarity int
-- Items whose first chunk is nearly that of an older one.
-- name: twins_128 :list search_twins_row = twins(a.embedding::vector(128) | e.embedding::vector(128) | e.dimension = 128)
-- row: content_item_id int, title text?, other_item_id int, other_title text?, similarity int
-- The same by the approximate index.

-- name: twins_page_end :find search_page_end_row
-- row: last int?, n int
-- The last item of a page of twins.
SELECT max(a.content_item_id)::bigint AS last, count(*)::bigint AS n
  FROM (SELECT content_item_id FROM content_item_embeddings
         WHERE domain_id = tenant() AND model = $1 AND chunk_index = 0 AND content_item_id > $2 ORDER BY content_item_id LIMIT $3) AS a;
