-- What was changed besides items, so that it can be undone, or so that undo can say why it cannot.

CREATE TABLE content_changes (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    domain_id  integer NOT NULL,
    kind       text NOT NULL,
    entity_id  bigint NOT NULL,
    action     text NOT NULL,
    was_there  boolean NOT NULL,
    is_there   boolean NOT NULL,
    before     json,
    at         timestamptz NOT NULL,
    actor_id   text,
    session    text,
    change_set text,
    request_id text,
    PRIMARY KEY (domain_id, id)
);
COMMENT ON TABLE content_changes IS 'Changes of types, assets and releases, and of what other services hold as their events tell; forgotten after 90 days.';
COMMENT ON COLUMN content_changes.kind IS 'As events name it: content_type, asset, form_definition.';
COMMENT ON COLUMN content_changes.was_there IS 'With is_there, of our own: whether it was there before, and after.';
COMMENT ON COLUMN content_changes.before IS 'Of a type, what it was.';
CREATE INDEX content_changes_entity_idx ON content_changes (domain_id, kind, entity_id, id);
CREATE INDEX content_changes_change_set_idx ON content_changes (domain_id, change_set) WHERE change_set IS NOT NULL;
CREATE INDEX content_changes_session_idx ON content_changes (domain_id, session) WHERE session IS NOT NULL;
CREATE INDEX content_changes_at_idx ON content_changes (domain_id, at, id);
CREATE INDEX content_changes_old_idx ON content_changes (at);
GRANT SELECT, INSERT ON content_changes TO wordclaw_content;
GRANT DELETE ON content_changes TO wordclaw_content_system;
