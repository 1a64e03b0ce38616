import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './ui.module.css';

/** Colour of a state; always together with an icon and a word. */
export type ChipTone = 'ok' | 'warn' | 'bad' | 'info' | 'quiet';

/** A state as icon and word. `plain` leaves the background out, for dense places. */
export function StateChip(props: { tone: ChipTone; icon: LucideIcon; children: ReactNode; plain?: boolean; testId?: string }) {
  const Icon = props.icon;
  return (
    <span
      className={`${classes.chip} ${classes[props.tone]} ${props.plain ? classes.plain : ''}`}
      data-testid={props.testId}
      data-tone={props.tone}
    >
      <Icon aria-hidden="true" />
      <span>{props.children}</span>
    </span>
  );
}
