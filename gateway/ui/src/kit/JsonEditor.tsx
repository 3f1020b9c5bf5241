/** JSON as text, by CodeMirror, which is loaded when it is first needed.  It lives in a shadow tree: there its styles need no inline style. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { t } from '../texts'

interface Props { label: string; value: unknown; onChange: (value: unknown) => void; onBroken?: (isBroken: boolean) => void; isReadOnly?: boolean }

export function JsonEditor({ label, value, onChange, onBroken, isReadOnly }: Props) {
	const host = useRef<HTMLDivElement>(null)
	const latest = useRef({ onChange, onBroken })
	const [isLoading, setLoading] = useState(true)
	latest.current = { onChange, onBroken }
	useEffect(() => {
		let end = () => {}
		let isGone = false
		void import('./codemirror').then(({ open }) => {
			if (isGone || !host.current) return
			const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
			end = open(root, label, JSON.stringify(value ?? null, null, 2), !!isReadOnly, text => {
				try {
					latest.current.onChange(JSON.parse(text))
					latest.current.onBroken?.(false)
				} catch {
					latest.current.onBroken?.(true)
				}
			})
			setLoading(false)
		})
		return () => { isGone = true; end() }
	}, [])
	return <>{isLoading && <p class="faint">{t('loading')} …</p>}<div ref={host} class="json-editor" /></>
}
