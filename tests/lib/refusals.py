"""What the operations of the services around content refuse, each declared error once: tests of a driver with Things (things.py)."""
import json
import time

from authenticator import FACTOR, enrolled
from checks import equal, row, test, wait_for
from lightning import invoice
from people import PASSWORD
from things import ENVIRONMENTS_KEY, FORM_SCHEMA, LATER, NOBODYS, OPEN_TRANSITION, RECEIVE, WHO, With


# Schemas that no type may have.
MODELS = [
    ({"schema": {"x-wordclaw-lifecycle": {}}}, 400, "INVALID_CONTENT_SCHEMA_LIFECYCLE_EXTENSION"),
    ({"schema": {"x-wordclaw-public-write": {}}}, 400, "INVALID_CONTENT_SCHEMA_PUBLIC_WRITE_EXTENSION"),
    ({"schema": {"x-wordclaw-localization": {}}}, 400, "INVALID_CONTENT_SCHEMA_LOCALIZATION_EXTENSION"),
    ({"schema": {"not": {"x-wordclaw-field-kind": "asset"}}}, 400, "INVALID_CONTENT_SCHEMA_ASSET_EXTENSION"),
    ({"schema": {"not": {"x-wordclaw-field-kind": "content-ref"}}}, 400, "INVALID_CONTENT_SCHEMA_CONTENT_REFERENCE_EXTENSION"),
]


def refused(label, reply, status, code):
    with row(f"{label}: {code}"):
        reply.refused(status, code)


def ask_all(client, rows):
    """Rows of method, path, body, status, code."""
    for method, path, body, status, code in rows:
        refused(f"{method} {path}", client.request(method, path, body), status, code)


# ---------------------------------------------------------------- tokens

@test
def previews_refuse_what_they_declare(ground):
    t = ground.things
    item_id, gone = ground.item(), ground.item()
    seen, lost = t.with_token("x-preview-token", t.preview_token(item_id)), t.with_token("x-preview-token", t.preview_token(gone))
    ground.admin.delete(f"/api/content-items/{gone}").succeeded(200)
    path, issue = f"/api/preview/content-items/{item_id}", f"/api/content-items/{item_id}/preview-token"
    ask_all(seen, [("GET", f"/api/preview/content-items/{gone}", None, 403, "PREVIEW_TOKEN_SCOPE_MISMATCH"), ("GET", "/api/preview/globals/x", None, 403, "PREVIEW_TOKEN_SCOPE_MISMATCH")])
    refused("deleted", lost.request("GET", f"/api/preview/content-items/{gone}"), 404, "CONTENT_ITEM_NOT_FOUND")
    public = t.with_token("x-preview-token", t.preview_token(item_id, draft=False))
    refused("a draft", public.request("GET", path), 404, "PREVIEW_TARGET_UNPUBLISHED")
    shown, global_path, _ = t.previewed_global()
    slug = global_path.split("/")[-1]
    ask_all(ground.admin, [
        ("POST", issue, {"fallbackLocale": "de"}, 400, "CONTENT_LOCALE_REQUIRED"), ("POST", f"/api/globals/{slug}/preview-token", {"fallbackLocale": "de"}, 400, "CONTENT_LOCALE_REQUIRED"),
        ("POST", "/api/globals/nobody/preview-token", {}, 404, "GLOBAL_CONTENT_TYPE_NOT_FOUND"), ("POST", f"/api/globals/{ground.singleton()}/preview-token", {}, 404, "GLOBAL_CONTENT_ITEM_NOT_FOUND")])
    for where in (path, global_path):
        ask_all(t.anyone, [("GET", where, None, 401, "PREVIEW_TOKEN_MISSING"), ("GET", where + "?token=a.b", None, 401, "INVALID_PREVIEW_TOKEN")])
    ground.admin.put(f"/api/content-types/{ground.admin.get(f'/api/content-items/{item_id}').succeeded(200).data['contentTypeId']}", {"basePrice": 5}).succeeded(200)
    refused("priced since", seen.request("GET", path), 409, "PREVIEW_PAYWALL_UNSUPPORTED")
    refused("priced", ground.admin.post(issue, {}), 409, "PREVIEW_PAYWALL_UNSUPPORTED")
    type_id = ground.admin.get(f"/api/globals/{slug}").succeeded(200).data["contentType"]["id"]
    token = ground.admin.post(f"/api/globals/{slug}/preview-token", {"draft": False}).succeeded(201).data["token"]
    refused("a draft", t.with_token("x-preview-token", token).request("GET", global_path), 404, "PREVIEW_TARGET_UNPUBLISHED")
    ground.admin.put(f"/api/content-types/{type_id}", {"basePrice": 5}).succeeded(200)
    refused("priced since", shown.request("GET", global_path), 409, "PREVIEW_PAYWALL_UNSUPPORTED")
    refused("priced", ground.admin.post(f"/api/globals/{slug}/preview-token", {}), 409, "PREVIEW_PAYWALL_UNSUPPORTED")
    ground.admin.put(f"/api/content-types/{type_id}", {"basePrice": 0}).succeeded(200)
    ground.admin.delete(f"/api/content-items/{ground.admin.get(f'/api/globals/{slug}').succeeded(200).data['item']['id']}").succeeded(200)
    refused("no item any more", shown.request("GET", global_path), 404, "GLOBAL_CONTENT_ITEM_NOT_FOUND")
    ground.admin.delete(f"/api/content-types/{type_id}").succeeded(200)
    refused("no global any more", shown.request("GET", global_path), 404, "GLOBAL_CONTENT_TYPE_NOT_FOUND")


@test
def migrations_refuse_what_they_declare(ground):
    kind = ground.type()
    migration, path = ground.things.migration(kind), f"/api/content-types/{kind}"
    ask_all(ground.admin, [
        ("GET", path + "/migrations?cursor=x", None, 400, "INVALID_CURSOR"), ("GET", f"/api/content-types/{NOBODYS}/migrations", None, 404, "CONTENT_TYPE_NOT_FOUND"),
        ("GET", f"/api/schema-migrations/{NOBODYS}", None, 404, "SCHEMA_MIGRATION_NOT_FOUND")])
    ground.system.sql(f"UPDATE content.content_schema_migrations SET status = 'running' WHERE id = {migration}")
    refused("another change", ground.admin.put(path, {"schema": {"type": "object", "title": "x"}}), 409, "CONTENT_SCHEMA_MIGRATION_RUNNING")
    required = ground.type()
    item = f"/api/content-items/{ground.item(required)}"
    ground.admin.delete(item).succeeded(200)
    ground.admin.put(f"/api/content-types/{required}", {"schema": {"required": ["other"]}, "steps": [{"op": "drop", "path": "none"}]}).succeeded(200)
    refused("back across schemas", ground.admin.post(item + "/restore"), 400, "CONTENT_SCHEMA_VALIDATION_FAILED")


@test
def references_refuse_what_they_declare(ground):
    t, picture = ground.things, {"type": "object", "properties": {"assetId": {"type": "integer"}}, "required": ["assetId"], "x-wordclaw-field-kind": "asset"}
    asset, kind = t.asset(), ground.type({"type": "object", "properties": {"cover": picture, "title": {"type": "string"}}, "additionalProperties": False})
    item = f"/api/content-items/{ground.item(kind, {'cover': {'assetId': asset}})}"
    ask_all(ground.admin, [
        ("DELETE", f"/api/assets/{asset}", None, 409, "ASSET_REFERENCED"), ("GET", f"/api/assets/{asset}/used-by?cursor=x", None, 400, "INVALID_CURSOR"),
        ("GET", f"/api/assets/{NOBODYS}/used-by", None, 404, "ASSET_NOT_FOUND"), ("PUT", item, {"data": {"cover": {"assetId": NOBODYS}}}, 400, "CONTENT_REFERENCE_INVALID"),
        ("GET", f"/api/content-items?contentTypeId={kind}&fields=titel", None, 400, "CONTENT_ITEMS_SELECTED_FIELD_UNKNOWN"),
        ("GET", f"/api/content-items?contentTypeId={kind}&include=cover", None, 400, "CONTENT_ITEMS_INCLUDE_FIELD_UNKNOWN")])
    ground.admin.delete(f"/api/assets/{asset}?force=true").succeeded(200)
    refused("a purge", ground.admin.post(f"/api/assets/{asset}/purge"), 409, "ASSET_PURGE_BLOCKED")


@test
def reversals_refuse_what_they_declare(ground):
    to = {"type": "object", "properties": {"contentItemId": {"type": "integer"}}, "required": ["contentItemId"], "x-wordclaw-field-kind": "content-ref", "allowedContentTypeSlugs": ["nobodys"]}
    kind, other = ground.type({"type": "object", "properties": {"n": {"type": "integer"}}}), ground.item()
    item = f"/api/content-items/{ground.item(kind, {'n': 1, 'to': {'contentItemId': other}})}"
    change = lambda data: ground.admin.put(item, {"data": data}).succeeded(200)
    change({"n": 2, "to": {"contentItemId": other}}), change({"n": 3, "to": {"contentItemId": other}}), change({"n": 3})
    ask_all(ground.admin, [
        ("POST", item + "/revert", {"version": 2}, 409, "REVERT_CONFLICT"), ("POST", item + "/revert", {"version": 1}, 404, "TARGET_VERSION_NOT_FOUND"),
        ("POST", item + "/revert", {"version": 3, "expectedVersion": 9}, 409, "VERSION_CONFLICT"), ("POST", f"/api/content-items/{NOBODYS}/revert", {"version": 2}, 404, "CONTENT_ITEM_NOT_FOUND")])
    schemas = [({"properties": {"to": to}}, "CONTENT_REFERENCE_TYPE_MISMATCH"), ({"required": ["m"]}, "CONTENT_SCHEMA_VALIDATION_FAILED")]
    for schema, code in schemas:
        ground.admin.put(f"/api/content-types/{kind}?force=true", {"schema": {"type": "object", **schema}}).succeeded(200)
        refused("the type has changed", ground.admin.post(item + "/revert", {"version": 4}), 400, code)
    ground.admin.put(f"/api/content-types/{kind}?force=true", {"schema": {"type": "object", "properties": {"to": {k: v for k, v in to.items() if k != "allowedContentTypeSlugs"}}}}).succeeded(200)
    ground.admin.delete(f"/api/content-items/{other}?force=true").succeeded(200)
    refused("it is gone", ground.admin.post(item + "/revert", {"version": 4}), 400, "CONTENT_REFERENCE_INVALID")
    long = ground.item(None, {"a": [1] * 6000})
    ground.admin.put(f"/api/content-items/{long}", {"data": {}}).succeeded(200)
    ground.admin.put(f"/api/content-items/{long}", {"data": {"b": [1] * 6000}}).succeeded(200)
    refused("too much together", ground.admin.post(f"/api/content-items/{long}/revert", {"version": 2}), 400, "CONTENT_DATA_TOO_MANY_VALUES")


