import { SETTING_KEYS, settingDefinition } from './catalogue.js';
import type { SettingDefinition } from './setting.js';

/** The generated files of this project: path from the repository's root → content. `npm run generate` writes them, `npm run generate:check` compares. */
export function generatedFiles(): Record<string, string> {
  return { 'docs/settings.md': settingsDocument() };
}

function settingsDocument(): string {
  const rows = SETTING_KEYS.map((key) => row(key, settingDefinition(key)));
  const sections = SETTING_KEYS.map((key) => section(key, settingDefinition(key)));
  return `# Settings 设置

<!-- Generated from libs/policy by \`npm run generate\`. -->

Every value a chain can set. Values inherit chain → region → store → terminal; the lowest level that sets one wins, unless the setting belongs to the chain alone.
所有可配置项。取值按 总部 → 区域 → 门店 → 终端 继承,以最低一级的设置为准;仅限总部的设置除外。

| key | title | 名称 | default | set by |
|---|---|---|---|---|
${rows.join('\n')}

${sections.join('\n\n')}
`;
}

function row(key: string, setting: SettingDefinition): string {
  const setBy = setting.overridable ? 'every level' : 'chain only 仅限总部';
  return `| [\`${key}\`](#${key.toLowerCase().replaceAll('.', '')}) | ${setting.title.en} | ${setting.title.zh} | ${defaultText(setting)} | ${setBy} |`;
}

function section(key: string, setting: SettingDefinition): string {
  const choices = (setting.choices ?? []).map(({ value, title }) => `- \`${value}\`: ${title.en} ${title.zh}`);
  return [
    `## ${key}`,
    '',
    setting.help.en,
    setting.help.zh,
    '',
    `Must be ${setting.expected.en}. 必须是${setting.expected.zh}。`,
    ...(choices.length > 0 ? ['', ...choices] : []),
  ].join('\n');
}

function defaultText({ default: value, unit }: SettingDefinition): string {
  return `\`${value}\`${unit === null ? '' : ` ${unit}`}`;
}
