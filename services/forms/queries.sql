-- Statements of forms.  What the public does runs in system scope after request_act_for(), so statements that it shares name the tenant.

-- template: form_columns(rest)
SELECT id, domain_id, name, slug, description, content_type_id, content_type_name, content_type_slug, fields, default_data, active, public_read, submission_status,
       workflow_transition_id, require_payment, webhook_url, webhook_secret, success_message, honeypot_field, min_fill_seconds, per_hour_max, total_max, open_from,
       open_until, submitter_field, work_bits, n_submissions, created_at, updated_at, per_address_hour_max FROM form_definitions {rest};

-- name: form_get :find form_row = form_columns(WHERE domain_id = tenant() AND id = $1)
-- One form.
-- name: form_lock :find form_row = form_columns(WHERE domain_id = tenant() AND id = $1 FOR UPDATE)
-- One form, locked.
-- name: form_by_slug :find form_row = form_columns(WHERE domain_id = $1 AND slug = $2)
-- A form of a tenant by its name in URLs.
-- name: form_by_slug_lock :find form_row = form_columns(WHERE domain_id = $1 AND slug = $2 FOR NO KEY UPDATE)
-- The same, locked: two that send the same at once send it once, and no limit is passed.
-- name: form_list :list form_row = form_columns(WHERE id > $1 ORDER BY id LIMIT $2)
-- Forms in order of id.

-- name: form_add :find form_id_row
-- A new form.
INSERT INTO form_definitions (domain_id, name, slug, description, content_type_id, content_type_name, content_type_slug, fields, default_data, active, public_read,
       submission_status, workflow_transition_id, require_payment, webhook_url, webhook_secret, success_message, honeypot_field, min_fill_seconds, per_hour_max,
       total_max, open_from, open_until, created_at, updated_at, submitter_field, work_bits, per_address_hour_max)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $24, $25, $26, $27) RETURNING id;

-- name: form_update :exec
-- Everything of a form that can change.
UPDATE form_definitions SET name = $2, slug = $3, description = $4, content_type_name = $5, content_type_slug = $6, fields = $7, default_data = $8, active = $9,
       public_read = $10, submission_status = $11, workflow_transition_id = $12, require_payment = $13, webhook_url = $14, webhook_secret = $15,
       success_message = $16, honeypot_field = $17, min_fill_seconds = $18, per_hour_max = $19, total_max = $20, open_from = $21, open_until = $22, updated_at = $23,
       submitter_field = $24, work_bits = $25, per_address_hour_max = $26
 WHERE id = $1;

-- name: form_delete :exec
-- A form ends, with what came in.
DELETE FROM form_definitions WHERE id = $1;

-- name: form_count_up :exec
-- One more came in.
UPDATE form_definitions SET n_submissions = n_submissions + 1 WHERE domain_id = tenant() AND id = $1;

-- name: submissions_of_hour :find form_count_row
-- How many came in within the last hour, counted up to a limit.
SELECT count(*) AS total
  FROM (SELECT created_at FROM form_submissions WHERE domain_id = tenant() AND form_id = $1 AND created_at > now() - interval '1 hour' ORDER BY created_at DESC LIMIT $2) AS s;

-- name: submissions_of_address :find form_count_row
-- The same from one network address.
SELECT count(*) AS total
  FROM (SELECT created_at FROM form_submissions WHERE domain_id = tenant() AND form_id = $1 AND address_hash = $3 AND created_at > now() - interval '1 hour'
         ORDER BY created_at DESC LIMIT $2) AS s;

-- name: addresses_forget :exec
-- Which address it was is of no use after an hour; at most $1.
UPDATE form_submissions SET address_hash = NULL
 WHERE id IN (SELECT id FROM form_submissions WHERE address_hash IS NOT NULL AND created_at < now() - interval '1 hour' ORDER BY created_at LIMIT $1);

-- template: submission_columns(rest)
SELECT id, form_id, status, verdict, data, content_item_id, item_status, review_task_id, error_code, error_message, error_context, data_hash, created_at
  FROM form_submissions {rest};

-- name: submission_get :find submission_row = submission_columns(WHERE domain_id = tenant() AND id = $1)
-- One submission.
-- name: submission_lock :find submission_row = submission_columns(WHERE domain_id = tenant() AND id = $1 FOR UPDATE)
-- One submission, locked.
-- name: submission_same :find submission_row = submission_columns(WHERE domain_id = tenant() AND form_id = $1 AND data_hash = $2 AND created_at > now() - $3::integer * interval '1 second' AND status IN ('received', 'created', 'quarantined') ORDER BY created_at LIMIT 1)
-- The same content, sent a short while ago.
-- name: submission_list :list submission_row = submission_columns(WHERE form_id = $1 AND id > $2 ORDER BY id LIMIT $3)
-- What came in, in order.
-- name: submission_list_of_status :list submission_row = submission_columns(WHERE form_id = $1 AND status = $4 AND id > $2 ORDER BY id LIMIT $3)
-- The same of one status.

-- template: export_page(filter)
SELECT p.id, p.status, p.verdict, p.data, p.content_item_id, p.review_task_id, p.created_at, p.n_found
  FROM (SELECT s.id, s.status, s.verdict, s.data, s.content_item_id, s.review_task_id, s.created_at, count(*) OVER () AS n_found, row_number() OVER (ORDER BY s.id) AS place,
               sum(coalesce(octet_length(s.data::text), 0) + 200) OVER (ORDER BY s.id) AS n_bytes
          FROM (SELECT f.id, f.status, f.verdict, f.data, f.content_item_id, f.review_task_id, f.created_at FROM form_submissions f
                 WHERE f.domain_id = tenant() AND f.form_id = $1 AND f.id > $2 AND {filter} ORDER BY f.id LIMIT $3) AS s) AS p
 WHERE p.place = 1 OR p.n_bytes <= $4::bigint ORDER BY p.id LIMIT $3;