@test
def change_sets_refuse_what_they_declare(ground):
    label, item = ground.things.change_set(), ground.item()
    ask_all(ground.admin, [
        ("POST", "/api/change-sets", {"name": "again", "changeSet": label}, 409, "CHANGE_SET_EXISTS"), ("GET", "/api/change-sets/never-opened", None, 404, "CHANGE_SET_NOT_FOUND"),
        ("GET", "/api/change-sets?cursor=x", None, 400, "INVALID_CURSOR"), ("GET", f"/api/content-items/{NOBODYS}/blame", None, 404, "CONTENT_ITEM_NOT_FOUND"),
        ("GET", f"/api/content-items/{item}/blame?path=/never/there", None, 404, "CONTENT_FIELD_NOT_FOUND")])


@test
def releases_refuse_what_they_declare(ground):
    t, item = ground.things, ground.item()
    empty, filled, out = (f"/api/releases/{made}" for made in (t.release(), t.filled_release(), t.published_release()))
    entries = lambda *wishes: {"entries": list(wishes)}
    ask_all(ground.admin, [
        ("GET", "/api/releases?cursor=x", None, 400, "INVALID_CURSOR"), ("GET", filled + "/entries?cursor=x", None, 400, "INVALID_CURSOR"), ("GET", filled + "/preview?cursor=x", None, 400, "INVALID_CURSOR"),
        ("PUT", empty + "/entries", entries(), 400, "EMPTY_BATCH"), ("POST", empty + "/entries/remove", {"contentItemIds": []}, 400, "EMPTY_BATCH"), ("POST", empty + "/publish", None, 400, "EMPTY_BATCH"),
        ("PUT", empty + "/entries", entries({"contentItemId": NOBODYS}), 404, "CONTENT_ITEM_NOT_FOUND"),
        ("PUT", empty + "/entries", entries({"contentItemId": item, "version": 9}), 404, "TARGET_VERSION_NOT_FOUND"),
        ("PUT", empty + "/entries", entries({"contentItemId": item}, {"contentItemId": item}), 400, "VALIDATION_ERROR"),
        ("PUT", out + "/entries", entries({"contentItemId": item}), 409, "RELEASE_NOT_DRAFT"), ("POST", out + "/entries/remove", {"contentItemIds": [item]}, 409, "RELEASE_NOT_DRAFT"),
        ("POST", out + "/publish", None, 409, "RELEASE_NOT_DRAFT"), ("POST", filled + "/revert", None, 409, "RELEASE_NOT_PUBLISHED"),
        ("PUT", filled + "/entries", {**entries({"contentItemId": item}), "expectedVersion": 9}, 409, "VERSION_CONFLICT"),
        ("POST", filled + "/entries/remove", {"contentItemIds": [item], "expectedVersion": 9}, 409, "VERSION_CONFLICT"),
        *[("POST", f"{path}/{verb}", {"expectedVersion": 9}, 409, "VERSION_CONFLICT") for path, verb in ((filled, "publish"), (out, "revert"))]])
    nobodys = f"/api/releases/{NOBODYS}"
    ask_all(ground.admin, [
        *[("GET", nobodys + what, None, 404, "RELEASE_NOT_FOUND") for what in ("", "/entries", "/preview")], ("DELETE", nobodys, None, 404, "RELEASE_NOT_FOUND"),
        ("PUT", nobodys + "/entries", entries({"contentItemId": item}), 404, "RELEASE_NOT_FOUND"), ("POST", nobodys + "/entries/remove", {"contentItemIds": [item]}, 404, "RELEASE_NOT_FOUND"),
        *[("POST", nobodys + what, None, 404, "RELEASE_NOT_FOUND") for what in ("/publish", "/revert")]])
    refused("an older release", ground.admin.delete(filled, headers={"if-match": '"9"'}), 409, "VERSION_CONFLICT")
    for path, verb in ((filled, "publish"), (out, "revert")):
        changed = ground.admin.get(path + "/entries").succeeded(200).data[0]["contentItemId"]
        ground.admin.put(f"/api/content-items/{changed}", {"data": {"title": "moved on"}}).succeeded(200)
        refused(verb, ground.admin.post(f"{path}/{verb}"), 409, "RELEASE_CONFLICT")
    type_id = ground.type()
    for _ in range(2):
        batch = ground.admin.post("/api/content-items/batch", {"items": [{"contentTypeId": type_id, "data": {}} for _ in range(500)]}).succeeded(200).data["results"]
        ground.admin.put(empty + "/entries", entries(*[{"contentItemId": r["id"]} for r in batch])).succeeded(200)
    refused("a thousand and one", ground.admin.put(empty + "/entries", entries({"contentItemId": item})), 400, "RELEASE_TOO_LARGE")


@test
def imports_refuse_what_they_declare(ground):
    t = ground.things
    made = t.exported_type()
    singleton = ground.type(kind="singleton")
    ground.item(singleton)
    item, when = ground.item(), made["createdAt"]
    record = {"kind": "item", "id": item, "contentTypeId": ground.type(), "version": 1, "status": "draft", "createdAt": when, "updatedAt": when, "data": {}}
    other = t.admin.post("/api/content-items", {"contentTypeId": ground.type(), "data": {}}).succeeded(201).data["id"]
    ground.system.sql(f"DELETE FROM content.content_items WHERE id = {other}")
    schemas = [("[", "INVALID_CONTENT_SCHEMA_JSON"), ("[]", "INVALID_CONTENT_SCHEMA_TYPE"), ('{"type":7}', "INVALID_CONTENT_SCHEMA_DEFINITION")]
    schemas += [(json.dumps(schema["schema"]), code) for schema, _, code in MODELS if "schema" in schema]
    taken = ground.admin.get(f"/api/content-types/{ground.type()}").succeeded(200).data["slug"]
    for records, status, code in [
        ([], 400, "EMPTY_BATCH"), ([{**made, "id": 2147483647}], 409, "IMPORT_ID_AHEAD"), ([record], 409, "IMPORT_CONFLICT"), ([{**made, "slug": "a b"}], 400, "VALIDATION_ERROR"),
        ([{**record, "id": other, "version": 2}], 409, "IMPORT_INCOMPLETE"), ([{**record, "id": other, "data": {"a": [1] * 20000}}], 400, "CONTENT_DATA_TOO_MANY_VALUES"),
        ([{**record, "id": other, "contentTypeId": singleton}], 409, "SINGLETON_CONTENT_ITEM_EXISTS"), ([{**made, "slug": taken}], 409, "CONTENT_TYPE_SLUG_CONFLICT"),
        *[([{**made, "schema": schema}], 400, code) for schema, code in schemas],
    ]:
        refused("import", ground.admin.post("/api/import", {"records": records}), status, code)
    refused("export", ground.admin.get("/api/export?cursor=x"), 400, "INVALID_CURSOR")


