import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  ANY_PORTS,
  demoNight,
  enrolGateway,
  enrolledAgentPart,
  Headquarters,
  isShutOut,
  openDatabase,
  readLauncherConfig,
  STAGE,
  startSystem,
  type TillwardSystem,
} from 'tillward';
import { bootstrap, PROJECT_ROOT } from 'tillward/bootstrap';
import { expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);
const AGENT = join(PROJECT_ROOT, 'apps/edge-agent/dist/main.js');

async function up(dataDir: string): Promise<{ system: TillwardSystem; said: string[] }> {
  const said: string[] = [];
  const night = { ...demoNight(3_000, '5'), saleEverySeconds: 1 };
  const say = (line: string) => void said.push(line);
  const system = await startSystem({ dataDir, config: readLauncherConfig({}), ports: ANY_PORTS, closeAfterS: {}, night, say });
  return { system, said };
}

const serialOf = (agentDir: string): string =>
  new X509Certificate(JSON.parse(readFileSync(join(agentDir, 'enrolment.json'), 'utf8')).certificate).serialNumber.toLowerCase();

test('gateways are enrolled once, renew, are put out within five seconds of their revocation, and are replaced by another machine', async () => {
  await bootstrap(PROJECT_ROOT, { dashboard: false });
  const base = await mkdtemp(join(tmpdir(), 'tillward enrolment '));
  execFileSync('chmod', ['755', base]);
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const dataDir = join(base, 'data');
  const berlin = join(dataDir, 'agents', 'berlin');

  const first = await up(dataDir);
  expect(first.said.filter((line) => line.startsWith('enrolment '))).toHaveLength(3);
  const serial = serialOf(berlin);
  await first.system.stop();

  const { system, said } = await up(dataDir);
  onTestFinished(() => system.stop());
  expect(said.filter((line) => line.startsWith('enrolment '))).toEqual([]);
  expect(serialOf(berlin)).toBe(serial);
  const database = openDatabase(system.databaseUrl);
  onTestFinished(() => database.end());
  const epochs = async () =>
    (await database.query<{ epoch: number }>("select distinct epoch from journal_entry where store_id = 'berlin' order by epoch")).rows.map(
      (r) => r.epoch,
    );
  await expect.poll(epochs, { timeout: 30_000 }).toEqual([1]);

  await run(process.execPath, [AGENT, 'renew', '--data', berlin, '--core', system.url], { env: {} });
  expect(serialOf(berlin)).not.toBe(serial);

  const hq = await Headquarters.signIn(system.url, 'hq', system.secrets.signIns['hq']!);
  const gone = async () => (await (await fetch(`${system.tillUrl('berlin')}/readyz`)).json()) as { mqttConnected: boolean };
  expect((await gone()).mqttConnected).toBe(true);
  await hq.revokeGateway('berlin', 'gw-berlin', 'the box was stolen');
  await expect.poll(async () => (await gone()).mqttConnected, { timeout: 5_000, interval: 100 }).toBe(false);
  await expect(run(process.execPath, [AGENT, 'renew', '--data', berlin, '--core', system.url], { env: {} })).rejects.toMatchObject({
    code: 3,
  });
  expect((await gone()).mqttConnected).toBe(false);

  await system.supervisor.partOf('agent-berlin')!.stop();
  const replacement = join(base, 'another machine');
  await enrolGateway({ core: system.url, claim: await hq.issueClaim('berlin'), dataDir: replacement });
  const wiring = { gatewayMqttUrl: system.gatewayMqttUrl, coreUrl: system.url, logLevel: 'info' };
  const own = {
    dataDir: replacement,
    tillPort: Number(new URL(system.tillUrl('berlin')).port),
    tillToken: system.secrets.stores['berlin']!.tillToken,
  };
  const spec = { ...enrolledAgentPart(wiring, 'berlin', own), name: 'agent-berlin-replaced' };
  await system.supervisor.start(STAGE.store, spec);
  await expect.poll(epochs, { timeout: 30_000 }).toEqual([1, 2]);

  await hq.revokeGateway('newyork', 'gw-newyork', 'the store moved');
  const isListed = async () => isShutOut(join(dataDir, 'agents', 'newyork'), join(dataDir, 'broker', 'revoked.json'));
  await expect.poll(isListed, { timeout: 10_000 }).toBe(true);
  await hq.signOut();
  await system.stop();
  const third = await up(dataDir);
  await third.system.stop();
  expect(third.said.filter((line) => line.includes('is not let in')).map((line) => line.split(',')[0])).toEqual([
    'Berlin: gw-berlin was enrolled on another machine',
    'New York: gw-newyork was revoked (“the store moved”)',
  ]);
}, 200_000);
