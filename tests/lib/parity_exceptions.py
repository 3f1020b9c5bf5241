"""Where surfaces may differ, and why.  Everything else is a defect.

Each entry is narrow, and those that name something of the registry or the database are checked for staleness.
"""

# Codes that a surface has of its own for what it refuses before any operation is asked: nothing is written.
# Text that is no JSON of ours (a number beyond 64 bits, U+0000): all refuse, each with what its parser says.
UNREADABLE = ("USAGE", "JSON-RPC -32700")
# A value that is not of the argument's GraphQL type, or an argument there is not: the others refuse as a bad request.
GRAPHQL_TYPES = ("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_VARIABLES_INVALID")
# An option that the command has not: the others refuse the field, or the dry run.
NO_OPTION = "USAGE"
# A public operation behind an endpoint that itself wants a key.
ENDPOINT = ("AUTH_MISSING_API_KEY", "AUTH_INVALID_API_KEY")

# Members of answers that differ by nature although they may look alike for a while, with the reason.
BY_NATURE = {
    ("content.items.list", "/total"): "counted at most a second ago",
    ("identity.keys.list", "/keys/*/lastUsedAt"): "at most a minute behind", ("identity.keys.children", "/keys/*/lastUsedAt"): "the same",
    ("audit.logs.list", "/entries/*/number"): "two publishers' events arrive in either order",
    ("identity.decisions.list", "/decisions"): "the log tells the surfaces apart, and counts repeated reads together",
    ("content.items.versions", "/versions/*/session"): "MCP clients have names",
    ("content.items.versions", "/versions/*/surface"): "each version says through which surface it came", ("content.items.versions", "/head/surface"): "the same",
    ("content.items.versions", "/head/session"): "MCP clients have names", ("content.items.blame", "/fields/*/session"): "the same",
    ("content.items.blame", "/fields/*/surface"): "it says through which surface a value came",
    ("identity.decisions.list", "/hasMore"): "the same", ("identity.decisions.list", "/nextCursor"): "the same",
    ("identity.decisions.list", "/durationP95Ms"): "a duration",
}
REQUEST = "each surface sends a request of its own"
COLUMNS_BY_NATURE = {("api_keys", "last_used_at"): "at most a minute behind", ("content_items", "request_id"): REQUEST,
                     ("content_item_versions", "request_id"): REQUEST, ("content_items_deleted", "request_id"): REQUEST,
                     ("content_items_deleted", "deleted_request_id"): REQUEST, ("content_items", "session"): "MCP clients have names",
                     ("content_item_versions", "session"): "the same", ("content_items_deleted", "session"): "the same",
                     ("content_items_deleted", "deleted_session"): "the same", ("content_items", "surface"): "each version says through which surface it came",
                     ("content_item_versions", "surface"): "the same", ("content_items_deleted", "surface"): "the same"}
# Operations that are not compared yet, by how their ids begin, with the reason.  That every surface has them is checked all the same.
PEOPLE = "people come by links and go with sessions, which only a browser has"
BEHIND = "what is done behind the writes differs from world to world while it is compared"
NOT_COMPARED = {
    "content.assets.": "their bytes are base64, which the registry does not say: tests/e2e/test_assets",
    "content.changesets.": "a label that is not given is made at random: tests/e2e/test_undo",
    "content.changes.undo": "what it changes is labelled with the request's id: tests/e2e/test_undo",
    "content.items.projections": "its fields come of a type's schema, which the registry does not say: tests/e2e/test_content_reads",
    "content.releases.publish": "a release is empty when it is created: tests/e2e/test_releases",
    "content.releases.revert": "a reversal needs a release that was published, which no operation creates: tests/e2e/test_releases",
    "content.transfer.": "an import takes what an export gave, which the registry does not say: tests/e2e/test_transfer",
    "content.migrations.": "they begin with steps, which are not sent: tests/e2e/test_content_model",
    "content.previews.": "each token has an id of its own, and shows something else in each world", "content.public.": "the same",
    "embeddings.": "the index is built behind the writes, and how far it is differs from world to world",
    "gateway.events.wait": "it answers what happens meanwhile: tests/e2e/test_events",
    "gateway.deployment.": "how busy its parts are differs from call to call: tests/e2e/test_workflow",
    "forms.definitions.": "their fields are made of a schema, which the registry does not say",
    "forms.public.": "the same",
    "forms.submissions.": "the same, and " + BEHIND, "forms.submitters.": "they come with submissions",
    "identity.supervisors.": PEOPLE, "identity.sessions.": PEOPLE, "identity.invites.": PEOPLE, "identity.factor.": PEOPLE, "identity.oauth.": PEOPLE, "identity.oidc.": PEOPLE, "identity.sign_in.": PEOPLE,
    "jobs.create": BEHIND, "jobs.list": BEHIND, "jobs.get": BEHIND, "jobs.cancel": BEHIND, "jobs.retry": BEHIND, "jobs.schedule_status": BEHIND,
    "payments.list": "invoices come from a provider", "payments.summary": "the same", "payments.get": "the same", "payments.mock_pay": "the same",
    "payments.receive": "the same", "payments.offers.purchase": "the same", "payments.offers.confirm": "the same",
    "payments.entitlements.": "they come of purchases",
    "webhooks.": BEHIND,
    "workflow.transitions.delete": "a transition is no row that an operation of its own creates",
    "workflow.reviews.": "a review needs an item in the state that a transition begins with",
    "workflow.feedback.": "feedback is signed with a token, or makes comments behind the writes",
}
# Fields that are not sent, with the reason.
NOT_SENT = {"steps": "they are carried out behind the write, and how far that is differs from world to world: tests/e2e/test_content_model",
            "entitlementId": "a header over REST, whose text has no types; tests/e2e/test_licensing sends it on each surface",
            "after": "what comes after another tenant's id depends on when each world made its own",
            "paymentProof": "what is paid for is not compared yet, and a proof is a credential in a header over REST"}
# Tables that say nothing of what an operation stored, with the reason.
NOT_STATE = {
    "outbox": "the events themselves: compared as audit entries",
    "idempotency_keys": "replies as bytes: compared by asking again",
    "policy_decision_logs": "tells the surfaces apart on purpose, and counts repeated reads together",
    "content_item_embeddings": "an index, built behind the writes", "content_item_index": "the same", "embedding_drafts": "the same", "embedding_tenants": "the same",
    "content_item_words": "the same", "content_words_queue": "the same",
    "content_item_history": "when each change ended: of two within a millisecond the later one stays",
    "content_changes": "what other services changed comes behind the writes",
    "processes": "steps that are under way, in whatever order they are begun", "process_lanes": "the same",
    "audit_logs": "compared entry by entry", "audit_chain_heads": "hashes", "audit_checkpoints": "hashes"}


def refusal_of_its_own(surface, case, arguments):
    """Why a surface refuses what others may do: "agent" (version tokens and documents as such are asked of agents, as the registry
    marks them), "endpoint" (a public operation behind an endpoint that wants a key); None: it has no reason."""
    if surface.needs_key and case.operation.has("public") and case.who in ("nobody", "unknown"):
        return "endpoint"
    return "agent" if surface.name == "MCP" and agent_fields(case, arguments) else None


def agent_fields(case, arguments):
    """Fields that an agent must send otherwise than it did."""
    return [field.name for field in case.operation.request.fields
            if field.agent_required and arguments.get(field.name) is None or field.doc_text and isinstance(arguments.get(field.name), str)]
