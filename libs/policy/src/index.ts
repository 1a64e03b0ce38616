export * from './catalogue.js';
export * from './hours.js';
export * from './resolve.js';
export type { BilingualText, SettingChoice, SettingDefinition, SettingType, SettingUnit } from './setting.js';
