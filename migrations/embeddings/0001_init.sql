-- What is published, in chunks with vectors and words; where each item stands; and each tenant's model.

CREATE TABLE content_item_embeddings (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id         integer NOT NULL,
    content_item_id   integer NOT NULL,
    chunk_index       integer NOT NULL,
    text_chunk        text NOT NULL,
    model             text NOT NULL,
    dimension         integer NOT NULL,
    content_hash      text NOT NULL,
    published_version integer NOT NULL,
    content_type_id   integer NOT NULL,
    type_slug         text NOT NULL,
    locale            text,
    language          text NOT NULL,
    words             tsvector NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT content_item_embeddings_chunk_unique UNIQUE (domain_id, model, content_item_id, chunk_index)
);
COMMENT ON TABLE content_item_embeddings IS 'Chunks of published versions, a set per model: while a new set is built the one before is searched.';
COMMENT ON COLUMN content_item_embeddings.content_hash IS 'Of the text: a chunk that did not change keeps its vector.';
COMMENT ON COLUMN content_item_embeddings.language IS 'Text search configuration of the words.';
COMMENT ON COLUMN content_item_embeddings.words IS 'Stemmed and as written, and a word of the tenant, which keeps a search of the index from reading other tenants.';
CREATE INDEX content_item_embeddings_item_idx ON content_item_embeddings (domain_id, content_item_id);
CREATE INDEX content_item_embeddings_words_idx ON content_item_embeddings USING gin (words);

CREATE TABLE embedding_drafts (
    domain_id       integer NOT NULL,
    content_item_id integer NOT NULL,
    model           text NOT NULL,
    content_hash    text NOT NULL,
    PRIMARY KEY (domain_id, content_item_id, model, content_hash)
);
COMMENT ON TABLE embedding_drafts IS 'Vectors of an item that is being indexed in several steps; they become chunks together.';

-- A server without pgvector has no semantic search; everything else works.  Approximate indexes: one for each usual dimension.
DO $$
DECLARE
    size integer;
BEGIN
    IF to_regtype('public.vector') IS NULL THEN
        ALTER TABLE content_item_embeddings ADD COLUMN embedding real[];
        ALTER TABLE embedding_drafts ADD COLUMN embedding real[];
        RETURN;
    END IF;
    ALTER TABLE content_item_embeddings ADD COLUMN embedding public.vector NOT NULL;
    ALTER TABLE embedding_drafts ADD COLUMN embedding public.vector NOT NULL;
    FOREACH size IN ARRAY ARRAY[128, 256, 384, 512, 768, 1024, 1536] LOOP
        EXECUTE format('CREATE INDEX content_item_embeddings_hnsw_%1$s_idx ON content_item_embeddings
            USING hnsw ((embedding::public.vector(%1$s)) public.vector_cosine_ops) WHERE dimension = %1$s', size);
    END LOOP;
END
$$;
COMMENT ON COLUMN content_item_embeddings.embedding IS 'The vector of the text, as the model makes it.';

CREATE TABLE content_item_index (
    domain_id         integer NOT NULL,
    content_item_id   integer NOT NULL,
    state             text NOT NULL CONSTRAINT content_item_index_state_check CHECK (state IN ('pending', 'ready', 'failed', 'disabled')),
    generation        bigint NOT NULL DEFAULT 1,
    content_type_id   integer,
    type_slug         text,
    published_version integer,
    content_hash      text,
    model             text,
    chunks            integer NOT NULL DEFAULT 0,
    title             text,
    public_data       json,
    error_code        text,
    updated_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (domain_id, content_item_id)
);
COMMENT ON TABLE content_item_index IS 'Where each item stands. disabled: it has no published version, so no chunk either.';
COMMENT ON COLUMN content_item_index.generation IS 'Raised by each event: what was read before it is not written after it.';
COMMENT ON COLUMN content_item_index.content_hash IS 'Of the published data and the schema it was read by.';
CREATE INDEX content_item_index_state_idx ON content_item_index (domain_id, state, content_item_id) WHERE state IN ('pending', 'failed');
CREATE INDEX content_item_index_type_idx ON content_item_index (domain_id, content_type_id, content_item_id);
CREATE INDEX content_item_index_failed_idx ON content_item_index (updated_at) WHERE state = 'failed';

CREATE TABLE embedding_tenants (
    domain_id    integer PRIMARY KEY,
    active_model text NOT NULL,
    dimension    integer NOT NULL,
    chunks       bigint NOT NULL DEFAULT 0,
    minute       timestamptz NOT NULL DEFAULT 'epoch',
    spent        integer NOT NULL DEFAULT 0,
    reindexed    integer NOT NULL DEFAULT 0,
    is_reindexing boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE embedding_tenants IS 'The model whose set a tenant searches, how large the set is, and what the tenant asked of the provider in a minute.';
CREATE INDEX embedding_tenants_model_idx ON embedding_tenants (active_model, domain_id);

-- Row-level security keeps the operators of full-text search from using an index, for they are not leakproof.  A view is read with its
-- owner's rights, whose policy filters nothing; the view's own filter is the tenant's.
CREATE VIEW searchable_chunks AS
SELECT id, domain_id, content_item_id, chunk_index, model, content_type_id, type_slug, locale, words, embedding
  FROM content_item_embeddings WHERE domain_id = tenant();
COMMENT ON VIEW searchable_chunks IS 'The tenant''s chunks, where the index of words can be used.';

GRANT SELECT, INSERT, UPDATE, DELETE ON content_item_embeddings, embedding_drafts, content_item_index, embedding_tenants TO wordclaw_embeddings;
GRANT SELECT ON searchable_chunks TO wordclaw_embeddings;
