import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';
import { ACCENT_RAMP, DANGER_RAMP, DARK, FONT, LIGHT, MONO, type Palette, RADIUS, SPACE, TARGET, TYPE } from './tokens.js';

/** Mantine's theme, made of the tokens only. */
export const theme = createTheme({
  fontFamily: FONT,
  fontFamilyMonospace: MONO,
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 6 },
  colors: {
    accent: ACCENT_RAMP as unknown as MantineColorsTuple,
    danger: DANGER_RAMP as unknown as MantineColorsTuple,
    // Mantine draws its dark controls from this ramp.
    dark: [
      DARK.text,
      DARK.muted,
      DARK.muted,
      DARK.edge,
      DARK.edge,
      DARK.sunken,
      DARK.sunken,
      DARK.surface,
      DARK.background,
      DARK.background,
    ],
  },
  defaultRadius: 'md',
  radius: RADIUS,
  fontSizes: { xs: TYPE.xs, sm: TYPE.sm, md: TYPE.md, lg: TYPE.lg, xl: TYPE.xl },
  spacing: { xs: SPACE.xs, sm: SPACE.sm, md: SPACE.md, lg: SPACE.lg, xl: SPACE.xl },
  respectReducedMotion: true,
  cursorType: 'pointer',
});

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function schemeVariables(palette: Palette): Record<string, string> {
  const own = Object.fromEntries(Object.entries(palette).map(([name, value]) => [`--tw-${kebab(name)}`, value]));
  return {
    ...own,
    '--mantine-color-body': palette.surface,
    '--mantine-color-text': palette.text,
    '--mantine-color-dimmed': palette.muted,
    '--mantine-color-placeholder': palette.muted,
    '--mantine-color-anchor': palette.accent,
    '--mantine-color-error': palette.bad,
    '--mantine-color-default': palette.surface,
    '--mantine-color-default-hover': palette.sunken,
    '--mantine-color-default-color': palette.text,
    '--mantine-color-default-border': palette.edge,
    '--mantine-color-disabled': palette.quietSoft,
    '--mantine-color-disabled-color': palette.quiet,
    '--mantine-color-disabled-border': palette.border,
    '--mantine-primary-color-filled': palette.accentFill,
    '--mantine-color-accent-filled': palette.accentFill,
    '--mantine-color-accent-filled-hover': palette.accentFill,
    '--mantine-color-accent-light': palette.accentSoft,
    '--mantine-color-accent-light-color': palette.accent,
    '--mantine-color-accent-outline': palette.accent,
    '--mantine-color-danger-filled': palette.badFill,
    '--mantine-color-danger-filled-hover': palette.badFill,
    '--mantine-color-danger-light': palette.badSoft,
    '--mantine-color-danger-light-color': palette.bad,
    '--mantine-color-danger-outline': palette.bad,
  };
}

/** Writes the tokens as CSS custom properties, once per scheme, and corrects Mantine's own colours to AA contrast. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    ...Object.fromEntries(Object.entries(SPACE).map(([name, value]) => [`--tw-space-${name}`, value])),
    ...Object.fromEntries(Object.entries(TYPE).map(([name, value]) => [`--tw-type-${name}`, value])),
    ...Object.fromEntries(Object.entries(RADIUS).map(([name, value]) => [`--tw-radius-${name}`, value])),
    '--tw-target': TARGET,
    '--tw-mono': MONO,
  },
  light: schemeVariables(LIGHT),
  dark: schemeVariables(DARK),
});
