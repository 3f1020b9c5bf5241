INSERT INTO content_types (id, domain_id, name, slug, kind, schema, schema_hash)
SELECT t * 10 + k, t, 'Type', 'type-' || k, CASE k WHEN 9 THEN 'singleton' ELSE 'collection' END, '{"type":"object"}', repeat('0', 64)
  FROM generate_series(1, 1000) t, unnest('{1,2,3,8,9}'::int[]) k;
INSERT INTO content_items (id, domain_id, content_type_id, is_singleton, data, search_text, published_text, status, version, created_at, updated_at, published_version, published_at)
SELECT e.i, e.t, e.t * 10 + 1 + e.i % 3, false, json_build_object('title', 'Item ' || e.i, 'body', repeat('text ', 20)),
       'common word' || e.i % 50, CASE WHEN e.published < e.version THEN 'common old' || e.i % 50 END, e.status, e.version, e.at, e.at + interval '1 hour',
       e.published, CASE WHEN e.published IS NOT NULL THEN e.at + interval '1 hour' END
  FROM (SELECT i, plans.tenant(i) AS t, s.status, v.version, now() - (:rows - i) * interval '1 minute' AS at,
               CASE WHEN s.status = 'published' THEN v.version WHEN s.status = 'draft' AND v.version > 1 THEN v.version - 1 END AS published
          FROM generate_series(1, :rows / 5) i,
               LATERAL (SELECT CASE WHEN i % 10 < 6 THEN 'published' WHEN i % 10 < 9 THEN 'draft' ELSE 'archived' END AS status) s,
               LATERAL (SELECT 1 + (i / 10) % 3 AS version) v) e;
INSERT INTO content_items (id, domain_id, content_type_id, is_singleton, data)
SELECT :rows + t, t, t * 10 + 9, true, '{}' FROM generate_series(1, 1000) t;
INSERT INTO content_item_versions (domain_id, content_item_id, version, data, status, created_at)
SELECT i.domain_id, i.id, v, i.data, 'draft', i.created_at FROM content_items i, generate_series(1, i.version - 1) v;
INSERT INTO content_workflows (domain_id, content_type_id, workflow_id, states, transitions, is_active, updated_at)
SELECT t, t * 10 + 2, t, '{legal,ready}', '[]', true, now() FROM generate_series(1, 1000) t;
INSERT INTO content_items_deleted (id, domain_id, content_type_id, data, status, version, created_at, updated_at, deleted_at, purge_at)
SELECT 2 * :rows + i, plans.tenant(i), plans.tenant(i) * 10 + 1, '{}', 'draft', 3, now(), now(), now(), now() + (i - 100) * interval '1 hour'
  FROM generate_series(1, :rows / 50) i;
INSERT INTO content_item_versions (domain_id, content_item_id, version, data, status, created_at)
SELECT d.domain_id, d.id, v, '{}', 'draft', now() FROM content_items_deleted d, generate_series(1, 2) v;
INSERT INTO content_item_history (domain_id, item_id, valid_from, content_type_id, version, published_version, created_at, updated_at, published_at, is_deleted)
SELECT i.domain_id, i.id, i.created_at + v * interval '20 minutes', i.content_type_id, v, CASE WHEN v = i.version THEN i.published_version END, i.created_at,
       i.created_at + v * interval '20 minutes', CASE WHEN v = i.version THEN i.published_at END, false
  FROM content_items i, generate_series(1, i.version) v;
INSERT INTO content_item_history (domain_id, item_id, valid_from, content_type_id, version, created_at, updated_at, is_deleted)
SELECT d.domain_id, d.id, d.deleted_at + (v - 3) * interval '1 hour', d.content_type_id, v, d.created_at, d.updated_at, v = 4
  FROM content_items_deleted d, generate_series(1, 4) v;
INSERT INTO content_changes (domain_id, kind, entity_id, action, was_there, is_there, before, at, actor_id, session, change_set, request_id)
SELECT plans.tenant(i), 'content_type', plans.tenant(i) * 10 + i % 5, 'update', true, true,
       '{"name":"T","slug":"t","kind":"collection","schema":"{}","schema_hash":"h","version":1,"schema_version":1,"created_at":"2026-01-01T00:00:00Z","is_governed":false}',
       now() - i * interval '1 minute', 'api_key:1', 'run-' || i % 100, 'set-' || i, 'r-' || i FROM generate_series(1, :rows / 20) i;
