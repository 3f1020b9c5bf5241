/** The console's words, in English and German. */
const english = {
	home: 'Home', content: 'Content', reviews: 'Reviews', types: 'Types', forms: 'Forms', jobs: 'Jobs', webhooks: 'Webhooks', search: 'Search',
	payments: 'Payments', keys: 'Keys', people: 'People', audit: 'Audit', decisions: 'Decisions', events: 'Events', account: 'Account',
	overview: 'Overview', work: 'Work', operations: 'Operations', access: 'Access',
	skip: 'Skip to the content', menu: 'Menu', tenant: 'Tenant', chooseTenant: 'Choose a tenant', live: 'live', offline: 'not live', language: 'Language',
	signIn: 'Sign in', signOut: 'Sign out', email: 'Email', password: 'Password', newPassword: 'New password (at least 8 characters)',
	currentPassword: 'Current password', changePassword: 'Change password', passwordChanged: 'The password is changed; other sessions have ended.',
	welcome: 'Welcome to WordClaw', inviteFor: 'You are invited as', resetFor: 'Choose a new password for', accept: 'Accept and sign in', badLink: 'This link does not work',
	loading: 'Loading', nothing: 'Nothing here yet.', more: 'Show more', refresh: 'Refresh', save: 'Save', cancel: 'Cancel', close: 'Close', create: 'Create', edit: 'Edit',
	delete: 'Delete', restore: 'Restore', publish: 'Publish', unpublish: 'Unpublish', add: 'Add', remove: 'Remove', up: 'Up', down: 'Down', back: 'Back', yes: 'Yes', no: 'No',
	name: 'Name', status: 'Status', kind: 'Kind', version: 'Version', updated: 'Updated', created: 'Created', actions: 'Actions', id: 'Id', slug: 'Slug', title: 'Title',
	allTypes: 'All types', type: 'Type', filter: 'Filter', find: 'Find text', newItem: 'New item', item: 'Item', history: 'History', comments: 'Comments', rawJson: 'JSON',
	published: 'Published', draft: 'Draft', changed: 'Changed', unsaved: 'Unsaved changes', leaveUnsaved: 'There are unsaved changes. Leave them?', saved: 'Saved.', required: 'required',
	noneChosen: 'not set', stale: 'Somebody else has changed this item.', showTheirs: 'Load the new version', deletedItem: 'The item is deleted.', confirmDelete: 'Delete this?',
	conflict: 'Changed by somebody else', conflictText: 'The item was changed since you opened it. Choose for each field, then save.', field: 'Field', theirs: 'Theirs', mine: 'Mine', merged: 'Merged', saveMerged: 'Save merged',
	rollback: 'Go back to this version', compare: 'Compare', noDifference: 'No difference.', present: 'present version', difference: 'What changed', before: 'Before', after: 'After',
	pendingReviews: 'Reviews that wait', failingWebhooks: 'Failing webhooks', setAside: 'Failed jobs', recent: 'Recent activity', allGood: 'Nothing needs you.',
	approve: 'Approve', reject: 'Reject', reason: 'Reason (optional)', reviewHelp: 'j and k move, a approves, r rejects.', sincePublished: 'Changes since the last published version', neverPublished: 'It was never published.', submittedBy: 'Submitted by', submit: 'Submit for review',
	comment: 'Comment', send: 'Send', newType: 'New type', schema: 'JSON schema', singleton: 'Singleton', collection: 'Collection', items: 'Items', description: 'Description',
	newKey: 'New key', scopes: 'Scopes', expires: 'Expires', lastUsed: 'Last used', rotate: 'Rotate', revoke: 'Revoke', revoked: 'revoked', working: 'works', never: 'never', keyOnce: 'This is the key. It is shown this once.', copy: 'Copy', copied: 'Copied.', confirmRotate: 'The present key stops working at once. Rotate it?', confirmRevoke: 'This cannot be undone. Revoke it?',
	invite: 'Invite', role: 'Role', linkOnce: 'Give this link to the person. It is shown this once.', invitations: 'Open invitations', sessions: 'Open sessions', lastSeen: 'Last seen', browser: 'Browser', thisSession: 'this one', end: 'End', resetPassword: 'New password', lastLogin: 'Last sign-in', confirmRemove: 'Remove this person? Their sessions end.',
	platform: 'Platform administrator', tenant_admin: 'Tenant administrator', editor: 'Editor', reviewer: 'Reviewer', read_only: 'Read only',
	action: 'Action', entity: 'Entity', actor: 'Actor', details: 'Details', when: 'When', verify: 'Verify the chain', intact: 'The chain is intact: entries checked', broken: 'The chain is broken at entry',
	url: 'URL', active: 'Active', paused: 'Paused', deliveries: 'Deliveries', attempts: 'Attempts', replay: 'Send again', test: 'Send a test', response: 'Response', event: 'Event',
	queue: 'Queue', runAt: 'Runs at', retry: 'Retry', error: 'Error', result: 'Result', payload: 'Payload', workers: 'Workers', queued: 'queued', running: 'running',
	submissions: 'Submissions', verdict: 'Verdict', release: 'Release', erase: 'Erase', confirmErase: 'What was sent is erased for good. Erase it?', data: 'Data',
	incident: 'Incident', incidentHelp: 'Take back what was changed together. The plan changes nothing and says what stays and why; taking back can be taken back too.', whose: 'Whose changes', changeSet: 'Change set', changeSets: 'Change sets with a name', session: 'Session', label: 'Label', since: 'Since',
	plan: 'Plan', takeBack: 'Take back', takenBack: 'Taken back', stays: 'stays', undoUndo: 'Take back this taking back', why: 'Why', madeBy: 'By', person: 'person', agent: 'agent', system: 'system',
	question: 'What do you look for?', score: 'Score', index: 'Index', offers: 'Offers', amount: 'Amount', price: 'Price', outcome: 'Outcome', operation: 'Operation', principal: 'Principal', rule: 'Rule', surface: 'Surface',
	pause: 'Pause', resume: 'Resume', waiting: 'Waits for events.', notAllowed: 'Your role does not include this.', problem: 'That did not work', noMatch: 'no match', value: 'Value', number: 'Number',
	letIn: 'Let this program in?', asksFor: 'asks to work in', runsHere: 'It runs on this computer:', answersTo: 'It is told your answer at', forDays: 'For how many days (at most 90)', writesPerMinute: 'Changes a minute (empty: no bound)', publishesPerDay: 'Publications a day (empty: no bound)', satsPerDay: 'Satoshis a day', allow: 'Let in', deny: 'Send away', badRequest: 'This request does not work', comesOf: 'comes of key', describedAt: 'described at', signInElsewhere: 'Sign in with your organisation',
	secondFactor: 'Second factor', factorOn: 'A code of your app is asked for when you sign in.', factorOff: 'Your password alone signs you in.', factorBegin: 'Use an authenticator app', factorDisable: 'Do without', factorSecret: 'Give this secret to your authenticator app, then type the code that it shows:', openApp: 'Open the app on this device', code: 'Code', codeHint: 'Six digits of your app, or a recovery code', confirm: 'Confirm', recoveryOnce: 'Recovery codes: each signs you in once without the app. They are shown this once.',
}
export type Text = keyof typeof english

