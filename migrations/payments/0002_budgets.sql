-- What somebody was asked to pay today.
CREATE INDEX payments_actor_idx ON payments (domain_id, actor_id, created_at);
CREATE INDEX payment_intents_creating_idx ON payment_intents (domain_id, actor_id) WHERE state = 'creating';
