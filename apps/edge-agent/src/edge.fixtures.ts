import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CommandBody,
  type DesiredBody,
  EVENT_TYPE,
  type EventType,
  isJournalKind,
  JOURNAL_KINDS,
  type JournalKind,
  type JournalPayload,
  type PaymentRequest,
  signedBytes,
  type TerminalConnection,
} from '@tillward/contracts';
import { genesisHash, signText } from '@tillward/journal';
import { TerminalActions } from './actions/index.js';
import type { Clock } from './clock.js';
import { CommandService } from './commands/index.js';
import { EventHub } from './events/index.js';
import { Journal } from './journal/index.js';
import { silentLog } from './log.js';
import { OperatorService } from './operators/index.js';
import { PaymentService } from './payments/index.js';
import { PolicyService, RestrictedMode } from './policy/index.js';
import { Closing, Maintenance, Opening, RoutineRunner } from './routines/index.js';
import { Scheduler } from './scheduler/index.js';
import { SettlementService } from './settlement/index.js';
import { type DeviceFactory, Terminals } from './terminals/index.js';
import { FakeTerminal } from './terminals/terminal.fixtures.js';
import { WatchedTerminal } from './terminals/watched.driver.js';

/** The store and gateway of all tests. */
export const STORE = 'berlin';
export const GATEWAY = 'berlin-gw';

