"""The root fields: text with which each answers, by its name.  ground: the driver's; t: its Things (things.py)."""
import json

from checks import wait_for
from things import LATER

REFERENCE = "contentItemId contentItemVersionId contentTypeId contentTypeName contentTypeSlug path version status isPublished contentItem { id }"
ITEM = "id contentTypeId data status version createdAt updatedAt publicationState workingCopyVersion publishedVersion"
TYPE = "id name slug kind description schema schemaManifest basePrice version createdAt updatedAt"
REVIEW = "id contentItemId status fromState toState"
JOB = "id kind status payload runAt"
OFFER = "id slug name scopeType priceSats active"
ASSET = "id filename mimeType sizeBytes accessMode status metadata delivery { contentPath }"
RELEASE = "id name status version entryCount createdAt updatedAt publishedAt revertedAt"
MIGRATION = "id contentTypeId schemaVersion status total done changed failed startedBy startedAt endedAt"
ENTRY = "contentItemId action version baseVersion workingCopyVersion publishedVersion conflict"
TERMS = "id offerId version maxReads allowedChannels"
ENTITLEMENT = "id offerId status remainingReads"
WHO = '{actorId: "client-17", actorSource: "portal"}'
CALL = "kind: \"content_status_transition\", payload: {contentItemId: %d, targetStatus: \"published\"}"


