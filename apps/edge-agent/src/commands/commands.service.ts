import { type ClosingStep, commandBody, EVENT_TYPE, type OpeningStep } from '@tillward/contracts';
import { type ActionEffect, type ActionResult, isBesideAction, isOrderAction, type TerminalActions } from '../actions/index.js';
import { type Clock, pause } from '../clock.js';
import { type Journal, type JournalTransaction, JournalUnavailableError } from '../journal/index.js';
import { NO_REJECTIONS, openSigned, type RejectionCount, recordRejection, type TrustedCore } from '../link/index.js';
import { errorFields, type Log } from '../log.js';
import type { PaymentService } from '../payments/index.js';
import { type PolicyService, windowAt } from '../policy/index.js';
import type { RoutineRun, RoutineRunner } from '../routines/index.js';
import type { SettlementService } from '../settlement/index.js';
import { enquiryDelayMs, type TerminalActor, type Terminals } from '../terminals/index.js';
import { CommandStore, type InboxCommand } from './command.store.js';
import { afterRestart, isAnswered, judgeCommand } from './commands.rules.js';

interface CommandsContext {
  clock: Clock;
  log: Log;
  /** Aborts when the agent stops. */
  signal: AbortSignal;
}

export interface CommandsParts {
  journal: Journal;
  policy: PolicyService;
  terminals: Terminals;
  settlement: SettlementService;
  payments: Pick<PaymentService, 'adopt'>;
  closing: RoutineRunner<ClosingStep>;
  opening: RoutineRunner<OpeningStep>;
  actions: TerminalActions;
}

export interface CommandsOptions {
  store: string;
  gateway: string;
  coreKey: TrustedCore;
  /** Whether the time is core's own. Left out: it always is. */
  time?: CoreTimeSource;
  /** Tells when core has taken what this run wrote: only then this journal is known to be no older copy. Left out: it never is one. */
  agreement?: CoreAgreementSource;
}

/** Tells every time core has acknowledged entries of this run, in the journal's present epoch. */
export interface CoreAgreementSource {
  onCoreHeard(listener: () => void): void;
}

/** Tells when the agent's time is core's: only then an expiry can be judged without trusting this machine's clock. */
export interface CoreTimeSource {
  readonly isCores: boolean;
  onCore(listener: () => void): void;
}

/** How long a command waits for core's time: an acknowledgement brings it within a second of every connection. */
const TIME_WITHIN_MS = 10_000;
/** Commands that wait for it; core sends others again. */
const MAX_EARLY = 50;

/** Why a command of an older copy is not begun. */
const MAYBE_DONE = 'the gateway went on from an older copy of its data: it may have been carried out already';

/** How a command ended; `stopped`: the agent stopped first, it goes on after the next start. */
type Answer = ActionResult | { kind: 'expired' };

/**
 * The command inbox. A command is written before anything is done about it, has one effect however often it arrives, and survives crashes: what had begun is
 * continued by the rules of what it began (a routine resumes, a settlement in doubt is asked about, an order is repeated only where that does no harm).
 * Commands of one terminal run one after the other; only to give up, and to capture the dialogue, may run beside another.
 */
export class CommandService {
  readonly #context: CommandsContext;
  readonly #parts: CommandsParts;
  readonly #options: CommandsOptions;
  readonly #store: CommandStore;
  readonly #lines = new Map<string, Promise<void>>();
  #rejections: RejectionCount = NO_REJECTIONS;
  /** What waits for core's time; null when nothing has to wait any more. */
  #early: (() => void)[] | null;
  /** Commands of an earlier run that have not begun; null when core has agreed with this journal. */
  #unproven: Set<() => void> | null;
  readonly #epochAtStart: number;

