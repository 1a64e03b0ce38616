import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the project. The same from `src` and from `dist`. */
export const PROJECT_ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** The built program of an app. */
export function programOf(app: 'core' | 'edge-agent' | 'simulator'): string {
  return join(PROJECT_ROOT, 'apps', app, 'dist', 'main.js');
}

/** The built broker program. */
export const BROKER_PROGRAM = join(PROJECT_ROOT, 'apps', 'launcher', 'dist', 'broker', 'main.js');

/** The built dashboard. */
export const DASHBOARD_DIR = join(PROJECT_ROOT, 'apps', 'dashboard', 'dist');