def queries(t, indexed):
    """indexed: an item that search knows."""
    form, flow, task, hook = t.form(), t.flow(), t.task(), t.hook()
    bought, remarked = t.bought(), t.remarked()
    kind = t.ground.type()
    migration = t.migration(kind)
    return {
        "semanticSearch": 'semanticSearch(query: "title") { nodes { contentItemId } mode model isExact recall }',
        "searchContext": 'searchContext(query: "title") { text tokens citations { contentItemId } mode model isExact }',
        "similarContentItems": f"similarContentItems(contentItemId: {indexed}) {{ nodes {{ contentItemId }} mode model isExact }}",
        "duplicateContent": "duplicateContent { nodes { similarity } nextAfter }",
        "embeddingReadiness": f"embeddingReadiness(contentItemId: {indexed}) {{ contentItemId enabled state searchable model targetVersion }}",
        "supervisors": "supervisors { nodes { id email role domainId createdAt lastLoginAt } hasMore }",
        "supervisorSessions": "supervisorSessions { nodes { id supervisorId email lastSeenAt expiresAt } }",
        "supervisorInvites": "supervisorInvites { nodes { id email role expiresAt } }",
        "searchIndexStatus": "searchIndexStatus { provider model dimension chunks pending }",
        "guides": "guides { nodes { taskId goal } }",
        "guide": 'guide(taskId: "author-content") { goal isReady requiredScopes steps { number operation rest status isOptional arguments missing call command reason } liveState { contentTypeId contentItemId } followUp warnings }',
        "schemaMigrations": f"schemaMigrations(id: {kind}) {{ nodes {{ {MIGRATION} }} hasMore nextCursor }}",
        "schemaMigration": f"schemaMigration(migrationId: {migration}) {{ {MIGRATION} samples {{ contentItemId }} steps {{ op path value }} }}",
        "changeSets": "changeSets { nodes { id changeSet name reason openedAt } hasMore nextCursor }",
        "changeSet": f"changeSet(changeSet: \"{t.change_set()}\") {{ id name openedBy }}",
        "contentItemBlame": f"contentItemBlame(id: {t.changed_item()}) {{ nodes {{ path version createdBy actorKind changeSetName reason }} versionsRead isComplete nextBefore }}",
        "releases": f"releases {{ nodes {{ {RELEASE} }} hasMore nextCursor }}",
        "release": f"release(id: {t.release()}) {{ {RELEASE} description }}",
        "releaseEntries": f"releaseEntries(id: {t.filled_release()}) {{ nodes {{ {ENTRY} }} hasMore }}",
        "releasePreview": f"releasePreview(id: {t.filled_release()}) {{ nodes {{ {ENTRY} item {{ id data status }} }} hasMore }}",
        "exportContent": "exportContent(limit: 3) { nodes { kind id version slug name schema updatedAt } hasMore nextCursor }",
        "assets": f"assets {{ nodes {{ {ASSET} }} hasMore nextCursor }}",
        "asset": f"asset(id: {t.asset()}) {{ {ASSET} }}",
        "assetUsedBy": f"assetUsedBy(id: {t.asset()}) {{ activeReferenceCount historicalReferenceCount activeReferences {{ contentItemId path }} nextCursor }}",
        "assetDerivatives": f"assetDerivatives(id: {t.asset()}) {{ nodes {{ id }} hasMore }}",
        "delegatedApiKeys": f"delegatedApiKeys(after: {t.child()['id'] - 1}) {{ nodes {{ id parentId contentTypeIds contentItemIds reviewTaskIds }} hasMore }}",
        "forms": "forms { nodes { id slug } hasMore }",
        "form": f"form(id: {form['id']}) {{ id name slug fields defaultData active }}",
        "publicForm": f"publicForm(slug: \"{form['slug']}\", domainId: {t.domain}) {{ form {{ id fields workBits }} startToken revision }}",
        "formSubmissions": f"formSubmissions(id: {form['id']}) {{ nodes {{ id }} hasMore }}",
        "exportFormSubmissions": f"exportFormSubmissions(id: {form['id']}, format: csv) {{ text count after hasMore total }}",
        "formSubmission": f"formSubmission(id: {t.submission()}) {{ id formId status verdict data contentItemId }}",
        "jobs": f"jobs(limit: 2) {{ nodes {{ {JOB} }} hasMore nextCursor }}",
        "job": f"job(id: {t.job()}) {{ {JOB} }}",
        "jobWorkerStatus": "jobWorkerStatus { queues { queue queued running } started workers setAside }",
        "jobSchedules": "jobSchedules { nodes { id } hasMore }",
        "jobSchedule": f"jobSchedule(id: {t.schedule()}) {{ id name cron timeZone nextTimes }}",
        "payments": "payments(limit: 2) { nodes { id status } hasMore nextCursor }",
        "paymentSummary": "paymentSummary { totals { status count satoshis } since receivedSatoshis }",
        "payment": f"payment(id: {t.payment()}) {{ id paymentHash provider amountSatoshis status details }}",
        "offers": f"offers {{ nodes {{ {OFFER} }} hasMore }}",
        "offer": f"offer(id: {bought['offerId']}) {{ {OFFER} }}",
        "licensePolicies": f"licensePolicies(offerId: {bought['offerId']}) {{ nodes {{ {TERMS} }} }}",
        "licensePolicy": f"licensePolicy(id: {bought['policyId']}) {{ {TERMS} }}",
        "entitlements": f"entitlements {{ nodes {{ {ENTITLEMENT} }} hasMore }}",
        "entitlement": f"entitlement(id: {bought['id']}) {{ {ENTITLEMENT} }}",
        "webhooks": "webhooks { nodes { id url } hasMore }",
        "webhook": f"webhook(id: {hook}) {{ id url events active payload }}",
        "simulateWebhooks": 'simulateWebhooks(eventType: "content_item.update", details: {a: 1}) { messages { webhookId url headers body } }',
        "webhookDeliveries": f"webhookDeliveries(id: {hook}) {{ nodes {{ id status }} hasMore }}",
        "webhookDelivery": f"webhookDelivery(id: {t.delivery()}) {{ delivery {{ id status }} event tries {{ attempt }} }}",
        "workflows": "workflows { nodes { id name } hasMore }",
        "workflow": f"workflow(id: {flow['id']}) {{ workflow {{ id transitions {{ id }} }} diagram }}",
        "activeWorkflow": f"activeWorkflow(contentTypeId: {flow['contentTypeId']}) {{ id name isApplied }}",
        "reviewTasks": f"reviewTasks(status: pending) {{ nodes {{ {REVIEW} }} hasMore }}",
        "reviewTask": f"reviewTask(id: {task}) {{ {REVIEW} }}",
        "reviewComments": f"reviewComments(contentItemId: {remarked}) {{ nodes {{ id comment }} hasMore }}",
        "externalFeedback": f"externalFeedback(contentItemId: {remarked}) {{ nodes {{ id comment }} hasMore }}",
    }


