/**
 * Every colour, size and space of the dashboard. `theme.ts` turns them into CSS custom properties (`--tw-…`); style sheets use only those.
 * Colours that carry text are checked against their surfaces by tokens.spec.ts (WCAG 2.2 AA, 4.5:1).
 */

/** The colours of one scheme, by what they are for. */
export interface Palette {
  readonly background: string;
  readonly surface: string;
  readonly sunken: string;
  readonly border: string;
  /** Edges of controls: 3:1 against every surface. */
  readonly edge: string;
  readonly text: string;
  readonly muted: string;
  readonly accent: string;
  readonly accentSoft: string;
  readonly accentFill: string;
  readonly onAccent: string;
  readonly ok: string;
  readonly okSoft: string;
  readonly warn: string;
  readonly warnSoft: string;
  readonly bad: string;
  readonly badSoft: string;
  readonly badFill: string;
  readonly quiet: string;
  readonly quietSoft: string;
}

/** Daylight scheme. */
export const LIGHT: Palette = {
  background: '#f3f5f7',
  surface: '#ffffff',
  sunken: '#f0f2f5',
  border: '#dbe0e6',
  edge: '#7d8894',
  text: '#17212b',
  muted: '#52606d',
  accent: '#1a53ae',
  accentSoft: '#e7effc',
  accentFill: '#1d5bbf',
  onAccent: '#ffffff',
  ok: '#19653a',
  okSoft: '#e2f3e8',
  warn: '#7d4b00',
  warnSoft: '#fdf0d8',
  bad: '#a9221b',
  badSoft: '#fde9e7',
  badFill: '#b3261e',
  quiet: '#4c5763',
  quietSoft: '#e9edf1',
};

/** Night scheme. */
export const DARK: Palette = {
  background: '#0f141a',
  surface: '#171e26',
  sunken: '#121920',
  border: '#2c3742',
  edge: '#768390',
  text: '#e7ecf1',
  muted: '#a6b2be',
  accent: '#8ab4f8',
  accentSoft: '#1a2c48',
  accentFill: '#2b66c6',
  onAccent: '#ffffff',
  ok: '#82d6a3',
  okSoft: '#14301f',
  warn: '#f2c172',
  warnSoft: '#362709',
  bad: '#ffa59d',
  badSoft: '#3e1815',
  badFill: '#c0352c',
  quiet: '#b6c0ca',
  quietSoft: '#27313b',
};

/** Type scale in rem. */
export const TYPE = {
  xs: '0.75rem',
  sm: '0.8125rem',
  md: '0.875rem',
  lg: '1rem',
  xl: '1.25rem',
  xxl: '1.625rem',
  clock: '2.25rem',
} as const;

/** Spaces in rem. */
export const SPACE = { xs: '0.25rem', sm: '0.5rem', md: '0.75rem', lg: '1rem', xl: '1.5rem', xxl: '2.25rem' } as const;

/** Corner radii. */
export const RADIUS = { sm: '4px', md: '6px', lg: '10px' } as const;

/** Smallest target of a control on a touch screen. */
export const TARGET = '44px';

/** System fonts only: nothing is fetched; Chinese faces follow the Latin ones. */
export const FONT =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

/** Face for hashes and identifiers. */
export const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace';

/** Mantine's ramp for the one accent; index 6 is the fill of both schemes' buttons. */
export const ACCENT_RAMP = [
  '#eef4fd',
  '#dbe7fb',
  '#b7cff6',
  '#8ab4f8',
  '#5c92ea',
  '#3a77d9',
  '#1d5bbf',
  '#1a53ae',
  '#164690',
  '#103569',
] as const;

/** Mantine's ramp for danger. */
export const DANGER_RAMP = [
  '#fdeeec',
  '#fbd9d6',
  '#f5b4ae',
  '#ffa59d',
  '#e4665d',
  '#cf443a',
  '#b3261e',
  '#a9221b',
  '#861a14',
  '#5f120e',
] as const;