/** A clock that stands still until {@link TestClock.until} moves it from timer to timer. */
export class TestClock implements Clock {
  #now: number;
  /** What the wall clock was set forward by, without time passing. */
  #stepped = 0;
  #timers: { at: number; order: number; run: () => void }[] = [];
  #order = 0;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#stepped;
  }

  /** Lets time pass without running timers. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** Sets the wall clock forward or back; no time passes, and timers run when they would have. */
  step(ms: number): void {
    this.#now += ms;
    this.#stepped += ms;
    for (const timer of this.#timers) timer.at += ms;
  }

  /** Drops all timers: the process that set them is gone. */
  forget(): void {
    this.#timers = [];
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, order: this.#order++, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets everything that is waiting happen, running timers in order, until `condition` holds. Throws after `limitMs` of its own time. */
  async until(condition: () => boolean, limitMs = 24 * 3_600_000): Promise<void> {
    const end = this.#now + limitMs;
    for (;;) {
      for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
      if (condition()) return;
      const next = this.#timers.sort((a, b) => a.at - b.at || a.order - b.order).shift();
      if (!next || next.at > end) throw new Error('the condition never held');
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
  }
}

/** Core's side of the wire: signs what a gateway accepts. */
export class TestCore {
  readonly #key: KeyObject;
  readonly coreKey: { keyId: string; publicKey: KeyObject };

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.#key = privateKey;
    this.coreKey = { keyId: 'core-1', publicKey };
  }

  /** A signed event as it arrives over MQTT. */
  event(type: EventType, body: unknown): { type: EventType; data: { body: string; keyId: string; signature: string } } {
    const text = JSON.stringify(body);
    return { type, data: { body: text, keyId: 'core-1', signature: signText(this.#key, signedBytes(type, text)) } };
  }

  command(terminal: string, action: CommandBody['action'], now: number, more: Partial<CommandBody> = {}): CommandBody {
    return {
      id: randomUUID(),
      store: STORE,
      gateway: GATEWAY,
      terminal,
      action,
      notBefore: new Date(now - 1_000).toISOString(),
      expiresAt: new Date(now + 600_000).toISOString(),
      nonce: randomUUID(),
      requestedBy: 'manager',
      reason: 'test',
      ...more,
    };
  }
}

/** A desired document with two terminals `t1`, `t2`, a certified operator `ana`, an uncertified one `bob` and a manager `mia`. Open 08:00 to 20:00 UTC. */
export function desiredBody(version: number, settings: Record<string, string | number | boolean> = {}): DesiredBody {
  const all = { 'hours.open': '08:00', 'hours.close': '20:00', 'settlement.retryDelaySeconds': 1, ...settings };
  return {
    version,
    issuedAt: '2026-05-04T06:00:00.000Z',
    store: { id: STORE, name: 'Berlin Mitte', timeZone: 'UTC', currency: 'EUR' },
    gateway: GATEWAY,
    settings: Object.fromEntries(Object.entries(all).map(([key, value]) => [key, { value, origin: 'store' as const }])),
    terminals: ['t1', 't2'].map(connection),
    operators: [
      { id: 'ana', name: 'Ana', certifiedUntil: '2027-01-01T00:00:00.000Z', certificateId: 'cert-1' },
      { id: 'bob', name: 'Bob', certifiedUntil: null, certificateId: null },
      { id: 'mia', name: 'Mia', certifiedUntil: '2027-01-01T00:00:00.000Z', certificateId: 'cert-2', role: 'manager' },
    ],
  };
}

/** How a test terminal is described. */
export function connection(id: string): TerminalConnection {
  const power = { kind: 'shelly' as const, baseUrl: `http://127.0.0.1:1/${id}`, switchId: 0 };
  return { id, name: `Till ${id}`, driver: 'zvt', host: '127.0.0.1', port: 20007, password: '000000', currency: 'EUR', power };
}

/** What everybody chooses as passcode. */
export const PASSCODE = '481516';

/** 2026-05-04 12:00 UTC, a Monday within opening hours. */
export const NOON = Date.UTC(2026, 4, 4, 12);

/** The terminals of a store and its data folder: what outlives a crash of the agent. */
export class TestStore {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'tillward-edge-'));
  readonly clock = new TestClock(NOON);
  readonly core = new TestCore();
  /** The disk: as free as it likes, with a small ballast. */
  readonly space = { ballastBytes: 64 * 1024, freeBytes: () => this.freeBytes };
  freeBytes = 1_000_000_000;
  readonly terminals = new Map(['t1', 't2'].map((id) => [id, new FakeTerminal()]));

  readonly devices: DeviceFactory = {
    prepare: () => null,
    check: () => null,
    devices: ({ id, driver, currency }) => {
      const terminal = this.terminals.get(id)!;
      const watched = driver === 'unionpay';
      return {
        driver: watched ? new WatchedTerminal(currency) : terminal.driver(),
        power: terminal.outlet(),
        printer: terminal.printerReader(),
        traffic: watched ? terminal.traffic() : null,
      };
    },
  };

  /** Starts an agent without broker and HTTP. `beforeCommit` may throw to let it crash at exactly that commit; nothing is written from then on. */
  start(beforeCommit: () => void = () => {}): TestEdge {
    return new TestEdge(this, beforeCommit);
  }

  remove(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** An agent wired like agent.ts, with every acknowledgement given at once unless `acknowledging` is false. */
export class TestEdge {
  readonly journal: Journal;
  readonly policy: PolicyService;
  readonly terminals: Terminals;
  readonly operators: OperatorService;
  readonly events: EventHub;
  readonly restricted: RestrictedMode;
  readonly payments: PaymentService;
  readonly settlement: SettlementService;
  readonly closing;
  readonly opening;
  readonly maintenance;
  readonly commands: CommandService;
  readonly scheduler: Scheduler;
  readonly #store: TestStore;
  readonly #stop = new AbortController();
  acknowledging = true;
  dead = false;

  constructor(store: TestStore, beforeCommit: () => void) {
    this.#store = store;
    const { clock, core } = store;
    const log = silentLog;
    const doing = { clock, log, signal: this.#stop.signal };
    this.journal = new Journal({ dataDir: store.dataDir, store: STORE, gateway: GATEWAY, now: () => clock.now(), space: store.space });
    this.#mortal(beforeCommit);
    const { journal } = this;
    this.policy = new PolicyService(doing, journal, { store: STORE, gateway: GATEWAY, coreKey: core.coreKey, devices: store.devices });
    this.terminals = new Terminals(doing, journal, store.devices);
    this.operators = new OperatorService(doing, journal, this.policy, { iterations: 1 });
    this.restricted = new RestrictedMode(log, journal, () => 7);
    this.events = new EventHub(doing, journal.session);
    const { policy, terminals, operators, events } = this;
    this.payments = new PaymentService(doing, { journal, policy, terminals, operators, events, restricted: this.restricted });
    this.settlement = new SettlementService(doing, journal, policy);
    const { payments, settlement } = this;
    const acknowledgements = { waitForAck: (_seq: number, signal: AbortSignal) => this.#waitForAck(signal) };
    const close = new Closing(doing, { journal, policy, payments, settlement, operators, acknowledgements });
    this.closing = new RoutineRunner(doing, journal, terminals, close);
    this.opening = new RoutineRunner(doing, journal, terminals, new Opening(doing, { journal, policy, payments, settlement }));
    this.maintenance = new RoutineRunner(doing, journal, terminals, new Maintenance(doing, policy));
    const { closing, opening, maintenance } = this;
    this.commands = new CommandService(
      doing,
      {
        journal,
        policy,
        terminals,
        settlement,
        payments: this.payments,
        closing,
        opening,
        actions: new TerminalActions(doing, { journal, policy, settlement }),
      },
      { store: STORE, gateway: GATEWAY, coreKey: core.coreKey },
    );
    this.scheduler = new Scheduler(doing, { policy, terminals, closing, opening, maintenance });
    if (policy.current) terminals.apply(policy.current);
    policy.onApplied((applied) => terminals.apply(applied));
  }

  /** What agent.ts does before it opens its doors. */
  recover(): void {
    this.journal.commit((tx) => {
      const recoveredInDoubt = this.payments.recover(tx) + this.settlement.recover(tx);
      tx.append('AgentStarted', null, { agentVersion: 'test', session: this.journal.session, recoveredInDoubt });
    });
    this.closing.resume();
    this.opening.resume();
    this.maintenance.resume();
    this.commands.resume();
    this.payments.resumeEnquiries();
    this.settlement.resumeEnquiries(this.terminals);
  }

  /** Applies a policy; its version is one above the one in force. */
  apply(settings: Record<string, string | number | boolean> = {}): void {
    const version = (this.policy.current?.version ?? 0) + 1;
    this.policy.receive(this.#store.core.event(EVENT_TYPE.desired, desiredBody(version, settings)));
  }

  /** Policy in force, terminals opened, operator `ana` at both. */
  async readyForSales(settings: Record<string, string | number | boolean> = {}): Promise<void> {
    this.apply(settings);
    this.scheduler.tick();
    await this.#store.clock.until(() => this.entries('OpeningFinished').length > 0);
    for (const id of ['t1', 't2']) this.operators.signOn(id, 'ana');
  }

  /** A till's payment at `t1`. */
  pay(key: string, more: Partial<PaymentRequest> = {}) {
    return this.payments.start({ terminal: 't1', amountMinor: 1250, currency: 'EUR', tillId: 'till-1', ...more }, key);
  }

  /** Lets a person of the store choose the passcode 481516, with a code of the installer or of another person. */
  async choosePasscode(operatorId: string, issuedBy: string | null = null): Promise<void> {
    const { code } = this.operators.passcodes.issueCode(operatorId, issuedBy);
    const chosen = await this.operators.passcodes.choose(operatorId, code, PASSCODE, 'test');
    if (!chosen.ok) throw new Error(chosen.code);
  }

  /** All journal entries of one kind; every payload is checked against its contract. */
  entries<K extends JournalKind>(kind: K): { seq: number; terminal: string | null; payload: JournalPayload<K> }[] {
    return this.allEntries().filter((entry) => entry.kind === kind) as never;
  }

  /** The whole journal; fails when a payload breaks its contract or the numbering has a gap. */
  allEntries(): { seq: number; kind: string; terminal: string | null; payload: unknown }[] {
    const slice = this.journal.read(1, 100_000);
    if (!slice) return [];
    if (slice.prevHash !== genesisHash(STORE, GATEWAY, slice.epoch)) throw new Error('the journal does not begin at its genesis');
    return slice.kind.map((kind, i) => {
      if (!isJournalKind(kind)) throw new Error(`unknown kind ${kind}`);
      const payload = JOURNAL_KINDS[kind].parse(JSON.parse(slice.payload[i]!));
      return { seq: i + 1, kind, terminal: slice.terminal[i]!, payload };
    });
  }

  /** What the agent does first when it is told to stop: nothing new begins. */
  beginStop(): void {
    this.#stop.abort();
  }

  /** Ends this agent the hard way: nothing it still does reaches the disk. */
  crash(): void {
    this.dead = true;
    this.#stop.abort();
    this.#store.clock.forget();
    this.journal.close();
  }

  #mortal(beforeCommit: () => void): void {
    const commit = this.journal.commit.bind(this.journal);
    this.journal.commit = (write) => {
      if (this.dead) throw new Error('this agent is dead');
      try {
        beforeCommit();
      } catch (error) {
        this.dead = true;
        throw error;
      }
      return commit(write);
    };
  }

  #waitForAck(signal: AbortSignal): Promise<boolean> {
    if (this.acknowledging) return Promise.resolve(true);
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(false), { once: true }));
  }
}
