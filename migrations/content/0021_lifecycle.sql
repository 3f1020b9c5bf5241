-- Types whose items end by themselves are few: the sweep finds them without reading the others.

CREATE INDEX content_types_lifecycle_idx ON content_types (domain_id, id) WHERE strpos(schema, 'x-wordclaw-lifecycle') > 0;
