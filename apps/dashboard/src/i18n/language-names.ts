import type { Language } from '../graphql/generated/graphql.js';

/** Names of the languages in themselves, as everywhere in the world. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', zh: '简体中文' };
