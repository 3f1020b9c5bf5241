-- Export and import: ids stay what they were, so nobody else may be given them later.

GRANT SELECT ON SEQUENCE content_types_id_seq, content_items_id_seq, assets_id_seq TO wordclaw_content;
GRANT UPDATE ON SEQUENCE content_types_id_seq, content_items_id_seq, assets_id_seq TO wordclaw_content_system;
