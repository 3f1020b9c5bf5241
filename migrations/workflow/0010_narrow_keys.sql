-- Keys that are limited to content types, items or review tasks: as in content's schema.

CREATE FUNCTION is_whole() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('wordclaw.narrow', true), '') = '' $$;
COMMENT ON FUNCTION is_whole() IS 'The key that acts is not limited to types, items or review tasks. Asked once a statement.';

CREATE FUNCTION narrow_fits(part integer, id integer) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE COST 1
    AS $$ SELECT coalesce(id = ANY (nullif(split_part(coalesce(current_setting('wordclaw.narrow', true), ''), '|', part), '')::integer[]), true) $$;
COMMENT ON FUNCTION narrow_fits(integer, integer) IS 'Whether the id is one of those of its kind (1 types, 2 items, 3 review tasks) that the key is limited to, if to any.';

CREATE POLICY narrow ON review_tasks AS RESTRICTIVE TO wordclaw_workflow
    USING ((SELECT is_whole()) OR narrow_fits(1, content_type_id) AND narrow_fits(2, content_item_id) AND narrow_fits(3, id));
-- A remark names no type: only a key that is limited to items sees those of its items.
CREATE POLICY narrow ON review_comments AS RESTRICTIVE TO wordclaw_workflow
    USING ((SELECT is_whole()) OR split_part(current_setting('wordclaw.narrow', true), '|', 2) <> '' AND narrow_fits(2, content_item_id)
        AND (review_task_id IS NULL OR narrow_fits(3, review_task_id)));
