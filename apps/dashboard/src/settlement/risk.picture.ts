import type { PictureOption } from '../charts/engine.js';
import { tipOf } from '../charts/tip.js';
import { FONT, type Palette } from '../tokens.js';
import type { RiskRow, Urgency } from './risk.rules.js';

/** What is written in the picture, in the person's language. */
export interface RiskWords {
  /** The store's amount, and what of it is late. */
  readonly label: (row: RiskRow) => string;
  readonly hours: (hours: number) => string;
  readonly tip: (row: RiskRow) => readonly string[];
}

/** Below this width a store's name and amount stand above its line. */
const NARROW = 560;
const ROW = { narrow: 62, wide: 34 } as const;
const AXIS = 30;
/** Room above the first row, where its name and amount stand above its line. */
const ABOVE = { narrow: 18, wide: 4 } as const;
const SMALL = 12;
const HOUR = 60;

/** Height of the picture for so many stores, CSS pixels. */
export const riskHeight = (rows: number, narrow: boolean): number =>
  rows * (narrow ? ROW.narrow : ROW.wide) + AXIS + (narrow ? ABOVE.narrow - ABOVE.wide : 0);

/** Whole hours the axis reaches: a little more than the last cut-off, at least two. */
export const axisHours = (rows: readonly RiskRow[]): number =>
  Math.max(2, Math.ceil(Math.max(0, ...rows.map(({ minutesLeft }) => minutesLeft ?? 0)) / HOUR));

/** Each store as a line from now to its cut-off with its amount at the end; what is late stands at “now” in red. */
export function riskPicture(rows: readonly RiskRow[], words: RiskWords, ink: Palette, width: number): PictureOption {
  const narrow = width < NARROW;
  const colour: Record<Urgency, string> = { late: ink.bad, soon: ink.warn, calm: ink.accent };
  const small = { fontFamily: FONT, fontSize: SMALL };
  const hours = axisHours(rows);
  const each = Math.max(1, Math.ceil(hours / (narrow ? 4 : 8)));
  return {
    grid: {
      left: 6,
      right: narrow ? 18 : 190,
      top: narrow ? ABOVE.narrow : ABOVE.wide,
      bottom: 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: {
      type: 'value',
      min: 0,
      max: Math.ceil(hours / each) * each * HOUR,
      interval: each * HOUR,
      axisLabel: { ...small, color: ink.muted, hideOverlap: true, formatter: (minutes: number) => words.hours(minutes / HOUR) },
      splitLine: { lineStyle: { color: ink.border } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ name }) => name),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: ink.edge, width: 1.5 } },
      axisLabel: narrow
        ? narrowLabel(rows, words, ink, colour)
        : { ...small, color: ink.text, overflow: 'truncate', width: 230, margin: 16 },
      // Names stand before the lines of their rows; beside them there is nothing to stand before.
      ...(narrow ? { z: 5 } : {}),
    },
    tooltip: tipOf(ink, (at) => {
      const row = rows[at];
      return row === undefined ? [] : words.tip(row);
    }),
    series: [
      {
        type: 'bar',
        barWidth: 4,
        data: rows.map(({ minutesLeft, urgency }) => ({ value: minutesLeft ?? 0, itemStyle: { color: colour[urgency] } })),
        z: 2,
      },
      {
        type: 'scatter',
        symbol: 'circle',
        symbolSize: 14,
        data: rows.map((row, at) => ({
          value: [row.minutesLeft ?? 0, at],
          itemStyle: {
            color: row.minutesLeft === null ? ink.badSoft : colour[row.urgency],
            borderColor: colour[row.urgency],
            borderWidth: 2,
            opacity: 1,
          },
          label: {
            show: !narrow,
            position: 'right' as const,
            opacity: 1,
            formatter: words.label(row),
            color: colour[row.urgency],
            ...small,
            fontWeight: 600 as const,
          },
        })),
        z: 3,
      },
    ],
  };
}

/** Name and amount in two lines above the line, where there is no room beside it. */
function narrowLabel(rows: readonly RiskRow[], words: RiskWords, ink: Palette, colour: Record<Urgency, string>) {
  const line = { fontFamily: FONT, fontSize: SMALL, lineHeight: 16 };
  return {
    inside: true,
    verticalAlign: 'bottom' as const,
    margin: 6,
    padding: [0, 0, 9, 0],
    formatter: (_name: string, at: number) => {
      const row = rows[at];
      // Braces and bars would be markup here.
      return row === undefined ? '' : `{name|${row.name.replaceAll(/[{}|]/g, ' ')}}\n{${row.urgency}|${words.label(row)}}`;
    },
    rich: {
      name: { ...line, color: ink.text },
      late: { ...line, color: colour.late, fontWeight: 600 as const },
      soon: { ...line, color: colour.soon, fontWeight: 600 as const },
      calm: { ...line, color: colour.calm, fontWeight: 600 as const },
    },
  };
}