const german: Record<Text, string> = {
	home: 'Start', content: 'Inhalte', reviews: 'Prüfungen', types: 'Typen', forms: 'Formulare', jobs: 'Aufträge', webhooks: 'Webhooks', search: 'Suche',
	payments: 'Zahlungen', keys: 'Schlüssel', people: 'Personen', audit: 'Protokoll', decisions: 'Entscheidungen', events: 'Ereignisse', account: 'Konto',
	overview: 'Überblick', work: 'Arbeit', operations: 'Betrieb', access: 'Zugang',
	skip: 'Zum Inhalt', menu: 'Menü', tenant: 'Mandant', chooseTenant: 'Mandanten wählen', live: 'live', offline: 'nicht live', language: 'Sprache',
	signIn: 'Anmelden', signOut: 'Abmelden', email: 'E-Mail', password: 'Passwort', newPassword: 'Neues Passwort (mindestens 8 Zeichen)',
	currentPassword: 'Bisheriges Passwort', changePassword: 'Passwort ändern', passwordChanged: 'Das Passwort ist geändert; andere Sitzungen sind beendet.',
	welcome: 'Willkommen bei WordClaw', inviteFor: 'Sie sind eingeladen als', resetFor: 'Neues Passwort für', accept: 'Annehmen und anmelden', badLink: 'Dieser Link gilt nicht',
	loading: 'Lädt', nothing: 'Noch nichts da.', more: 'Mehr zeigen', refresh: 'Neu laden', save: 'Speichern', cancel: 'Abbrechen', close: 'Schließen', create: 'Anlegen', edit: 'Bearbeiten',
	delete: 'Löschen', restore: 'Wiederherstellen', publish: 'Veröffentlichen', unpublish: 'Zurückziehen', add: 'Hinzufügen', remove: 'Entfernen', up: 'Nach oben', down: 'Nach unten', back: 'Zurück', yes: 'Ja', no: 'Nein',
	name: 'Name', status: 'Status', kind: 'Art', version: 'Version', updated: 'Geändert', created: 'Angelegt', actions: 'Aktionen', id: 'Nr.', slug: 'Kürzel', title: 'Titel',
	allTypes: 'Alle Typen', type: 'Typ', filter: 'Filtern', find: 'Text suchen', newItem: 'Neuer Eintrag', item: 'Eintrag', history: 'Verlauf', comments: 'Kommentare', rawJson: 'JSON',
	published: 'Veröffentlicht', draft: 'Entwurf', changed: 'Geändert', unsaved: 'Ungespeicherte Änderungen', leaveUnsaved: 'Es gibt ungespeicherte Änderungen. Verwerfen?', saved: 'Gespeichert.', required: 'Pflicht',
	noneChosen: 'nicht gesetzt', stale: 'Jemand anderes hat diesen Eintrag geändert.', showTheirs: 'Neue Version laden', deletedItem: 'Der Eintrag ist gelöscht.', confirmDelete: 'Wirklich löschen?',
	conflict: 'Von jemand anderem geändert', conflictText: 'Der Eintrag wurde geändert, seit Sie ihn geöffnet haben. Wählen Sie je Feld und speichern Sie dann.', field: 'Feld', theirs: 'Fremd', mine: 'Meins', merged: 'Ergebnis', saveMerged: 'Ergebnis speichern',
	rollback: 'Zu dieser Version zurück', compare: 'Vergleichen', noDifference: 'Kein Unterschied.', present: 'jetzige Version', difference: 'Was sich geändert hat', before: 'Vorher', after: 'Nachher',
	pendingReviews: 'Offene Prüfungen', failingWebhooks: 'Gestörte Webhooks', setAside: 'Gescheiterte Aufträge', recent: 'Zuletzt geschehen', allGood: 'Nichts wartet auf Sie.',
	approve: 'Annehmen', reject: 'Ablehnen', reason: 'Grund (freiwillig)', reviewHelp: 'j und k wählen, a nimmt an, r lehnt ab.', sincePublished: 'Änderungen seit der letzten Veröffentlichung', neverPublished: 'Noch nie veröffentlicht.', submittedBy: 'Eingereicht von', submit: 'Zur Prüfung geben',
	comment: 'Kommentar', send: 'Senden', newType: 'Neuer Typ', schema: 'JSON-Schema', singleton: 'Einzelstück', collection: 'Sammlung', items: 'Einträge', description: 'Beschreibung',
	newKey: 'Neuer Schlüssel', scopes: 'Rechte', expires: 'Läuft ab', lastUsed: 'Zuletzt benutzt', rotate: 'Erneuern', revoke: 'Widerrufen', revoked: 'widerrufen', working: 'gültig', never: 'nie', keyOnce: 'Das ist der Schlüssel. Er wird nur dieses eine Mal gezeigt.', copy: 'Kopieren', copied: 'Kopiert.', confirmRotate: 'Der jetzige Schlüssel gilt sofort nicht mehr. Erneuern?', confirmRevoke: 'Das lässt sich nicht rückgängig machen. Widerrufen?',
	invite: 'Einladen', role: 'Rolle', linkOnce: 'Geben Sie diesen Link der Person. Er wird nur dieses eine Mal gezeigt.', invitations: 'Offene Einladungen', sessions: 'Offene Sitzungen', lastSeen: 'Zuletzt gesehen', browser: 'Browser', thisSession: 'diese', end: 'Beenden', resetPassword: 'Neues Passwort', lastLogin: 'Letzte Anmeldung', confirmRemove: 'Diese Person entfernen? Ihre Sitzungen enden.',
	platform: 'Plattform-Verwaltung', tenant_admin: 'Mandanten-Verwaltung', editor: 'Redaktion', reviewer: 'Prüfung', read_only: 'Nur lesen',
	action: 'Handlung', entity: 'Gegenstand', actor: 'Wer', details: 'Einzelheiten', when: 'Wann', verify: 'Kette prüfen', intact: 'Die Kette ist unversehrt; geprüfte Einträge', broken: 'Die Kette ist gebrochen bei Eintrag',
	url: 'URL', active: 'Aktiv', paused: 'Angehalten', deliveries: 'Zustellungen', attempts: 'Versuche', replay: 'Nochmals senden', test: 'Probe senden', response: 'Antwort', event: 'Ereignis',
	queue: 'Schlange', runAt: 'Läuft um', retry: 'Wiederholen', error: 'Fehler', result: 'Ergebnis', payload: 'Auftrag', workers: 'Arbeiter', queued: 'wartend', running: 'laufend',
	submissions: 'Einsendungen', verdict: 'Urteil', release: 'Freigeben', erase: 'Tilgen', confirmErase: 'Das Eingesandte wird endgültig getilgt. Tilgen?', data: 'Daten',
	incident: 'Vorfall', incidentHelp: 'Nehmen Sie zurück, was zusammen geändert wurde. Der Plan ändert nichts und sagt, was bleibt und warum; auch das Zurücknehmen lässt sich zurücknehmen.', whose: 'Wessen Änderungen', changeSet: 'Änderungssatz', changeSets: 'Benannte Änderungssätze', session: 'Sitzung', label: 'Kennung', since: 'Seit',
	plan: 'Plan', takeBack: 'Zurücknehmen', takenBack: 'Zurückgenommen', stays: 'Bleibt', undoUndo: 'Dieses Zurücknehmen zurücknehmen', why: 'Warum', madeBy: 'Von', person: 'Mensch', agent: 'Agent', system: 'System',
	question: 'Wonach suchen Sie?', score: 'Nähe', index: 'Index', offers: 'Angebote', amount: 'Betrag', price: 'Preis', outcome: 'Ausgang', operation: 'Vorgang', principal: 'Wer', rule: 'Regel', surface: 'Zugang über',
	pause: 'Anhalten', resume: 'Weiter', waiting: 'Wartet auf Ereignisse.', notAllowed: 'Ihre Rolle umfasst das nicht.', problem: 'Das ging nicht', noMatch: 'kein Treffer', value: 'Wert', number: 'Nummer',
	letIn: 'Dieses Programm hereinlassen?', asksFor: 'möchte arbeiten in', runsHere: 'Es läuft auf diesem Rechner:', answersTo: 'Die Antwort geht an', forDays: 'Für wie viele Tage (höchstens 90)', writesPerMinute: 'Änderungen je Minute (leer: unbegrenzt)', publishesPerDay: 'Veröffentlichungen je Tag (leer: unbegrenzt)', satsPerDay: 'Satoshis je Tag', allow: 'Hereinlassen', deny: 'Abweisen', badRequest: 'Diese Anfrage gilt nicht', comesOf: 'kommt von Schlüssel', describedAt: 'beschrieben unter', signInElsewhere: 'Mit der eigenen Organisation anmelden',
	secondFactor: 'Zweiter Faktor', factorOn: 'Beim Anmelden wird ein Code Ihrer App verlangt.', factorOff: 'Ihr Passwort allein meldet Sie an.', factorBegin: 'Authentifizierungs-App benutzen', factorDisable: 'Darauf verzichten', factorSecret: 'Geben Sie dieses Geheimnis in Ihre App ein, dann hier den Code, den sie zeigt:', openApp: 'App auf diesem Gerät öffnen', code: 'Code', codeHint: 'Sechs Ziffern Ihrer App oder ein Wiederherstellungscode', confirm: 'Bestätigen', recoveryOnce: 'Wiederherstellungscodes: Jeder meldet Sie einmal ohne die App an. Sie werden nur dieses eine Mal gezeigt.',
}

const catalogue = { en: english as Record<Text, string>, de: german }
export type Language = keyof typeof catalogue
export const languages: [Language, string][] = [['en', 'English'], ['de', 'Deutsch']]
const wanted = localStorage.getItem('wordclaw.language') ?? navigator.language.slice(0, 2)
export const language: Language = wanted === 'de' ? 'de' : 'en'
document.documentElement.lang = language

export const t = (text: Text) => catalogue[language][text]
/** A word of the API in the console's words, where it has one. */
export const word = (text: string) => text in english ? t(text as Text) : text
export function chooseLanguage(code: string) {
	localStorage.setItem('wordclaw.language', code)
	location.reload()
}

const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
export const time = (text: string | null | undefined) => text ? moment.format(new Date(text)) : t('never')
