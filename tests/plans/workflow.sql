INSERT INTO workflows (id, domain_id, name, content_type_id, active) OVERRIDING SYSTEM VALUE
SELECT i, plans.tenant(i), 'a workflow', i, i % 2 = 0 FROM generate_series(1, :rows / 200) i;
INSERT INTO workflow_transitions (id, domain_id, workflow_id, from_state, to_state) OVERRIDING SYSTEM VALUE
SELECT i, w.domain_id, w.id, 's' || i, 's' || i + 1 FROM generate_series(1, :rows / 50) i JOIN workflows w ON w.id = i % (:rows / 200) + 1;
INSERT INTO review_tasks (id, domain_id, content_item_id, content_type_id, workflow_id, workflow_transition_id, from_state, to_state, status, item_version, content_hash,
       submitted_by, submitted_by_type, submitted_by_source, assignee) OVERRIDING SYSTEM VALUE
SELECT i, plans.tenant(i), i, i % 50, i % 100 + 1, 1, 'draft', 'published', CASE WHEN i % 4 = 0 THEN 'pending' ELSE 'approved' END, 1, repeat('0', 64),
       'api_key:1', 'api_key', 'db', CASE WHEN i % 10 = 0 THEN 'api_key:' || i % 7 END
  FROM generate_series(1, :rows / 10) i;
INSERT INTO review_decisions (domain_id, task_id, actor_id, actor_type, actor_source, decision)
SELECT domain_id, id, 'api_key:2', 'api_key', 'db', 'approved' FROM review_tasks WHERE status = 'approved';
INSERT INTO review_comments (domain_id, content_item_id, author_id, comment) SELECT plans.tenant(i), i / 5, 'api_key:1', 'a remark' FROM generate_series(1, :rows / 20) i;
INSERT INTO external_feedback_events (domain_id, content_item_id, published_version, actor_id, actor_source)
SELECT plans.tenant(i), i / 5, 1, 'client', 'portal' FROM generate_series(1, :rows / 20) i;
SELECT setval('workflows_id_seq', :rows), setval('workflow_transitions_id_seq', :rows), setval('review_tasks_id_seq', :rows);

-- let: flow SELECT max(id) FROM workflows WHERE domain_id = :big
-- let: type SELECT max(content_type_id) FROM workflows WHERE domain_id = :big AND active
-- let: transition SELECT max(id) FROM workflow_transitions WHERE domain_id = :big
-- let: task SELECT max(id) FROM review_tasks WHERE domain_id = :big AND status = 'pending'
-- let: item SELECT content_item_id FROM review_tasks WHERE id = :task
-- let: own SELECT count(*) FROM review_tasks WHERE domain_id = :big

-- plan: workflow_get tenant
(:flow)
-- plan: workflow_lock tenant
(:flow)
-- plan: workflow_active tenant
(:type)
-- plan: workflow_active acting
(:type)
-- plan: workflow_list tenant
(0, 51)
-- plan: workflow_list_of_type tenant
(0, 51, :type)
-- plan: workflow_add tenant
(:big, 'new', 2000000000, true, now(), NULL, NULL)
-- plan: workflow_update tenant
(:flow, 'new', false, now(), NULL, NULL)
-- plan: workflow_applied tenant
(:flow, 1)
-- plan: workflow_delete tenant max=400, its transitions go with it
(:flow)
-- plan: transition_list tenant
(:flow)
-- plan: transition_list acting
(:flow)
-- plan: transition_get tenant
(:transition)
-- plan: transition_add tenant
(:big, :flow, 'x', 'y', '[]', '[]', 1, false)
-- plan: transition_delete tenant
(:transition, :flow)
-- plan: task_get tenant
(:task)
-- plan: task_get acting
(:task)
-- plan: task_lock tenant
(:task)
-- plan: task_open_of_item tenant
(:item)
-- plan: task_open_of_item acting
(:item)
-- plan: task_list tenant max=30+12*51, counts the approvals of each
('pending', 0, 51)
-- plan: task_list_of_assignee tenant max=30+12*51, counts the approvals of each
('pending', 0, 51, 'api_key:3')
-- plan: task_list_of_type tenant max=30+12*51, counts the approvals of each
('approved', 0, 51, 7)
-- plan: task_list_of_item tenant
('pending', 0, 51, :item)
-- plan: task_add tenant
(:big, 2000000000, 7, :flow, :transition, 'draft', 'published', 'author_submit', NULL, 1, repeat('0', 64), 1, NULL, 'a', 'b', 'c', NULL, now())
-- plan: task_submitted tenant
(:task, 2, now())
-- plan: task_deciding tenant
(:task, 'approved', 'a', 'b', 'c', now(), NULL)
-- plan: task_decided tenant
(:task, now())
-- plan: task_reopen tenant
(:task, 'changed', now())
-- plan: task_end tenant
(:task, 'cancelled', 'gone', now())
-- plan: task_end_of_item acting
(:item, 'gone')
-- plan: task_assign tenant
(:task, 'api_key:9', now(), now())
-- plan: task_open_of_workflow tenant max=:own, reads the tenant's open reviews, once before a workflow is deleted
(2, NULL)
-- plan: decision_add tenant
(:big, :task, 'api_key:9', 'api_key', 'db', 'approved', NULL, now())
-- plan: decisions_clear tenant
(:task)
-- plan: approval_count tenant
(:task)
-- plan: comment_add tenant
(:big, :item, :task, 1, '/title', 'a', 'b', 'c', 'a remark', now())
-- plan: comment_list tenant
(1, 2147483647, 51)
-- plan: feedback_add tenant
(:big, :item, 1, 'accepted', NULL, NULL, 'human_supervised', 'a', 'b', NULL, NULL, now())
-- plan: feedback_link tenant
(1, :task)
-- plan: feedback_list tenant
(1, 2147483647, 51)
-- plan: feedback_take tenant
(1, now())
-- plan: feedback_take acting
(1, now())
-- plan: feedback_revised tenant
(1, 2)
-- plan: feedback_unrevised tenant
(1, 'A', 'b', NULL)
-- plan: feedback_revision acting
(1)
-- plan: agents_claimed system
(ARRAY[1], ARRAY[1])
