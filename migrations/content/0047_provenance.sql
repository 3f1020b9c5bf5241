-- Who made a version, and in which session and change set: what undo finds changes by.
ALTER TABLE content_items ADD COLUMN session text, ADD COLUMN change_set text, ADD COLUMN request_id text;
ALTER TABLE content_item_versions ADD COLUMN session text, ADD COLUMN change_set text, ADD COLUMN request_id text;
ALTER TABLE content_items_deleted ADD COLUMN session text, ADD COLUMN change_set text, ADD COLUMN request_id text,
    ADD COLUMN deleted_by text, ADD COLUMN deleted_session text, ADD COLUMN deleted_change_set text, ADD COLUMN deleted_request_id text;
COMMENT ON COLUMN content_items.session IS 'Label that the caller gave to its run.';
COMMENT ON COLUMN content_items.change_set IS 'Label of the changes that this version is one of.';
COMMENT ON COLUMN content_items_deleted.deleted_by IS 'Who deleted it, as events name actors.';

CREATE INDEX content_items_change_set_idx ON content_items (domain_id, change_set) WHERE change_set IS NOT NULL;
CREATE INDEX content_items_session_idx ON content_items (domain_id, session) WHERE session IS NOT NULL;
CREATE INDEX content_item_versions_change_set_idx ON content_item_versions (domain_id, change_set) WHERE change_set IS NOT NULL;
CREATE INDEX content_item_versions_session_idx ON content_item_versions (domain_id, session) WHERE session IS NOT NULL;
CREATE INDEX content_items_deleted_change_set_idx ON content_items_deleted (domain_id, change_set) WHERE change_set IS NOT NULL;
CREATE INDEX content_items_deleted_session_idx ON content_items_deleted (domain_id, session) WHERE session IS NOT NULL;
-- With + 0 it fits the one statement that asks by time, and none that asks by id.
CREATE INDEX content_items_deleted_at_idx ON content_items_deleted ((domain_id + 0), deleted_at);

-- Of a deletion the past keeps who deleted: the row of the deleted item goes when it is restored.
ALTER TABLE content_item_history ADD COLUMN deleted_by text, ADD COLUMN session text, ADD COLUMN change_set text, ADD COLUMN request_id text, ADD COLUMN deleted_at timestamptz;
COMMENT ON COLUMN content_item_history.deleted_by IS 'Who deleted the item, of a row that says so; session, change_set, request_id and deleted_at too.';
CREATE INDEX content_item_history_change_set_idx ON content_item_history (domain_id, change_set) WHERE change_set IS NOT NULL;
CREATE INDEX content_item_history_session_idx ON content_item_history (domain_id, session) WHERE session IS NOT NULL;

CREATE OR REPLACE FUNCTION content_item_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    item content.content_items := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    at   timestamptz := content.content_moment(item.domain_id);
    gone content.content_items_deleted;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT * INTO gone FROM content.content_items_deleted d WHERE d.domain_id = item.domain_id AND d.id = item.id;
    END IF;
    -- Never before what the item was last, should the clock have been set back.
    at := greatest(at, (SELECT max(h.valid_from) FROM content.content_item_history h WHERE h.domain_id = item.domain_id AND h.item_id = item.id));
    INSERT INTO content.content_item_history AS h (domain_id, item_id, valid_from, content_type_id, version, published_version, created_at, updated_at, published_at, is_deleted,
                                                   deleted_by, session, change_set, request_id, deleted_at)
    VALUES (item.domain_id, item.id, at, item.content_type_id, item.version, item.published_version, item.created_at, item.updated_at, item.published_at,
            TG_OP = 'DELETE', gone.deleted_by, gone.deleted_session, gone.deleted_change_set, gone.deleted_request_id, gone.deleted_at)
    ON CONFLICT (domain_id, item_id, valid_from) DO UPDATE
       SET content_type_id = excluded.content_type_id, version = excluded.version, published_version = excluded.published_version,
           updated_at = excluded.updated_at, published_at = excluded.published_at, is_deleted = excluded.is_deleted, deleted_by = excluded.deleted_by,
           session = excluded.session, change_set = excluded.change_set, request_id = excluded.request_id, deleted_at = excluded.deleted_at;
    RETURN NULL;
END
$$;
