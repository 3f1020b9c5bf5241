/** What an operation answers, and asking it again. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { call, Refusal, type Answer, type Data, type Id, type Input } from '../api'

export interface Asked<I extends Id> {
	answer: Answer<I> | null
	data: Data<I> | null
	problem: Refusal | null
	isAsking: boolean
	again: () => void
}

const asRefusal = (problem: unknown) => problem instanceof Refusal ? problem : new Refusal(0, 'UNEXPECTED', String(problem), '', [], {})

/** input null: not yet. */
export function useOperation<I extends Id>(id: I, input: Input<I> | null): Asked<I> {
	const [state, setState] = useState<{ answer: Answer<I> | null; problem: Refusal | null; isAsking: boolean }>({ answer: null, problem: null, isAsking: true })
	const [round, setRound] = useState(0)
	const key = JSON.stringify(input)
	useEffect(() => {
		if (input === null) return
		const stop = new AbortController()
		setState(before => ({ ...before, isAsking: true }))
		call(id, input, stop.signal).then(
			answer => setState({ answer, problem: null, isAsking: false }),
			problem => { if (!stop.signal.aborted) setState(before => ({ ...before, problem: asRefusal(problem), isAsking: false })) })
		return () => stop.abort()
	}, [id, key, round])
	const again = useCallback(() => setRound(n => n + 1), [])
	return { answer: state.answer, data: state.answer?.data ?? null, problem: state.problem, isAsking: state.isAsking, again }
}

export interface Doing { run: (what: () => Promise<unknown>) => Promise<boolean>; problem: Refusal | null; isBusy: boolean; clear: () => void }

/** Do something once at a time; what is refused is kept to be shown. */
export function useDoing(): Doing {
	const [problem, setProblem] = useState<Refusal | null>(null)
	const [isBusy, setBusy] = useState(false)
	const busy = useRef(false)
	const run = useCallback(async (what: () => Promise<unknown>) => {
		if (busy.current) return false
		busy.current = true
		setBusy(true)
		setProblem(null)
		try {
			await what()
			return true
		} catch (refusal) {
			setProblem(asRefusal(refusal))
			return false
		} finally {
			busy.current = false
			setBusy(false)
		}
	}, [])
	return { run, problem, isBusy, clear: () => setProblem(null) }
}