def imported(t):
    record = t.exported_type()
    members = ", ".join(f"{name}: {json.dumps(value) if name not in ('kind', 'contentKind') else value}" for name, value in record.items())
    return f"importContent(records: [{{{members}}}]) {{ created unchanged }}"


def mutations(t):
    name, item, offer = t.ground.name, t.ground.item, t.offer

    def confirmation():
        client, path = t.buying()
        return f"id: {path.split('/')[3]}, paymentProof: \"{client.headers['authorization']}\""

    def transition():
        flow = t.flow()
        return f"id: {flow['id']}, transitionId: {flow['transitions'][0]['id']}"

    return {
        "delegateApiKey": lambda: f'delegateApiKey(name: "{name()}", scopes: ["content:read"]) {{ id keyPrefix scopes expiresAt parentId }}',
        "handOffTask": lambda: f"handOffTask(contentItemId: {item()}) {{ id keyPrefix scopes expiresAt parentId }}",
        "revokeDelegatedApiKey": lambda: f"revokeDelegatedApiKey(id: {t.child()['id']}) {{ id message }}",
        "resetSecondFactor": lambda: f"resetSecondFactor(id: {t.me()['supervisor']['id']}) {{ id message }}",
        "issuePreviewToken": lambda: f"issuePreviewToken(id: {item()}) {{ token previewPath contentItemId draft ttlSeconds expiresAt }}",
        "issueGlobalPreviewToken": lambda: f'issueGlobalPreviewToken(slug: "{t.previewed_global()[1].split("/")[-1]}") {{ token previewPath slug draft expiresAt }}',
        "issuePublicWriteToken": lambda: f'issuePublicWriteToken(id: {t.public_type()}, subject: "17") {{ token contentTypeId subjectField allowedOperations requiredStatus }}',
        "reindexSearch": lambda: "reindexSearch { provider model chunks }",
        "testEmbeddingProvider": lambda: "testEmbeddingProvider { ok provider model dimension }",
        "createRelease": lambda: f'createRelease(name: "{name()}") {{ {RELEASE} }}',
        "revertContentItemChange": lambda: f"revertContentItemChange(id: {t.changed_item()}, version: 2) {{ id version data }}",
        "deleteRelease": lambda: f"deleteRelease(id: {t.release()}) {{ id message }}",
        "putReleaseEntries": lambda: f"putReleaseEntries(id: {t.release()}, entries: [{{contentItemId: {item()}, action: delete}}]) {{ {RELEASE} }}",
        "removeReleaseEntries": lambda: f"removeReleaseEntries(id: {t.filled_release()}, contentItemIds: [{item()}]) {{ {RELEASE} }}",
        "publishRelease": lambda: f"publishRelease(id: {t.filled_release()}) {{ {RELEASE} }}",
        "revertRelease": lambda: f"revertRelease(id: {t.published_release()}) {{ {RELEASE} }}",
        "importContent": lambda: imported(t),
        "createAsset": lambda: f'createAsset(filename: "a.txt", mimeType: "text/plain", contentBase64: "SGVsbG8=") {{ {ASSET} }}',
        "issueAssetAccess": lambda: f"issueAssetAccess(id: {t.asset()}) {{ mode contentPath asset {{ id }} }}",
        "deleteAsset": lambda: f"deleteAsset(id: {t.asset()}) {{ {ASSET} }}",
        "restoreAsset": lambda: f"restoreAsset(id: {t.deleted_asset()}) {{ {ASSET} }}",
        "purgeAsset": lambda: f"purgeAsset(id: {t.deleted_asset()}) {{ purged asset {{ id }} }}",
        "inviteSupervisor": lambda: f'inviteSupervisor(email: "{t.email()}", role: reviewer) {{ id email role token inviteUrl }}',
        "revokeSupervisorInvite": lambda: f"revokeSupervisorInvite(id: {t.invite()['id']}) {{ id message }}",
        "updateSupervisor": lambda: f"updateSupervisor(id: {t.me()['supervisor']['id']}, role: reviewer) {{ id role }}",
        "deleteSupervisor": lambda: f"deleteSupervisor(id: {t.me()['supervisor']['id']}) {{ id message }}",
        "resetSupervisorPassword": lambda: f"resetSupervisorPassword(id: {t.me()['supervisor']['id']}) {{ id token }}",
        "revokeSupervisorSession": lambda: f"revokeSupervisorSession(id: {t.me()['sessionId']}) {{ id message }}",
        "createForm": lambda: f'createForm(name: "F", slug: "{name()}", contentTypeId: {t.type()}, fields: [{{name: "message"}}]) {{ id fields }}',
        "updateForm": lambda: f'updateForm(id: {t.form()["id"]}, name: "G") {{ id name }}',
        "deleteForm": lambda: f'deleteForm(id: {t.form()["id"]}) {{ id message }}',
        "submitForm": lambda: f'submitForm(slug: "{t.form()["slug"]}", domainId: {t.domain}, data: {{message: "x"}}) {{ submissionId status contentItemId }}',
        "releaseFormSubmission": lambda: f"releaseFormSubmission(id: {t.quarantined()}) {{ id status contentItemId }}",
        "eraseFormSubmitter": lambda: f'eraseFormSubmitter(submitter: "{t.email()}") {{ erased hasMore contentItemIds }}',
        "eraseFormSubmission": lambda: f"eraseFormSubmission(id: {t.submission()}) {{ id status data }}",
        "createJob": lambda: f'createJob({CALL % item()}, runAt: "{LATER}") {{ {JOB} }}',
        "cancelJob": lambda: f"cancelJob(id: {t.job()}) {{ {JOB} }}",
        "retryJob": lambda: f"retryJob(id: {t.failed_job()}) {{ {JOB} }}",
        "scheduleContentStatus": lambda: f'scheduleContentStatus(contentItemId: {item()}, targetStatus: "published", runAt: "{LATER}") {{ {JOB} }}',
        "updateJobQueue": lambda: f'updateJobQueue(queue: "{name()}", runningMax: 2) {{ queue runningMax isPaused }}',
        "createJobSchedule": lambda: f'createJobSchedule(name: "S", cron: "0 8 * * 1", {CALL % item()}) {{ id nextTimes }}',
        "updateJobSchedule": lambda: f'updateJobSchedule(id: {t.schedule()}, name: "R") {{ id name }}',
        "deleteJobSchedule": lambda: f"deleteJobSchedule(id: {t.schedule()}) {{ id message }}",
        "payMockInvoice": lambda: f'payMockInvoice(invoice: "{t.challenge()["invoice"]}") {{ paymentHash preimage status }}',
        "createOffer": lambda: f'createOffer(slug: "{name()}", name: "O", scopeType: subscription, priceSats: 5) {{ {OFFER} }}',
        "updateOffer": lambda: f'updateOffer(id: {offer()}, name: "P") {{ {OFFER} }}',
        "deleteOffer": lambda: f"deleteOffer(id: {offer()}) {{ id message }}",
        "confirmPurchase": lambda: f"confirmPurchase({confirmation()}) {{ {ENTITLEMENT} }}",
        "createLicensePolicy": lambda: f'createLicensePolicy(offerId: {offer()}, maxReads: 3, allowedChannels: ["web"]) {{ {TERMS} }}',
        "updateLicensePolicy": lambda: f"updateLicensePolicy(id: {t.terms()}, maxReads: 4) {{ {TERMS} }}",
        "deleteLicensePolicy": lambda: f"deleteLicensePolicy(id: {t.terms()}) {{ id message }}",
        "revokeEntitlement": lambda: f"revokeEntitlement(id: {t.bought()['id']}) {{ {ENTITLEMENT} }}",
        "createWebhook": lambda: f'createWebhook(url: "{t.hook_body()["url"]}", events: ["domain.*"]) {{ id url events secret }}',
        "updateWebhook": lambda: f'updateWebhook(id: {t.hook()}, description: "x") {{ id description }}',
        "deleteWebhook": lambda: f"deleteWebhook(id: {t.hook()}) {{ id message }}",
        "rotateWebhookSecret": lambda: f"rotateWebhookSecret(id: {t.hook()}) {{ id secret }}",
        "testWebhook": lambda: f"testWebhook(id: {t.hook()}) {{ id eventType }}",
        "redeliverWebhook": lambda: f"redeliverWebhook(id: {t.delivery()}) {{ id status }}",
        "replayWebhook": lambda: f"replayWebhook(id: {t.hook()}, after: 0) {{ queued lastSequence }}",
        "createWorkflow": lambda: f'createWorkflow(name: "W", contentTypeId: {t.ground.type()}, transitions: [{{fromState: "draft", toState: "published"}}]) {{ id transitions {{ id }} }}',
        "updateWorkflow": lambda: f'updateWorkflow(id: {t.flow()["id"]}, name: "V") {{ id name }}',
        "deleteWorkflow": lambda: f"deleteWorkflow(id: {t.flow()['id']}) {{ id message }}",
        "createWorkflowTransition": lambda: f'createWorkflowTransition(id: {t.flow()["id"]}, fromState: "draft", toState: "archived") {{ id toState }}',
        "deleteWorkflowTransition": lambda: f"deleteWorkflowTransition({transition()}) {{ id message }}",
        "submitReviewTask": lambda: f"submitReviewTask(contentItemId: {t.governed_item()}) {{ {REVIEW} }}",
        "decideReviewTasks": lambda: f"decideReviewTasks(decisions: [{{id: {t.task()}, decision: approved}}]) {{ results {{ id isDecided status approvals code message }} }}",
        "decideReviewTask": lambda: f"decideReviewTask(id: {t.task()}, decision: approved) {{ {REVIEW} }}",
        "assignReviewTask": lambda: f'assignReviewTask(id: {t.task()}, assignee: "api_key:12") {{ {REVIEW} assignee }}',
        "createReviewComment": lambda: f'createReviewComment(contentItemId: {item()}, comment: "x") {{ id comment }}',
        "submitExternalFeedback": lambda: f"submitExternalFeedback(contentItemId: {t.published()}, decision: accepted, submitter: {WHO}) {{ event {{ id }} reviewTask {{ id }} }}",
        "issueExternalFeedbackToken": lambda: f"issueExternalFeedbackToken(contentItemId: {t.published()}, submitter: {WHO}) {{ token expiresAt }}",
    }


