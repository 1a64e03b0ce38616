import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = (name: string) => fileURLToPath(new URL(`./${name}/src/index.ts`, import.meta.url));

/** What takes minutes begins first: begun last it would run on alone while the other worker has nothing left. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      ['/test/chaos/', '/test/scenarios/'].findIndex((folder) => moduleId.includes(folder));
    const rank = (file: TestSpecification) => (place(file) === -1 ? 2 : place(file));
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  resolve: {
    // Tests run against the sources, so that a failing line is the line one edits.
    alias: [
      ...[
        'contracts',
        'journal',
        'policy',
        'calendar',
        'money',
        'driver',
        'driver-zvt',
        'driver-escpos',
        'driver-nexo',
        'observer-unionpay',
        'power',
        'statements',
        'reconciliation',
      ].map((lib) => ({
        find: new RegExp(`^@tillward/${lib}$`),
        replacement: source(`libs/${lib}`),
      })),
      ...['core', 'edge-agent', 'simulator'].map((app) => ({ find: new RegExp(`^@tillward/${app}$`), replacement: source(`apps/${app}`) })),
      { find: /^tillward$/, replacement: source('apps/launcher') },
      // The file Node loads for the libraries that use it: with a second copy (its `module` field) no type would be an instance of its class.
      { find: /^graphql$/, replacement: 'graphql/index.js' },
    ],
  },
  test: {
    // Undone in the opposite order.
    globalSetup: ['test/setup/temporary-folder.ts', 'test/setup/postgres.ts'],
    include: ['apps/*/src/**/*.spec.ts', 'apps/*/src/**/*.spec.tsx', 'libs/*/src/**/*.spec.ts', 'test/**/*.spec.ts', 'tools/**/*.spec.ts'],
    exclude: ['**/dist/**', '**/node_modules/**', 'test/conformance/planted/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // One more than the two cores CI has: the long tests mostly wait for clocks, closings and processes they have killed.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
