// Takes the README's pictures anew from a running demo chain. Needs the system's Chromium.

import { spawnSync } from 'node:child_process';
import { bootstrap, PROJECT_ROOT } from '../apps/launcher/bin/bootstrap.mjs';

await bootstrap();
const { status } = spawnSync(process.execPath, ['test/dist/pictures.js'], { cwd: PROJECT_ROOT, stdio: 'inherit' });
process.exitCode = status ?? 1;
