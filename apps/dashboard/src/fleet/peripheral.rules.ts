import type { PeripheralState, TerminalBoardFragment } from '../graphql/generated/graphql.js';

/** A peripheral of a terminal, as the board knows it. */
export type Peripheral = TerminalBoardFragment['peripherals'][number];

/** How a peripheral's state is shown: `bad` keeps it from working, `warn` soon will. */
export const PERIPHERAL_TONES = {
  ready: 'ok',
  paperLow: 'warn',
  paperOut: 'bad',
  coverOpen: 'bad',
  error: 'bad',
  offline: 'bad',
  unknown: 'quiet',
} as const satisfies Record<PeripheralState, string>;

/** The peripherals somebody has to look after, worse first. Unknown is no problem of theirs: nobody can tell. */
export function problemsOf({ peripherals }: Pick<TerminalBoardFragment, 'peripherals'>): Peripheral[] {
  const bad = peripherals.filter(({ state }) => PERIPHERAL_TONES[state] === 'bad');
  return [...bad, ...peripherals.filter(({ state }) => PERIPHERAL_TONES[state] === 'warn')];
}

/** Whether a peripheral keeps the terminal from doing all of its work. */
export const isBroken = (terminal: Pick<TerminalBoardFragment, 'peripherals'>): boolean =>
  terminal.peripherals.some(({ state }) => PERIPHERAL_TONES[state] === 'bad');

/** What is broken when it is the same everywhere in a store: then it can be named instead of “something”. */
export function onlyProblem(terminals: readonly Pick<TerminalBoardFragment, 'peripherals'>[]): Peripheral | undefined {
  const broken = terminals.flatMap(({ peripherals }) => peripherals.filter(({ state }) => PERIPHERAL_TONES[state] === 'bad'));
  const [first] = broken;
  return broken.every(({ kind, state }) => kind === first?.kind && state === first.state) ? first : undefined;
}
