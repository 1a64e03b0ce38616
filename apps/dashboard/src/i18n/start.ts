import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { type Locale, languageOf, localeOf } from '../format/locale.js';
import type { Language } from '../graphql/generated/graphql.js';
import type { CataloguePart } from './parts.js';

const STORAGE_KEY = 'tillward.language';

type Load = () => Promise<{ default: Record<string, unknown> }>;

/** Only the catalogue in use is loaded, and of it what the pages opened so far need. */
const CATALOGUES: Record<Locale, Record<CataloguePart, Load>> = {
  en: {
    base: () => import('./en.json?part=base'),
    approvals: () => import('./en.json?part=approvals'),
    gateways: () => import('./en.json?part=gateways'),
    audit: () => import('./en.json?part=audit'),
    training: () => import('./en.json?part=training'),
    duty: () => import('./en.json?part=duty'),
    money: () => import('./en.json?part=money'),
    funding: () => import('./en.json?part=funding'),
    terms: () => import('./en.json?part=terms'),
    settlement: () => import('./en.json?part=settlement'),
    differences: () => import('./en.json?part=differences'),
    statements: () => import('./en.json?part=statements'),
    terminal: () => import('./en.json?part=terminal'),
  },
  'zh-CN': {
    base: () => import('./zh-CN.json?part=base'),
    approvals: () => import('./zh-CN.json?part=approvals'),
    gateways: () => import('./zh-CN.json?part=gateways'),
    audit: () => import('./zh-CN.json?part=audit'),
    training: () => import('./zh-CN.json?part=training'),
    duty: () => import('./zh-CN.json?part=duty'),
    money: () => import('./zh-CN.json?part=money'),
    funding: () => import('./zh-CN.json?part=funding'),
    terms: () => import('./zh-CN.json?part=terms'),
    settlement: () => import('./zh-CN.json?part=settlement'),
    differences: () => import('./zh-CN.json?part=differences'),
    statements: () => import('./zh-CN.json?part=statements'),
    terminal: () => import('./zh-CN.json?part=terminal'),
  },
};

const wanted = new Set<CataloguePart>(['base']);
const loaded = new Set<string>();

/** The language a person chose on this device, else the browser's. */
export function preferredLanguage(stored: string | null, browser: readonly string[]): Language {
  if (stored === 'en' || stored === 'zh') return stored;
  return languageOf(browser[0] ?? 'en');
}

async function load(locale: Locale): Promise<void> {
  const missing = [...wanted].filter((part) => !loaded.has(`${locale} ${part}`));
  await Promise.all(
    missing.map(async (part) => {
      const catalogue = await CATALOGUES[locale][part]();
      i18next.addResourceBundle(locale, 'translation', catalogue.default, true, true);
      loaded.add(`${locale} ${part}`);
    }),
  );
}

/** A page with the part of the texts that only it shows; resolves when both are there. A language chosen later brings that part along. */
export async function withTexts<T>(part: CataloguePart, page: Promise<T>): Promise<T> {
  wanted.add(part);
  const [component] = await Promise.all([page, load(i18next.language as Locale)]);
  return component;
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
