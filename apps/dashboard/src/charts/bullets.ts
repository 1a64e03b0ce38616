import type { Locale } from '../format/locale.js';
import { formatMoneyShort } from '../format/money.js';
import { FONT, type Palette } from '../tokens.js';
import type { PictureOption } from './engine.js';
import { tipOf } from './tip.js';

/** What should be and what is, of one day or one acquirer. */
export interface Bullet {
  readonly name: string;
  /** Of a day whose year is not self-evident: stands below the first name and where it changes. */
  readonly year?: string | undefined;
  readonly expectedMinor: number;
  /** Null where nothing came yet. */
  readonly actualMinor: number | null;
  /** Set where the two ought to be the same and are not: what is written at the mark. */
  readonly gap: string | null;
  /** Lines of the tip, the first its heading. */
  readonly tip: readonly string[];
}

/** Height of a picture of columns, and of each row of a picture of rows, CSS pixels. */
export const COLUMNS_HEIGHT = 190;
const ROW_HEIGHT = 54;
const AXIS_HEIGHT = 34;
const SMALL = 12;
/** Room the amounts take beside columns, and a sign of a gap, CSS pixels. */
const AXIS_WIDTH = 60;
const SIGN_WIDTH = 7;
const HAN_WIDTH = 12;
/** Room between two names, CSS pixels. */
const NAME_SPACE = 6;
/** How thick the bar inside is, as a part of the hollow one. */
const INSIDE = 0.5;

/** Height of a picture with so many rows, CSS pixels. */
export const rowsHeight = (rows: number): number => rows * ROW_HEIGHT + AXIS_HEIGHT;

/**
 * What is as a solid bar inside the hollow one of what should be: what is missing stays hollow, what is too much stands out. A gap is written beside its bar and coloured.
 * Bars stand as columns, or lie as rows where names are long. Amounts are of one currency, integer minor units all the way.
 */
export function bulletPicture(
  bullets: readonly Bullet[],
  look: { currency: string; locale: Locale; lying: boolean },
  ink: Palette,
  width: number,
): PictureOption {
  const { currency, locale, lying } = look;
  const words = { color: ink.muted, fontFamily: FONT, fontSize: SMALL };
  const columnWidth = (width - AXIS_WIDTH) / Math.max(1, bullets.length);
  const labels = lying ? [] : columnLabels(bullets, columnWidth);
  const names = {
    type: 'category' as const,
    data: bullets.map(({ name }) => name),
    inverse: lying,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: ink.edge } },
    // A row's name stands above it: names of companies are long.
    axisLabel: lying
      ? {
          ...words,
          color: ink.text,
          inside: true,
          margin: 0,
          verticalAlign: 'bottom' as const,
          padding: [0, 0, 11, 0],
          width: width - 16,
          overflow: 'truncate' as const,
        }
      : { ...words, interval: 0, formatter: (_name: string, at: number) => labels[at] ?? '' },
    z: 5,
  };
  const amounts = {
    type: 'value' as const,
    splitNumber: lying ? 2 : 3,
    axisLabel: { ...words, hideOverlap: true, formatter: (minor: number) => formatMoneyShort({ amountMinor: minor, currency }, locale) },
    splitLine: { lineStyle: { color: ink.border } },
  };
  // The second axis of names is the same and not shown: bars of one axis would stand beside each other.
  const twice = [names, { ...names, show: false }];
  const thick = lying ? 18 : Math.max(8, Math.min(34, columnWidth / 1.7));
  return {
    grid: { left: 4, right: lying ? 72 : 8, top: lying ? 10 : 22, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    ...(lying ? { xAxis: amounts, yAxis: twice } : { xAxis: twice, yAxis: amounts }),
    tooltip: tipOf(ink, (at) => bullets[at]?.tip ?? []),
    series: [
      expectedSeries(bullets, ink, thick),
      actualSeries(bullets, ink, thick, lying),
      gapSeries(bullets, ink, lying, written(bullets, lying ? undefined : columnWidth)),
    ],
  };
}

