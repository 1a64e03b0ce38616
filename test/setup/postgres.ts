import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from 'tillward';
import type { TestProject } from 'vitest/node';

/**
 * Vitest's global setup: one embedded PostgreSQL for a run that has database tests. They find its superuser's URL in TILLWARD_TEST_DATABASE_URL
 * and make a database of their own in it. A server named there beforehand is used instead.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env['TILLWARD_TEST_DATABASE_URL'] !== undefined || !(await hasDatabaseTests(project))) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'tillward-postgres-'));
  let postgres: EmbeddedPostgres;
  try {
    // Tests kill processes, never the power: what the operating system holds is safe enough.
    postgres = await startEmbeddedPostgres({ dataDir: folder, settings: { fsync: 'off', max_connections: '200' } });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  process.env['TILLWARD_TEST_DATABASE_URL'] = postgres.url;
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** True when a file to run may need the database: `*.db.spec.ts` of core and everything below test/ but what only reads files. */
async function hasDatabaseTests(project: TestProject): Promise<boolean> {
  const found = await Promise.all(project.vitest.projects.map((each) => each.globTestFiles()));
  const paths = found.flatMap(({ testFiles }) => testFiles).map((file) => relative(project.config.root, file));
  const words = process.argv.slice(2).filter((word, i, all) => !word.startsWith('-') && word !== 'run' && !isOptionWithValue(all[i - 1]));
  const named = paths.filter((path) => words.some((word) => path.includes(word)));
  return (named.length > 0 ? named : paths).some(
    (path) => (path.startsWith('test/') && !path.startsWith('test/conformance/')) || /^apps\/core\/.*\.db\.spec\.ts$/.test(path),
  );
}

/** In doubt an option has taken the word after it: then the database is started for nothing, which does no harm. */
function isOptionWithValue(option: string | undefined): boolean {
  return option?.startsWith('-') === true && !option.includes('=');
}
