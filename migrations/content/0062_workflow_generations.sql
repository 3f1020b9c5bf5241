-- What a workflow said earlier may arrive later: a call that its process had begun goes on when a newer one has taken its place.
ALTER TABLE content_workflows ADD COLUMN generation bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN content_workflows.generation IS 'Of what the workflow said: what is older than this is not heard any more.';
