-- What a submission has cost its sender.
ALTER TABLE form_submissions ADD COLUMN paid_sats bigint NOT NULL DEFAULT 0 CONSTRAINT form_submissions_paid_check CHECK (paid_sats >= 0);
COMMENT ON COLUMN form_submissions.paid_sats IS 'Whole satoshis, paid before it was taken.';
