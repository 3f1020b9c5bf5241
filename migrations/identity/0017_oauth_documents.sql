-- Clients whose id is the address of a document that describes them: what it says is kept while somebody has let them in.
GRANT UPDATE (name, redirect_uris) ON oauth_clients TO wordclaw_identity_system;
