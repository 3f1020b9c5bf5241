-- Schemas that were made from a list of fields keep that list.

ALTER TABLE content_types ADD COLUMN schema_manifest text;
COMMENT ON COLUMN content_types.schema_manifest IS 'The manifest that schema was compiled from, as JSON text; NULL: the schema was given.';
