import { type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import classes from './ui.module.css';
import { usePhone } from './use-phone.js';

/** One column of a list: a table's column on a desk, a named fact on a phone's card. */
export interface Column<T> {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** Numbers stand at the end of their cell. */
  readonly end?: boolean;
  /** Heads the card on a phone instead of being a named fact. */
  readonly head?: boolean;
}

/** Rows as a table on a desk, as cards on a phone; the same columns make both. */
export function Rows<T>(props: {
  rows: readonly T[];
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  label: string;
  testId?: string;
}) {
  return usePhone() ? <Cards {...props} /> : <Table {...props} />;
}

type RowsProps<T> = Parameters<typeof Rows<T>>[0];

function Table<T>({ rows, columns, rowKey, label, testId }: RowsProps<T>) {
  const frame = useRef<HTMLDivElement>(null);
  const wide = useWider(frame);
  return (
    // What is wider than the page, as sums of fifteen digits are, is scrolled within it, by the keyboard too.
    <div ref={frame} className={classes.frame} {...(wide ? { role: 'region', 'aria-label': label, tabIndex: 0 } : {})}>
      <table className={classes.table} aria-label={label} data-testid={testId}>
        <thead>
          <tr>
            {columns.map(({ key, header, end }) => (
              <th key={key} scope="col" className={end ? classes.end : undefined}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} data-row={rowKey(row)}>
              {columns.map(({ key, cell, end }) => (
                <td key={key} className={end ? classes.end : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Whether an element holds more than it is wide, kept up to date. */
function useWider(frame: RefObject<HTMLDivElement | null>): boolean {
  const [wide, setWide] = useState(false);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const look = () => setWide(element.scrollWidth > element.clientWidth + 1);
    const observer = new ResizeObserver(look);
    for (const each of [element, ...element.children]) observer.observe(each);
    return () => observer.disconnect();
  }, [frame]);
  return wide;
}

function Cards<T>({ rows, columns, rowKey, label, testId }: RowsProps<T>) {
  const heads = columns.filter(({ head }) => head);
  const facts = columns.filter(({ head }) => !head);
  return (
    <ul className={classes.list} aria-label={label} data-testid={testId}>
      {rows.map((row) => (
        <li key={rowKey(row)} className={classes.card} data-row={rowKey(row)}>
          <div className={classes.cardHead}>
            {heads.map(({ key, cell }) => (
              <div key={key}>{cell(row)}</div>
            ))}
          </div>
          <dl className={classes.facts}>
            {facts.map(({ key, header, cell }) => (
              <CardFact key={key} header={header} value={cell(row)} />
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}

function CardFact({ header, value }: { header: string; value: ReactNode }) {
  if (value === null || value === '–') return null;
  return (
    <>
      <dt>{header}</dt>
      <dd>{value}</dd>
    </>
  );
}
