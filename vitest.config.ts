import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = (name: string) => fileURLToPath(new URL(`./${name}/src/index.ts`, import.meta.url));

const ALL = ['apps/*/src/**/*.spec.ts', 'apps/*/src/**/*.spec.tsx', 'libs/*/src/**/*.spec.ts', 'test/**/*.spec.ts', 'tools/**/*.spec.ts'];
/** Specs that have a process to themselves: they start programs, race against clocks or replace modules. All others share one with those before them. */
const ALONE = [
  'apps/{edge-agent,launcher,simulator}/src/**/*.spec.ts',
  'libs/{observer-*,power}/src/**/*.spec.ts',
  'test/**/*.spec.ts',
  'tools/**/*.spec.ts',
  'apps/core/src/identity/identity.provisioning.db.spec.ts',
  'apps/dashboard/src/outbox/outbox.spec.ts',
  'apps/dashboard/src/session/session.spec.ts',
];

/** What takes minutes begins first, in this order: begun last it would run on alone while the other workers have nothing left. */
const LONGEST = [
  'scenarios/money-screens',
  'scenarios/terminal-page',
  'chaos/short-exam',
  'scenarios/demo-command',
  'scenarios/start.',
  'scenarios/approvals',
  'scenarios/dashboard-walk',
  'scenarios/provider-terms',
  'test/scenarios/',
  'test/chaos/',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const place = LONGEST.findIndex((part) => moduleId.includes(part));
      // Those that share processes stay side by side: a process lasts as long as the next file may use it.
      return (place === -1 ? LONGEST.length : place) + (project.config.isolate ? 0 : 1);
    };
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
      { find: /^@node-rs\/argon2$/, replacement: fileURLToPath(new URL('./test/setup/argon2-once.ts', import.meta.url)) },
    ],
  },
  test: {
    // Undone in the opposite order.
    globalSetup: ['test/setup/temporary-folder.ts', 'test/setup/postgres.ts'],
    exclude: ['**/dist/**', '**/node_modules/**', 'test/conformance/planted/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // One more than the two cores CI has: the long tests mostly wait for clocks, closings and processes they have killed.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      { extends: true, test: { name: 'together', include: ALL, exclude: ALONE, isolate: false } },
    ],
  },
});
