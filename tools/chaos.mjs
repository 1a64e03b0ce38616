// npm run chaos: the chaos exam (docs/guide/chaos.md). Progress goes to stderr, the answer to stdout.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootstrap } from '../apps/launcher/bin/bootstrap.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

try {
  const node = await bootstrap(ROOT, { dashboard: false });
  // The exam is about built programs, never about sources compiled on the way.
  const built = spawnSync(node, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'test'], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the build of the exam failed:\n${built.stdout}${built.stderr}`);
  const child = spawn(node, [join(ROOT, 'test/dist/chaos/main.js'), ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
