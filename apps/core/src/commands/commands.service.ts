import { randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { CommandAction, CommandBody, JournalKind, JournalPayload } from '@tillward/contracts';
import { AuditLog } from '../audit/index.js';
import { systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import { type CommittedEntry, JournalSubscriptions } from '../ingest/index.js';
import { Downlink } from '../messaging/index.js';
import { Outbox } from '../outbox/index.js';
import { COMMAND_LIFE_MS, type CommandEvent, isFinished, isOverdue, nextCommandState, RESEND_MS } from './commands.rules.js';
import { type CommandRow, findUnfinished, insertCommand, isUnderWay, lockCommand, markSent, updateCommandState } from './commands.store.js';

/** Outbox topic: one command to its gateway; payload {@link SendRequest}. */
const SEND = 'command.send';
const SYSTEM = systemActor('commands');
/** Commands looked at in one sweep. */
const SWEEP_LIMIT = 500;

interface SendRequest {
  storeId: string;
  id: string;
}

/** What core asks of a gateway. */
export interface CommandRequest {
  storeId: string;
  gatewayId: string;
  terminalId: string;
  action: CommandAction;
  reason: string;
  /** What the action needs to know (libs/contracts, command); never secrets. */
  parameters?: Readonly<Record<string, string>>;
  /** What it is for, as the audit log's subject. */
  subject: string;
  /** The person who ordered it, and the second one where one was needed; left out by playbooks and the system, whose orders nobody counts. */
  ordered?: { readonly by: string; readonly name: string; readonly approvedBy: string | null };
}

/** Told, in the transaction of the change, that a command has a new state. */
export type CommandListener = (ctx: WorkContext, command: CommandRow) => Promise<void>;

const EVENT_OF = {
  CommandReceived: 'received',
  CommandStarted: 'started',
  CommandSucceeded: 'succeeded',
  CommandFailed: 'failed',
  CommandRejected: 'rejected',
  CommandExpired: 'expired',
} as const satisfies Partial<Record<JournalKind, CommandEvent>>;

/** Commands to gateways. The only writer of table command. */
@Injectable()
export class Commands implements OnModuleInit {
  readonly #listeners: CommandListener[] = [];

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Downlink) private readonly downlink: Downlink,
    @Inject(JournalSubscriptions) private readonly journal: JournalSubscriptions,
  ) {}

  onModuleInit(): void {
    this.outbox.handle(SEND, (message) => this.#send(message.payload as SendRequest));
    this.journal.onJournal(Object.keys(EVENT_OF) as (keyof typeof EVENT_OF)[], (entry) => this.#onEntry(entry));
  }

  /** Calls `listener` at every change of state. It shares the transaction: when it throws, the change is not made. */
  onState(listener: CommandListener): void {
    this.#listeners.push(listener);
  }

  /** C1: creates a command in the caller's transaction, so that it exists exactly when its cause does. It is sent after the commit. */
  async create(ctx: WorkContext, request: CommandRequest): Promise<CommandRow> {
    const now = ctx.now();
    const command: CommandRow = {
      id: randomUUID(),
      storeId: request.storeId,
      gatewayId: request.gatewayId,
      terminalId: request.terminalId,
      action: request.action,
      state: 'created',
      requestedBy: (request.ordered?.name ?? ctx.actor.name).slice(0, 80),
      reason: request.reason.slice(0, 400),
      nonce: randomBytes(24).toString('base64url'),
      notBefore: now,
      expiresAt: new Date(now.getTime() + COMMAND_LIFE_MS),
      createdAt: now,
      sentAt: null,
      outcomeCode: null,
      outcomeDetail: null,
      stateAt: now,
      parameters: request.parameters ?? null,
      orderedBy: request.ordered?.by ?? null,
      approvedBy: request.ordered?.approvedBy ?? null,
    };
    await insertCommand(ctx, command);
    await this.outbox.add(ctx, SEND, { storeId: command.storeId, id: command.id } satisfies SendRequest, command.id);
    await this.audit.append(ctx, {
      action: 'command.created',
      storeId: command.storeId,
      subject: `command:${command.id}`,
      summary: `${command.action} ordered for ${command.terminalId}`,
      detail: {
        commandId: command.id,
        action: command.action,
        terminalId: command.terminalId,
        expiresAt: command.expiresAt,
        for: request.subject,
        reason: command.reason,
        ...(command.parameters === null ? {} : { parameters: command.parameters }),
        ...(command.approvedBy === null ? {} : { orderedBy: command.orderedBy, approvedBy: command.approvedBy }),
      },
    });
    ctx.changed({ stores: [command.storeId] });
    return command;
  }

  /** Whether a command of this action for this terminal has not ended. */
  isUnderWay(ctx: WorkContext, storeId: string, terminalId: string, action: CommandAction): Promise<boolean> {
    return isUnderWay(ctx, storeId, terminalId, action);
  }

  /** Sends again what nobody received (C3) and concludes what nobody will tell (C4). Run by a timer. */
  async sweep(): Promise<void> {
    const open = await this.work.run(SYSTEM, (ctx) => findUnfinished(ctx, SWEEP_LIMIT));
    for (const { storeId, id } of open) {
      await this.work.run(SYSTEM, async (ctx) => {
        const command = await lockCommand(ctx, storeId, id);
        if (command === undefined) return;
        const nowMs = ctx.now().getTime();
        if (isOverdue(command.state, command.expiresAt.getTime(), nowMs)) return await this.#apply(ctx, command, 'deadlinePassed', {});
        const isOnItsWay = command.state === 'created' || command.state === 'sent';
        const sinceMs = nowMs - (command.sentAt ?? command.createdAt).getTime();
        if (isOnItsWay && sinceMs >= RESEND_MS && nowMs < command.expiresAt.getTime()) {
          // A key of its own: the first message may be waiting out a long pause after an outage of the broker.
          await this.outbox.add(ctx, SEND, { storeId, id } satisfies SendRequest, `${id} again`);
          await markSent(ctx, command);
        }
      });
    }
  }

  async #send({ storeId, id }: SendRequest): Promise<void> {
    const command = await this.work.run(SYSTEM, (ctx) => lockCommand(ctx, storeId, id));
    if (command === undefined || (command.state !== 'created' && command.state !== 'sent')) return;
    const body: CommandBody = {
      id: command.id,
      store: command.storeId,
      gateway: command.gatewayId,
      terminal: command.terminalId,
      action: command.action,
      notBefore: command.notBefore.toISOString(),
      expiresAt: command.expiresAt.toISOString(),
      nonce: command.nonce,
      requestedBy: command.requestedBy,
      reason: command.reason,
      ...(command.parameters === null ? {} : { parameters: { ...command.parameters } }),
    };
    await this.downlink.publish(command.storeId, command.gatewayId, 'command', body);
    await this.work.run(SYSTEM, async (ctx) => {
      const now = await lockCommand(ctx, storeId, id);
      if (now === undefined) return;
      await markSent(ctx, now);
      await this.#apply(ctx, now, 'sent', {});
    });
  }

  async #onEntry(entry: CommittedEntry): Promise<void> {
    const event = EVENT_OF[entry.kind as keyof typeof EVENT_OF];
    const payload = entry.payload as Partial<JournalPayload<'CommandFailed'> & JournalPayload<'CommandRejected'>> & { commandId: string };
    if (!UUID.test(payload.commandId)) return;
    await this.work.run(SYSTEM, async (ctx) => {
      const command = await lockCommand(ctx, entry.store, payload.commandId);
      // A gateway can only report on its own commands; anything else is not evidence about this one.
      if (command === undefined || command.gatewayId !== entry.gateway) return;
      const code = payload.code ?? payload.reason;
      await this.#apply(ctx, command, event, {
        ...(code === undefined ? {} : { code }),
        ...(payload.detail === undefined ? {} : { detail: payload.detail }),
      });
    });
  }

  async #apply(ctx: WorkContext, command: CommandRow, event: CommandEvent, outcome: { code?: string; detail?: string }): Promise<void> {
    const state = nextCommandState(command.state, event);
    if (state === undefined) return;
    const changed: CommandRow = {
      ...command,
      state,
      stateAt: ctx.now(),
      outcomeCode: outcome.code ?? command.outcomeCode,
      outcomeDetail: outcome.detail ?? command.outcomeDetail,
    };
    await updateCommandState(ctx, changed, { code: outcome.code ?? null, detail: outcome.detail ?? null });
    ctx.changed({ stores: [changed.storeId] });
    for (const listener of this.#listeners) await listener(ctx, changed);
    if (!isFinished(state)) return;
    await this.audit.append(ctx, {
      action: 'command.finished',
      storeId: changed.storeId,
      subject: `command:${changed.id}`,
      summary: `${changed.action} for ${changed.terminalId}: ${state}`,
      detail: { commandId: changed.id, state, code: changed.outcomeCode, detail: changed.outcomeDetail },
    });
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
