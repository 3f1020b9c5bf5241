-- Full-text search of items.  Their words are kept beside them, by a timer: whoever writes an item only leaves a note, and until the timer has
-- come by, what is noted is looked at as it stands.

-- Ideographs, kana and hangul stand without spaces between words: each becomes a word of its own, and several a phrase.
CREATE FUNCTION content_spaced(letters text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN octet_length(letters) > length(letters) AND letters ~ '[\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF]'
                THEN regexp_replace(letters, '([\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF])', ' \1 ', 'g') ELSE letters END
$$;

-- The words of a text and a status.  Of a long text the beginning, for a list of words has less than a megabyte.
CREATE FUNCTION content_text(letters text, status text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('simple'::regconfig, content.content_spaced(left(letters, 80000)) || E'\n' || lower(status))
$$;

CREATE FUNCTION content_quoted(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '''' || replace(replace(word, '\', '\\'), '''', '''''') || ''''
$$;

-- The same as the index has them: each with its tenant in front, so that a search, also for the beginning of a word, reads no other tenant's part.
CREATE FUNCTION content_words(tenant integer, letters text, status text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(content.content_quoted(tenant || '/' || w.lexeme) || ':' || array_to_string(w.positions, ','), ' '), '')::tsvector
      FROM (SELECT u.lexeme, u.positions FROM unnest(content.content_text(letters, status)) u WHERE octet_length(u.lexeme) < 1500 LIMIT 30000) w
$$;

-- What a word and its stem begin with both, of three letters at least: beginning with that are most of its forms.
CREATE FUNCTION content_word_stem(word text, language text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(max(left(word, n)), word)
      FROM (SELECT (tsvector_to_array(to_tsvector(language::regconfig, word)))[1] AS stem) s, generate_series(3, length(word)) n
     WHERE language <> 'simple' AND left(word, n) = left(s.stem, n)
$$;

-- What was asked for, as a condition on such words, and a text without which nothing matches (null: no word is asked for).  Kinds are beginning (of a
-- word), phrase, and those with no_ in front for what must not be there.
CREATE FUNCTION content_asked(tenant integer, terms text[], kinds text[], language text) RETURNS TABLE (words text, needle text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH lexemes AS MATERIALIZED (
        SELECT t.place, t.kind LIKE 'no\_%' AS is_not, p.position, CASE WHEN t.kind LIKE '%beginning' THEN ':*' ELSE '' END AS star,
               CASE t.kind WHEN 'beginning' THEN content.content_word_stem(w.lexeme, language) ELSE w.lexeme END AS word
          FROM unnest(terms, kinds) WITH ORDINALITY t (term, kind, place), unnest(to_tsvector('simple', content.content_spaced(lower(t.term)))) w,
               unnest(w.positions) p (position)),
    parts AS (
        SELECT x.place, CASE WHEN x.is_not THEN '!' ELSE '' END
               || '(' || string_agg(content.content_quoted(tenant || '/' || x.word) || x.star, ' <-> ' ORDER BY x.position) || ')' AS words
          FROM lexemes x GROUP BY x.place, x.is_not)
    SELECT string_agg(p.words, ' & ' ORDER BY p.place), (SELECT x.word FROM lexemes x WHERE NOT x.is_not ORDER BY length(x.word) DESC, x.word LIMIT 1)
      FROM parts p
$$;

CREATE TABLE content_item_words (
    domain_id       integer NOT NULL,
    item_id         integer NOT NULL,
    place           integer NOT NULL CONSTRAINT content_item_words_place_check CHECK (place IN (0, 1)),
    is_public       boolean NOT NULL,
    content_type_id integer NOT NULL,
    words           tsvector NOT NULL,
    PRIMARY KEY (domain_id, item_id, place)
);
COMMENT ON TABLE content_item_words IS 'Words of items, right unless the item is in content_words_queue. No foreign keys: each row is made from the item''s.';
COMMENT ON COLUMN content_item_words.place IS '0: of the working copy; 1: of the version the public sees, while that is another one.';
COMMENT ON COLUMN content_item_words.is_public IS 'The public sees this version.';
CREATE INDEX content_item_words_idx ON content_item_words USING gin (words) WITH (gin_pending_list_limit = 1024);

CREATE TABLE content_words_queue (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id integer NOT NULL,
    item_id   integer NOT NULL
);
COMMENT ON TABLE content_words_queue IS 'Items that have changed since their words were kept: a row for each change, so that nobody waits for another.';
CREATE INDEX content_words_queue_item_idx ON content_words_queue (domain_id, item_id);

CREATE TABLE content_words_state (
    is_alone  boolean PRIMARY KEY DEFAULT true CONSTRAINT content_words_state_alone_check CHECK (is_alone),
    domain_id integer NOT NULL DEFAULT 0,
    item_id   integer NOT NULL DEFAULT 0,
    is_ready  boolean NOT NULL
);
COMMENT ON TABLE content_words_state IS 'How far the words of the items have come that were there before words were kept. Whoever keeps them holds its row.';
INSERT INTO content_words_state (is_ready) SELECT NOT EXISTS (SELECT FROM content_items);

CREATE FUNCTION content_item_note_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO content.content_words_queue (domain_id, item_id) VALUES (coalesce(new.domain_id, old.domain_id), coalesce(new.id, old.id));
    RETURN NULL;
END
$$;
CREATE TRIGGER content_items_words AFTER INSERT OR DELETE ON content_items FOR EACH ROW EXECUTE FUNCTION content_item_note_words();
CREATE TRIGGER content_items_words_change AFTER UPDATE ON content_items FOR EACH ROW
    WHEN (old.search_text IS DISTINCT FROM new.search_text OR old.published_text IS DISTINCT FROM new.published_text OR old.status IS DISTINCT FROM new.status
          OR old.published_version IS DISTINCT FROM new.published_version OR old.content_type_id IS DISTINCT FROM new.content_type_id)
    EXECUTE FUNCTION content_item_note_words();

-- The words of an item at this moment.
CREATE FUNCTION content_words_now(item integer, of_public boolean, letters text, status text) RETURNS tsvector LANGUAGE plpgsql STABLE AS $$
DECLARE
    kept tsvector;
BEGIN
    SELECT w.words INTO kept FROM content.content_item_words w
     WHERE w.domain_id = content.tenant() AND w.item_id = item AND CASE WHEN of_public THEN w.is_public ELSE w.place = 0 END
       AND NOT EXISTS (SELECT FROM content.content_words_queue q WHERE q.domain_id = content.tenant() AND q.item_id = item);
    RETURN coalesce(kept, content.content_words(content.tenant(), letters, status));
END
$$;

-- Read with their owner's rights, whose policy filters nothing, so that nothing stands before the index of words; the filter is the view's own.
-- Not one that another index would serve.
CREATE VIEW content_findable_words AS
SELECT item_id, place, is_public, content_type_id, words FROM content_item_words WHERE domain_id + 0 = tenant();
COMMENT ON VIEW content_findable_words IS 'The tenant''s words, where their index can be used.';
CREATE VIEW content_words_readiness AS SELECT is_ready FROM content_words_state;
COMMENT ON VIEW content_words_readiness IS 'Whether all items have their words, or are in the queue.';

GRANT SELECT, INSERT ON content_words_queue TO wordclaw_content;
GRANT SELECT ON content_item_words, content_findable_words, content_words_readiness TO wordclaw_content;
GRANT DELETE ON content_words_queue TO wordclaw_content_system;
GRANT INSERT, UPDATE, DELETE ON content_item_words TO wordclaw_content_system;
GRANT SELECT, UPDATE ON content_words_state TO wordclaw_content_system;
