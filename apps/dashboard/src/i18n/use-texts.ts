import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { type Locale, languageOf, localeOf } from '../format/locale.js';
import type { Language } from '../graphql/generated/graphql.js';

/** The texts, and the language they are in. */
export interface Texts {
  readonly t: TFunction;
  readonly language: Language;
  readonly locale: Locale;
}

/** Catalogue texts and the locale for Intl; renders again when the language changes. */
export function useTexts(): Texts {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language ?? 'en');
  return { t, language, locale: localeOf(language) };
}

/** Looks a key up that came from the server; an unknown code is shown as it is rather than hidden. */
export function textOrCode(t: TFunction, group: string, code: string): string {
  return (t as unknown as (key: string, options: { defaultValue: string }) => string)(`${group}.${code}`, { defaultValue: code });
}

/** Picks the language's half of a text that the server sends in both. */
export const inLanguage = (language: Language, en: string, zh: string): string => (language === 'zh' ? zh : en);
