import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LogFile } from './log-file.js';

test('a log is rotated by size, appended to by the next run, and never more than its share is kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tillward log '));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'core.log');
  for (let run = 0; run < 2; run++) {
    const log = new LogFile(path, { maxBytes: 30, keep: 2 });
    for (let i = 0; i < 6; i++) log.write(Buffer.from(`run ${run} line ${i}\n`));
  }
  expect(readdirSync(folder).sort()).toEqual(['core.log', 'core.log.1', 'core.log.2']);
  expect(readFileSync(path, 'utf8')).toBe('run 1 line 4\nrun 1 line 5\n');
  expect(readFileSync(`${path}.2`, 'utf8')).toBe('run 1 line 0\nrun 1 line 1\n');
});
