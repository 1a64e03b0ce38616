import type { Language } from '../graphql/generated/graphql.js';

/** BCP 47 tag that the catalogues and Intl use for one of the two languages. */
export type Locale = 'en' | 'zh-CN';

/** The locale of a person's language. */
export const localeOf = (language: Language): Locale => (language === 'zh' ? 'zh-CN' : 'en');

/** The language of a locale; anything Chinese is `zh`. */
export const languageOf = (locale: string): Language => (locale.toLowerCase().startsWith('zh') ? 'zh' : 'en');
