-- What the public sees is stored: published_version names it.  Archiving and unpublishing clear it, and nothing but publishing sets it.
-- Before, it was derived from the newest published version and the head's status.

DROP VIEW content_item_heads;
DROP VIEW content_item_snapshots;
DROP INDEX content_items_published_idx;
DROP INDEX content_items_type_published_idx;

ALTER TABLE content_items ADD COLUMN published_version integer, ADD COLUMN published_at timestamptz;
UPDATE content_items SET published_version = last_published_version, published_at = last_published_at WHERE status <> 'archived';
ALTER TABLE content_items DROP CONSTRAINT content_items_last_published_check;
ALTER TABLE content_items DROP COLUMN last_published_version, DROP COLUMN last_published_at;
ALTER TABLE content_items ADD CONSTRAINT content_items_published_check CHECK (
    (published_version IS NULL) = (published_at IS NULL) AND published_version <= version
    AND (status = 'published') = (published_version IS NOT DISTINCT FROM version)
    AND (status <> 'archived' OR published_version IS NULL));
COMMENT ON COLUMN content_items.published_version IS 'Version the public sees, head or superseded; NULL: none.';
COMMENT ON COLUMN content_items.published_at IS 'When that version was published.';

CREATE INDEX content_items_published_idx ON content_items (domain_id, published_at DESC, id DESC) WHERE published_version IS NOT NULL;
CREATE INDEX content_items_type_published_idx ON content_items (domain_id, content_type_id, published_at DESC, id DESC)
    WHERE published_version IS NOT NULL;

CREATE VIEW content_item_heads WITH (security_invoker = true) AS
SELECT i.id, i.content_type_id, i.data, i.data_bytes, i.status, i.version, i.created_at, i.updated_at, i.version AS working_copy_version,
       i.published_version
  FROM content_items i;
COMMENT ON VIEW content_item_heads IS 'Working copies, with the version the public sees.';

-- A published version is looked up for each item by its whole key: as a plain join the planner could also read all versions of the
-- tenant for each item, which looks as cheap while there are few.
CREATE VIEW content_item_snapshots WITH (security_invoker = true) AS
SELECT i.id, i.content_type_id, i.created_at, i.version AS working_copy_version, i.published_version IS NOT NULL AS is_published,
       CASE i.status WHEN 'published' THEN i.data ELSE v.data END AS data,
       CASE i.status WHEN 'published' THEN i.data_bytes ELSE v.data_bytes END AS data_bytes,
       i.published_version AS version, i.published_at AS updated_at
  FROM content_items i
  LEFT JOIN LATERAL (SELECT k.data, k.data_bytes FROM content_item_versions k
                      WHERE k.domain_id = i.domain_id AND k.content_item_id = i.id
                        AND k.version = CASE WHEN i.status <> 'published' THEN i.published_version END LIMIT 1) v ON true;
COMMENT ON VIEW content_item_snapshots IS 'Items as the public sees them, also those that it does not: see is_published.';
GRANT SELECT ON content_item_heads, content_item_snapshots TO wordclaw_content;

-- ================================================================ who changed it

ALTER TABLE content_types ADD COLUMN updated_by text;
ALTER TABLE content_items ADD COLUMN updated_by text;
ALTER TABLE content_item_versions ADD COLUMN created_by text;
COMMENT ON COLUMN content_items.updated_by IS 'Who made this version, as events name actors; NULL: made before this was kept.';

-- ================================================================ workflows

CREATE TABLE content_workflows (
    domain_id       integer NOT NULL,
    content_type_id integer NOT NULL,
    workflow_id     integer NOT NULL,
    states          text[] NOT NULL,
    transitions     json NOT NULL,
    is_active       boolean NOT NULL,
    updated_at      timestamptz NOT NULL,
    PRIMARY KEY (domain_id, content_type_id),
    CONSTRAINT content_workflows_content_type_fkey FOREIGN KEY (domain_id, content_type_id)
        REFERENCES content_types (domain_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE content_workflows IS 'The workflow that governs the items of a type, as the workflow service last said. While it is active, only that service changes their status.';
COMMENT ON COLUMN content_workflows.states IS 'Statuses its items may have besides draft, in_review, published and archived.';
GRANT SELECT, INSERT, UPDATE ON content_workflows TO wordclaw_content;

-- ================================================================ deleted items

-- Versions stay when their item is deleted, until it is purged; they are written from the item's locked row only.
ALTER TABLE content_item_versions DROP CONSTRAINT content_item_versions_item_fkey;

CREATE TABLE content_items_deleted (
    id              integer NOT NULL,
    domain_id       integer NOT NULL,
    content_type_id integer NOT NULL,
    data            json NOT NULL,
    status          text NOT NULL,
    version         integer NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    updated_by      text,
    deleted_at      timestamptz NOT NULL,
    purge_at        timestamptz NOT NULL,
    PRIMARY KEY (domain_id, id)
);
COMMENT ON TABLE content_items_deleted IS 'Heads of deleted items, until purge_at. Their versions are still in content_item_versions.';
CREATE INDEX content_items_deleted_purge_idx ON content_items_deleted (purge_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON content_items_deleted TO wordclaw_content; -- UPDATE: to lock a row
GRANT DELETE ON content_item_versions TO wordclaw_content_system;
