INSERT INTO form_definitions (id, domain_id, name, slug, content_type_id, content_type_name, content_type_slug) OVERRIDING SYSTEM VALUE
SELECT i, plans.tenant(i), 'a form', 'form-' || i, i, 'a type', 'type' FROM generate_series(1, :rows / 200) i;
INSERT INTO form_submissions (id, domain_id, form_id, status, data, data_hash, created_at, submitter_hash, work_hash) OVERRIDING SYSTEM VALUE
SELECT i, f.domain_id, f.id, CASE WHEN i % 50 = 0 THEN 'quarantined' ELSE 'created' END, '{"message":"hello"}', 'hash-' || i, now() - i * interval '1 minute', 'sender-' || i / 3, 'work-' || i
  FROM generate_series(1, :rows / 5) i JOIN form_definitions f ON f.id = i % (:rows / 200) + 1;
UPDATE form_submissions SET address_hash = 'address-' || id / 2 WHERE created_at > now() - interval '2 hours';
INSERT INTO form_files (id, domain_id, form_id, submission_id, asset_id, filename, mime_type, storage_key, byte_hash, size_bytes, created_at) OVERRIDING SYSTEM VALUE
SELECT i, f.domain_id, f.id, CASE WHEN i % 10 <> 0 THEN i END, i, 'a.jpg', 'image/jpeg', 'key-' || i, repeat('0', 64), 1000, now() - i * interval '1 minute'
  FROM generate_series(1, :rows / 20) i JOIN form_definitions f ON f.id = i % (:rows / 200) + 1;
SELECT setval('form_files_id_seq', :rows);
SELECT setval('form_definitions_id_seq', :rows), setval('form_submissions_id_seq', :rows);

-- let: form SELECT max(id) FROM form_definitions WHERE domain_id = :big
-- let: slug SELECT quote_literal(max(slug)) FROM form_definitions WHERE domain_id = :big
-- let: sent SELECT max(id) FROM form_submissions WHERE domain_id = :big
-- let: hash SELECT quote_literal(data_hash) FROM form_submissions WHERE id = :sent
-- let: sender SELECT quote_literal(submitter_hash) FROM form_submissions WHERE id = :sent
-- let: sent_form SELECT form_id FROM form_submissions WHERE id = :sent
-- let: ids SELECT quote_literal(array_agg(id)) FROM (SELECT id FROM form_submissions ORDER BY id LIMIT 20) s
-- let: own SELECT count(*) FROM form_submissions WHERE form_id = (SELECT max(id) FROM form_definitions WHERE domain_id = :big)

-- plan: form_get tenant
(:form)
-- plan: form_get acting
(:form)
-- plan: form_lock tenant
(:form)
-- plan: form_by_slug acting
(:big, :slug)
-- plan: form_by_slug_lock acting
(:big, :slug)
-- plan: form_list tenant
(0, 51)
-- plan: form_add tenant
(:big, 'new', 'new', NULL, 1, 'a type', 'type', '[]', '{}', true, true, 'draft', NULL, false, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, now(), 'email', 0, 5)
-- plan: form_update tenant
(:form, 'new', 'new', NULL, 'a type', 'type', '[]', '{}', true, true, 'draft', NULL, false, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, now(), 'email', 0, 5)
-- plan: form_delete tenant max=:own, what came in goes with the form
(:form)
-- plan: form_count_up acting
(:form)
-- plan: submissions_of_hour acting
(:form, 60)
-- plan: submission_get tenant
(:sent)
-- plan: submission_get acting
(:sent)
-- plan: submission_lock tenant
(:sent)
-- plan: submission_same acting
(:sent_form, :hash, 600)
-- plan: submission_list tenant
(:sent_form, 0, 51)
-- plan: submission_list_of_status tenant
(:sent_form, 0, 51, 'quarantined')
-- plan: submission_add acting
(:big, :form, 'received', 'clean', '{}', 'hash', NULL, now(), 0, 'sender', 'work', 'address')
-- plan: submission_export tenant
(:sent_form, 0, 51, 1048576)
-- plan: submission_export_of_status tenant
(:sent_form, 0, 51, 1048576, 'quarantined')
-- plan: submissions_of_submitter tenant
(:sender, 101)
-- plan: submission_created tenant
(:sent, 1, 'draft')
-- plan: submission_refused tenant
(:sent, 'A', 'b', NULL)
-- plan: submission_reviewed tenant
(:sent, 1, 'in_review')
-- plan: submission_notified tenant
(:sent)
-- plan: submission_status tenant
(:sent, 'erased', true)
-- plan: notes_claimed system
(:ids)

-- let: file SELECT max(id) FROM form_files WHERE submission_id IS NULL
-- let: file_form SELECT form_id FROM form_files WHERE id = :file
-- let: sent_file SELECT submission_id FROM form_files WHERE submission_id IS NOT NULL ORDER BY id LIMIT 1
-- plan: submissions_of_address acting
(:form, 5, 'address-1')
-- plan: addresses_forget system max=700, writes what it finds
(20)
-- plan: file_add acting
(:big, :form, 'a.jpg', 'image/jpeg', 'a-key', repeat('0', 64), 100, now())
-- plan: files_take acting
(:file_form, ARRAY[:file], 1)
-- plan: files_give_back acting
(:sent_file)
-- plan: files_look acting
(:file_form, ARRAY[:file])
-- plan: files_of_submission tenant
(:sent_file, 50)
-- plan: files_unsent system
(200)
-- plan: files_unsent_of_form tenant
(:file_form, 1000)
-- plan: file_stored tenant
(:file, 5)
-- plan: file_remove tenant
(:file)
