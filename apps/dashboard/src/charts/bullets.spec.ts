import { describe, expect, it } from 'vitest';
import { DARK, LIGHT } from '../tokens.js';
import { type Bullet, bulletPicture } from './bullets.js';

const bullet = (change: Partial<Bullet>): Bullet => ({
  name: 'Nov 20',
  expectedMinor: 1_000,
  actualMinor: 1_000,
  gap: null,
  tip: [],
  ...change,
});
const look = { currency: 'EUR', locale: 'en', lying: false } as const;
type Drawn = {
  series: { barWidth: number; data: { value: unknown; itemStyle: { color: string }; label: { formatter: string } }[] }[];
};
const drawn = (bullets: readonly Bullet[], more: { lying?: boolean } = {}) =>
  bulletPicture(bullets, { ...look, ...more }, LIGHT, 400) as unknown as Drawn & Record<string, unknown>;

describe('what is against what should be', () => {
  it('is a solid bar inside a hollow one, and no bar where nothing came yet', () => {
    const [expected, actual] = drawn([bullet({}), bullet({ actualMinor: null })]).series;
    expect(expected?.data.map(({ value }) => value)).toEqual([1_000, 1_000]);
    expect(actual?.data.map(({ value }) => value)).toEqual([1_000, '-']);
    expect(actual?.barWidth).toBe((expected?.barWidth ?? 0) / 2);
  });

  it('writes a gap once, at the end of the longer bar, and never by colour alone', () => {
    const bullets = [bullet({ actualMinor: 900, gap: '-€1.00' }), bullet({}), bullet({ actualMinor: 1_200, gap: '+€2.00' })];
    const [, actual, gaps] = drawn(bullets).series;
    expect(gaps?.data.map(({ value, label }) => [value, label.formatter])).toEqual([
      [[0, 1_000], '-€1.00'],
      [[2, 1_200], '+€2.00'],
    ]);
    expect(drawn(bullets, { lying: true }).series[2]?.data.map(({ value }) => value)).toEqual([
      [1_000, 0],
      [1_200, 2],
    ]);
    expect(actual?.data.map(({ itemStyle }) => itemStyle.color)).toEqual([LIGHT.bad, LIGHT.accent, LIGHT.bad]);
  });

  it('writes the largest of gaps that would cover each other', () => {
    const bullets = Array.from({ length: 10 }, (_, at) => bullet({ actualMinor: 900 - at, gap: '-€1,234.00' }));
    const [, actual, gaps] = drawn(bullets).series;
    expect(gaps?.data.map(({ value }) => (value as number[])[0])).toEqual([0, 3, 6, 9]);
    expect(actual?.data.every(({ itemStyle }) => itemStyle.color === LIGHT.bad)).toBe(true);
    expect(drawn(bullets, { lying: true }).series[2]?.data).toHaveLength(10);
  });

  it('lies where names are long', () => {
    expect(drawn([bullet({})])).toMatchObject({ xAxis: [{ type: 'category' }, { show: false }], yAxis: { type: 'value' } });
    expect(drawn([bullet({})], { lying: true })).toMatchObject({
      yAxis: [{ type: 'category' }, { show: false }],
      xAxis: { type: 'value' },
    });
  });

  const labels = (bullets: readonly Bullet[], width: number) => {
    const { xAxis } = bulletPicture(bullets, look, LIGHT, width) as unknown as {
      xAxis: [{ axisLabel: { formatter: (name: string, at: number) => string } }];
    };
    return bullets.map(({ name }, at) => xAxis[0].axisLabel.formatter(name, at));
  };

  it('names as many columns as there is room for', () => {
    const days = Array.from({ length: 10 }, (_, at) => bullet({ name: `Nov ${at + 10}` }));
    expect(labels(days, 1_000).every((label) => label !== '')).toBe(true);
    expect(labels(days, 360).flatMap((label, at) => (label === '' ? [] : [at]))).toEqual([0, 2, 4, 6, 8]);
  });

  it('says each year once, below the first day of it that has a name', () => {
    const year = (at: number) => (at < 5 ? '2025' : '2026');
    const days = Array.from({ length: 10 }, (_, at) => bullet({ name: `day ${at}`, year: year(at) }));
    expect(labels(days, 1_000).filter((label) => label.includes('\n'))).toEqual(['day 0\n2025', 'day 5\n2026']);
    // The turn of the year has a name, however little room there is.
    expect(labels(days, 360).filter((label) => label !== '')).toEqual(['day 1\n2025', 'day 3', 'day 5\n2026', 'day 7', 'day 9']);
  });

  it('takes the colours of the scheme', () => {
    expect(JSON.stringify(bulletPicture([bullet({})], look, DARK, 400))).toContain(DARK.accent);
  });
});
