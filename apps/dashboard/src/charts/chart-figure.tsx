import { type ReactNode, useId } from 'react';
import { useTexts } from '../i18n/use-texts.js';
import ui from '../ui/ui.module.css';
import classes from './chart.module.css';

/** What a mark in the pictures means. `look` is told apart without its colour. */
export interface ChartKey {
  readonly look: 'solid' | 'hollow' | 'dot' | 'ring';
  readonly tone: 'accent' | 'warn' | 'bad';
  readonly text: string;
}

/** Pictures with a heading, a sentence that says what they show, what their marks mean, and the same figures as a table for whoever wants those. */
export function ChartFigure(props: {
  title: string;
  lead: ReactNode;
  keys: readonly ChartKey[];
  /** The same figures; left out where the page shows them as a table anyway. */
  table?: ReactNode;
  children: ReactNode;
  testId: string;
}) {
  const { t } = useTexts();
  const title = useId();
  return (
    <figure className={`${ui.card} ${classes.figure}`} aria-labelledby={title} data-testid={props.testId}>
      <figcaption>
        <h2 id={title} className={ui.cardTitle}>
          {props.title}
        </h2>
        <p>{props.lead}</p>
      </figcaption>
      <ul className={classes.keys} aria-hidden="true">
        {props.keys.map(({ look, tone, text }) => (
          <li key={text}>
            <span className={classes.key} data-look={look} data-tone={tone} />
            {text}
          </li>
        ))}
      </ul>
      <div className={classes.panels}>{props.children}</div>
      {props.table === undefined ? null : (
        <details className={classes.table}>
          <summary data-testid={`${props.testId}-table`}>{t('money.chart.table')}</summary>
          {props.table}
        </details>
      )}
    </figure>
  );
}

/** One of a figure's pictures under a name of its own: pictures of different currencies never share an axis. */
export function ChartPanel({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.panel}>
      <h3>{name}</h3>
      {children}
    </div>
  );
}
