-- A published version is looked up for each item by its whole key.  As a plain join the planner could also read all versions of the
-- tenant for each item, which looks as cheap while there are few.
CREATE OR REPLACE VIEW content_item_snapshots WITH (security_invoker = true) AS
SELECT i.id, i.content_type_id, i.created_at, i.version AS working_copy_version,
       i.status <> 'archived' AND i.last_published_version IS NOT NULL AS is_published,
       CASE i.status WHEN 'published' THEN i.data ELSE v.data END AS data,
       CASE i.status WHEN 'published' THEN i.data_bytes ELSE v.data_bytes END AS data_bytes,
       i.last_published_version AS version, i.last_published_at AS updated_at
  FROM content_items i
  LEFT JOIN LATERAL (SELECT k.data, k.data_bytes FROM content_item_versions k
                      WHERE k.domain_id = i.domain_id AND k.content_item_id = i.id
                        AND k.version = CASE WHEN i.status <> 'published' THEN i.last_published_version END LIMIT 1) v ON true;
