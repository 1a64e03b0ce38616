/** Checked by src/i18n/catalogues.spec.ts and `npm run i18n`: no text outside the catalogues, no key missing in either language. */
export default {
  locales: ['en', 'zh-CN'],
  extract: {
    input: ['src/**/*.{ts,tsx}'],
    ignore: ['src/**/*.spec.ts', 'src/graphql/generated/**', 'src/build/**'],
    output: 'src/i18n/{{language}}.json',
    defaultNS: false,
    keySeparator: '.',
    nsSeparator: false,
    primaryLanguage: 'en',
    removeUnusedKeys: false,
  },
  lint: {
    ignoredAttributes: [
      'data-testid',
      'testId',
      'className',
      'to',
      'mode',
      'position',
      'size',
      'variant',
      'autoComplete',
      'autoCapitalize',
      'inputMode',
      'color',
      'shape',
      'tone',
    ],
  },
};
