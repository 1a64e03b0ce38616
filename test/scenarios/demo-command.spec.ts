import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bootstrap, PROJECT_ROOT } from 'tillward/bootstrap';
import { beforeAll, expect, test } from 'vitest';

beforeAll(async () => {
  await bootstrap(PROJECT_ROOT, { dashboard: false });
}, 300_000);

interface Figures {
  readyS: number;
  stores: number;
  terminals: number;
  transactions: { terminalLedger: number; core: number; missing: number; doubled: number; amountMismatch: number };
  closeProofs: { proven: number; blocked: number };
  incidents: { opened: number; byKind: Record<string, number> };
  policy: { version: number; gatewaysApplied: number; gateways: number };
  inDoubt: { seen: number; resolved: number };
  rssMb: { core: number; agentMax: number; broker: number; postgres: number };
}

/** A short night of the command that the README and the issue tracker name; its keys are an interface. */
test('the headless demo prints its figures as one JSON object and exits 0', async () => {
  const child = spawn(
    process.execPath,
    [join(PROJECT_ROOT, 'apps/launcher/bin/tillward.mjs'), 'demo', '--headless', '--minutes', '1.5', '--json', '--seed', '11'],
    {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  expect(code, stderr).toBe(0);
  const figures = JSON.parse(stdout) as Figures;
  expect(Object.keys(figures)).toEqual([
    'readyS',
    'stores',
    'terminals',
    'transactions',
    'closeProofs',
    'incidents',
    'policy',
    'inDoubt',
    'rssMb',
  ]);
  expect(figures).toMatchObject({ stores: 3, terminals: 8 });
  expect(figures.transactions).toMatchObject({ missing: 0, doubled: 0, amountMismatch: 0 });
  expect(figures.transactions.terminalLedger).toBeGreaterThan(20);
  expect(figures.transactions.core).toBe(figures.transactions.terminalLedger);
  expect(figures.closeProofs.proven).toBeGreaterThanOrEqual(3);
  expect(figures.closeProofs.blocked).toBeGreaterThanOrEqual(1);
  expect(figures.incidents.byKind).toMatchObject({ settlementMissed: 1 });
  expect(figures.policy.gatewaysApplied).toBe(figures.policy.gateways);
  expect(figures.inDoubt.seen).toBeGreaterThanOrEqual(1);
  expect(figures.inDoubt.resolved).toBe(figures.inDoubt.seen);
  for (const megabytes of Object.values(figures.rssMb)) expect(megabytes).toBeGreaterThan(5);
}, 300_000);