INSERT INTO content_change_sets (domain_id, label, name, opened_by, opened_at)
SELECT plans.tenant(i), 'set-' || i, 'Set ' || i, 'api_key:1', now() FROM generate_series(1, :rows / 20) i;
INSERT INTO content_releases (id, domain_id, name, status, entry_count, created_at, updated_at, updated_by)
SELECT i, plans.tenant(i), 'Release ' || i, CASE i % 3 WHEN 0 THEN 'draft' ELSE 'published' END, 3, now(), now(), 'api_key:1' FROM generate_series(1, :rows / 50) i;
INSERT INTO content_release_entries (domain_id, release_id, content_item_id, action, version, base_version, before_status, after_version)
SELECT r.domain_id, r.id, i.id, 'publish', 1, 1, 'draft', 4
  FROM content_releases r, LATERAL (SELECT k.id FROM content_items k WHERE k.domain_id = r.domain_id AND k.version = 3 ORDER BY k.id LIMIT 3) i;
INSERT INTO content_release_entries (domain_id, release_id, content_item_id, action, version, base_version, before_status, after_version)
SELECT r.domain_id, r.id, d.id, 'delete', 3, 3, 'draft', 3
  FROM content_releases r, LATERAL (SELECT max(k.id) AS id FROM content_items_deleted k WHERE k.domain_id = r.domain_id) d WHERE d.id IS NOT NULL;
INSERT INTO assets (id, domain_id, source_asset_id, variant_key, filename, original_filename, mime_type, size_bytes, byte_hash, storage_key, access_mode, status, deleted_at, created_at, updated_at)
SELECT i, plans.tenant(i), CASE WHEN i % 4 = 0 THEN i - 3 END, CASE WHEN i % 4 = 0 THEN 'thumb' END, 'file-' || i || '.png', 'file.png', 'image/png', 1000, repeat('0', 64), 'key-' || i, 'public',
       CASE WHEN i % 20 = 0 THEN 'deleted' ELSE 'active' END, CASE WHEN i % 20 = 0 THEN now() END, now(), now()
  FROM generate_series(1, :rows / 20) i;
INSERT INTO content_type_fields (id, domain_id, content_type_id, path, steps, is_ready)
SELECT t * 10 + k, t, t * 10 + 1, 'field' || k, ARRAY['field' || k], true FROM generate_series(1, 1000) t, generate_series(1, 2) k;
INSERT INTO content_item_fields (domain_id, item_id, is_public, field_id, place, number, letters)
SELECT i.domain_id, i.id, p, i.domain_id * 10 + k, 0, CASE k WHEN 1 THEN hashint4(i.id) & 1023 ELSE 0 END, CASE k WHEN 2 THEN 'word ' || (i.id / 3 & 7) ELSE '' END
  FROM content_items i, generate_series(1, 2) k, unnest('{true,false}'::boolean[]) p
 WHERE i.content_type_id = i.domain_id * 10 + 1 AND (NOT p OR i.published_version IS NOT NULL);
INSERT INTO content_references (domain_id, source_id, source_version, place, path, target_kind, target_id, state)
SELECT i.domain_id, i.id, v, p, '/author', 'content_item', i.domain_id, CASE WHEN v = i.version THEN 'active' ELSE 'historical' END
  FROM content_items i, generate_series(1, i.version) v, generate_series(1, 1 + i.id % 2) p WHERE i.id % 3 = 0;
INSERT INTO sold_scopes (domain_id, offer_id, scope_type, scope_ref)
SELECT i.domain_id, i.id, 'item', i.id FROM content_items i WHERE i.id % 997 = 0;
INSERT INTO content_schema_migrations (id, domain_id, content_type_id, schema_version, steps, status, started_by, started_at, updated_at)
SELECT t * 10 + v, t, t * 10 + 1, v, '[]', 'completed', 'api_key:1', now(), now() FROM generate_series(1, 1000) t, generate_series(2, 4) v;
INSERT INTO content_item_words (domain_id, item_id, place, is_public, content_type_id, words)
SELECT i.domain_id, i.id, v.place, v.is_public, i.content_type_id, content_words(i.domain_id, v.letters, v.status)
  FROM content_items i, LATERAL (SELECT 0 AS place, i.status = 'published' AS is_public, i.search_text AS letters, i.status
                                 UNION ALL SELECT 1, true, i.published_text, 'published' WHERE i.published_text IS NOT NULL) v;
DELETE FROM content_words_queue WHERE id % 500 > 0;
SELECT setval('content_items_id_seq', 10 * :rows), setval('content_types_id_seq', 20000);

