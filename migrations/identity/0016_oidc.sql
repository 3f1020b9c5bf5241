-- People who sign in with an OpenID Connect provider.
ALTER TABLE supervisors ADD COLUMN oidc_subject text CONSTRAINT supervisors_oidc_subject_unique UNIQUE;
COMMENT ON COLUMN supervisors.oidc_subject IS 'Issuer and subject, separated by a space: bound by a verified email at the first sign-in, and what counts from then on.';
GRANT UPDATE (oidc_subject) ON supervisors TO wordclaw_identity_system;