@test
def public_writes_refuse_what_they_declare(ground):
    t = ground.things
    type_id, other, plain = t.public_type(), t.public_type(allowedOperations=["create"]), ground.type()
    issue, make = f"/api/content-types/{type_id}/public-write-tokens", f"/api/public/content-types/{type_id}/items"
    both = t.with_token("x-public-write-token", t.public_token(type_id))
    item_id = both.request("POST", make, {"data": {"order": "17"}}).succeeded(201).data["id"]
    change = f"/api/public/content-items/{item_id}"
    ask_all(ground.admin, [
        ("POST", issue, {}, 400, "PUBLIC_WRITE_SUBJECT_REQUIRED"), ("POST", issue, {"subject": "1", "operations": ["delete"]}, 400, "PUBLIC_WRITE_OPERATION_UNSUPPORTED"),
        ("POST", f"/api/content-types/{plain}/public-write-tokens", {"subject": "1"}, 409, "CONTENT_TYPE_PUBLIC_WRITE_UNAVAILABLE")])
    creates, updates = (t.with_token("x-public-write-token", t.public_token(type_id, operations=[verb])) for verb in ("create", "update"))
    refused("create", updates.request("POST", make, {"data": {"order": "17"}}), 403, "PUBLIC_WRITE_OPERATION_FORBIDDEN")
    refused("update", creates.request("PUT", change, {"data": {"order": "17"}}), 403, "PUBLIC_WRITE_OPERATION_FORBIDDEN")
    refused("update", both.request("PUT", f"/api/public/content-items/{NOBODYS}", {"data": {"order": "17"}}), 404, "CONTENT_ITEM_NOT_FOUND")
    refused("create", both.request("POST", f"/api/public/content-types/{other}/items", {"data": {"order": "17"}}), 403, "PUBLIC_WRITE_TOKEN_CONTENT_TYPE_MISMATCH")
    refused("update", both.request("PUT", f"/api/public/content-items/{ground.item(plain)}", {"data": {"order": "17"}}), 403, "PUBLIC_WRITE_TOKEN_CONTENT_TYPE_MISMATCH")
    for method, path in (("POST", make), ("PUT", change)):
        ask_all(both, [
            (method, path, {"data": {"order": "18"}}, 403, "PUBLIC_WRITE_SUBJECT_MISMATCH"), (method, path, {"data": "["}, 400, "INVALID_CONTENT_DATA_JSON"),
            (method, path, {"data": {"order": "17", "text": 1}}, 400, "CONTENT_SCHEMA_VALIDATION_FAILED"),
            (method, path, {"data": {"order": "17", "a": [1] * 20000}}, 400, "CONTENT_DATA_TOO_MANY_VALUES")])
        ask_all(t.anyone, [(method, path, {"data": {"order": "17"}}, 401, "PUBLIC_WRITE_TOKEN_MISSING")])
        refused("nobody's token", t.with_token("x-public-write-token", "a.b").request(method, path, {"data": {"order": "17"}}), 403, "INVALID_PUBLIC_WRITE_TOKEN")
    ground.admin.post(f"/api/content-items/{item_id}/publish").succeeded(200)
    refused("update", both.request("PUT", change, {"data": {"order": "17"}}), 409, "PUBLIC_WRITE_STATUS_LOCKED")
    ground.admin.put(f"/api/content-items/{item_id}", {"status": "draft"}).succeeded(200)
    schema = {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}
    for body, status, code in [({**schema, "x-wordclaw-public-write": {"subjectField": "order", "allowedOperations": ["create", "update"], "requiredStatus": "in_review"}}, 409, "PUBLIC_WRITE_TOKEN_STALE"),
                               (schema, 409, "CONTENT_TYPE_PUBLIC_WRITE_UNAVAILABLE")]:
        ground.admin.put(f"/api/content-types/{type_id}", {"schema": body}).succeeded(200)
        for method, path in (("POST", make), ("PUT", change)):
            refused("changed since", both.request(method, path, {"data": {"order": "17"}}), status, code)
    reference = {"type": "object", "x-wordclaw-field-kind": "content-ref", "properties": {"contentItemId": {"type": "integer"}}, "required": ["contentItemId"]}
    linking = t.type({"type": "object", "properties": {"order": {"type": "string"}, "a": reference, "b": {**reference, "allowedContentTypeIds": [NOBODYS]}}, "required": ["order"],
                      "x-wordclaw-public-write": {"subjectField": "order", "allowedOperations": ["create", "update"]}})
    linker = t.with_token("x-public-write-token", t.public_token(linking))
    linked = linker.request("POST", f"/api/public/content-types/{linking}/items", {"data": {"order": "17"}}).succeeded(201).data["id"]
    for method, path in (("POST", f"/api/public/content-types/{linking}/items"), ("PUT", f"/api/public/content-items/{linked}")):
        ask_all(linker, [(method, path, {"data": {"order": "17", "a": {"contentItemId": NOBODYS}}}, 400, "CONTENT_REFERENCE_INVALID"),
                         (method, path, {"data": {"order": "17", "b": {"contentItemId": linked}}}, 400, "CONTENT_REFERENCE_TYPE_MISMATCH")])
    governed = t.public_type(requiredStatus="published")
    held = t.with_token("x-public-write-token", t.public_token(governed))
    seen = held.request("POST", f"/api/public/content-types/{governed}/items", {"data": {"order": "17"}}).succeeded(201).data["id"]
    ground.govern(governed)
    refused("governed", held.request("PUT", f"/api/public/content-items/{seen}", {"data": {"order": "17", "text": "x"}}), 403, "WORKFLOW_TRANSITION_FORBIDDEN")
    refused("governed", held.request("POST", f"/api/public/content-types/{governed}/items", {"data": {"order": "17"}}), 403, "WORKFLOW_TRANSITION_FORBIDDEN")


