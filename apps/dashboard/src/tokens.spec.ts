import { describe, expect, it } from 'vitest';
import { DARK, LIGHT, type Palette } from './tokens.js';

/** WCAG 2.2 relative luminance of `#rrggbb`. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const SURFACES = ['background', 'surface', 'sunken'] as const;
const INKS = ['text', 'muted', 'accent', 'ok', 'warn', 'bad', 'quiet'] as const;
const SOFT_PAIRS = [
  ['accent', 'accentSoft'],
  ['ok', 'okSoft'],
  ['warn', 'warnSoft'],
  ['bad', 'badSoft'],
  ['quiet', 'quietSoft'],
  ['onAccent', 'accentFill'],
  ['onAccent', 'badFill'],
] as const satisfies readonly (readonly [keyof Palette, keyof Palette])[];

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('%s scheme', (_name, palette) => {
  it.each(INKS.flatMap((ink) => SURFACES.map((surface) => [ink, surface] as const)))('%s is readable on %s', (ink, surface) => {
    expect(contrast(palette[ink], palette[surface])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SOFT_PAIRS)('%s is readable on %s', (ink, surface) => {
    expect(contrast(palette[ink], palette[surface])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SURFACES)('edges of controls are visible on %s', (surface) => {
    expect(contrast(palette.edge, palette[surface])).toBeGreaterThanOrEqual(3);
  });
});
