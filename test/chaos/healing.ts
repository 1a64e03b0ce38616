import { setTimeout as sleep } from 'node:timers/promises';
import type { ExamSystem } from './chain/system.js';
import { type DatabaseWitness, unresolvedInCore } from './witness/database.js';
import { readLedgers } from './witness/ledgers.js';

const LOOK_EVERY_MS = 400;
/** So many clean and unchanged looks in a row are quiet: longer than the slowest pause between a booking and its entry in core. */
const CLEAN_LOOKS = 5;

/** How the healing went. `open`: what still stood in the way when the time was over. */
export interface Healing {
  readonly healed: boolean;
  readonly healingS: number;
  readonly open: readonly string[];
}

/**
 * Waits until a chain that nobody disturbs any more has come to rest: every gateway up, connected, acknowledged to its last entry and on the newest policy, nothing
 * open in core, nothing moving.
 */
export async function heal(system: ExamSystem, database: DatabaseWitness, limitMs: number): Promise<Healing> {
  const startedAt = performance.now();
  let open: string[] = ['nothing looked at yet'];
  let last = '';
  let clean = 0;
  let quietSince = startedAt;
  while (performance.now() - startedAt < limitMs) {
    const look = await lookAt(system, database);
    open = look.open;
    const unchanged = look.fingerprint === last;
    if (open.length > 0 || !unchanged) {
      clean = 0;
      quietSince = performance.now();
    } else clean += 1;
    last = look.fingerprint;
    if (clean >= CLEAN_LOOKS) return { healed: true, healingS: seconds(quietSince - startedAt), open: [] };
    await sleep(LOOK_EVERY_MS);
  }
  return { healed: false, healingS: seconds(performance.now() - startedAt), open };
}

const seconds = (ms: number) => Math.round(ms / 100) / 10;

async function lookAt(system: ExamSystem, database: DatabaseWitness): Promise<{ open: string[]; fingerprint: string }> {
  const open: string[] = [];
  const readiness = await Promise.all(
    system.gateways.map(async (gateway) => ({ name: gateway.store.gateway, said: await gateway.readiness() })),
  );
  for (const { name, said } of readiness) {
    if (said === undefined) open.push(`${name} does not answer`);
    else if (!said.ready) open.push(`${name} is not ready`);
    else if (said.ackedThrough !== said.journalHead) open.push(`${name}: core has ${said.ackedThrough} of ${said.journalHead} entries`);
  }
  try {
    open.push(...(await unresolvedInCore(database)), ...(await unfinished(database, readiness)));
  } catch (error) {
    open.push(`the database does not answer: ${(error as Error).message}`);
  }
  const heads = readiness.map(({ name, said }) => `${name} ${said?.journalHead}`).join(' ');
  return { open, fingerprint: `${heads} ${(await readLedgers(system.ledgerDir)).length}` };
}

async function unfinished(
  database: DatabaseWitness,
  readiness: readonly { name: string; said: { policyVersion: number | null } | undefined }[],
): Promise<string[]> {
  const commands = await database.rows<{ what: string }>(
    `select format('command %s %s is %s', action, id, state) what from command where state in ('created', 'sent', 'received', 'running')`,
  );
  const [head] = await database.rows<{ version: number }>('select version from policy_head');
  const behind = readiness.filter(({ said }) => said !== undefined && said.policyVersion !== head!.version);
  const told = await database.rows<{ gateway: string }>(
    `select g.gateway_id gateway from policy_head h cross join gateway g left join policy_application a using (store_id, gateway_id)
      where a.version is distinct from h.version`,
  );
  return [
    ...commands.map(({ what }) => what),
    ...behind.map(({ name, said }) => `${name} is on policy ${said?.policyVersion}, the newest is ${head!.version}`),
    ...told.map(({ gateway }) => `core does not know that ${gateway} is on policy ${head!.version}`),
  ];
}