-- let: type SELECT :big * 10 + 1
-- let: singleton SELECT :big * 10 + 9
-- let: types SELECT quote_literal(array_agg(id)) FROM content_types WHERE domain_id = :big
-- let: item SELECT max(id) FROM content_items WHERE domain_id = :big AND version = 3
-- let: items SELECT quote_literal(array_agg(id)) FROM (SELECT id FROM content_items WHERE domain_id = :big ORDER BY md5(id::text) LIMIT 50) i
-- let: versions SELECT quote_literal(array_agg(version)) FROM (SELECT version FROM content_items WHERE domain_id = :big ORDER BY md5(id::text) LIMIT 50) i
-- let: of_types SELECT quote_literal(array_agg(content_type_id)) FROM (SELECT content_type_id FROM content_items WHERE domain_id = :big ORDER BY md5(id::text) LIMIT 50) i
-- let: zeros SELECT quote_literal(array_fill(0, ARRAY[50]))
-- let: nulls SELECT quote_literal(array_fill(NULL::integer, ARRAY[50]))
-- let: falses SELECT quote_literal(array_fill(false, ARRAY[50]))
-- let: documents SELECT quote_literal(array_fill('{}'::text, ARRAY[50]))
-- let: drafts SELECT quote_literal(array_fill('draft'::text, ARRAY[50]))
-- let: times SELECT quote_literal(array_fill(now(), ARRAY[50]))
-- let: deleted SELECT max(id) FROM content_items_deleted WHERE domain_id = :big
-- let: ones SELECT quote_literal(array_fill(1, ARRAY[50]))
-- let: number SELECT :big * 10 + 1
-- let: conditions SELECT quote_literal(json_build_array(json_build_object('id', :big * 10 + 2, 'op', 'in', 'is_not', false, 'numbers', '{0}'::int[], 'texts', '{word 3}'::text[])))
-- let: keys SELECT quote_literal(json_build_array(json_build_object('n', 1, 'id', :big * 10 + 1, 'steps', '{field1}'::text[]), json_build_object('n', 2, 'id', 0, 'steps', '{}'::text[], 'name', 'updatedAt')))
-- let: words SELECT quote_literal('(''' || :big || '/word7'':*) & (''' || :big || '/common'')')
-- let: often SELECT quote_literal('''' || :big || '/common''')
-- let: noted SELECT quote_literal(array_fill(:big::integer, ARRAY[50]))
-- let: own SELECT count(*) FROM content_items WHERE domain_id = :big

