-- What q searches: the decoded text of an item's strings, in lower case, not the spelling of its JSON.

ALTER TABLE content_items ADD COLUMN search_text text NOT NULL DEFAULT '', ADD COLUMN published_text text;
COMMENT ON COLUMN content_items.search_text IS 'Strings of data, decoded, in lower case, one a line; member names are not among them.';
COMMENT ON COLUMN content_items.published_text IS 'The same of the version that the public sees, while that is not the head.';
UPDATE content_items i
   SET search_text = coalesce((SELECT lower(string_agg(v #>> '{}', E'\n')) FROM jsonb_path_query(i.data::jsonb, 'strict $.** ? (@.type() == "string")') v), '');
UPDATE content_items i
   SET published_text = coalesce((SELECT lower(string_agg(t #>> '{}', E'\n'))
                                    FROM content_item_versions v, jsonb_path_query(v.data::jsonb, 'strict $.** ? (@.type() == "string")') t
                                   WHERE v.domain_id = i.domain_id AND v.content_item_id = i.id AND v.version = i.published_version), '')
 WHERE i.published_version < i.version;

DROP VIEW content_item_heads;
CREATE VIEW content_item_heads WITH (security_invoker = true) AS
SELECT i.id, i.content_type_id, i.data, i.data_bytes, i.status, i.version, i.created_at, i.updated_at, i.version AS working_copy_version,
       i.published_version, i.search_text
  FROM content_items i;
COMMENT ON VIEW content_item_heads IS 'Working copies, with the version the public sees.';

DROP VIEW content_item_snapshots;
CREATE VIEW content_item_snapshots WITH (security_invoker = true) AS
SELECT i.id, i.content_type_id, i.created_at, i.version AS working_copy_version, i.published_version IS NOT NULL AS is_published,
       CASE i.status WHEN 'published' THEN i.data ELSE v.data END AS data,
       CASE i.status WHEN 'published' THEN i.data_bytes ELSE v.data_bytes END AS data_bytes,
       i.published_version AS version, i.published_at AS updated_at,
       CASE i.status WHEN 'published' THEN i.search_text ELSE i.published_text END AS search_text
  FROM content_items i
  LEFT JOIN LATERAL (SELECT k.data, k.data_bytes FROM content_item_versions k
                      WHERE k.domain_id = i.domain_id AND k.content_item_id = i.id
                        AND k.version = CASE WHEN i.status <> 'published' THEN i.published_version END LIMIT 1) v ON true;
COMMENT ON VIEW content_item_snapshots IS 'Items as the public sees them, also those that it does not: see is_published.';
GRANT SELECT ON content_item_heads, content_item_snapshots TO wordclaw_content;