@test
def public_writes_of_singletons_refuse_a_second_item(ground):
    t = ground.things
    config = {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"], "x-wordclaw-public-write": {"subjectField": "order"}}
    single = ground.type(config, kind="singleton")
    client = t.with_token("x-public-write-token", t.public_token(single))
    ground.item(single, {"order": "17"})
    refused("create", client.request("POST", f"/api/public/content-types/{single}/items", {"data": {"order": "17"}}), 409, "SINGLETON_CONTENT_ITEM_EXISTS")
    refused("issue", ground.admin.post(f"/api/content-types/{single}/public-write-tokens", {"subject": "17"}), 409, "SINGLETON_CONTENT_ITEM_EXISTS")
    ground.admin.delete(f"/api/content-items/{ground.admin.get(f'/api/content-types/{single}/items').succeeded(200).data[0]['id']}").succeeded(200)
    ground.admin.delete(f"/api/content-types/{single}").succeeded(200)
    refused("no type any more", client.request("POST", f"/api/public/content-types/{single}/items", {"data": {"order": "17"}}), 404, "CONTENT_TYPE_NOT_FOUND")


# ---------------------------------------------------------------- workflows and reviews

@test
def workflows_refuse_what_they_declare(ground):
    t = ground.things
    flow, nobody = t.flow(), f"/api/workflows/{NOBODYS}"
    mine, edge = f"/api/workflows/{flow['id']}", {"fromState": "draft", "toState": "published"}
    resting = t.flow(type_id=flow["contentTypeId"], active=False)
    stuck = t.flow(active=False)
    t.made(f"/api/workflows/{stuck['id']}/transitions", {"fromState": "draft", "toState": "limbo"})
    chain = t.flow({"fromState": "draft", "toState": "legal"}, {"fromState": "legal", "toState": "published"})
    busy = t.flow()
    t.made(f"/api/content-items/{ground.item(busy['contentTypeId'])}/submit", {})
    ask_all(ground.admin, [
        ("POST", "/api/workflows", {"name": "x", "contentTypeId": flow["contentTypeId"]}, 409, "WORKFLOW_ACTIVE_CONFLICT"),
        ("POST", "/api/workflows", {"name": "x", "contentTypeId": ground.type(), "transitions": [{"fromState": "draft", "toState": "draft"}]}, 400, "WORKFLOW_INVALID"),
        ("POST", "/api/workflows", {"name": "x", "contentTypeId": ground.type(), "transitions": [edge, edge]}, 409, "WORKFLOW_TRANSITION_CONFLICT"),
        ("PUT", f"/api/workflows/{resting['id']}", {"active": True}, 409, "WORKFLOW_ACTIVE_CONFLICT"),
        ("PUT", f"/api/workflows/{stuck['id']}", {"active": True}, 400, "WORKFLOW_INVALID"),
        ("PUT", mine, {}, 400, "EMPTY_UPDATE_BODY"), ("PUT", nobody, {"name": "x"}, 404, "WORKFLOW_NOT_FOUND"), ("GET", nobody, None, 404, "WORKFLOW_NOT_FOUND"),
        ("DELETE", nobody, None, 404, "WORKFLOW_NOT_FOUND"), ("GET", f"/api/content-types/{ground.type()}/workflows/active", None, 404, "WORKFLOW_NOT_FOUND"),
        ("POST", nobody + "/transitions", edge, 404, "WORKFLOW_NOT_FOUND"), ("POST", mine + "/transitions", edge, 409, "WORKFLOW_TRANSITION_CONFLICT"),
        ("POST", mine + "/transitions", {"fromState": "draft", "toState": "draft"}, 400, "WORKFLOW_INVALID"),
        ("DELETE", nobody + "/transitions/1", None, 404, "WORKFLOW_NOT_FOUND"), ("DELETE", f"{mine}/transitions/{NOBODYS}", None, 404, "WORKFLOW_TRANSITION_NOT_FOUND"),
        ("POST", mine + "/transitions", {"fromState": "draft", "toState": "a --> b"}, 400, "VALIDATION_ERROR"),
        ("POST", mine + "/transitions", {"fromState": "draft", "toState": "limbo"}, 400, "WORKFLOW_INVALID"),
        ("DELETE", f"/api/workflows/{chain['id']}/transitions/{chain['transitions'][1]['id']}", None, 400, "WORKFLOW_INVALID"),
        ("DELETE", f"/api/workflows/{busy['id']}", None, 409, "WORKFLOW_IN_USE"),
        ("DELETE", f"/api/workflows/{busy['id']}/transitions/{busy['transitions'][0]['id']}", None, 409, "WORKFLOW_IN_USE")])


@test
def reviews_refuse_what_they_declare(ground):
    t = ground.things
    item = f"/api/content-items/{t.governed_item()}/submit"
    strict = ground.item(t.flow({"fromState": "draft", "toState": "published", "requiredRoles": ["audit:read"]})["contentTypeId"])
    several = ground.item(t.flow(OPEN_TRANSITION, {"fromState": "draft", "toState": "legal"}, {"fromState": "legal", "toState": "published"})["contentTypeId"])
    writer = ground.tenant.client("content:read", "content:write")
    ask_all(writer, [
        ("POST", f"/api/content-items/{NOBODYS}/submit", {}, 404, "CONTENT_ITEM_NOT_FOUND"), ("POST", item, {"expectedVersion": 9}, 409, "VERSION_CONFLICT"),
        ("POST", item, {"workflowTransitionId": NOBODYS}, 404, "WORKFLOW_TRANSITION_NOT_FOUND_OR_CROSS_TENANT"),
        ("POST", f"/api/content-items/{ground.item()}/submit", {}, 409, "WORKFLOW_INACTIVE"), ("POST", f"/api/content-items/{several}/submit", {}, 409, "WORKFLOW_STATE_MISMATCH"),
        ("POST", f"/api/content-items/{strict}/submit", {}, 403, "UNAUTHORIZED_WORKFLOW_TRANSITION"),
        ("GET", f"/api/review-tasks/{NOBODYS}", None, 404, "REVIEW_TASK_NOT_FOUND"), ("PUT", f"/api/review-tasks/{NOBODYS}", {"assignee": "x"}, 404, "REVIEW_TASK_NOT_FOUND"),
        ("PUT", f"/api/review-tasks/{t.task()}", {}, 400, "EMPTY_UPDATE_BODY"),
        ("POST", f"/api/review-tasks/{NOBODYS}/decide", {"decision": "approved"}, 409, "INVALID_REVIEW_TASK_STATE_OR_NOT_FOUND"),
        ("POST", f"/api/review-tasks/{NOBODYS}/ask", None, 409, "INVALID_REVIEW_TASK_STATE_OR_NOT_FOUND"),
        ("POST", f"/api/review-tasks/{t.task()}/ask", None, 403, "UNAUTHORIZED_REVIEW_DECISION"),
        ("POST", f"/api/review-tasks/{t.task()}/decide", {"decision": "approved"}, 403, "UNAUTHORIZED_REVIEW_DECISION")])
    ended = t.task()
    ground.admin.post(f"/api/review-tasks/{ended}/decide", {"decision": "approved"}).succeeded(200)
    refused("assign", ground.admin.put(f"/api/review-tasks/{ended}", {"assignee": "x"}), 409, "INVALID_REVIEW_TASK_STATE_OR_NOT_FOUND")
    changing = t.governed_item()
    task = t.made(f"/api/content-items/{changing}/submit", {})["id"]
    ground.admin.patch(f"/api/content-items/{changing}", {"data": {"a": 2}}).succeeded(200)
    refused("decide", ground.admin.post(f"/api/review-tasks/{task}/decide", {"decision": "approved"}), 409, "REVIEW_TARGET_CHANGED")


@test
def feedback_refuses_what_it_declares(ground):
    t = ground.things

    def of(*transitions):
        item_id = t.published()
        t.flow(*transitions, type_id=ground.admin.get(f"/api/content-items/{item_id}").succeeded(200).data["contentTypeId"])
        return item_id

    bare, wish = t.published(), {"decision": "changes_requested", "comment": "x"}
    aside = of({"fromState": "draft", "toState": "archived"}, {"fromState": "archived", "toState": "draft"})
    forked = of(OPEN_TRANSITION, {"fromState": "draft", "toState": "legal"}, {"fromState": "legal", "toState": "published"})
    deleted = t.published()
    gone = t.token(deleted)
    ground.admin.delete(f"/api/content-items/{deleted}").succeeded(200)
    for item_id, body, status, code in [
        (bare, {}, 400, "EXTERNAL_FEEDBACK_EMPTY"), (bare, {"decision": "maybe"}, 400, "EXTERNAL_FEEDBACK_DECISION_INVALID"),
        (bare, {"comment": "x", "refinementMode": "wild"}, 400, "EXTERNAL_FEEDBACK_REFINEMENT_MODE_INVALID"), (bare, wish, 404, "EXTERNAL_FEEDBACK_WORKFLOW_NOT_FOUND"),
        (ground.item(), {"decision": "accepted"}, 409, "EXTERNAL_FEEDBACK_REQUIRES_PUBLISHED_SNAPSHOT"), (aside, wish, 409, "EXTERNAL_FEEDBACK_PUBLISH_TRANSITION_NOT_FOUND"),
        (forked, wish, 409, "EXTERNAL_FEEDBACK_TRANSITION_AMBIGUOUS"), (forked, {**wish, "workflowTransitionId": NOBODYS}, 404, "WORKFLOW_TRANSITION_NOT_FOUND_OR_CROSS_TENANT"),
    ]:
        refused("with a key", ground.admin.post(f"/api/content-items/{item_id}/external-feedback", {**body, "submitter": WHO}), status, code)
        refused("with a token", t.anyone.post("/api/public/external-feedback", {**body, "token": t.token(item_id)}), status, code)
    path, public, token = f"/api/content-items/{bare}/external-feedback", "/api/public/external-feedback", t.token(bare)
    ask_all(ground.admin, [
        ("POST", f"/api/content-items/{NOBODYS}/external-feedback", {"comment": "x", "submitter": WHO}, 404, "EXTERNAL_FEEDBACK_CONTENT_ITEM_NOT_FOUND"),
        ("POST", path, {"comment": "x"}, 400, "EXTERNAL_FEEDBACK_SUBMITTER_REQUIRED"), ("POST", path + "-token", {}, 400, "EXTERNAL_FEEDBACK_SUBMITTER_REQUIRED"),
        ("POST", path, {"decision": "accepted", "refinementMode": "agent_direct", "submitter": WHO}, 400, "EXTERNAL_FEEDBACK_PROMPT_REQUIRED")])
    ask_all(t.anyone, [
        ("POST", public, {"token": gone, "comment": "x"}, 404, "EXTERNAL_FEEDBACK_CONTENT_ITEM_NOT_FOUND"), ("POST", public, {"comment": "x"}, 401, "EXTERNAL_FEEDBACK_TOKEN_MISSING"),
        ("POST", public, {"token": "x", "comment": "x"}, 401, "INVALID_EXTERNAL_FEEDBACK_TOKEN"),
        ("POST", public, {"token": token, "prompt": "x", "refinementMode": "agent_direct"}, 403, "EXTERNAL_FEEDBACK_TOKEN_AGENT_DIRECT_FORBIDDEN")])
    (_, used), (doomed, lost), revision = t.revised(), t.revised(), public + "/revision"
    t.anyone.post(revision, {"token": used, "data": {"message": "y"}}).succeeded(201)
    ground.admin.delete(f"/api/content-items/{doomed}").succeeded(200)
    ask_all(t.anyone, [
        ("POST", revision, {"data": {}}, 401, "EXTERNAL_FEEDBACK_TOKEN_MISSING"), ("POST", revision, {"token": "x", "data": {}}, 401, "INVALID_EXTERNAL_FEEDBACK_TOKEN"),
        ("POST", revision, {"token": used, "data": {"message": "z"}}, 409, "EXTERNAL_FEEDBACK_TOKEN_USED"),
        ("POST", revision, {"token": lost, "data": {"message": "z"}}, 422, "EXTERNAL_FEEDBACK_REVISION_REFUSED"),
        ("POST", revision, {"token": t.revised()[1], "data": {"seats": 0}}, 400, "CONTENT_SCHEMA_VALIDATION_FAILED")])
    flow = t.flow()
    refused("agent", ground.admin.post("/api/workflows", {"name": "x", "contentTypeId": ground.type(), "agentUrl": "http://169.254.169.254/"}), 400, "WORKFLOW_AGENT_URL_UNSAFE")
    refused("agent", ground.admin.put(f"/api/workflows/{flow['id']}", {"agentUrl": "http://169.254.169.254/"}), 400, "WORKFLOW_AGENT_URL_UNSAFE")


# ---------------------------------------------------------------- people

@test
def people_refuse_what_they_declare(ground):
    t = ground.things
    reader, first, person = ground.tenant.client("content:read"), t.first_person(), t.person("tenant_admin")
    mine, root = t.me(person), t.me(first)["supervisor"]["id"]
    login, change, accept = "/api/supervisors/login", "/api/supervisors/me/password", "/api/supervisors/invite/accept"
    ask_all(ground.admin, [("GET", "/api/supervisors/me", None, 403, "SUPERVISOR_REQUIRED"),
                           ("PUT", change, {"currentPassword": "x", "newPassword": PASSWORD}, 403, "SUPERVISOR_REQUIRED"),
                           ("PUT", f"/api/supervisors/{NOBODYS}", {"role": "editor"}, 404, "SUPERVISOR_NOT_FOUND"),
                           ("DELETE", f"/api/supervisors/{NOBODYS}", None, 404, "SUPERVISOR_NOT_FOUND"),
                           ("DELETE", f"/api/supervisors/sessions/{NOBODYS}", None, 404, "SESSION_NOT_FOUND"),
                           ("DELETE", f"/api/supervisors/invites/{NOBODYS}", None, 404, "SUPERVISOR_INVITE_NOT_FOUND"),
                           ("POST", "/api/supervisors/invite", {"email": mine["supervisor"]["email"]}, 409, "SUPERVISOR_EMAIL_CONFLICT"),
                           ("POST", "/api/supervisors/invite", {"email": t.email(), "role": "platform"}, 403, "PLATFORM_ADMIN_REQUIRED"),
                           ("POST", "/api/supervisors/invite", {"email": t.email(), "domainId": NOBODYS}, 403, "SUPERVISOR_INVITE_DOMAIN_SCOPE_MISMATCH")])
    ask_all(reader, [("GET", "/api/supervisors/sessions", None, 403, "SUPERVISOR_REQUIRED"), ("DELETE", "/api/supervisors/sessions/1", None, 403, "SUPERVISOR_REQUIRED")])
    ask_all(person, [("PUT", f"/api/supervisors/{mine['supervisor']['id']}", {"role": "editor"}, 409, "SUPERVISOR_SELF_CHANGE_FORBIDDEN"),
                     ("DELETE", f"/api/supervisors/{mine['supervisor']['id']}", None, 409, "SUPERVISOR_SELF_DELETE_FORBIDDEN"),
                     *[("PUT", change, {"currentPassword": "x", "newPassword": PASSWORD}, 403, "SUPERVISOR_PASSWORD_MISMATCH")] * 3,
                     ("PUT", change, {"currentPassword": "x", "newPassword": PASSWORD}, 429, "SUPERVISOR_LOGIN_THROTTLED")])
    ask_all(ground.platform, [("POST", f"/api/supervisors/reset/{NOBODYS}", None, 404, "SUPERVISOR_NOT_FOUND"),
                              ("DELETE", f"/api/supervisors/{root}", None, 409, "SUPERVISOR_LAST_PLATFORM_SUPERVISOR"),
                              ("POST", "/api/supervisors/invite", {"email": t.email(), "domainId": NOBODYS}, 404, "SUPERVISOR_DOMAIN_NOT_FOUND")])
    ask_all(t.anyone, [*[("POST", login, {"email": "nobody@example.com", "password": "x"}, 401, "SUPERVISOR_LOGIN_FAILED")] * 3,
                       ("POST", login, {"email": "nobody@example.com", "password": "x"}, 429, "SUPERVISOR_LOGIN_THROTTLED")])
    refused("logout", person.post("/api/supervisors/logout", headers={"x-wordclaw-console": None}), 403, "CSRF_HEADER_REQUIRED")
    email = t.email()
    old, used, other, nameless = t.invite(), t.invite(email=email), t.invite(email=email), t.invite()
    ground.system.sql(f"UPDATE identity.supervisor_invites SET expires_at = now() WHERE id = {old['id']}")
    ground.system.sql(f"UPDATE identity.supervisor_invites SET email = NULL WHERE id = {nameless['id']}")
    t.anyone.post(accept, {"token": used["token"], "password": PASSWORD}).succeeded(201)
    for what in ("inspect", "accept"):
        for token, status, code in (("wcsi_0", 404, "SUPERVISOR_INVITE_NOT_FOUND"), (old["token"], 410, "SUPERVISOR_INVITE_EXPIRED"),
                                    (used["token"], 410, "SUPERVISOR_INVITE_ALREADY_ACCEPTED")):
            refused(what, t.anyone.post(f"/api/supervisors/invite/{what}", {"token": token, **({"password": PASSWORD} if what == "accept" else {})}), status, code)
    refused("accept", t.anyone.post(accept, {"token": other["token"], "password": PASSWORD}), 409, "SUPERVISOR_EMAIL_CONFLICT")
    refused("accept", t.anyone.post(accept, {"token": nameless["token"], "password": PASSWORD}), 400, "SUPERVISOR_EMAIL_REQUIRED")


# ---------------------------------------------------------------- forms

@test
def forms_refuse_what_they_declare(ground):
    t = ground.things
    form, other, vague = t.form(), t.form(), t.form(contentTypeId=t.type())
    fields = lambda *given: {"fields": list(given)}
    email, message = {"name": "email"}, {"name": "message"}
    topic = lambda options: {"name": "topic", "options": options}
    for change, status, code in [
        (fields(), 400, "FORM_FIELDS_REQUIRED"), (fields({"label": "x"}), 400, "FORM_FIELD_INVALID"), (fields(email, email), 400, "FORM_FIELD_NAME_DUPLICATE"),
        (fields({"name": "email", "type": "date"}), 400, "FORM_FIELD_TYPE_INVALID"), (fields({"name": "email", "type": "number"}), 409, "FORM_FIELD_TYPE_MISMATCH"),
        (fields({"name": "phone"}), 409, "FORM_FIELD_NOT_IN_SCHEMA"), (fields({"name": "address"}), 409, "FORM_FIELD_UNSUPPORTED"), (fields(email), 409, "FORM_UNSUBMITTABLE"),
        (fields(message, topic("x")), 400, "FORM_FIELD_OPTIONS_INVALID"), (fields(message, topic([])), 409, "FORM_FIELD_SELECT_OPTIONS_REQUIRED"),
        (fields(message, topic([{"value": "gossip"}])), 409, "FORM_FIELD_SELECT_OPTIONS_INVALID"), (fields(message, topic([5])), 400, "FORM_FIELD_OPTION_INVALID"),
        (fields(message, topic([{"value": "press"}, {"value": "press"}])), 400, "FORM_FIELD_OPTION_DUPLICATE"),
        ({"workflowTransitionId": NOBODYS}, 404, "FORM_WORKFLOW_TRANSITION_NOT_FOUND"), ({"workflowTransitionId": t.flow()["transitions"][0]["id"]}, 409, "FORM_WORKFLOW_TRANSITION_CONTENT_TYPE_MISMATCH"), ({"defaultData": {"nothing": 1}}, 400, "FORM_DEFAULT_DATA_INVALID"),
        ({"webhookUrl": "http://169.254.169.254/latest"}, 400, "FORM_WEBHOOK_URL_UNSAFE"), ({"slug": other["slug"]}, 409, "FORM_DEFINITION_SLUG_CONFLICT"),
    ]:
        refused("create", ground.admin.post("/api/forms", t.form_body(**change)), status, code)
        refused("update", ground.admin.put(f"/api/forms/{form['id']}", change), status, code)
    refused("create", ground.admin.post("/api/forms", t.form_body(contentTypeId=NOBODYS)), 404, "FORM_CONTENT_TYPE_NOT_FOUND")
    refused("create", ground.admin.post("/api/forms", t.form_body(slug="Not a slug")), 400, "FORM_DEFINITION_REQUIRED_FIELDS")
    for active, roles, code in ((False, [], "FORM_WORKFLOW_TRANSITION_INACTIVE"), (True, ["admin"], "FORM_WORKFLOW_TRANSITION_REQUIRES_ROLES")):
        kind = t.type(FORM_SCHEMA)
        flow = t.flow({"fromState": "draft", "toState": "published", "requiredRoles": roles}, type_id=kind, active=active)
        reviewed = {"contentTypeId": kind, "workflowTransitionId": flow["transitions"][0]["id"]}
        refused("create", ground.admin.post("/api/forms", t.form_body(**reviewed)), 409, code)
        plain = t.form(contentTypeId=kind)
        refused("update", ground.admin.put(f"/api/forms/{plain['id']}", {"workflowTransitionId": reviewed["workflowTransitionId"]}), 409, code)
    refused("create", ground.admin.post("/api/forms", t.form_body(contentTypeId=ground.type())), 409, "FORM_CONTENT_SCHEMA_UNSUPPORTED")
    ground.admin.put(f"/api/content-types/{vague['contentTypeId']}", {"schema": {"type": "object"}}).succeeded(200)
    refused("update", ground.admin.put(f"/api/forms/{vague['id']}", fields(message)), 409, "FORM_CONTENT_SCHEMA_UNSUPPORTED")
    ground.admin.delete(f"/api/content-types/{vague['contentTypeId']}").succeeded(200)
    refused("update", ground.admin.put(f"/api/forms/{vague['id']}", fields(message)), 404, "FORM_CONTENT_TYPE_NOT_FOUND")
    nobody, nothing, sent = f"/api/forms/{NOBODYS}", f"/api/form-submissions/{NOBODYS}", f"/api/form-submissions/{t.submission()}"
    ask_all(ground.admin, [
        ("PUT", f"/api/forms/{form['id']}", {}, 400, "EMPTY_UPDATE_BODY"), ("GET", nobody, None, 404, "FORM_DEFINITION_NOT_FOUND"),
        ("PUT", nobody, {"name": "x"}, 404, "FORM_DEFINITION_NOT_FOUND"), ("DELETE", nobody, None, 404, "FORM_DEFINITION_NOT_FOUND"),
        ("GET", nobody + "/submissions", None, 404, "FORM_DEFINITION_NOT_FOUND"),
        ("GET", nobody + "/submissions/export", None, 404, "FORM_DEFINITION_NOT_FOUND"), ("GET", nothing, None, 404, "FORM_SUBMISSION_NOT_FOUND"),
        ("DELETE", nothing, None, 404, "FORM_SUBMISSION_NOT_FOUND"), ("POST", nothing + "/release", None, 404, "FORM_SUBMISSION_NOT_FOUND"),
        ("POST", sent + "/release", None, 409, "FORM_SUBMISSION_NOT_QUARANTINED")])


@test
def submissions_refuse_what_they_declare(ground):
    t = ground.things
    form = t.form(fields=[{"name": "message"}, {"name": "seats"}])
    single = t.type(FORM_SCHEMA, kind="singleton")
    ground.item(single, {"message": "x"})
    hourly = t.form(perHourMax=1)
    t.send(hourly).succeeded(201)
    resting = t.form()
    token = t.anyone.get(t.send_path(resting, "")).succeeded(200).data["startToken"]
    t.admin.put(f"/api/forms/{resting['id']}", {"active": False}).succeeded(200)
    for label, reply, status, code in [
        ("deactivated", t.anyone.post(t.send_path(resting), {"data": {"message": "x"}, "startToken": token}), 409, "FORM_DEFINITION_INACTIVE"),
        ("unknown", t.send(form, phone="1"), 400, "FORM_SUBMISSION_UNKNOWN_FIELDS"), ("missing", t.send(form, message=""), 400, "FORM_SUBMISSION_REQUIRED_FIELD_MISSING"),
        ("invalid", t.send(form, message=5), 400, "FORM_SUBMISSION_FIELD_INVALID"), ("schema", t.send(form, seats=0), 400, "CONTENT_SCHEMA_VALIDATION_FAILED"),
        ("early", t.send(t.form(openFrom=LATER)), 409, "FORM_CLOSED"), ("many", t.send(hourly), 429, "FORM_RATE_LIMITED"),
        ("no work", t.anyone.post(t.send_path(t.form(workBits=8)), {"data": {"message": "x"}, "work": "1"}), 400, "FORM_WORK_INVALID"),
        ("second of one", t.send(t.form(contentTypeId=single)), 422, "FORM_SUBMISSION_REFUSED"),
        ("nobody's", t.send({"slug": "nobody"}), 404, "PUBLIC_FORM_NOT_FOUND"),
        ("nobody's", t.anyone.get(t.send_path({"slug": "nobody"}, "")), 404, "PUBLIC_FORM_NOT_FOUND"),
    ]:
        refused(label, reply, status, code)


# ---------------------------------------------------------------- jobs and webhooks

@test
def jobs_refuse_what_they_declare(ground):
    t = ground.things
    job, ended, nobody = f"/api/jobs/{t.job()}", f"/api/jobs/{t.failed_job()}", f"/api/jobs/{NOBODYS}"
    schedule, no_schedule, item = f"/api/job-schedules/{t.schedule()}", f"/api/job-schedules/{NOBODYS}", f"/api/content-items/{ground.item()}/schedule-status"
    writer = ground.tenant.client("content:read", "content:write")
    call = {"kind": "outbound_webhook", "payload": {"url": "https://hooks.example.com/x", "body": {}}}
    ask_all(writer, [("POST", "/api/jobs", call, 403, "ADMIN_REQUIRED"), ("POST", "/api/job-schedules", t.schedule_body(**call), 403, "ADMIN_REQUIRED")])
    for path, make in (("/api/jobs", t.job_body), ("/api/job-schedules", t.schedule_body)):
        refused(path, writer.post(path, make(kind="magic")), 400, "JOB_KIND_UNKNOWN")
        refused(path, writer.post(path, make(payload={"contentItemId": "x"})), 400, "JOB_PAYLOAD_INVALID")
    ask_all(writer, [
        ("POST", "/api/jobs", t.job_body(runAt="soon"), 400, "JOB_RUN_AT_INVALID"), ("POST", item, {"targetStatus": "x", "runAt": "soon"}, 400, "JOB_RUN_AT_INVALID"),
        ("POST", item, {"targetStatus": "x", "runAt": LATER, "expectedVersion": 9}, 409, "VERSION_CONFLICT"), ("GET", "/api/jobs?cursor=x", None, 400, "INVALID_CURSOR"),
        ("GET", nobody, None, 404, "JOB_NOT_FOUND"), ("DELETE", nobody, None, 404, "JOB_NOT_FOUND"), ("POST", nobody + "/retry", None, 404, "JOB_NOT_FOUND"),
        ("DELETE", ended, None, 409, "JOB_CANCEL_FORBIDDEN"), ("POST", job + "/retry", None, 409, "JOB_RETRY_FORBIDDEN"), ("PUT", "/api/job-queues/x", {}, 400, "EMPTY_UPDATE_BODY"),
        ("POST", "/api/job-schedules", t.schedule_body(timeZone="Mars/Olympus"), 400, "JOB_SCHEDULE_INVALID"), ("PUT", schedule, {"cron": "0 0 30 2 *"}, 400, "JOB_SCHEDULE_INVALID"),
        ("PUT", schedule, {}, 400, "EMPTY_UPDATE_BODY"), ("GET", no_schedule, None, 404, "JOB_SCHEDULE_NOT_FOUND"), ("PUT", no_schedule, {"name": "x"}, 404, "JOB_SCHEDULE_NOT_FOUND"),
        ("DELETE", no_schedule, None, 404, "JOB_SCHEDULE_NOT_FOUND")])


@test
def webhooks_refuse_what_they_declare(ground):
    t = ground.things
    hook, nobody, nothing, ended = t.hook(), f"/api/webhooks/{NOBODYS}", f"/api/webhook-deliveries/{NOBODYS}", t.hook()
    orphan = t.delivery(ended)
    ground.admin.delete(f"/api/webhooks/{ended}").succeeded(200)
    for change, code in [({"url": "ftp://x"}, "INVALID_WEBHOOK_URL"), ({"events": ["colour.*"]}, "INVALID_WEBHOOK_EVENTS"), ({"secret": "short"}, "INVALID_WEBHOOK_SECRET")]:
        refused("create", ground.admin.post("/api/webhooks", t.hook_body(**change)), 400, code)
        refused("update", ground.admin.put(f"/api/webhooks/{hook}", change), 400, code)
    ask_all(ground.admin, [
        ("POST", "/api/webhooks/simulate", {"eventType": "colour"}, 400, "INVALID_WEBHOOK_EVENTS"), ("PUT", f"/api/webhooks/{hook}", {}, 400, "EMPTY_UPDATE_BODY"),
        ("POST", f"/api/webhooks/{hook}/replay", {}, 400, "EMPTY_UPDATE_BODY"), ("GET", nobody, None, 404, "WEBHOOK_NOT_FOUND"), ("PUT", nobody, {"active": True}, 404, "WEBHOOK_NOT_FOUND"),
        ("DELETE", nobody, None, 404, "WEBHOOK_NOT_FOUND"), ("POST", nobody + "/rotate-secret", None, 404, "WEBHOOK_NOT_FOUND"), ("POST", nobody + "/test", None, 404, "WEBHOOK_NOT_FOUND"),
        ("GET", nobody + "/deliveries", None, 404, "WEBHOOK_NOT_FOUND"), ("POST", nobody + "/replay", {"after": 0}, 404, "WEBHOOK_NOT_FOUND"),
        ("GET", nothing, None, 404, "WEBHOOK_DELIVERY_NOT_FOUND"), ("POST", nothing + "/redeliver", None, 404, "WEBHOOK_DELIVERY_NOT_FOUND"),
        ("POST", f"/api/webhook-deliveries/{orphan}/redeliver", None, 404, "WEBHOOK_NOT_FOUND")])


# ---------------------------------------------------------------- payments

@test
def priced_calls_are_challenged_and_each_payment_is_good_once(ground):
    t = ground.things
    priced = ground.type(basePrice=21)
    create, body = f"/api/content-types/{priced}/items", {"data": {"title": "x"}}

    def twice(method, path, sent, other=None, between=lambda: None):
        challenge = ground.admin.request(method, path, sent)
        refused(method, challenge, 402, "PAYMENT_REQUIRED")
        client = With(ground.admin, t.pay(challenge.context))
        reply = client.request(method, path, sent).succeeded()
        between()
        refused(method, client.request(method, path, other), 403, "PAYMENT_CONSUMED")
        return reply.data

    item = f"/api/content-items/{twice('POST', create, body, body)['id']}"
    twice("PUT", item, {"data": {"title": "y"}}, body)
    twice("PATCH", item, {"data": {"title": "z"}}, body)
    kind = ground.type()
    publish = f"/api/releases/{t.release({'contentItemId': ground.item(kind), 'action': 'delete'})}/publish"
    ground.admin.put(f"/api/content-types/{kind}", {"basePrice": 3}).succeeded(200)
    challenge = ground.admin.post(publish, {})
    refused("a release that deletes", challenge, 402, "PAYMENT_REQUIRED")
    With(ground.admin, t.pay(challenge.context)).request("POST", publish, {}).succeeded(200)
    twice("DELETE", item, None, None, lambda: ground.admin.post(item + "/restore").succeeded(200))
    made = twice("POST", "/api/content-items/batch", {"items": [{"contentTypeId": priced, **body}] * 2}, {"items": [{"contentTypeId": priced, **body}] * 2})
    ids = [result["id"] for result in made["results"]]
    changes = {"items": [{"id": ids[0], "data": {"title": "b"}}]}
    twice("PUT", "/api/content-items/batch", changes, {"items": [{"id": ids[0], "data": {"title": "c"}}]})
    twice("POST", "/api/content-items/batch/delete", {"ids": ids}, {"ids": ids}, lambda: [ground.admin.post(f"/api/content-items/{i}/restore").succeeded(200) for i in ids])
    slug = ground.singleton()
    ground.admin.put(f"/api/content-types/{ground.admin.get(f'/api/globals/{slug}').succeeded(200).data['contentType']['id']}", {"basePrice": 3}).succeeded(200)
    twice("PUT", f"/api/globals/{slug}", body, {"data": {"title": "y"}})


@test
def the_public_pays_too(ground):
    t = ground.things
    type_id = t.public_type()
    ground.admin.put(f"/api/content-types/{type_id}", {"basePrice": 4}).succeeded(200)
    token, data = t.with_token("x-public-write-token", t.public_token(type_id)), {"order": "17"}

    def pay(client, method, path, sent, status, again=None):
        challenge = client.request(method, path, sent)
        refused(f"{method} {path}", challenge, 402, "PAYMENT_REQUIRED")
        paid = With(client, t.pay(challenge.context))
        reply = paid.request(method, path, sent).succeeded(status)
        if again:
            refused(f"{method} {path}", paid.request(method, path, again), 403, "PAYMENT_CONSUMED")
        return reply.data

    item = pay(token, "POST", f"/api/public/content-types/{type_id}/items", {"data": data}, 201, {"data": data})
    pay(token, "PUT", f"/api/public/content-items/{item['id']}", {"data": {**data, "text": "changed"}}, 200, {"data": {**data, "text": "once more"}})
    free, kind = t.type(FORM_SCHEMA), t.type(FORM_SCHEMA)
    refused("free", ground.admin.post("/api/forms", t.form_body(contentTypeId=free, requirePayment=True)), 409, "FORM_PAYMENT_PRICE_MISSING")
    form, unpaid = t.form(contentTypeId=kind), t.form(contentTypeId=kind)
    ground.admin.put(f"/api/content-types/{kind}", {"basePrice": 6}).succeeded(200)
    refused("priced", ground.admin.post("/api/forms", t.form_body(contentTypeId=kind)), 409, "FORM_PAYMENT_REQUIRED")
    refused("priced since", ground.admin.put(f"/api/forms/{form['id']}", {"name": "x"}), 409, "FORM_PAYMENT_REQUIRED")
    refused("nothing paid", t.send(unpaid), 422, "FORM_SUBMISSION_REFUSED")
    ground.admin.put(f"/api/forms/{form['id']}", {"requirePayment": True}).succeeded(200)
    refused("free", ground.admin.put(f"/api/forms/{t.form(contentTypeId=free)['id']}", {"requirePayment": True}), 409, "FORM_PAYMENT_PRICE_MISSING")
    sent = {"data": {"message": ground.name()}}
    first = pay(t.anyone, "POST", t.send_path(form), sent, 201)
    with row("the same once more"):
        equal(t.anyone.post(t.send_path(form), sent).succeeded(201).data["submissionId"], first["submissionId"], "submission that was paid for")


@test
def keys_hand_on_no_more_than_they_have(ground):
    maker = ground.admin.with_key(ground.tenant.key("admin", writesPerMinute=100000)["apiKey"])
    ask_all(maker, [("POST", "/api/auth/keys", {"name": "x", "scopes": ["content:read"], "writesPerMinute": 100001}, 400, "INVALID_KEY_BUDGET"),
                    ("PUT", f"/api/auth/keys/{ground.tenant.key('content:read')['id']}", None, 400, "INVALID_KEY_BUDGET")])
    ending = ground.tenant.admin.with_key(ground.tenant.key("admin", expiresAt="2099-01-01T00:00:00Z")["apiKey"])
    ask_all(ending, [("POST", "/api/auth/keys", {"name": "x", "scopes": ["content:read"], "expiresAt": "2099-01-02T00:00:00Z"}, 400, "INVALID_EXPIRES_AT"),
                     ("PUT", f"/api/auth/keys/{ground.tenant.key('content:read')['id']}", None, 400, "INVALID_EXPIRES_AT")])


@test
def clients_of_people_refuse_what_they_declare(ground):
    t = ground.things
    inspect, authorize, person = "/api/oauth/authorize/inspect", "/api/oauth/authorize", t.person()
    for path, more in ((inspect, {}), (authorize, {"approve": True})):
        refused("a key", ground.admin.post(path, {**t.asking(), **more}), 403, "SUPERVISOR_REQUIRED")
        refused("another address", person.post(path, {**t.asking(redirectUri="https://evil.example.com/"), **more}), 400, "OAUTH_REQUEST_INVALID")
    refused("another host", t.anyone.post("/api/supervisors/oidc", {"base": "https://evil.example.com"}), 400, "OIDC_REQUEST_INVALID")
    refused("more than one's own", person.post(authorize, {**t.asking(), "approve": True, "scopes": ["admin"]}), 400, "INVALID_KEY_SCOPES")
    held = ground.tenant.key("content:read")["id"]
    ground.system.sql(f"UPDATE identity.api_keys SET client_id = 'x', client_name = 'x', ends_at = now() WHERE id = {held}")
    refused("a client's key", ground.admin.put(f"/api/auth/keys/{held}"), 409, "OAUTH_TOKEN_RENEWS_ITSELF")


@test
def second_factors_refuse_what_they_declare(ground):
    t, confirm, disable = ground.things, FACTOR + "/confirm", FACTOR + "/disable"
    ask_all(ground.admin, [("POST", FACTOR, {"currentPassword": "x"}, 403, "SUPERVISOR_REQUIRED"), ("POST", confirm, {"code": "123456"}, 403, "SUPERVISOR_REQUIRED"),
                           ("POST", disable, {"currentPassword": "x"}, 403, "SUPERVISOR_REQUIRED")])
    person = t.person()
    ask_all(person, [("POST", confirm, {"code": "123456"}, 409, "SECOND_FACTOR_NOT_ENROLLED"), ("POST", FACTOR, {"currentPassword": "x"}, 403, "SUPERVISOR_PASSWORD_MISMATCH"),
                     ("POST", disable, {"currentPassword": "x"}, 403, "SUPERVISOR_PASSWORD_MISMATCH"), ("POST", FACTOR, {"currentPassword": "x"}, 429, "SUPERVISOR_LOGIN_THROTTLED"),
                     ("POST", disable, {"currentPassword": "x"}, 429, "SUPERVISOR_LOGIN_THROTTLED"), ("POST", confirm, {"code": "x"}, 429, "SUPERVISOR_LOGIN_THROTTLED")])
    beginner = t.person()
    beginner.post(FACTOR, {"currentPassword": PASSWORD}).succeeded(200)
    refused("no code", beginner.post(confirm, {"code": "x"}), 401, "SUPERVISOR_CODE_WRONG")
    _, recovery, owner = enrolled(t.person())
    refused("a second one", owner.post(FACTOR, {"currentPassword": PASSWORD}), 409, "SECOND_FACTOR_EXISTS")
    me = t.me(owner)["supervisor"]
    ground.system.sql("DELETE FROM identity.login_attempts")
    login = {"email": me["email"], "password": PASSWORD}
    accept = {"token": ground.platform.post(f"/api/supervisors/reset/{me['id']}").succeeded(201).data["token"], "password": PASSWORD}
    ask_all(t.anyone, [("POST", "/api/supervisors/login", login, 401, "SUPERVISOR_CODE_REQUIRED"), ("POST", "/api/supervisors/login", {**login, "code": "123456"}, 401, "SUPERVISOR_CODE_WRONG")])
    t.anyone.post("/api/supervisors/login", {**login, "code": recovery[0]}).succeeded(200)
    ask_all(t.anyone, [("POST", "/api/supervisors/invite/accept", accept, 401, "SUPERVISOR_CODE_REQUIRED"),
                       *[("POST", "/api/supervisors/invite/accept", {**accept, "code": "123456"}, 401, "SUPERVISOR_CODE_WRONG")] * 2,
                       ("POST", "/api/supervisors/invite/accept", {**accept, "code": "123456"}, 429, "SUPERVISOR_LOGIN_THROTTLED")])
    refused("nobody", ground.platform.post(f"/api/supervisors/second-factor/reset/{NOBODYS}"), 404, "SUPERVISOR_NOT_FOUND")


@test
def keys_hand_out_a_part_of_themselves(ground):
    t, path = ground.things, "/api/auth/keys/children"
    limited = t.child(scopes=["content:write"], writesPerMinute=5, contentItemIds=[1], expiresAt=LATER)
    maker, off = ground.admin.with_key(limited["apiKey"]), "/api/auth/keys/hand-off"
    for body, code in [({"scopes": ["admin"]}, "INVALID_KEY_SCOPES"), ({"scopes": ["x"]}, "INVALID_KEY_SCOPES"), ({"writesPerMinute": 6}, "INVALID_KEY_BUDGET"),
                       ({"expiresAt": "2999-01-01T00:00:00Z"}, "INVALID_EXPIRES_AT"), ({"expiresAt": "2020-01-01T00:00:00Z"}, "INVALID_EXPIRES_AT"),
                       ({"contentItemIds": [2]}, "INVALID_KEY_LIMITS"), ({"contentItemIds": []}, "INVALID_KEY_LIMITS")]:
        refused(repr(body), maker.post(path, {"name": "x", **body}), 400, code)
    refused("another item", maker.post(off, {"contentItemId": 2}), 400, "INVALID_KEY_LIMITS")
    refused("more scopes", maker.post(off, {"contentItemId": 1, "scopes": ["admin"]}), 400, "INVALID_KEY_SCOPES")
    second = ground.admin.with_key(t.child(maker)["apiKey"])
    third = ground.admin.with_key(t.child(second)["apiKey"])
    refused("a fourth", third.post(path, {"name": "x"}), 409, "API_KEY_DEPTH_EXCEEDED")
    refused("a fourth", third.post(off, {"contentItemId": 1}), 409, "API_KEY_DEPTH_EXCEEDED")
    person = t.person("tenant_admin")
    for method, target, body in [("POST", path, {"name": "x"}), ("POST", off, {"contentItemId": 1}), ("GET", path, None), ("DELETE", f"{path}/{limited['id']}", None)]:
        refused(f"{method} {target}", person.request(method, target, body), 403, "API_KEY_REQUIRED")
    refused("the root", maker.delete(f"{path}/{limited['id']}"), 404, "API_KEY_NOT_FOUND")
    expired = t.child(expiresAt=time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 3)))
    late = ground.admin.with_key(expired["apiKey"])
    late.get("/api/identity").succeeded(200)
    refused("a life of its own", late.post(path, {"name": "x", "expiresAt": LATER}), 400, "INVALID_EXPIRES_AT")
    whole = ground.tenant.key("content:read")
    ground.system.sql("INSERT INTO identity.api_keys (domain_id, name, key_prefix, key_hash, scopes, parent_id, root_id, ancestors)"
                      f" SELECT {ground.tenant.id}, 'x', 'wcak_', md5(i::text) || 'family', '{{content:read}}', {whole['id']}, {whole['id']}, ARRAY[{whole['id']}] FROM generate_series(1, 1000) i")
    full = ground.admin.with_key(whole["apiKey"])
    refused("one more", full.post(path, {"name": "x"}), 409, "API_KEY_CHILDREN_EXCEEDED")
    refused("one more", full.post(off, {"contentItemId": 1}), 409, "API_KEY_CHILDREN_EXCEEDED")
    ground.admin.delete(f"/api/auth/keys/{whole['id']}").succeeded(200)
    lone = ground.system.tenant("lone")
    key = lone.admin.get("/api/auth/keys").succeeded(200).data[0]["id"]
    refused("the last one", lone.admin.delete(f"/api/auth/keys/{key}"), 409, "API_KEY_LAST_ADMINISTRATOR")


