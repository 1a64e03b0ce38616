// npm run bench: `--list`, or NAME with or without `--json`. Progress goes to stderr, the figures to stdout.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootstrap } from '../apps/launcher/bin/bootstrap.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = join(ROOT, 'test/dist/load/bench.js');

try {
  const node = await bootstrap();
  // Benchmarks measure built programs, never sources compiled on the way.
  const built = spawnSync(node, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'test'], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the build of the benchmarks failed:\n${built.stdout}${built.stderr}`);
  if (!existsSync(PROGRAM)) throw new Error('test/load/bench.ts is missing');
  const child = spawn(node, [PROGRAM, ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
