-- Whose run and which changes a process belongs to: what its steps do carries the labels of the request that started it.
ALTER TABLE processes ADD COLUMN session text, ADD COLUMN change_set text, ADD COLUMN prompt_hash text, ADD COLUMN surface text;
