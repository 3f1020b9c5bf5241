-- Who refers to whom: what items hold at the places that their schema calls asset, asset-list, content-ref or content-ref-list, of every version.
-- Written in the transaction that writes the version.

CREATE TABLE content_references (
    domain_id      integer NOT NULL,
    source_id      integer NOT NULL,
    source_version integer NOT NULL,
    place          integer NOT NULL,
    path           text NOT NULL,
    target_kind    text NOT NULL CONSTRAINT content_references_target_kind_check CHECK (target_kind IN ('content_item', 'asset')),
    target_id      integer NOT NULL,
    state          text NOT NULL CONSTRAINT content_references_state_check CHECK (state IN ('active', 'historical', 'deleted')),
    PRIMARY KEY (domain_id, source_id, source_version, place)
);
COMMENT ON TABLE content_references IS 'References of items, a row each. The target may be gone: deletion can be forced.';
COMMENT ON COLUMN content_references.place IS 'Which reference of the document, in its order.';
COMMENT ON COLUMN content_references.path IS 'JSON pointer, at most 1000 characters of it.';
COMMENT ON COLUMN content_references.state IS 'active: of a working copy or of what the public sees; deleted: of an item that is deleted and can be restored.';
-- Pages and exact counts of one target; what a new version supersedes.
CREATE INDEX content_references_target_idx ON content_references (domain_id, target_kind, target_id, state, source_id, source_version DESC, place);
CREATE INDEX content_references_source_idx ON content_references (domain_id, source_id) WHERE state <> 'historical';

ALTER TABLE content_types ADD COLUMN has_references boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN content_types.has_references IS 'A schema of it has or had references: whoever writes an item writes them.';
UPDATE content_types SET has_references = true WHERE schema LIKE '%x-wordclaw-field-kind%';

GRANT SELECT, INSERT, UPDATE ON content_references TO wordclaw_content;
GRANT DELETE ON content_references TO wordclaw_content_system;
