import { TerminalActions } from './actions/index.js';
import { AgentCare } from './agent.care.js';
import { BatchStore } from './batches/index.js';
import { type Clock, pause } from './clock.js';
import { CommandService } from './commands/index.js';
import type { Config } from './config.js';
import { Renewal, readEnrolment, renewInOwnProcess } from './enrolment/index.js';
import { EventHub } from './events/index.js';
import { Journal, JournalUnavailableError } from './journal/index.js';
import { LivePublisher, MqttLink } from './link/index.js';
import { errorFields, type Log } from './log.js';
import { OperatorService } from './operators/index.js';
import { PaymentService } from './payments/index.js';
import { PinnedCoreKeys, PolicyService } from './policy/index.js';
import { Closing, Maintenance, Opening, RoutineRunner } from './routines/index.js';
import { Scheduler } from './scheduler/index.js';
import { SettlementService } from './settlement/index.js';
import { storeInterface } from './store.interface.js';
import { type DeviceFactory, type SampleSource, Terminals } from './terminals/index.js';
import type { Readiness } from './till/index.js';
import { AgentTime } from './time/index.js';
import { UpdateSubject } from './update/index.js';
import { Uploader } from './upload/index.js';
import { AGENT_VERSION } from './version.js';

const RECOVER_AGAIN_MS = 5_000;
/** Limits of the clean stop; together below three seconds. */
const FINISH_JOBS_MS = 1_200;
const RECORD_JOBS_MS = 300;
const LAST_ACK_MS = 300;
const DISCONNECT_MS = 700;

export interface AgentContext {
  clock: Clock;
  log: Log;
  devices: DeviceFactory;
}

/** A running agent. */
export interface Agent {
  /** Port of the till interface. */
  tillPort: number;
  /** What the starter of this process may know and have journaled. */
  updates: UpdateSubject;
  /** Stops within three seconds: nothing new starts, what runs may finish briefly, a money command cut off ends in doubt. */
  stop(reason: string): Promise<void>;
}

/** All parts of an agent, wired and not yet started. */
type Parts = ReturnType<typeof wire>;

/**
 * Starts an agent: recovery first (what a crash left is declared in doubt and routines take their terminals), then the doors open. Throws when the
 * journal can't be opened or the till port is taken.
 */
export async function startAgent(context: AgentContext, config: Config): Promise<Agent> {
  const stopping = new AbortController();
  const parts = wire(context, config, stopping.signal);
  await context.devices.prepare([...(parts.policy.current?.terminals.values() ?? [])]);
  if (parts.policy.current) parts.terminals.apply(parts.policy.current);
  // A disk that refuses the recovery may take what a till asks for a moment later: nothing new before.
  parts.journal.room.holdNewWork();
  let recovered = recover(parts);
  connect(parts);
  const tillPort = await parts.till.start();
  parts.link.start();
  parts.renewal?.start(() => parts.link.reconnect());
  parts.terminals.startPolling();
  // Tills are refused until what the last run left could be written down; nothing else begins before.
  const begin = () => {
    recovered ||= recover(parts);
    if (!recovered) {
      context.log.error({}, 'the disk refuses the recovery, will try again');
      cancelBegin = context.clock.after(RECOVER_AGAIN_MS, begin);
      return;
    }
    parts.scheduler.start();
    parts.reminders.start();
  };
  let cancelBegin = () => {};
  begin();
  parts.care.start(parts.uploader, parts.commands, [(before) => parts.closing.retire(before)]);
  const till = { host: config.tillHost, port: tillPort };
  return {
    tillPort,
    updates: new UpdateSubject({ ...parts, till, now: () => parts.clock.now() }),
    async stop(reason) {
      stopping.abort();
      cancelBegin();
      parts.scheduler.stop();
      parts.reminders.stop();
      parts.renewal?.stop();
      parts.care.stop();
      await stopParts(context, parts, reason);
    },
  };
}

