import { join } from 'node:path';
import type { ExamSystem } from '../chain/system.js';
import type { CommandRecord, TillRecord } from '../load/records.js';
import { timesSent } from './captures.js';
import { scanDatabase, scanFiles } from './card-scan.js';
import { faultsOfChain } from './chain.rules.js';
import { coreMovements, type DatabaseWitness, type StoredEpoch, storedJournals, unresolvedInCore } from './database.js';
import { gatewayJournal } from './gateway-journal.js';
import { readLedgers } from './ledgers.js';
import { compareMovements, type MovementFindings, unorderedMovements } from './movements.rules.js';

/** What the exam saw beside the files and tables. */
export interface Observed {
  readonly tills: readonly TillRecord[];
  readonly commands: readonly CommandRecord[];
  /** How many new epochs a gateway may have begun, because its data were destroyed on purpose. */
  readonly excusedEpochs: ReadonlyMap<string, number>;
  readonly earlyAcknowledgements: readonly string[];
  /** What faults themselves saw that must not be. */
  readonly lateRevocations: readonly string[];
  readonly healed: boolean;
  /** Keeps what is not clean, by name. */
  readonly unresolvedAtEnd: readonly string[];
}

/** The verdict: what is wrong, by the invariant's name; an empty list is a kept invariant. */
export interface Verdict {
  readonly movements: MovementFindings;
  readonly unresolved: readonly string[];
  readonly broken: Readonly<Record<string, readonly string[]>>;
}

/** Judges a chain whose gateways have been stopped and whose database still answers. Uses nothing of the product but its files, tables and ledgers. */
export async function judge(system: ExamSystem, database: DatabaseWitness, observed: Observed): Promise<Verdict> {
  const ledger = await readLedgers(system.ledgerDir);
  const core = await coreMovements(database);
  const acknowledged = observed.tills
    .filter(({ outcome }) => outcome === 'completed')
    .map(({ bookedMinor, amountMinor, paymentId, ...rest }) => ({ ...rest, paymentId, bookedMinor: bookedMinor ?? amountMinor }));
  const movements = compareMovements(ledger, core, acknowledged);
  const journals = await storedJournals(database);
  const chains = journals.map(({ store, gateway, epoch, entries }) => faultsOfChain(store, gateway, epoch, entries));
  const unresolved = await unresolvedInCore(database);
  const unanswered = observed.tills.filter(({ outcome }) => outcome === 'unanswered').map(({ key }) => `${key} never got an answer`);
  const broken = {
    acknowledgedInCore: movements.acknowledgedMissing,
    coreInLedger: movements.inventedByCore,
    ledgerInCore: movements.ledgerMissing,
    noneDoubled: movements.doubled,
    onlyWhatWasOrdered: unorderedMovements(core, new Set(observed.tills.map(({ key }) => key))),
    amountsEqual: movements.amountMismatch,
    sequenceGapless: chains.flatMap(({ gaps }) => gaps),
    chainIntact: chains.flatMap(({ breaks }) => breaks),
    epochsJustified: unjustifiedEpochs(journals, observed.excusedEpochs),
    gatewayJournalInCore: await missingInCore(system, journals),
    acknowledgedOnlyAfterCommit: [...observed.earlyAcknowledgements],
    revokedSessionEnds: [...observed.lateRevocations],
    commandEffectAtMostOnce: await repeatedEffects(system, journals, observed.commands),
    noForeignCommandExecuted: await foreignEffects(system, journals, observed.commands),
    commandsConcluded: await unconcludedCommands(database),
    inDoubtResolved: [...unresolved, ...unanswered],
    newestPolicyEverywhere: await outdatedPolicies(database),
    noCardNumber: await cardNumbers(system, database),
    healedInTime: observed.healed ? [] : ['the healing phase ran out', ...observed.unresolvedAtEnd],
  };
  return { movements, unresolved: broken.inDoubtResolved, broken };
}

function unjustifiedEpochs(journals: readonly StoredEpoch[], excused: ReadonlyMap<string, number>): string[] {
  const newest = new Map<string, number>();
  for (const { gateway, epoch } of journals) newest.set(gateway, Math.max(epoch, newest.get(gateway) ?? 0));
  return [...newest]
    .filter(([gateway, epoch]) => epoch > 1 + (excused.get(gateway) ?? 0))
    .map(([gateway, epoch]) => `${gateway} is in epoch ${epoch}, its data were destroyed on purpose ${excused.get(gateway) ?? 0} times`);
}

/**
 * Everything a gateway still keeps and takes for acknowledged is in core, entry by entry, with the same hash. That all was acknowledged is what healing waits for; what
 * the agent says at its stop may still be on its way.
 */