@test
def reads_of_what_is_sold_are_refused_until_they_are_bought(ground):
    """A tenant of its own: in that of the others everything is sold by now."""
    tenant = ground.system.tenant("sold")
    admin, owner, stranger = tenant.admin, tenant.client("content:read"), tenant.client("content:read")
    kind = admin.post("/api/content-types", {"name": "s", "slug": "s", "kind": "singleton", "schema": {"type": "object", "properties": {"a": {"type": "integer"}}}}).succeeded(201).data["id"]
    item = admin.put("/api/globals/s", {"data": {"a": 1}}).succeeded(200).data["item"]["id"]
    admin.put("/api/globals/s", {"data": {"a": 2}}).succeeded(200)
    read = f"/api/content-items/{item}"
    paths = [read, "/api/globals/s", read + "/versions/1", read + "/diff?from=1"]
    admin.put(f"/api/content-types/{kind}", {"basePrice": 5}).succeeded(200)
    for path in paths:
        challenge = owner.get(path)
        refused(path, challenge, 402, "PAYMENT_REQUIRED")
        preimage = owner.post("/api/payments/mock/pay", {"invoice": challenge.context["invoice"]}).succeeded(200).data["preimage"]
        paid = {"authorization": f"L402 {challenge.context['macaroon']}:{preimage}"}
        owner.get(path, headers=paid).succeeded(200)
        refused(path, owner.get(path, headers=paid), 403, "PAYMENT_CONSUMED")

    def buy(client, price, **terms):
        offer = admin.post("/api/offers", {"slug": f"o{price}", "name": "o", "scopeType": "type", "scopeRef": kind, "priceSats": price}).succeeded(201).data["id"]
        admin.post(f"/api/offers/{offer}/policies", terms).succeeded(201)
        asked = client.post(f"/api/offers/{offer}/purchase", {}).refused(402, "PAYMENT_REQUIRED").context
        preimage = client.post("/api/payments/mock/pay", {"invoice": asked["invoice"]}).succeeded(200).data["preimage"]
        return client.post(f"/api/offers/{offer}/purchase/confirm", {}, headers={"authorization": f"L402 {asked['macaroon']}:{preimage}"}).succeeded(200).data["id"]

    single, other, ended, gone = buy(owner, 1, maxReads=1), buy(owner, 2), buy(owner, 3), buy(owner, 4)
    wait_for(lambda: stranger.get(read).code == "OFFER_REQUIRED", "the offers to count")
    for path in (f"/api/content-items?contentTypeId={kind}&q=1", f"/api/content-items/projections?contentTypeId={kind}&groupBy=a"):
        refused(path, stranger.get(path), 402, "OFFER_REQUIRED")
    owner.get(read, headers={"x-entitlement-id": str(single)}).succeeded(200)
    admin.post(f"/api/entitlements/{gone}/revoke").succeeded(200)
    for path in paths:
        refused(path, stranger.get(path), 402, "OFFER_REQUIRED")
        for entitlement, status, code in [("x", 400, "INVALID_ENTITLEMENT_ID"), (NOBODYS, 404, "ENTITLEMENT_NOT_FOUND"), (single, 403, "ENTITLEMENT_EXHAUSTED"),
                                          (gone, 403, "ENTITLEMENT_NOT_ACTIVE")]:
            refused(path, owner.get(path, headers={"x-entitlement-id": str(entitlement)}), status, code)
        refused(path, owner.get(path), 409, "ENTITLEMENT_AMBIGUOUS")
    ground.system.sql(f"UPDATE payments.entitlements SET expires_at = now() - interval '1 second' WHERE id IN ({other}, {ended})")
    for path in paths:
        refused(path, owner.get(path, headers={"x-entitlement-id": str(ended)}), 403, "ENTITLEMENT_EXPIRED")


