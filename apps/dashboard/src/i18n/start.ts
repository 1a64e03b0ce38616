import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { type Locale, languageOf, localeOf } from '../format/locale.js';
import type { Language } from '../graphql/generated/graphql.js';

const STORAGE_KEY = 'tillward.language';

/** Only the catalogue in use is loaded. */
const CATALOGUES: Record<Locale, () => Promise<{ default: Record<string, unknown> }>> = {
  en: () => import('./en.json'),
  'zh-CN': () => import('./zh-CN.json'),
};

/** The language a person chose on this device, else the browser's. */
export function preferredLanguage(stored: string | null, browser: readonly string[]): Language {
  if (stored === 'en' || stored === 'zh') return stored;
  return languageOf(browser[0] ?? 'en');
}

async function load(locale: Locale): Promise<void> {
  if (i18next.hasResourceBundle(locale, 'translation')) return;
  const catalogue = await CATALOGUES[locale]();
  i18next.addResourceBundle(locale, 'translation', catalogue.default);
}

/** Starts the texts in the preferred language; resolves when they can be shown. */
export async function startTexts(): Promise<i18n> {
  const locale = localeOf(preferredLanguage(localStorage.getItem(STORAGE_KEY), navigator.languages));
  await i18next.use(initReactI18next).init({
    lng: locale,
    fallbackLng: false,
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
    react: { useSuspense: false },
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0]);
  await load(locale);
  document.documentElement.lang = locale;
  await i18next.changeLanguage(locale);
  return i18next;
}

/** Shows everything in the given language and remembers it on this device. */
export async function showLanguage(language: Language): Promise<void> {
  const locale = localeOf(language);
  await load(locale);
  localStorage.setItem(STORAGE_KEY, language);
  document.documentElement.lang = locale;
  if (i18next.language !== locale) await i18next.changeLanguage(locale);
}