/** What stands below each column: as many names as have room, each year once. The first day of a new year always has its name. */
function columnLabels(bullets: readonly Bullet[], columnWidth: number): string[] {
  const widthOf = ({ name }: Bullet) => [...name].reduce((sum, sign) => sum + (/\p{Script=Han}/u.test(sign) ? HAN_WIDTH : SIGN_WIDTH), 0);
  const step = Math.max(1, Math.ceil((Math.max(0, ...bullets.map(widthOf)) + NAME_SPACE) / columnWidth));
  const turn = bullets.findIndex(({ year }, at) => at > 0 && year !== bullets[at - 1]?.year);
  const first = turn < 0 ? 0 : turn % step;
  let said: string | undefined;
  return bullets.map(({ name, year }, at) => {
    if (at % step !== first) return '';
    const label = year === undefined || year === said ? name : `${name}\n${year}`;
    said = year;
    return label;
  });
}

function expectedSeries(bullets: readonly Bullet[], ink: Palette, thick: number) {
  return {
    type: 'bar' as const,
    barWidth: thick,
    data: bullets.map(({ expectedMinor, gap }) => ({
      value: expectedMinor,
      itemStyle: { color: gap === null ? ink.accentSoft : ink.badSoft, borderColor: gap === null ? ink.accent : ink.bad, borderWidth: 1.5 },
    })),
    z: 2,
  };
}

function actualSeries(bullets: readonly Bullet[], ink: Palette, thick: number, lying: boolean) {
  return {
    type: 'bar' as const,
    ...(lying ? { yAxisIndex: 1 } : { xAxisIndex: 1 }),
    barWidth: thick * INSIDE,
    data: bullets.map(({ actualMinor, gap }) => ({
      value: actualMinor ?? '-',
      itemStyle: { color: gap === null ? ink.accent : ink.bad },
    })),
    z: 3,
  };
}

/** Bullets whose gap is written: the largest first, and none that would cover another's. Their colour and tip say it of all. In rows, which have a line each, all are. */
function written(bullets: readonly Bullet[], columnWidth: number | undefined): ReadonlySet<number> {
  const size = ({ expectedMinor, actualMinor }: Bullet) => Math.abs((actualMinor ?? 0) - expectedMinor);
  const kept: { readonly at: number; readonly half: number }[] = [];
  for (const [at, bullet] of [...bullets.entries()].sort(([, a], [, b]) => size(b) - size(a))) {
    const half = ((bullet.gap?.length ?? 0) * SIGN_WIDTH) / 2;
    const covers = kept.some((other) => columnWidth !== undefined && Math.abs(at - other.at) * columnWidth < half + other.half);
    if (bullet.gap !== null && !covers) kept.push({ at, half });
  }
  return new Set(kept.map(({ at }) => at));
}

/** What is written at the longer of two bars; before everything, as it may stand over a neighbour. */
function gapSeries(bullets: readonly Bullet[], ink: Palette, lying: boolean, shown: ReadonlySet<number>) {
  return {
    type: 'scatter' as const,
    symbolSize: 0,
    silent: true,
    data: bullets.flatMap(({ expectedMinor, actualMinor, gap }, at) => {
      if (gap === null || !shown.has(at)) return [];
      const end = Math.max(expectedMinor, actualMinor ?? 0);
      return [
        {
          value: lying ? [end, at] : [at, end],
          label: {
            show: true,
            opacity: 1,
            formatter: gap,
            position: lying ? ('right' as const) : ('top' as const),
            color: ink.bad,
            fontFamily: FONT,
            fontSize: SMALL,
            fontWeight: 600 as const,
            backgroundColor: ink.surface,
            borderRadius: 2,
            padding: [1, 2],
          },
        },
      ];
    }),
    z: 6,
  };
}