@test
def offers_refuse_what_they_declare(ground):
    t = ground.things
    bought = t.bought()
    sold, taken = f"/api/offers/{bought['offerId']}", t.offer_body()
    t.made("/api/offers", taken)
    nobody, no_terms, terms = f"/api/offers/{NOBODYS}", f"/api/license-policies/{NOBODYS}", f"/api/license-policies/{bought['policyId']}"
    ask_all(ground.admin, [
        ("POST", "/api/offers", taken, 409, "OFFER_SLUG_CONFLICT"), ("POST", "/api/offers", t.offer_body(scopeRef=1), 400, "OFFER_SCOPE_INVALID"),
        ("GET", nobody, None, 404, "OFFER_NOT_FOUND"), ("PUT", nobody, {"name": "x"}, 404, "OFFER_NOT_FOUND"), ("DELETE", nobody, None, 404, "OFFER_NOT_FOUND"),
        ("POST", nobody + "/policies", {}, 404, "OFFER_NOT_FOUND"), ("GET", nobody + "/policies", None, 404, "OFFER_NOT_FOUND"), ("POST", nobody + "/purchase", {}, 404, "OFFER_NOT_FOUND"),
        ("PUT", sold, {}, 400, "EMPTY_UPDATE_BODY"), ("DELETE", sold, None, 409, "OFFER_IN_USE"), ("POST", f"/api/offers/{t.offer()}/purchase", {}, 409, "OFFER_MISSING_POLICY"),
        ("POST", sold + "/purchase", {"paymentMethod": "shells"}, 400, "PAYMENT_METHOD_UNSUPPORTED"), ("GET", no_terms, None, 404, "LICENSE_POLICY_NOT_FOUND"),
        ("PUT", no_terms, {"maxReads": 1}, 404, "LICENSE_POLICY_NOT_FOUND"), ("DELETE", no_terms, None, 404, "LICENSE_POLICY_NOT_FOUND"), ("PUT", terms, {}, 400, "EMPTY_UPDATE_BODY"),
        ("PUT", terms, {"maxReads": 1}, 409, "LICENSE_POLICY_IN_USE"), ("DELETE", terms, None, 409, "LICENSE_POLICY_IN_USE")])