  constructor(context: CommandsContext, parts: CommandsParts, options: CommandsOptions) {
    this.#context = context;
    this.#parts = parts;
    this.#options = options;
    this.#store = new CommandStore(parts.journal.store);
    this.#early = options.time && !options.time.isCores ? [] : null;
    options.time?.onCore(() => this.#timeIsKnown());
    this.#unproven = options.agreement ? new Set() : null;
    this.#epochAtStart = parts.journal.epoch;
    options.agreement?.onCoreHeard(() => this.#coreAgrees());
  }

  /** Takes a `command` message. While the time is not core's it waits for that a little, because its expiry is core's. */
  receive(event: unknown): void {
    if (this.#early) {
      if (this.#early.length < MAX_EARLY) this.#whenTimeIsKnown(() => this.receive(event));
      return;
    }
    try {
      this.#take(event);
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      // Not received: core sends it again as long as it is valid.
      this.#context.log.error(errorFields(error), 'a command could not be written down and is not taken');
    }
  }

  #whenTimeIsKnown(then: () => void): void {
    if (!this.#early) return then();
    if (this.#early.length === 0) this.#context.clock.after(TIME_WITHIN_MS, () => this.#timeIsKnown());
    this.#early.push(then);
  }

  #timeIsKnown(): void {
    const waiting = this.#early ?? [];
    this.#early = null;
    for (const then of waiting) then();
  }

  #take(event: unknown): void {
    const opened = openSigned(EVENT_TYPE.command, event, commandBody, this.#options.coreKey);
    if (!opened.ok) return this.#reject('unknown', opened.reason);
    const { body } = opened;
    const { journal, terminals } = this.#parts;
    const now = this.#context.clock.now();
    const decision = judgeCommand({
      command: body,
      identity: this.#options,
      now,
      terminalKnown: terminals.get(body.terminal) !== undefined,
      known: this.#store.byId(body.id)?.state ?? null,
      nonceUsed: this.#store.nonceUsed(body.nonce),
    });
    const { id: commandId, action, requestedBy, expiresAt } = body;
    switch (decision.kind) {
      case 'repeat':
        this.#context.log.info({ commandId }, 'command known already');
        return;
      case 'reject':
        return this.#reject(commandId, decision.reason);
      case 'expired':
      case 'accept':
        journal.commit((tx) => {
          this.#store.insert(tx, body, decision.kind === 'accept' ? 'received' : 'expired', now);
          tx.append('CommandReceived', body.terminal, { commandId, action, requestedBy, expiresAt });
          if (decision.kind === 'expired') tx.append('CommandExpired', body.terminal, { commandId });
        });
        if (decision.kind === 'accept') this.#enqueue(this.#store.byId(commandId)!);
    }
  }

  /**
   * Continues what a stop or crash interrupted. Call after routines were resumed. What had not begun waits until core has agreed with this journal: in an older
   * copy of it, the command may have been carried out long ago.
   */
  resume(): void {
    for (const command of this.#store.unfinished()) {
      if (command.state === 'started') this.#enqueue(command);
      else this.#whenCoreAgrees(command);
    }
  }

  #whenCoreAgrees(command: InboxCommand): void {
    if (!this.#unproven) return this.#takeUp(command);
    const { clock } = this.#context;
    const agreed = () => {
      cancel();
      this.#takeUp(command);
    };
    this.#unproven.add(agreed);
    // Nobody need wait longer: it has then expired, and says so.
    const cancel = clock.after(Math.max(0, command.expiresAtMs - clock.now()), () => {
      if (this.#unproven?.delete(agreed)) this.#enqueue(command);
    });
  }

  #takeUp(command: InboxCommand): void {
    if (!this.#journalWasReplaced) return this.#enqueue(command);
    const { commandId } = command;
    this.#context.log.warn({ commandId, reason: MAYBE_DONE }, 'command rejected');
    // Core keeps what it knows: an answer it has had, or that the outcome is unknown.
    this.#parts.journal.commit((tx) => {
      this.#store.update(tx, commandId, 'rejected', null, MAYBE_DONE);
      tx.append('CommandRejected', null, { commandId, reason: MAYBE_DONE });
    });
  }

  /** Whether entries of this gateway are known that this journal does not have. */
  get #journalWasReplaced(): boolean {
    const { journal } = this.#parts;
    return journal.epochDecision.kind === 'new' || journal.epoch !== this.#epochAtStart;
  }

  #coreAgrees(): void {
    const waiting = this.#unproven ?? [];
    this.#unproven = null;
    for (const agreed of waiting) agreed();
  }

  /** Forgets commands that were over, and could not be valid any more, before this instant (epoch ms). Returns how many. */
  retire(before: number): number {
    return this.#store.retire(before);
  }

  /** A command with its stored answer. */
  find(commandId: string): InboxCommand | undefined {
    return this.#store.byId(commandId);
  }

