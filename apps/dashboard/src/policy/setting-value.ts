import type { TFunction } from 'i18next';
import type { Language } from '../graphql/generated/graphql.js';
import { inLanguage } from '../i18n/use-texts.js';
import type { Setting } from './policy-queries.js';

/** A setting's value as people say it, with its unit. */
export function valueText(setting: Setting, value: unknown, t: TFunction, language: Language): string {
  switch (setting.type) {
    case 'boolean':
      return value === true ? t('policy.yes') : t('policy.no');
    case 'choice': {
      const choice = setting.choices?.find((each) => each.value === value);
      return choice ? inLanguage(language, choice.titleEn, choice.titleZh) : String(value);
    }
    case 'duration':
      if (setting.unit === 'minutes') return t('unit.minutes', { count: Number(value) });
      if (setting.unit === 'seconds') return t('unit.seconds', { count: Number(value) });
      return String(value);
    default:
      return String(value);
  }
}

/** A setting's title in the person's language. */
export const settingTitle = (setting: Setting, language: Language): string => inLanguage(language, setting.titleEn, setting.titleZh);