async function missingInCore(system: ExamSystem, journals: readonly StoredEpoch[]): Promise<string[]> {
  const findings: string[] = [];
  for (const { store, disk } of system.gateways) {
    const known = new Map(
      journals
        .filter(({ gateway }) => gateway === store.gateway)
        .flatMap(({ epoch, entries }) => entries.map(({ seq, hash }) => [`${epoch}/${seq}`, hash] as const)),
    );
    const { entries: kept, ackedThrough } = await gatewayJournal(disk.dataDir);
    const newest = Math.max(0, ...kept.map(({ epoch }) => epoch));
    for (const { epoch, seq, hash } of kept) {
      const there = known.get(`${epoch}/${seq}`);
      // What a restored copy holds of its old epoch may differ from what core has: that is the fork that a new epoch ends.
      if (there !== hash && epoch === newest && seq <= ackedThrough)
        findings.push(`${store.gateway} ${epoch}/${seq}: ${there === undefined ? 'not in core' : 'another entry in core'}`);
    }
  }
  return findings;
}

/** How often each command began, by the journal; and how often its text went to the terminal, by what the proxies kept. */
async function effectsOf(system: ExamSystem, journals: readonly StoredEpoch[], commands: readonly CommandRecord[]) {
  const begun = new Map<string, number>();
  for (const { entries } of journals) {
    for (const { kind, payload } of entries) {
      if (kind !== 'CommandStarted') continue;
      const { commandId } = JSON.parse(payload) as { commandId: string };
      begun.set(commandId, (begun.get(commandId) ?? 0) + 1);
    }
  }
  const nexo = new Set(
    system.gateways.flatMap(({ store }) => store.terminals.filter(({ driver }) => driver === 'nexo').map(({ id }) => id)),
  );
  const shown = new Map<string, number>();
  for (const [terminal, group] of Map.groupBy(commands, ({ terminal: id }) => id)) {
    // What goes to a nexo terminal is encrypted.
    if (nexo.has(terminal)) continue;
    const markers = group.flatMap(({ marker }) => (marker === undefined ? [] : [marker]));
    for (const [marker, times] of await timesSent(join(system.folder, 'captures'), terminal, markers)) shown.set(marker, times);
  }
  return commands.map((command) => ({
    command,
    begun: begun.get(command.commandId) ?? 0,
    shown: command.marker === undefined ? 0 : (shown.get(command.marker) ?? 0),
  }));
}

async function repeatedEffects(
  system: ExamSystem,
  journals: readonly StoredEpoch[],
  commands: readonly CommandRecord[],
): Promise<string[]> {
  return (await effectsOf(system, journals, commands))
    .filter(({ begun, shown }) => begun > 1 || shown > 1)
    .map(
      ({ command, begun, shown }) => `${command.origin} ${command.action} ${command.commandId}: begun ${begun} times, shown ${shown} times`,
    );
}

/** Forged, expired and misdirected commands had no effect at all. */
async function foreignEffects(system: ExamSystem, journals: readonly StoredEpoch[], commands: readonly CommandRecord[]): Promise<string[]> {
  return (await effectsOf(system, journals, commands))
    .filter(({ command, begun, shown }) => ['forged', 'expired', 'misdirected'].includes(command.origin) && begun + shown > 0)
    .map(
      ({ command, begun, shown }) => `${command.origin} ${command.action} ${command.commandId}: begun ${begun} times, shown ${shown} times`,
    );
}

/** Core's own commands are over, and what core says of them is what the gateway's journal says. */
async function unconcludedCommands(database: DatabaseWitness): Promise<string[]> {
  const rows = await database.rows<{ what: string }>(
    `select format('%s %s is %s, its journal says %s', c.action, c.id, c.state, coalesce(j.kind, 'nothing')) what
       from command c
       left join lateral (select e.kind from journal_entry e
          where e.store_id = c.store_id and e.kind in ('CommandSucceeded', 'CommandFailed', 'CommandExpired', 'CommandRejected')
            and e.payload::json->>'commandId' = c.id::text order by e.kind = 'CommandRejected', e.epoch desc, e.seq desc limit 1) j on true
      where c.state in ('created', 'sent', 'received', 'running')
         or (j.kind = 'CommandSucceeded') <> (c.state = 'succeeded') and j.kind is not null
      order by 1`,
  );
  return rows.map(({ what }) => what);
}

async function outdatedPolicies(database: DatabaseWitness): Promise<string[]> {
  const rows = await database.rows<{ what: string }>(
    `select format('%s has version %s, the newest is %s, refused: %s', g.gateway_id, coalesce(a.version::text, 'none'), h.version, coalesce(a.refused::text, '-')) what
       from policy_head h cross join gateway g left join policy_application a using (store_id, gateway_id)
      where a.version is distinct from h.version or a.refused <> '[]' order by 1`,
  );
  return rows.map(({ what }) => what);
}

async function cardNumbers(system: ExamSystem, database: DatabaseWitness): Promise<string[]> {
  // The database's own files hold what the dump holds; disk images hold what is mounted.
  const files = await scanFiles(system.folder, ['postgres']);
  const dump = await scanDatabase(await database.connected());
  return [...files, ...dump];
}