@test
def purchases_refuse_what_they_declare(ground):
    t = ground.things
    client, confirm = t.buying()
    mine = client.request("POST", confirm, {}).succeeded(200).data
    entitlement, nobody = f"/api/entitlements/{mine['id']}", f"/api/entitlements/{NOBODYS}"
    stranger = ground.tenant.client("content:read")
    refused("confirm", stranger.post(confirm, {}), 404, "PROFILE_MISSING")
    t.challenge(client=stranger)
    refused("confirm", With(stranger, client.headers).request("POST", confirm, {}), 404, "ENTITLEMENT_NOT_FOUND")
    refused("confirm", ground.admin.post(confirm, {}), 400, "PAYMENT_CONFIRMATION_REQUIRED")
    refused("confirm", ground.admin.post(confirm, {}, headers={"authorization": "L402 nonsense"}), 402, "PAYMENT_VERIFICATION_FAILED")
    theirs = f"/api/offers/{ground.platform.post('/api/offers', t.offer_body()).succeeded(201).data['id']}" # of the tenant that the environment's key is of
    ground.platform.post(theirs + "/policies", {}).succeeded(201)
    for method, path in [("POST", confirm), ("POST", theirs + "/purchase"), ("GET", "/api/entitlements/me"), ("GET", entitlement)]:
        refused(f"{method} {path}", ground.admin.with_key(ENVIRONMENTS_KEY).request(method, path), 403, "API_KEY_REQUIRED")
    ask_all(ground.admin, [("GET", nobody, None, 404, "ENTITLEMENT_NOT_FOUND"), ("POST", nobody + "/revoke", None, 404, "ENTITLEMENT_NOT_FOUND")])
    ground.admin.post(entitlement + "/revoke").succeeded(200)
    refused("revoke", ground.admin.post(entitlement + "/revoke"), 403, "ENTITLEMENT_NOT_ACTIVE")
    refused("confirm", client.request("POST", confirm, {}), 403, "ENTITLEMENT_NOT_ACTIVE")