function wire(context: AgentContext, config: Config, signal: AbortSignal) {
  const { log } = context;
  const { store, gateway } = config;
  // The machine's clock may be wrong; everything in the agent goes by this one.
  const clock = new AgentTime(context.clock);
  const journal = new Journal({ dataDir: config.dataDir, store, gateway, now: () => clock.now() });
  if (journal.epochDecision.kind === 'new') log.error({ ...journal.epochDecision }, 'journal data was lost, a new epoch begins');
  const care = new AgentCare(log, { clock, journal, policy: () => policy, terminals: () => terminals });
  const coreKey = new PinnedCoreKeys({ clock, log }, journal, config.coreKey);
  // The machine's own clock: the certificate's arrival was written down by it, in another process.
  const renewal = renewalOf(context, config);
  const link = new MqttLink(
    { clock, log },
    {
      url: config.mqttUrl,
      identity: renewal && (() => renewal.identity()),
      password: config.mqttPassword,
      store,
      gateway,
      session: journal.session,
      agentVersion: AGENT_VERSION,
    },
  );
  const uploader = new Uploader({ clock, log }, journal, link, { store, gateway, gatewayKey: config.gatewayKey, coreKey });
  const policy = new PolicyService({ clock, log }, journal, {
    store,
    gateway,
    coreKey,
    devices: context.devices,
  });
  const terminals = new Terminals({ clock, log }, journal, context.devices);
  const operators = new OperatorService({ clock }, journal, policy);
  const doing = { clock, log, signal };
  const events = new EventHub({ clock }, journal.session);
  const payments = new PaymentService(doing, { journal, policy, terminals, operators, events, restricted: care.restricted });
  const settlement = new SettlementService(doing, journal, policy);
  const close = new Closing({ clock }, { journal, policy, payments, settlement, operators, acknowledgements: uploader });
  const closing = new RoutineRunner(doing, journal, terminals, close);
  const opening = new RoutineRunner(doing, journal, terminals, new Opening({ clock }, { journal, policy, payments, settlement }));
  const actions = new TerminalActions(doing, { journal, policy, settlement });
  const commandsParts = { journal, policy, terminals, settlement, payments, closing, opening, actions };
  const commands = new CommandService(doing, commandsParts, { store, gateway, coreKey, time: clock, agreement: uploader });
  const maintenance = new RoutineRunner(doing, journal, terminals, new Maintenance({ clock }, policy));
  const scheduler = new Scheduler({ clock, log }, { policy, terminals, closing, opening, maintenance });
  const samples = sampleSource(journal, terminals, operators);
  const readiness = (): Readiness => readinessOf(link, policy, journal, care);
  const { till, reminders } = storeInterface(
    { clock, log },
    {
      journal,
      policy,
      terminals,
      operators,
      payments,
      events,
      closing,
      samples,
      readiness,
      connected: () => link.connected,
      notices: () => care.notices(),
    },
    { host: config.tillHost, port: config.tillPort, installerToken: config.tillToken },
  );
  const liveSource = {
    session: journal.session,
    journalHead: () => journal.headSeq,
    ackedThrough: () => journal.ackedThrough,
    terminals: () => terminals.samples(samples),
    notices: () => care.notices().map(({ code }) => code),
  };
  const live = new LivePublisher(clock, { store, gateway }, liveSource, (text) => link.publish('live', text));
  const routines = { closing, opening, maintenance };
  return {
    clock,
    care,
    renewal,
    journal,
    link,
    uploader,
    policy,
    terminals,
    payments,
    settlement,
    ...routines,
    commands,
    scheduler,
    till,
    reminders,
    live,
  };
}

/** Undefined for a gateway that was provisioned by hand and has a password instead. */
function renewalOf({ clock, log }: AgentContext, { enrolment, dataDir }: Config): Renewal | undefined {
  if (enrolment === undefined) return undefined;
  const { file, program, renewArgs } = enrolment;
  return new Renewal(
    { clock, log, tryOnce: () => renewInOwnProcess(program, renewArgs, log), read: () => readEnrolment(dataDir) ?? file },
    file,
  );
}

