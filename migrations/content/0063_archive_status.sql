-- Lists of a type leave out what its lifecycle has archived, so what that is called is looked at with each of them.
ALTER TABLE content_types ADD COLUMN archive_status text GENERATED ALWAYS AS (
    CASE WHEN strpos(schema, 'x-wordclaw-lifecycle') > 0 AND json_typeof(schema::json -> 'x-wordclaw-lifecycle') = 'object'
              AND coalesce(schema::json -> 'x-wordclaw-lifecycle' ->> 'enabled', 'true') <> 'false'
         THEN coalesce(schema::json -> 'x-wordclaw-lifecycle' ->> 'archiveStatus', 'archived') END) STORED;
COMMENT ON COLUMN content_types.archive_status IS 'Status of items whose time is over; null: the type has no lifecycle.';