@test
def payments_refuse_what_they_declare(ground):
    t = ground.things
    ended = t.challenge()
    signed, body = t.message(ended, "expired")
    signed.request("POST", RECEIVE, body).succeeded(200)
    ask_all(ground.admin, [
        ("GET", f"/api/payments/{NOBODYS}", None, 404, "PAYMENT_NOT_FOUND"), ("GET", "/api/payments?cursor=x", None, 400, "INVALID_CURSOR"),
        ("POST", "/api/payments/mock/pay", {"invoice": "x"}, 400, "PAYMENT_INVOICE_INVALID"),
        ("POST", "/api/payments/mock/pay", {"invoice": invoice(b"nobody's hash, of 32 bytes......", 5, "x", 3600)}, 404, "PAYMENT_NOT_FOUND"),
        ("POST", "/api/payments/mock/pay", {"invoice": ended["invoice"]}, 409, "INVALID_PAYMENT_TRANSITION")])
    signed, body = t.message(ended, "paid")
    refused("receive", signed.request("POST", RECEIVE, body), 409, "INVALID_PAYMENT_TRANSITION")
    refused("receive", t.signed(b"{").request("POST", RECEIVE, b"{"), 400, "INVALID_PAYMENT_WEBHOOK_PAYLOAD")
    refused("receive", t.anyone.post(RECEIVE, body), 401, "INVALID_PAYMENT_WEBHOOK_SIGNATURE")
    refused("receive", t.anyone.post(RECEIVE.replace("mock", "lnd"), body), 503, "PAYMENT_WEBHOOK_NOT_CONFIGURED")


# ---------------------------------------------------------------- assets

@test
def assets_refuse_what_they_declare(ground):
    t = ground.things
    asset, deleted, signed = t.asset(), t.deleted_asset(), t.asset(accessMode="entitled", entitlementScope={"type": "subscription"})
    for fields, code in [
        ({"filename": ""}, "ASSET_FILENAME_REQUIRED"), ({"originalFilename": ".."}, "ASSET_ORIGINAL_FILENAME_INVALID"), ({"mimeType": "text"}, "ASSET_MIME_TYPE_REQUIRED"),
        ({"accessMode": "secret"}, "INVALID_ASSET_ACCESS_MODE"), ({"metadata": 3}, "INVALID_ASSET_METADATA_JSON"),
        ({"contentBase64": "*"}, "INVALID_ASSET_CONTENT_BASE64"), ({"contentBase64": ""}, "EMPTY_ASSET_CONTENT"), ({"transformSpec": 3}, "ASSET_TRANSFORM_SPEC_INVALID"),
        ({"accessMode": "entitled"}, "ASSET_ENTITLEMENT_SCOPE_REQUIRED"), ({"entitlementScope": {"type": "subscription"}}, "ASSET_ENTITLEMENT_SCOPE_UNEXPECTED"),
        ({"accessMode": "entitled", "entitlementScope": {"type": "item"}}, "ASSET_ENTITLEMENT_SCOPE_INVALID"), ({"sourceAssetId": "x"}, "ASSET_SOURCE_ID_INVALID"),
        ({"sourceAssetId": NOBODYS, "variantKey": "thumb"}, "ASSET_SOURCE_NOT_FOUND"), ({"variantKey": "thumb"}, "ASSET_DERIVATIVE_SOURCE_REQUIRED"),
        ({"sourceAssetId": asset}, "ASSET_VARIANT_KEY_REQUIRED"), ({"sourceAssetId": asset, "variantKey": "a/b"}, "ASSET_VARIANT_KEY_INVALID"),
    ]:
        refused("create", ground.admin.post("/api/assets", t.asset_body(**fields)), 400, code)
    refused("create", ground.admin.post("/api/assets", {"filename": "a", "mimeType": "text/plain"}), 400, "ASSET_CONTENT_REQUIRED")
    refused("guide", ground.admin.get("/api/guides/no-such-task"), 404, "UNKNOWN_TASK")
    refused("of no type", ground.admin.get(f"/api/guides/author-content?contentTypeId={NOBODYS}"), 404, "CONTENT_TYPE_NOT_FOUND")
    ask_all(ground.admin, [
        ("GET", f"/api/assets/{NOBODYS}", None, 404, "ASSET_NOT_FOUND"), ("GET", f"/api/assets/{NOBODYS}/derivatives", None, 404, "ASSET_NOT_FOUND"),
        ("POST", f"/api/assets/{NOBODYS}/access", {}, 404, "ASSET_NOT_FOUND"), ("DELETE", f"/api/assets/{NOBODYS}", None, 404, "ASSET_NOT_FOUND"),
        ("POST", f"/api/assets/{NOBODYS}/restore", None, 404, "ASSET_NOT_FOUND"), ("POST", f"/api/assets/{NOBODYS}/purge", None, 404, "ASSET_NOT_FOUND"),
        ("GET", "/api/assets?cursor=x", None, 400, "INVALID_CURSOR"), ("GET", f"/api/assets/{asset}/derivatives?cursor=x", None, 400, "INVALID_CURSOR"),
        ("POST", f"/api/assets/{signed}/access", {}, 409, "ASSET_ACCESS_ISSUE_UNSUPPORTED"), ("POST", f"/api/assets/{asset}/restore", None, 409, "ASSET_RESTORE_NOT_DELETED"),
        ("POST", f"/api/assets/{asset}/purge", None, 409, "ASSET_PURGE_REQUIRES_SOFT_DELETE")])
    source = t.asset()
    t.asset(sourceAssetId=source, variantKey="thumb")
    ground.admin.delete(f"/api/assets/{source}").succeeded(200)
    refused("purge", ground.admin.post(f"/api/assets/{source}/purge"), 409, "ASSET_PURGE_BLOCKED_BY_DERIVATIVES")
    ground.admin.post(f"/api/assets/{deleted}/purge").succeeded(200)
