INSERT INTO content_item_embeddings (domain_id, content_item_id, chunk_index, text_chunk, model, dimension, content_hash, published_version, content_type_id, type_slug,
                                     locale, language, words, embedding)
SELECT plans.tenant(i), i / 2, i % 2, 'text ' || i, 'local/test', 128, md5(i::text), 1, 1 + i % 5, 'type-' || i % 5, NULL, 'english',
       to_tsvector('english', 'common text word' || i % 200) || ('''tenant/' || plans.tenant(i) || '''')::tsvector,
       (SELECT array_agg(((i * 7919 + k * 104729) % 1000)::real / 1000) FROM generate_series(1, 128) k)::vector
  FROM generate_series(1, :rows / 20) i;
INSERT INTO content_item_index (domain_id, content_item_id, state, content_type_id, type_slug, published_version, content_hash, model, chunks, title, updated_at)
SELECT plans.tenant(i), i, CASE WHEN i % 50 = 0 THEN 'failed' WHEN i % 50 = 1 THEN 'pending' ELSE 'ready' END, 1 + i % 5, 'type-' || i % 5, 1, md5(i::text),
       'local/test', 2, 'item ' || i, now() - i * interval '1 second'
  FROM generate_series(1, :rows / 10) i;
INSERT INTO embedding_tenants (domain_id, active_model, dimension, chunks, is_reindexing)
SELECT t, CASE WHEN t % 100 = 0 THEN 'local/old' ELSE 'local/test' END, 128, 100, t % 3 = 0 FROM generate_series(1, 1000) t;
INSERT INTO embedding_drafts (domain_id, content_item_id, model, content_hash, embedding)
SELECT plans.tenant(i), i, 'local/test', md5(i::text), (SELECT array_agg(1) FROM generate_series(1, 128))::vector FROM generate_series(1, :rows / 100) i;

-- let: vector SELECT quote_literal((SELECT array_agg(1) FROM generate_series(1, 128))::vector::text)
-- let: item SELECT max(content_item_id) FROM content_item_embeddings WHERE domain_id = :big AND chunk_index = 0
-- let: chunks SELECT quote_literal(array_agg(id)) FROM (SELECT id FROM content_item_embeddings WHERE domain_id = :big ORDER BY id LIMIT 5) c
-- let: items SELECT quote_literal(array_agg(content_item_id)) FROM (SELECT content_item_id FROM content_item_index WHERE domain_id = :big ORDER BY 1 LIMIT 20) c
-- let: own SELECT count(*) FROM content_item_embeddings WHERE domain_id = :big
-- let: counted SELECT count(*) FROM content_item_index WHERE domain_id = :big
-- let: all SELECT count(*) FROM content_item_embeddings

-- plan: index_touch acting
(:big, :items)
-- plan: index_note acting
(:big, :items)
-- plan: chunks_remove_of acting
(:items)
-- plan: index_lock tenant
(:item)
-- plan: hash_list tenant
(:item, 'local/test')
-- plan: drafts_write tenant
(:big, :item, 'local/test', '[]')
-- plan: drafts_remove tenant
(:item)
-- plan: index_settle tenant
(:item, 'ready', 1, 'type-1', 2, 'hash', 'local/test', 1, 'a title', '{}')
-- plan: index_confirm tenant
(:item)
-- plan: index_fail tenant
(:item, 'EMBEDDING_API_ERROR')
-- plan: chunks_write tenant
(:big, :item, 'local/test', 128, '[]', 1, 1, 'type-1')
-- plan: chunks_trim tenant
(:item, 'local/test', 1, true)
-- plan: index_get_many tenant max=30+20*20, counts the chunks of each
(:items)
-- plan: index_of_type tenant
(1, 0, 100)
-- plan: index_unseen tenant max=30+8*:counted, most items of a tenant were not seen yet when it is asked
(0, now(), 100)
-- plan: index_failed system
(now())
-- plan: index_counts tenant max=30+2*:counted, counts up to 10000 items of the tenant
-- plan: tenant_get tenant
-- plan: vector_exists tenant
-- plan: tenant_count tenant
(:big, 'local/test', 128, 1, 1)
-- plan: tenant_reindex tenant
(:big, 'local/test', 128, 1, true)
-- plan: tenant_finish tenant
('local/test', 128)
-- plan: old_set_remove tenant max=60+2*:own, looks through what the tenant has when nothing is of another model
('local/test')
-- plan: tenant_outdated system max=400, of all tenants with another model, those that are not being reindexed
('local/test')
-- plan: tune tenant
-- plan: nearest_exact tenant max=60+2*:own, compares every vector of a tenant that is small enough
(:vector, 'local/test', NULL, NULL, NULL, 50)
-- plan: nearest_128 tenant max=20000+8*:own, walks the graph until enough of the tenant came
(:vector, 'local/test', NULL, NULL, NULL, 50)
-- plan: nearest_256 tenant max=60+2*:own, no vector has this dimension
(NULL, 'local/test', NULL, NULL, NULL, 50)
-- plan: nearest_384 tenant max=60+2*:own, no vector has this dimension
(NULL, 'local/test', NULL, NULL, NULL, 50)
-- plan: nearest_512 tenant max=60+2*:own, no vector has this dimension
(NULL, 'local/test', NULL, NULL, NULL, 50)
-- plan: nearest_768 tenant max=60+2*:own, no vector has this dimension
(NULL, 'local/test', NULL, NULL, NULL, 50)
-- plan: nearest_1024 tenant max=60+2*:own, no vector has this dimension
(NULL, 'local/test', NULL, NULL, NULL, 50)
-- plan: nearest_1536 tenant max=60+2*:own, no vector has this dimension
(NULL, 'local/test', NULL, NULL, NULL, 50)
-- plan: text_hits tenant max=100+2*:own, ranks up to 4000 chunks of the tenant that have one of the words
('word7', 'english', 'local/test', :vector, NULL, NULL, NULL, 50)
-- plan: text_hits tenant max=100+2*:own, ranks up to 4000 chunks of the tenant that have one of the words
('common text', 'english', 'local/test', :vector, NULL, NULL, NULL, 50)
-- plan: chunk_list tenant
(:chunks, 'word7', true)
-- plan: item_vector tenant
(:item, 'local/test')
-- plan: twins_exact tenant max=60+2*10*:own, compares ten items with every vector of a tenant that is small enough
('local/test', 0, 10, 95)
-- plan: twins_128 tenant max=200000+20*:own, walks the graph for each of ten items
('local/test', 0, 10, 95)
-- plan: twins_page_end tenant max=30+2*50, the first chunks of 50 items
('local/test', 0, 50)