-- plan: type_insert tenant
('T', 'a-new-type', 'collection', NULL, '{}', repeat('0', 64), NULL, now(), 'api_key:1', NULL)
-- plan: types_get tenant
(:types)
-- plan: types_by_slug tenant
('{type-1,type-2,no-such}')
-- plan: singleton_type tenant
('type-9')
-- plan: singleton_types tenant
(500)
-- plan: types_exist tenant
(:types)
-- plan: types_localized tenant
(:types)
-- plan: type_items_data tenant
(:type, now() + interval '1 day', 2147483647, 200, 1048576)
-- plan: type_lock tenant
(:type)
-- plan: types_list tenant
(50, 0, 0)
-- plan: types_list tenant
(50, 0, :type)
-- plan: types_count tenant
(10000)
-- plan: types_stats tenant max=3*:own, counts every item of the types
(:types)
-- plan: type_items_count tenant max=2*:own, counts up to 10000 items
(:type, 10000)
-- plan: type_update tenant
(:type, 'T', 'type-1', 'collection', NULL, '{}', repeat('0', 64), NULL, now(), 1, 'api_key:1', NULL, 2)
-- plan: type_delete tenant
(:big * 10 + 8)
-- plan: type_schema tenant
(:type)
-- plan: items_target tenant
(:types)
-- plan: item_insert tenant
(ARRAY[9 * :rows + 1, 9 * :rows + 2], ARRAY[:type, :type]::integer[], '{f,f}', ARRAY['{}', '{}']::json[], '{draft,draft}', ARRAY[now(), now()], '{api_key:1,api_key:1}', '{Text,Text}', '{NULL,s}', '{NULL,c}', '{r,r}', '{1,1}', '{1,3}')
-- plan: items_lock tenant max=30+20*50, looks at the type and the workflow of each item
(:items, :zeros, 1000000)
-- plan: type_singleton_item tenant
(:singleton, 0)
-- plan: item_keep_version tenant
(:items, :versions)
-- plan: item_update tenant
(:items, :versions, :of_types, :falses, :documents, :drafts, :times, :nulls, :drafts, :drafts, :drafts, :drafts, :drafts, :drafts, :ones, :ones)
-- plan: item_delete tenant max=60, moves a row between tables with eight indexes each
(:item, now(), now(), 'api_key:1', 's', 'c', 'r')
-- plan: deleted_lock tenant
(:deleted, now())
-- plan: item_restore tenant
(:deleted, false, 'draft', now(), 'api_key:1', 'Text', 's', 'c', 'r', '{}', 1, 1)
-- plan: purge_due system
(now(), 20)
-- plan: purge_versions system
(:big, :deleted, 200)
-- plan: purge_item system
(:big, :deleted)
-- plan: item_public tenant
(:item)
-- plan: item_snapshot tenant
(:item, NULL)
-- plan: item_snapshot tenant
(:item, 2)
-- plan: workflow_put tenant
(:type, 1, '{legal}', '[]', true, now(), 2)
-- plan: workflow_state_exists tenant
('legal')
-- plan: item_exists tenant
(:item)
-- plan: prompt_note tenant
(ARRAY[:item], 'hash')
-- plan: prompt_note acting
(ARRAY[:item], 'hash')
-- plan: item_origin tenant
(:item, 4194304)
-- plan: version_get tenant
(:item, 2)
-- plan: state_get tenant
(:item, 2)
-- plan: versions_list tenant
(:item, 2147483647, 51, 4194304)
-- plan: heads_get tenant
(:items, 4194304)
-- plan: snapshots_get tenant
(:items, 4194304)
-- plan: items_of_types tenant
(:types, '{10,10,10,10,10}', 4194304)
-- plan: snapshots_of_types tenant
(:types, '{10,10,10,10,10}', 4194304)
-- plan: *_desc_all tenant
(NULL, NULL, NULL, NULL, NULL, 'infinity', 2147483647, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: *_desc_type tenant
(:type, NULL, NULL, NULL, NULL, 'infinity', 2147483647, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: heads_*_desc_type tenant
(:type, '', NULL, NULL, NULL, 'infinity', 2147483647, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: heads_updated_desc_status tenant
(NULL, 'draft', NULL, NULL, NULL, 'infinity', 2147483647, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: heads_updated_desc_type_status tenant
(:type, 'draft', NULL, NULL, NULL, 'infinity', 2147483647, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: *_version_desc tenant max=3*:own, sorts the tenant's items: no index has the version
(NULL, NULL, NULL, NULL, NULL, 2147483647, 2147483647, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: *_desc_all tenant
(NULL, NULL, NULL, NULL, NULL, now() - interval '1 day', :item, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: *_desc_type tenant
(:type, NULL, NULL, NULL, NULL, now() - interval '1 day', :item, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: heads_updated_desc_type_status tenant
(:type, 'draft', NULL, NULL, NULL, now() - interval '1 day', :item, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: *_asc_all tenant
(NULL, NULL, NULL, NULL, NULL, '-infinity', 0, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: *_asc_type tenant
(:type, NULL, NULL, NULL, NULL, '-infinity', 0, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: heads_updated_asc_status tenant
(NULL, 'draft', NULL, NULL, NULL, '-infinity', 0, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: heads_updated_asc_type_status tenant
(:type, 'draft', NULL, NULL, NULL, '-infinity', 0, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: *_version_asc tenant max=3*:own, sorts the tenant's items: no index has the version
(NULL, NULL, NULL, NULL, NULL, 0, 0, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: *_asc_all tenant
(NULL, NULL, NULL, NULL, NULL, now() - interval '1 day', :item, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: *_asc_type tenant
(:type, NULL, NULL, NULL, NULL, now() - interval '1 day', :item, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: heads_updated_asc_type_status tenant
(:type, 'draft', NULL, NULL, NULL, now() - interval '1 day', :item, 51, 0, 4194304, NULL, NULL, NULL)
-- plan: heads_updated_desc_type tenant max=10000, probes a condition for eight items per row
(:type, NULL, NULL, NULL, NULL, 'infinity', 2147483647, 51, 0, 4194304, :conditions, NULL, NULL)
-- plan: snapshots_updated_asc_type tenant max=10000, probes a condition for eight items per row
(:type, NULL, NULL, NULL, NULL, '-infinity', 0, 51, 0, 4194304, :conditions, NULL, NULL)
-- plan: heads_updated_desc_* tenant max=6000, looks for words on the way
(NULL, NULL, NULL, NULL, :often, 'infinity', 2147483647, 51, 0, 4194304, NULL, 'common', NULL)
-- plan: snapshots_created_asc_all tenant max=6000, looks for words on the way
(NULL, NULL, NULL, NULL, :often, '-infinity', 0, 51, 0, 4194304, NULL, 'common', NULL)
-- plan: text_probe tenant max=300, counts what has two words
('{word7,common}', '{beginning,phrase}', 'simple', :type, false, 10001, 1001, 'word7 common')
-- plan: text_probe tenant max=2*:own, counts up to 10000 items that have a common word
('{common}', '{beginning}', 'english', NULL, true, 10001, 1001, 'common')
-- plan: text_* tenant max=1200, sorts what has two words
(:type, NULL, NULL, NULL, :words, 0, 0, 51, 0, 'updatedAt', NULL, 10000)
-- plan: text_* tenant max=1200, sorts what has two words
(NULL, NULL, NULL, NULL, :words, 2, :item, 51, 0, 'version', :item, 10000)
-- plan: text_* tenant max=5*:own, sorts what has a common word
(NULL, NULL, NULL, NULL, :often, 0, 0, 51, 0, 'createdAt', NULL, 10000)
-- plan: words_lock system
(true)
-- plan: words_take system
(50)
-- plan: words_next system
(:big, :item, 50)
-- plan: words_next_tenant system
(:big)
-- plan: words_put system max=9000, writes the words of 50 items
(:noted, :items)
-- plan: words_forget system max=1200, looks up 50 items and their words
(:noted, :items)
-- plan: words_reached system
(1, 1, true)
-- plan: past_is_over tenant
(now() - interval '1 second')
-- plan: past_items tenant max=1200, looks up history, version and item of each of 50
(:items, array_fill((extract(epoch FROM now()) * 1000000)::bigint, ARRAY[50]), :ones, 4194304)
-- plan: past_items tenant max=1200, looks up history, version and item of each of 50
(:items, array_fill((extract(epoch FROM now() - interval '1 minute') * 1000000)::bigint, ARRAY[50]), array_fill(0, ARRAY[50]), 4194304)
-- plan: past_of_types tenant max=300, looks for the item of each of five types
(:types, now(), false, 4194304)
-- plan: past_of_types tenant max=300, looks for the item of each of five types
(:types, now(), true, 4194304)
-- plan: past_*_latest tenant max=1800, passes over what was superseded and looks up the version of each
(NULL, NULL, NULL, NULL, now() - interval '1 day', now() - interval '1 day', 2147483647, 51, 0, 4194304)
-- plan: past_*_latest_of_type tenant max=1800, passes over what was superseded and looks up the version of each
(:type, NULL, NULL, NULL, now() - interval '1 day', now() - interval '1 day', 2147483647, 51, 0, 4194304)
-- plan: past_*_oldest tenant max=1800, passes over what was superseded and looks up the version of each
(NULL, NULL, NULL, NULL, now() - interval '1 day', '-infinity', 0, 51, 0, 4194304)
-- plan: past_*_oldest_of_type tenant max=1800, passes over what was superseded and looks up the version of each
(:type, NULL, NULL, NULL, now() - interval '1 day', '-infinity', 0, 51, 0, 4194304)
-- plan: type_query tenant
(:type)
-- plan: fields_of_type tenant
(:type)
-- plan: fields_declare tenant
(:type, '{other}', true)
-- plan: fields_drop tenant
(:type, ARRAY[:number])
-- plan: type_set_indexed tenant
(:type)
-- plan: fields_ready tenant
(:type, ARRAY[:number])
-- plan: fields_build_lock tenant max=2*:own, skips items of other types
(:type, 0, 50)
-- plan: fields_put tenant max=1500, writes the fields of one item
(ARRAY[:item])
-- plan: fields_sweep tenant max=3000, deletes 50 values
(ARRAY[:number], 50)
-- plan: fields_driver_count tenant
(:number, false, '{100,200}', '{"",""}', '{100,220}', '{"",""}', 2001)
-- plan: fields_walk_*_asc tenant max=10000, probes a condition for eight items per row
(:type, NULL, NULL, NULL, :number, '-Infinity', '', 0, 51, 0, :conditions, NULL, NULL, NULL)
-- plan: fields_walk_*_desc tenant max=10000, probes a condition for eight items per row
(:type, NULL, NULL, NULL, :number, '500', '', :item, 51, 0, :conditions, NULL, NULL, NULL)
-- plan: fields_walk_*_asc tenant
(:type, NULL, NULL, NULL, :number, '-Infinity', '', 0, 51, 0, NULL, NULL, NULL, NULL)
-- plan: gather_driven_* tenant max=1000, looks at the values of three ranges
(:type, NULL, NULL, NULL, :conditions, ARRAY[0, :number]::integer[], '{-1,1}', '{}', '{}', 0, NULL, 10000, 51, 0, :number, '{100,200,300}', '{"","",""}', '{100,200,310}', '{"","",""}', '{updatedAt,""}', NULL, NULL)
-- plan: gather_heads tenant max=6*:own, bounded by its parameter: looks at a whole type
(:type, NULL, NULL, NULL, '[]', :keys, '{1,-1}', '{}', '{}', 0, NULL, 10000, 51, 0, NULL, NULL)
-- plan: gather_snapshots tenant max=12*:own, bounded by its parameter: looks at a whole type
(:type, NULL, NULL, NULL, '[]', :keys, '{1,-1}', '{}', '{}', 0, NULL, 10000, 51, 0, NULL, NULL)
-- plan: gather_text_* tenant max=1500, sorts what has two words
(:type, NULL, NULL, NULL, '[]', :keys, '{1,-1}', '{}', '{}', 0, :words, 10000, 51, 0, 'common', NULL)
-- plan: gather_words_* tenant max=1500, sorts what has two words
(:type, NULL, NULL, NULL, :conditions, :keys, '{1,-1}', '{}', '{}', 0, :words, 10000, 51, 0, 'common', NULL)
-- plan: gather_words_* tenant max=18*:own, sorts what has a common word
(:type, NULL, NULL, NULL, :conditions, :keys, '{1,-1}', '{}', '{}', 0, :often, 10000, 51, 0, 'common', :item)
-- plan: gather_text_* tenant max=18*:own, sorts what has a common word
(:type, NULL, NULL, NULL, '[]', :keys, '{1,-1}', '{}', '{}', 0, :often, 10000, 51, 0, 'common', :item)
-- plan: projection_indexed_* tenant max=40*:own, counts every value of a field
(:type, NULL, NULL, NULL, '[]', :number, :number, 'sum', false, -1, 50)
-- plan: projection_heads tenant max=12*:own, bounded by its caller: looks at a whole type
(:type, NULL, NULL, NULL, '[]', '{field1}', '{field1}', 'sum', false, -1, 50)
-- plan: projection_snapshots tenant max=12*:own, bounded by its caller: looks at a whole type
(:type, NULL, NULL, NULL, '[]', '{field1}', '{field1}', 'sum', false, -1, 50)
-- plan: type_set_references tenant
(:type)
-- plan: change_set_insert tenant
('plan-set', 'A set', 'why', 'api_key:1', now(), 'rest', 's', NULL)
-- plan: change_set_get tenant
('set-1')
-- plan: change_sets_named tenant
('{set-1,set-2}')
-- plan: change_sets_list tenant
(2147483647, 51)
-- plan: undo_of_change_set tenant
('set-1', 501)
-- plan: undo_of_session tenant
('run-1', 501)
-- plan: undo_since tenant
(now() - interval '1 day', 100)
-- plan: undo_changes tenant max=1500, reads the latest changes of 50 items, wherever they are kept
(:items, NULL, NULL, '{r-1}', NULL, now(), 20)
-- plan: change_note tenant
('content_type', :type, 'update', true, true, now(), 'api_key:1', 's', 'set-1', 'r-1')
-- plan: change_note_foreign system
(ARRAY[:big, :big]::integer[], '{webhook,webhook}', '{1,2}', '{create,update}', ARRAY[now(), now()], '{api_key:1,api_key:1}', '{s,s}', '{c,NULL}', '{r,r}')
-- plan: changes_forget system
(now() - interval '90 days', 500)
-- plan: undo_things_of_change_set tenant
('set-1', 201)
-- plan: undo_things_of_session tenant
('run-1', 201)
-- plan: undo_things_since tenant
(now() - interval '1 day', 100)
-- plan: undo_thing_changes tenant
('{content_type,content_type}', ARRAY[:type, :type + 1]::bigint[], 'set-1', NULL, '{r-1}', NULL, now(), 20)
-- let: change SELECT max(id) FROM content_changes WHERE domain_id = :big AND before IS NOT NULL
-- plan: change_type_before tenant
(:change)
-- plan: change_was_governed tenant
(:change)
-- plan: type_recreate tenant max=100, writes a row with four indexes and looks up its last change
(:type + 1000000, 'A type', 'a-type-again', 'collection', NULL, '{}', 'hash', NULL, now(), now(), 'api_key:1', NULL)
-- plan: migration_stands tenant
(:type, 0)
-- plan: undo_state tenant
(:item, 3)
-- plan: references_put tenant max=600, writes three references
(:item, 4, 0, '{/a,/b,/c}', '{content_item,content_item,asset}', ARRAY[:item, :item, 7])
-- let: pictures SELECT quote_literal(array_agg(id)) FROM (SELECT id FROM assets WHERE domain_id = :big ORDER BY id LIMIT 50) a
-- plan: reference_assets tenant
(:pictures)
-- plan: reference_targets tenant
(:items)
-- plan: references_from tenant max=2500, looks up item, type and version of each
('content_item', :big, 'active', 0, 2147483647, 0, 51, false)
-- plan: references_from tenant max=2500, looks up item, type and version of each
('content_item', :big, 'historical', :item / 2, 2, 0, 51, true)
-- plan: references_count tenant max=:own, counts every reference to the target
('content_item', :big, 'active')
-- plan: references_to_include tenant max=1500, looks at the references of 50 items
(:items, :ones, '{/author}', 500)
-- plan: heads_count_all tenant max=2*:own, counts up to 10000 items
(NULL, NULL, 10000)
-- plan: heads_count_type tenant max=2*:own, counts up to 10000 items
(:type, NULL, 10000)
-- plan: heads_count_type tenant max=3*:own, counts up to 10000 items and those that are archived
(:type, '', 10000)
-- plan: heads_count_status tenant max=2*:own, counts up to 10000 items
(NULL, 'draft', 10000)
-- plan: heads_count_type_status tenant max=2*:own, counts up to 10000 items
(:type, 'draft', 10000)
-- plan: heads_count_matching tenant max=2*:own, reads the tenant's items
(NULL, NULL, now() - interval '10 years', NULL, 10000)
-- plan: snapshots_count_all tenant max=2*:own, counts up to 10000 items
(NULL, NULL, 10000)
-- plan: snapshots_count_type tenant max=2*:own, counts up to 10000 items
(:type, NULL, 10000)
-- plan: snapshots_count_matching tenant max=5*:own, reads the tenant's items and their published versions
(NULL, NULL, now() - interval '10 years', NULL, 10000)

-- plan: migration_insert tenant
(:type, 9, '[]', 'api_key:1', now())
-- plan: migration_get tenant
(:big * 10 + 3)
-- plan: migrations_list tenant
(:type, 2147483647, 51)
-- plan: migration_steps tenant
(:type, 1, 200)
-- plan: migration_progress tenant
(:big * 10 + 3, 'completed', 9, 9, 9, 0, '[]', now(), now())
-- plan: migration_items tenant
(:type, '-infinity', 0, now(), 500)
-- plan: migration_items tenant
(:type, now() - interval '1 day', :item, now(), 500)
-- plan: item_set_schema tenant
(:item, 3, 2)
-- let: release SELECT max(id) FROM content_releases WHERE domain_id = :big
-- let: three SELECT quote_literal(array_agg(content_item_id)) FROM content_release_entries WHERE domain_id = :big AND action = 'publish' AND release_id = (SELECT max(id) FROM content_releases WHERE domain_id = :big)
-- plan: release_insert tenant
('R', NULL, now(), 'api_key:1')
-- plan: release_get tenant
(:release)
-- plan: release_lock tenant
(:release)
-- plan: releases_list tenant
(2147483647, NULL, 51)
-- plan: releases_list tenant
(:release, 'published', 51)
-- plan: release_touch tenant
(:release, now(), 'api_key:1', 'published')
-- plan: release_delete tenant
(:release)
-- plan: release_wishes tenant max=1000, looks up item and version of each of 50
(:items, array_fill(0, ARRAY[50]))
-- plan: release_put tenant
(:release, ARRAY[:item], '{publish}', '{3}', '{3}')
-- plan: release_remove tenant
(:release, ARRAY[:item])
-- plan: release_lock_items tenant
(:release)
-- plan: release_lock_deleted tenant
(:release)
-- plan: release_rows tenant max=160, looks up item, type and workflow of each of four
(:release, 0, now(), 1000)
-- plan: release_data tenant max=1000, looks up the version of each of 50
(:items, :ones, 524288)
-- plan: release_keep_versions tenant
(ARRAY[:item])
-- plan: release_note tenant
(:release, :three)
-- plan: release_publish tenant max=400, writes three items
(:release, :three, now(), 'api_key:1', 's', 'c', 'r', 1)
-- plan: release_refer tenant max=600, writes the references of three items
(:release, :three, false)
-- plan: release_refer tenant max=600, writes the references of three items
(:release, :three, true)
-- plan: release_referenced tenant
(:three)
-- plan: release_delete_items tenant max=600, moves three items
(:three, now(), now(), 'api_key:1', 's', 'c', 'r')
-- plan: release_revert_items tenant max=500, writes three items
(:release, :three, now(), 'api_key:1', 's', 'c', 'r', 1)
-- plan: release_keep_deleted tenant
(ARRAY[:deleted])
-- plan: release_restore_items tenant max=300, writes an item
(:release, ARRAY[:deleted], now(), 'api_key:1', 's', 'c', 'r', 1)

-- let: asset SELECT max(id) FROM assets WHERE domain_id = :big AND status = 'active'
-- let: deleted_asset SELECT max(id) FROM assets WHERE domain_id = :big AND status = 'deleted'
-- let: assets SELECT count(*) FROM assets WHERE domain_id = :big
-- plan: asset_insert tenant
(NULL, NULL, NULL, 'a.png', 'a.png', 'image/png', 100, repeat('0', 64), 'a-key', 'public', NULL, NULL, '{}', 'api_key:1', 'api_key', 'db', now(), 'local')
-- plan: asset_get tenant
(:asset)
-- plan: asset_lock tenant
(:asset)
-- plan: asset_orphans system
(ARRAY[1, 1, 2], ARRAY['key-1', 'none', 'none'])
-- plan: asset_open system
(:asset)
-- plan: assets_list tenant
('active', 2147483647, NULL, NULL, 51)
-- plan: assets_list tenant
('active', :asset, 'public', NULL, 51)
-- plan: assets_list tenant max=30+2*:assets, looks through every name
('active', 2147483647, NULL, 'nothing has this name', 51)
-- plan: asset_derivatives tenant
(:asset, 2147483647, 'active', NULL, NULL, 51)
-- plan: asset_has_derivative tenant
(:asset)
-- plan: asset_status tenant
(:asset, 'active', NULL, now())
-- plan: asset_remove tenant
(:deleted_asset)
-- What runs in system scope for the tenant of a token.
-- plan: singleton_type acting
('type-9')
-- plan: types_localized acting
(:types)
-- plan: type_schema acting
(:type)
-- plan: type_singleton_item acting
(:singleton, 0)
-- plan: items_target acting
(ARRAY[:singleton::integer])
-- plan: item_insert acting
(ARRAY[9 * :rows + 1, 9 * :rows + 2], ARRAY[:type, :type]::integer[], '{f,f}', ARRAY['{}', '{}']::json[], '{draft,draft}', ARRAY[now(), now()], '{api_key:1,api_key:1}', '{Text,Text}', '{NULL,s}', '{NULL,c}', '{r,r}', '{1,1}', '{1,3}')
-- plan: items_lock acting
(ARRAY[:item::integer], '{0}', 1000000)
-- plan: item_keep_version acting
(ARRAY[:item::integer], '{3}')
-- plan: item_update acting
(ARRAY[:item::integer], '{3}', ARRAY[:type]::integer[], '{f}', ARRAY['{}']::json[], '{published}', ARRAY[now()], '{4}', '{api_key:1}', '{Text}', '{s}', '{c}', '{r}', '{NULL}', '{1}', '{1}')
-- plan: item_snapshot acting
(:item, NULL)
-- plan: lifecycle_types system
(0, 0, 50)
-- plan: lifecycle_due_updated system
(:big, :type, '{draft,in_review,published}', now() - interval '10 years', 20)
-- plan: lifecycle_due_created system max=30+8*:own, reads the live items of the type
(:big, :type, '{draft,in_review,published}', now() - interval '10 years', 20)

-- plan: sold_scope_put acting
(7, 'type', 1)
-- plan: sold_scope_remove acting
(1)
-- plan: sold_scope_known tenant
(1)
-- plan: gate_tenant tenant

-- plan: gate_items tenant max=30+15*50, each item's type and scopes are looked up, sold or not
(:items, :ones)
-- plan: gate_schemas tenant
(:types)
-- plan: gate_type tenant max=30+3*100, up to the items of a tenant that are sold singly
(:type)
-- plan: transfer_items tenant max=1600, looks up the versions of each of 100 items
(0, 0, 100, 1572864)
-- plan: transfer_items tenant max=1600, looks up the versions of each of 100 items
(:item, 1, 100, 1572864)
-- plan: transfer_references tenant max=600, looks at the references of 50 versions
(:items, :ones, 20000)
-- plan: transfer_lock tenant
(1)
-- plan: transfer_ids tenant
(1)
-- plan: transfer_reserve system
(1)
-- plan: transfer_known tenant max=1200, looks up item and version of each of 50
(:items, :ones)
-- plan: transfer_put_type tenant
(9 * :rows, 'T', 'came-in', 'collection', NULL, '{}', repeat('0', 64), NULL, 1, now(), now(), NULL, NULL, 2)
-- plan: transfer_migrations tenant
(0, 0, 100)
-- plan: transfer_migrations tenant
(:type, 2, 100)
-- plan: transfer_migration tenant
(:type, 3)
-- plan: transfer_put_migration tenant
(:type, 99, '[]', 'api_key:1', now(), now())
-- plan: transfer_assets tenant
(0, 100)
-- plan: transfer_put_asset tenant
(9 * :rows, NULL, NULL, NULL, 'a.png', 'a.png', 'image/png', 100, repeat('0', 64), 'imported-1-1', 'public', NULL, NULL, 'active', NULL, NULL, now(), now(), NULL)
-- plan: transfer_put_version tenant
(ARRAY[9 * :rows], '{1}', ARRAY['{}'::json], '{draft}', ARRAY[now()], '{NULL}', '{1}')
-- plan: transfer_put_item tenant
(ARRAY[9 * :rows], ARRAY[:type], ARRAY['{}'::json], '{draft}', '{2}', ARRAY[now()], ARRAY[now()], '{NULL}', '{NULL}', '{NULL}', '{1}')
-- plan: transfer_put_references tenant max=600, writes two references
(ARRAY[:item, :item], '{9,9}', '{1,2}', '{/a,/b}', '{content_item,asset}', ARRAY[:item, 7], '{active,active}')
-- plan: transfer_incomplete tenant max=600, looks up item and versions of each of 50
(:items)
