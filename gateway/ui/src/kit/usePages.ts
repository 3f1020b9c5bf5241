/** A list that grows by its cursor. */
import { useCallback, useEffect, useState } from 'preact/hooks'
import { call, type Answer, type Data, type Id, type Input } from '../api'
import { useDoing, useOperation, type Asked } from './useOperation'

export interface Paged<I extends Id> extends Asked<I> { more: (() => void) | null }

/** after: which field of the last row the next page begins after, where the operation has no cursor. */
export function usePages<I extends Id>(id: I, input: Input<I> | null, after?: string): Paged<I> {
	const first = useOperation(id, input)
	const [further, setFurther] = useState<Answer<I>[]>([])
	const doing = useDoing()
	useEffect(() => setFurther([]), [first.answer])
	const answers = first.answer ? [first.answer, ...further] : []
	const last = answers.at(-1)
	const meta = last?.meta as { hasMore?: boolean; nextCursor?: string | null } | undefined
	const rows = answers.flatMap(answer => answer.data as unknown[])
	const next = useCallback(() => void doing.run(async () => {
		const from = after ? { after: (rows.at(-1) as Record<string, unknown>)[after] } : { cursor: meta?.nextCursor }
		const answer = await call(id, { ...input, ...from } as Input<I>)
		setFurther(list => [...list, answer])
	}), [last])
	return { ...first, data: first.answer ? rows as Data<I> : null, problem: first.problem ?? doing.problem, more: meta?.hasMore ? next : null }
}
