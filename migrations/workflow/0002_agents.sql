-- Agents that answer feedback: where they are told, and what became of their one working copy.
ALTER TABLE workflows ADD COLUMN agent_url text, ADD COLUMN agent_secret text;
COMMENT ON COLUMN workflows.agent_secret IS 'Sealed with the installation''s key.';
ALTER TABLE external_feedback_events ADD COLUMN revised_at timestamptz, ADD COLUMN revised_version integer, ADD COLUMN revision_code text,
    ADD COLUMN revision_message text, ADD COLUMN revision_context text;
COMMENT ON COLUMN external_feedback_events.revised_at IS 'When its one-time key was used.';
COMMENT ON COLUMN external_feedback_events.revision_code IS 'Why content did not take the working copy; the key serves again.';
