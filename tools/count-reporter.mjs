// Vitest reporter that hands the counts of a run to tools/test.mjs, which prints them as its last line.
import { writeFileSync } from 'node:fs';

/** Writes `{passed, failed, skipped, notes}` to the file named by TILLWARD_TEST_COUNTS when the run ends. */
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors, reason) {
    const counts = { passed: 0, failed: 0, skipped: 0, notes: {} };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') counts.passed++;
        else if (result.state === 'failed') counts.failed++;
        else {
          counts.skipped++;
          if (result.note) counts.notes[result.note] = (counts.notes[result.note] ?? 0) + 1;
        }
      }
      // A file that could not be loaded, or a suite whose hook failed, has no failed test of its own.
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    }
    counts.failed += unhandledErrors.length;
    if (reason === 'failed' && counts.failed === 0) counts.failed = 1;
    writeFileSync(process.env.TILLWARD_TEST_COUNTS, JSON.stringify(counts));
  }
}
