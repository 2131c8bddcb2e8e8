import type { JSX } from 'preact';

interface TableHeadProps {
  /** title and classes of each column */
  readonly columns: readonly (readonly [title: string, kind?: string])[];
}

/** The heads of a table's columns. */
export function TableHead({ columns }: TableHeadProps): JSX.Element {
  return (
    <thead>
      <tr>
        {columns.map(([title, kind], i) =>
          title === '' ? (
            <td key={i} class={kind ?? ''} />
          ) : (
            <th key={i} scope="col" class={kind ?? ''}>
              {title}
            </th>
          ),
        )}
      </tr>
    </thead>
  );
}
