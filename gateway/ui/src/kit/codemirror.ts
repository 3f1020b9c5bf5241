/** The one file that knows CodeMirror. */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json, jsonParseLinter } from '@codemirror/lang-json'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { linter, lintGutter } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'

const colours = HighlightStyle.define([
	{ tag: tags.propertyName, color: 'var(--code-name)' }, { tag: tags.string, color: 'var(--code-text)' },
	{ tag: tags.number, color: 'var(--code-number)' }, { tag: [tags.bool, tags.null], color: 'var(--code-word)' },
])
const look = EditorView.theme({
	'&': { fontSize: '0.9rem', backgroundColor: 'var(--field)', color: 'var(--text)', border: '1px solid var(--line-strong)', borderRadius: '6px' },
	'.cm-content': { fontFamily: 'ui-monospace, monospace', caretColor: 'var(--text)', minHeight: '8rem' },
	'.cm-gutters': { backgroundColor: 'var(--field)', color: 'var(--faint)', border: 'none' },
	'.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
	'.cm-cursor': { borderLeftColor: 'var(--text)' },
	'.cm-selectionBackground': { backgroundColor: 'var(--mark) !important' },
	'&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
})

/** Tab leaves the editor, as it leaves any field.  Returns what ends it. */
export function open(root: ShadowRoot, label: string, text: string, isReadOnly: boolean, onText: (text: string) => void): () => void {
	const view = new EditorView({
		root, parent: root,
		state: EditorState.create({ doc: text, extensions: [
			lineNumbers(), history(), drawSelection(), bracketMatching(), highlightActiveLine(), json(), linter(jsonParseLinter()), lintGutter(),
			syntaxHighlighting(colours), look, EditorView.lineWrapping, EditorState.readOnly.of(isReadOnly),
			EditorView.contentAttributes.of({ 'aria-label': label }), keymap.of([...defaultKeymap, ...historyKeymap]),
			EditorView.updateListener.of(update => { if (update.docChanged) onText(update.state.doc.toString()) }),
		] }),
	})
	return () => view.destroy()
}
