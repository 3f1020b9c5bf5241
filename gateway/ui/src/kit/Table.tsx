/** Rows in columns; on a narrow screen each row is a card. */
import type { ComponentChildren } from 'preact'
import { t } from '../texts'
import { Button } from './parts'

export interface Column<Row> { head: string; cell: (row: Row) => ComponentChildren; isNumber?: boolean }

export function Table<Row>({ label, rows, columns, keyOf, more }: {
	label: string; rows: Row[]; columns: Column<Row>[]; keyOf: (row: Row) => string | number; more?: (() => void) | null
}) {
	if (rows.length === 0) return <p class="faint">{t('nothing')}</p>
	return <>
		<table aria-label={label}>
			<thead><tr>{columns.map(column => <th key={column.head} scope="col" class={column.isNumber ? 'number' : ''}>{column.head}</th>)}</tr></thead>
			<tbody>{rows.map(row => <tr key={keyOf(row)}>
				{columns.map(column => <td key={column.head} data-head={column.head} class={column.isNumber ? 'number' : ''}>{column.cell(row)}</td>)}
			</tr>)}</tbody>
		</table>
		{more && <p><Button onClick={more}>{t('more')}</Button></p>}
	</>
}