-- name: submission_export :list submission_export_row = export_page(true)
-- row: n_found int
-- A page of all that came in, of so many bytes.
-- name: submission_export_of_status :list submission_export_row = export_page(f.status = $5)
-- The same of one status.

-- name: submissions_of_submitter :list submission_row = submission_columns(WHERE domain_id = tenant() AND submitter_hash = $1 ORDER BY id LIMIT $2 FOR UPDATE)
-- What one person sent.

-- name: submission_add :find form_id_row
-- Something came in.
INSERT INTO form_submissions (domain_id, form_id, status, verdict, data, data_hash, request_id, created_at, updated_at, paid_sats, submitter_hash, work_hash, address_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12) RETURNING id;

-- name: submission_created :exec
-- It became an item.
UPDATE form_submissions SET status = 'created', content_item_id = $2, item_status = $3, updated_at = now() WHERE id = $1 AND status = 'received';

-- name: submission_refused :exec
-- It could not become one; its sender may correct it, with the same work.
UPDATE form_submissions SET status = 'refused', work_hash = NULL, error_code = $2, error_message = $3, error_context = $4, updated_at = now() WHERE id = $1 AND status = 'received';

-- name: submission_reviewed :exec
-- Its item is under review.
UPDATE form_submissions SET review_task_id = $2, item_status = $3, updated_at = now() WHERE id = $1;

-- name: submission_notified :exec
-- Whoever wanted to be told was.
UPDATE form_submissions SET notified_at = now() WHERE id = $1;

-- name: submission_status :exec
-- Out of quarantine, or erased.
UPDATE form_submissions SET status = $2, data = CASE WHEN $3 THEN NULL ELSE data END, error_message = CASE WHEN $3 THEN NULL ELSE error_message END,
       error_context = CASE WHEN $3 THEN NULL ELSE error_context END, submitter_hash = CASE WHEN $3 THEN NULL ELSE submitter_hash END, address_hash = CASE WHEN $3 THEN NULL ELSE address_hash END, updated_at = now() WHERE id = $1;

-- name: notes_claimed :list form_note_row
-- row: note doc
-- What the steps of submissions have to know: form, type, what was sent.
SELECT s.id, json_build_object('formId', f.id, 'slug', f.slug, 'name', f.name, 'contentTypeId', f.content_type_id, 'contentTypeSlug', f.content_type_slug,
       'status', f.submission_status, 'transitionId', f.workflow_transition_id, 'defaultData', f.default_data, 'webhookUrl', f.webhook_url,
       'webhookSecret', f.webhook_secret, 'data', s.data, 'contentItemId', s.content_item_id, 'itemStatus', s.item_status, 'reviewTaskId', s.review_task_id,
       'requestId', s.request_id, 'paidSats', s.paid_sats) AS note
  FROM unnest($1::bigint[]) AS wanted(id)
 CROSS JOIN LATERAL (SELECT v.id, v.domain_id, v.form_id, v.data, v.content_item_id, v.item_status, v.review_task_id, v.request_id, v.paid_sats FROM form_submissions v WHERE v.id = wanted.id LIMIT 1) AS s
 CROSS JOIN LATERAL (SELECT d.id, d.slug, d.name, d.content_type_id, d.content_type_slug, d.submission_status, d.workflow_transition_id, d.default_data, d.webhook_url,
        d.webhook_secret FROM form_definitions d WHERE d.id = s.form_id LIMIT 1) AS f LIMIT 1000;

-- ---------------------------------------------------------------- files

-- template: file_columns(rest)
SELECT id, domain_id, form_id, submission_id, asset_id, filename, mime_type, storage_key, byte_hash, size_bytes FROM form_files {rest};

-- name: file_add :find form_id_row
-- A file came for a form.
INSERT INTO form_files (domain_id, form_id, filename, mime_type, storage_key, byte_hash, size_bytes, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id;

-- name: files_take :exec
-- They are this submission's from now on.
UPDATE form_files SET submission_id = $3
 WHERE domain_id = tenant() AND form_id = $1 AND id = ANY ($2::bigint[]) AND submission_id IS NULL AND asset_id IS NOT NULL;

-- name: files_give_back :exec
-- Content has refused the submission while its sender waited, who may correct it and send them again.
UPDATE form_files SET submission_id = NULL
 WHERE domain_id = tenant() AND submission_id = $1 AND EXISTS (SELECT FROM form_submissions s WHERE s.domain_id = tenant() AND s.id = $1 AND s.verdict = 'clean');

-- name: files_look :list form_file_row = file_columns(WHERE domain_id = tenant() AND form_id = $1 AND id = ANY ($2::bigint[]) AND submission_id IS NULL AND asset_id IS NOT NULL LIMIT cardinality($2::bigint[]))
-- Files of a form that are there and that no submission has.
-- name: files_of_submission :list form_file_row = file_columns(WHERE domain_id = tenant() AND submission_id = $1 LIMIT $2)
-- What came with a submission.
-- name: files_unsent :list form_file_row = file_columns(WHERE submission_id IS NULL AND created_at < now() - interval '1 day' ORDER BY created_at, id LIMIT $1)
-- What nobody has sent.
-- name: files_unsent_of_form :list form_file_row = file_columns(WHERE domain_id = tenant() AND form_id = $1 AND submission_id IS NULL LIMIT $2)
-- The same of one form, however young.

-- name: file_stored :exec
-- It is an asset now.
UPDATE form_files SET asset_id = $2 WHERE id = $1;

-- name: file_remove :exec
-- Its asset is gone.
DELETE FROM form_files WHERE id = $1;