# ---------------------------------------------------------------- content, audit, identity

def queries_of_core(ground, changed):
    """changed: an item with two versions."""
    return {
        "contentTypes": f"contentTypes(limit: 2, includeStats: true) {{ nodes {{ {TYPE} stats {{ itemCount lastItemUpdatedAt statusCounts }} }} total limit offset hasMore }}",
        "schemaArtifacts": "schemaArtifacts { schemaHash packageName files { path text } }",
        "contentType": f"contentType(id: {ground.type_id}) {{ {TYPE} }}",
        "contentTypeItems": f"contentTypeItems(contentTypeId: {ground.type_id}) {{ nodes {{ {ITEM} }} limit hasMore }}",
        "contentItems": f"contentItems(contentTypeId: {ground.type_id}, sortBy: createdAt, limit: 3) {{ nodes {{ {ITEM} }} total limit offset hasMore nextCursor }}",
        "contentItem": f"contentItem(id: {ground.items[0]}) {{ {ITEM} }}",
        "contentItemVersions": f"contentItemVersions(id: {changed}) {{ nodes {{ id contentItemId version data status createdAt contentItem {{ id version }} }} limit hasMore }}",
        "contentItemUsedBy": f"contentItemUsedBy(id: {changed}) {{ activeReferenceCount historicalReferenceCount nextCursor nextHistoricalCursor activeReferences {{ {REFERENCE} }} historicalReferences {{ {REFERENCE} }} }}",
        "contentItemProjections": f'contentItemProjections(contentTypeId: {fielded(ground)}, groupBy: "title") {{ nodes {{ group value count }} contentTypeId groupBy metric metricField orderBy orderDir limit }}',
        "globals": "globals { nodes { contentType { slug } item { id } } }",
        "global": f"global(slug: \"{singleton(ground)}\") {{ contentType {{ slug }} item {{ id }} }}",
        "contentItemDiff": f"contentItemDiff(id: {changed}, from: 1) {{ contentItemId from to fromStatus toStatus patch changes isComplete }}",
        "contentItemVersion": f"contentItemVersion(id: {changed}, version: 1) {{ contentItemId version data status isHead createdAt }}",
        "auditLogs": "auditLogs(limit: 2) { nodes { id number action entityType entityId entityVersion userId actorId actorType actorSource details requestId eventId hash previousHash createdAt } total hasMore nextCursor }",
        "auditVerification": "auditVerification { isIntact checkedEntries checkedCheckpoints lastNumber headHash isComplete firstBreak { number reason expected found } }",
        "auditCheckpoints": "auditCheckpoints { nodes { id number hash signedText signature publicKey createdAt } limit hasMore }",
        "workspaceContext": "workspaceContext(limit: 1) { currentActor { actorId } summary { totalContentTypes } contentTypes { slug paid { activeTypeOfferCount } workflows { id } } warnings }",
        "workspaceTarget": "workspaceTarget(intent: authoring) { availableTargetCount target { rank workTarget { status rest arguments } } alternatives { rank } }",
        "deploymentStatus": "deploymentStatus { overallStatus checks { name status } }",
        "capabilities": "capabilities { version operations { id summary rest mcp graphql cli scope writes dryRun idempotent } events { type summary scope } }",
        "domains": "domains { nodes { id name hostname createdAt } total limit offset hasMore }",
        "apiKeys": "apiKeys { nodes { id name keyPrefix scopes createdBy createdAt expiresAt revokedAt lastUsedAt } total hasMore }",
        "identity": "identity { actorId actorType actorSource actorProfileId domainId domain { id name hostname } scopes assignmentRefs profile { id label description } }",
        "policyDecisions": "policyDecisions(outcome: allow) { nodes { id operation outcome code evaluationDurationMs createdAt } hasMore nextCursor durationP95Ms }",
    }