/** Declares in doubt what a crash left, and lets routines and commands go on. False when the disk refused: then nothing has begun. */
function recover({ journal, terminals, payments, settlement, closing, opening, maintenance, commands }: Parts): boolean {
  try {
    journal.commit((tx) => {
      const recoveredInDoubt = payments.recover(tx) + settlement.recover(tx);
      tx.append('AgentStarted', null, { agentVersion: AGENT_VERSION, session: journal.session, recoveredInDoubt });
    });
  } catch (error) {
    if (!(error instanceof JournalUnavailableError)) throw error;
    return false;
  }
  journal.room.allowNewWork();
  closing.resume();
  opening.resume();
  maintenance.resume();
  commands.resume();
  payments.resumeEnquiries();
  settlement.resumeEnquiries(terminals);
  return true;
}

function connect({ renewal, link, uploader, policy, terminals, commands, live }: Parts): void {
  policy.onApplied((applied) => terminals.apply(applied));
  terminals.onChanged(() => live.changed());
  link.onMessage('journal/ack', (event) => uploader.receiveAck(event));
  link.onMessage('journal/resend', (event) => uploader.receiveResend(event));
  link.onMessage('desired', (event) => {
    policy.receive(event);
    uploader.nudge();
  });
  link.onMessage('command', (event) => commands.receive(event));
  link.onConnected((connected) => {
    renewal?.connectionChanged(connected);
    if (connected) live.changed();
    uploader.connectionChanged(connected);
  });
}

async function stopParts({ clock, log }: AgentContext, parts: Parts, reason: string): Promise<void> {
  const { journal, link, uploader, terminals, till, live } = parts;
  const idleWithin = (limitMs: number) => {
    const limit = AbortSignal.timeout(limitMs);
    return Promise.race([Promise.all(terminals.all().map((actor) => actor.whenIdle(limit))), pause(clock, limitMs)]);
  };
  await idleWithin(FINISH_JOBS_MS);
  await terminals.stop();
  // A command whose link was dropped records that it is in doubt.
  await idleWithin(RECORD_JOBS_MS);
  await till.stop();
  commitLast(journal, log, reason);
  live.stop();
  // Time for the last entries to leave; core gets them at the next start otherwise.
  await uploader.waitForAck(journal.headSeq, AbortSignal.timeout(link.connected ? LAST_ACK_MS : 0));
  uploader.stop();
  await link.stop(DISCONNECT_MS);
  journal.close();
}

function sampleSource(journal: Journal, terminals: Terminals, operators: OperatorService): SampleSource {
  const batches = new BatchStore(journal.store);
  return {
    operatorAt: (terminal) => operators.at(terminal)?.operatorId ?? null,
    unsettledAt(terminal) {
      // ISO 4217 has XXX for "no currency": a terminal that is gone has nothing in any.
      const currency = terminals.get(terminal)?.connection.currency ?? 'XXX';
      const { amountMinor, count } = batches.journalTotals(terminal, batches.current(terminal)?.batchNo, currency);
      return { amountMinor, count: count ?? 0 };
    },
  };
}

function readinessOf(link: MqttLink, policy: PolicyService, journal: Journal, care: AgentCare): Readiness {
  const reasons: string[] = [];
  if (link.problem !== null) reasons.push(`broker: ${link.problem}`);
  if (!policy.current) reasons.push('policy: none received yet');
  return {
    ready: reasons.length === 0,
    reasons,
    notices: care.notices(),
    mqttConnected: link.connected,
    policyVersion: policy.current?.version ?? null,
    journalHead: journal.headSeq,
    ackedThrough: journal.ackedThrough,
  };
}

function commitLast(journal: Journal, log: Log, reason: string): void {
  try {
    journal.commit((tx) => tx.append('AgentStopped', null, { reason: reason.slice(0, 64) }));
  } catch (error) {
    if (!(error instanceof JournalUnavailableError)) throw error;
    log.warn(errorFields(error), 'the stop could not be recorded');
  }
}
