-- Keys that are limited to content types or items: row-level security shows and takes nothing else, in lists, counts and history too.
-- The transaction's setting wordclaw.narrow is "{types}|{items}|{review tasks}"; without it, the key is not limited.

CREATE FUNCTION is_whole() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('wordclaw.narrow', true), '') = '' $$;
COMMENT ON FUNCTION is_whole() IS 'The key that acts is not limited to types, items or review tasks. Asked once a statement.';

CREATE FUNCTION narrow_fits(part integer, id integer) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE COST 1
    AS $$ SELECT coalesce(id = ANY (nullif(split_part(coalesce(current_setting('wordclaw.narrow', true), ''), '|', part), '')::integer[]), true) $$;
COMMENT ON FUNCTION narrow_fits(integer, integer) IS 'Whether the id is one of those of its kind (1 types, 2 items, 3 review tasks) that the key is limited to, if to any.';

CREATE POLICY narrow ON content_types AS RESTRICTIVE TO wordclaw_content
    USING ((SELECT is_whole()) OR narrow_fits(1, id));
CREATE POLICY narrow ON content_items AS RESTRICTIVE TO wordclaw_content
    USING ((SELECT is_whole()) OR narrow_fits(1, content_type_id) AND narrow_fits(2, id));
CREATE POLICY narrow ON content_item_history AS RESTRICTIVE TO wordclaw_content
    USING ((SELECT is_whole()) OR narrow_fits(1, content_type_id) AND narrow_fits(2, item_id));
CREATE POLICY narrow ON content_items_deleted AS RESTRICTIVE TO wordclaw_content
    USING ((SELECT is_whole()) OR narrow_fits(1, content_type_id) AND narrow_fits(2, id));
-- Versions and indexed fields name no type: one is reached through its item, the other through the fields of its type.
CREATE POLICY narrow ON content_item_versions AS RESTRICTIVE TO wordclaw_content
    USING ((SELECT is_whole()) OR narrow_fits(2, content_item_id));
CREATE POLICY narrow ON content_item_fields AS RESTRICTIVE TO wordclaw_content
    USING ((SELECT is_whole()) OR narrow_fits(2, item_id));