def mutations_of_core(ground):
    type_id = lambda: ground.type()
    key_id = lambda: ground.tenant.key("content:read")["id"]
    return {
        "createContentType": lambda: f'createContentType(name: "T", slug: "{ground.name()}", kind: singleton, schema: {{type: "object"}}) {{ id kind schema }}',
        "updateContentType": lambda: f'updateContentType(id: "{type_id()}", name: "N", expectedVersion: 1) {{ name version }}',
        "deleteContentType": lambda: f"deleteContentType(id: {type_id()}) {{ id message }}",
        "createContentItem": lambda: f'createContentItem(contentTypeId: {ground.type_id}, data: {{title: "new", tags: ["a", "b"]}}) {{ {ITEM} }}',
        "updateContentItem": lambda: f'updateContentItem(id: {ground.item()}, status: "published", expectedVersion: 1) {{ {ITEM} }}',
        "patchContentItem": lambda: f"patchContentItem(id: {ground.item()}, data: {{extra: null, n: 1.50}}) {{ {ITEM} }}",
        "deleteContentItem": lambda: f"deleteContentItem(id: {ground.item()}) {{ id message versions restorableUntil publicChange }}",
        "createContentItemsBatch": lambda: f"createContentItemsBatch(items: [{{contentTypeId: {ground.type_id}, data: {{title: \"new\"}}}}]) {{ atomic results {{ index ok id version code error context }} }}",
        "updateContentItemsBatch": lambda: f"updateContentItemsBatch(items: [{{id: {ground.item()}, status: \"published\"}}], atomic: true) {{ atomic results {{ index ok id version }} }}",
        "deleteContentItemsBatch": lambda: f"deleteContentItemsBatch(ids: [{ground.item()}]) {{ results {{ index ok id }} }}",
        "putGlobal": lambda: f"putGlobal(slug: \"{singleton(ground)}\", data: {{a: 1}}) {{ isCreated contentType {{ slug }} item {{ id version }} }}",
        "publishContentItem": lambda: f"publishContentItem(id: {ground.item()}) {{ {ITEM} isUnchanged }}",
        "unpublishContentItem": lambda: f"unpublishContentItem(id: {ground.item()}) {{ {ITEM} isUnchanged }}",
        "restoreContentItem": lambda: f"restoreContentItem(id: {deleted_item(ground)}) {{ {ITEM} }}",
        "rollbackContentItem": lambda: f"rollbackContentItem(id: {changed_item(ground)}, version: 1) {{ id version message }}",
        "openChangeSet": lambda: f'openChangeSet(name: "{ground.name()}") {{ id changeSet name reason openedBy actorKind surface }}',
        "undoChanges": lambda: 'undoChanges(changeSet: "none") { changeSet undone notUndone results { contentItemId outcome reason } }',
        "createDomain": lambda: f'createDomain(name: "D", hostname: "{ground.name()}.example.com") {{ id name }}',
        "onboardTenant": lambda: f'onboardTenant(tenantName: "O", hostname: "{ground.name()}.example.com") {{ domain {{ id }} apiKey {{ apiKey scopes }} endpoints {{ api }} }}',
        "createApiKey": lambda: f'createApiKey(name: "k", scopes: ["content:read"], expiresAt: "2099-01-01T00:00:00Z") {{ id apiKey expiresAt }}',
        "rotateApiKey": lambda: f"rotateApiKey(id: {key_id()}) {{ oldId newId apiKey }}",
        "revokeApiKey": lambda: f"revokeApiKey(id: {key_id()}) {{ id message }}",
        "policyEvaluate": lambda: 'policyEvaluate(operation: "content.write", resource: {type: "content_item"}) { outcome code metadata policyVersion }',
    }


def indexed_item(ground):
    item_id = ground.things.published()
    path = f"/api/content-items/{item_id}/embedding-readiness"
    wait_for(lambda: b'"ready"' in ground.admin.get(path).body, "the item to be indexed")
    return item_id


def fielded(ground):
    """A type with a field to group by."""
    schema = {"type": "object", "properties": {"title": {"type": "string"}}}
    return ground.admin.post("/api/content-types", {"name": "Fielded", "slug": ground.name(), "schema": schema}).succeeded(201).data["id"]


def singleton(ground):
    slug = ground.name()
    ground.admin.post("/api/content-types", {"name": slug, "slug": slug, "kind": "singleton", "schema": {}}).succeeded(201)
    return slug


def deleted_item(ground):
    item_id = ground.item()
    ground.admin.delete(f"/api/content-items/{item_id}").succeeded(200)
    return item_id


def changed_item(ground):
    item_id = ground.item()
    ground.admin.put(f"/api/content-items/{item_id}", {"data": {"title": "y"}}).succeeded(200)
    return item_id