  #enqueue(command: InboxCommand): void {
    const beside = isBesideAction(command.action);
    const before = beside ? Promise.resolve() : (this.#lines.get(command.terminal) ?? Promise.resolve());
    const line = before.then(() => this.#untilAnswered(command));
    if (!beside) this.#lines.set(command.terminal, line);
  }

  /**
   * Runs a command until its answer is in the journal. Where the disk refuses an entry the command is taken up again, as after a restart, when the disk
   * may be back. Never rejects: the terminal's next command has its turn whatever happens to this one.
   */
  async #untilAnswered(command: InboxCommand): Promise<void> {
    const { clock, log, signal } = this.#context;
    const { commandId } = command;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const known = attempt === 0 ? command : this.#store.byId(commandId)!;
        if (isAnswered(known.state)) return;
        return await this.#runOrFail(known);
      } catch (error) {
        log.error({ commandId, attempt, ...errorFields(error) }, 'what a command came to could not be recorded, trying again');
      }
      await pause(clock, enquiryDelayMs(attempt), signal);
    }
  }

  async #runOrFail(command: InboxCommand): Promise<void> {
    try {
      await this.#run(command);
    } catch (error) {
      if (error instanceof JournalUnavailableError) throw error;
      this.#context.log.error({ commandId: command.commandId, ...errorFields(error) }, 'a command failed');
      this.#answer(command, { kind: 'failed', code: 'internal', detail: 'the command failed unexpectedly, see the log' });
    }
  }

  async #run(command: InboxCommand): Promise<void> {
    const { clock, signal } = this.#context;
    const waitMs = command.notBeforeMs - clock.now();
    if (command.state === 'received' && waitMs > 0) await pause(clock, waitMs, signal);
    if (signal.aborted) return;
    const actor = this.#parts.terminals.get(command.terminal);
    if (actor && isOrderAction(command.action)) return actor.run('maintaining', () => this.#carryOut(command, actor));
    if (!this.#begin(command)) return;
    const answer: Answer = actor
      ? await this.#perform(command, actor)
      : { kind: 'failed', code: 'unknownTerminal', detail: 'the terminal is no longer part of the store' };
    this.#answer(command, answer);
  }

  /** An order begins when its turn on the terminal comes, and its answer is recorded before the next job's. */
  async #carryOut(command: InboxCommand, actor: TerminalActor): Promise<void> {
    const { action, parameters, state } = command;
    if (this.#context.signal.aborted || !isOrderAction(action) || !this.#begin(command)) return;
    const answer = await this.#parts.actions.carryOut(actor, action, parameters, state === 'started');
    // Cut off by the agent's own stop it has not failed: it is taken up again after the next start.
    if (this.#context.signal.aborted && answer.kind === 'failed') return;
    this.#answer(command, answer);
  }

  /** Records the start of a command that has not begun yet. False when it came too late, which is then its answer. */
  #begin(command: InboxCommand): boolean {
    const next = command.state === 'started' ? 'continue' : afterRestart('received', command.expiresAtMs, this.#context.clock.now());
    if (next === 'expire') this.#answer(command, { kind: 'expired' });
    if (next === 'start') {
      this.#parts.journal.commit((tx) => {
        this.#store.update(tx, command.commandId, 'started', null, null);
        tx.append('CommandStarted', command.terminal, { commandId: command.commandId });
      });
    }
    return next !== 'expire';
  }

  async #perform(command: InboxCommand, actor: TerminalActor): Promise<Answer> {
    switch (command.action) {
      case 'settleTerminal':
        return this.#settle(actor);
      case 'closeTerminal':
        return this.#close(command, actor);
      case 'openTerminal':
        return this.#open(command, actor);
      case 'acceptUnbalanced':
        return this.#accept(command);
      case 'adoptOutcome':
        return actor.run('selling', async () => this.#parts.payments.adopt(actor, command.parameters));
      case 'abortTerminal':
      case 'captureDialogue':
        return this.#parts.actions.beside(actor, command.action, command.state === 'started');
      default:
        throw new Error(`${command.action} waits for its turn on the terminal`);
    }
  }

  async #settle(actor: TerminalActor): Promise<Answer> {
    if (actor.watchedOnly)
      return { kind: 'failed', code: 'terminalOnlyWatched', detail: 'the terminal works on its own and is only watched' };
    if (!actor.driver.capabilities.operations.has('settle')) {
      return { kind: 'failed', code: 'unsupportedAction', detail: 'this terminal can not settle' };
    }
    if (actor.heldBy) return { kind: 'failed', code: 'terminalBusy', detail: `the ${actor.heldBy} is running` };
    const end = await this.#parts.settlement.settleWithin(actor, 'command', { attempts: 1, retryDelayMs: 0 });
    if (end.kind === 'stopped') return end;
    const { result } = end;
    switch (result.kind) {
      case 'settled':
        return { kind: 'succeeded', detail: `batch ${result.settlement.batchNo} settled` };
      case 'nothing':
        return { kind: 'succeeded', detail: 'there was nothing to settle' };
      case 'unbalanced':
        return { kind: 'failed', code: 'totalsUnequal', detail: 'the batch is closed and the totals differ' };
      case 'failed':
        return { kind: 'failed', code: result.code, detail: result.detail };
      case 'inDoubt':
        return { kind: 'failed', code: 'settlementInDoubt', detail: result.detail };
    }
  }

  /** Moves no money and asks no terminal: what two people answer for is written beside the settlement it is about. */
  #accept({ terminal, parameters, commandId }: InboxCommand): Answer {
    const acceptance = this.#parts.settlement.acceptance(terminal, parameters['settlementId'] ?? '', commandId);
    if (acceptance.kind === 'nothing') return { kind: 'failed', code: 'notUnbalanced', detail: 'no settlement of that id is unbalanced' };
    return { kind: 'succeeded', detail: `the difference of batch ${acceptance.settlement.batchNo} is accepted`, record: acceptance.record };
  }

  async #close(command: InboxCommand, actor: TerminalActor): Promise<Answer> {
    const begun = this.#parts.closing.byCommand(command.commandId);
    if (!begun) {
      if (actor.heldBy) return { kind: 'failed', code: 'terminalBusy', detail: `the ${actor.heldBy} is running` };
      if (actor.facts.resting === 'closed' && actor.facts.power === 'off') return { kind: 'succeeded', detail: 'closed already' };
    }
    return this.#routine(this.#parts.closing, begun ?? this.#parts.closing.start(this.#request(command), [actor.id]));
  }

  async #open(command: InboxCommand, actor: TerminalActor): Promise<Answer> {
    const begun = this.#parts.opening.byCommand(command.commandId);
    if (!begun && actor.heldBy) return { kind: 'failed', code: 'terminalBusy', detail: `the ${actor.heldBy} is running` };
    return this.#routine(this.#parts.opening, begun ?? this.#parts.opening.start(this.#request(command), [actor.id]));
  }

  #request(command: InboxCommand): Omit<RoutineRun, 'routineId' | 'kind' | 'seq'> {
    const { businessDay } = windowAt(this.#parts.policy.current!, this.#context.clock.now());
    return { businessDay, by: 'command', scheduledFor: null, commandId: command.commandId };
  }

  async #routine<S extends string>(runner: RoutineRunner<S>, run: RoutineRun): Promise<Answer> {
    const result = await runner.result(run.routineId);
    if (result.stopped) return { kind: 'stopped' };
    const blocked = result.blocked[0];
    if (!blocked) return { kind: 'succeeded', detail: `${run.kind} done` };
    return { kind: 'failed', code: blocked.detail.split(': ')[1] ?? 'internal', detail: `${run.kind} blocked at ${blocked.detail}` };
  }

  #answer(command: InboxCommand, answer: Answer): void {
    if (answer.kind === 'stopped') return;
    const { commandId, terminal } = command;
    const code = answer.kind === 'failed' ? answer.code.slice(0, 40) : null;
    const detail = answer.kind === 'expired' ? '' : answer.detail.slice(0, 200);
    const effect: ActionEffect = answer.kind === 'expired' ? {} : answer;
    const write = (tx: JournalTransaction) => {
      effect.record?.(tx);
      this.#store.update(tx, commandId, answer.kind, code, detail);
      if (answer.kind === 'succeeded') tx.append('CommandSucceeded', terminal, { commandId, detail });
      else if (answer.kind === 'failed') tx.append('CommandFailed', terminal, { commandId, code: code ?? '', detail });
      else tx.append('CommandExpired', terminal, { commandId });
    };
    const actor = effect.facts && this.#parts.terminals.get(terminal);
    if (actor && effect.facts) actor.commit(effect.facts, write);
    else this.#parts.journal.commit(write);
    this.#context.log.info({ commandId, action: command.action, outcome: answer.kind, code }, 'command answered');
  }

  #reject(commandId: string, reason: string): void {
    this.#context.log.warn({ commandId, reason }, 'command rejected');
    const { record, count } = recordRejection(this.#rejections, this.#context.clock.now());
    this.#rejections = count;
    if (record) this.#parts.journal.commit((tx) => tx.append('CommandRejected', null, { commandId, reason }));
  }
}
