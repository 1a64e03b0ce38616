import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { CommandAction } from '@tillward/contracts';
import { type AuditAction, AuditLog } from '../audit/index.js';
import {
  aloneLimit,
  COUNTED_TOGETHER_MS,
  Commands,
  isGuarded,
  lockOrdersOf,
  needsSecondPerson,
  orderedAlone,
  placeKey,
  runningActions,
  type TerminalPlace,
} from '../commands/index.js';
import { systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import { FleetService, mayOrder, requestRefusal, type TerminalView, unsupported } from '../fleet/index.js';
import { type FleetActionPreviewType, invalidInput, type MoneyType, type PersonActor, type RefusalOf, refuse } from '../graphql/index.js';
import { Policy } from '../policy/index.js';
import { byPlace, contentHash, type Decision, decisionRefusal, MAX_TARGETS, REQUEST_LIFE_MS } from './approvals.rules.js';
import type { FleetRequestRow } from './approvals.store.js';
import * as store from './approvals.store.js';

const SYSTEM = systemActor('approvals');
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Requests that expire in one sweep. */
const SWEEP_LIMIT = 100;

/** What a person asks for. */
export interface FleetOrder {
  readonly action: CommandAction;
  readonly targets: readonly TerminalPlace[];
  readonly reason: string;
  readonly key: string;
}

/** Why a request isn't taken. */
export type AskRefusal = RefusalOf<'notAllowed' | 'notFound' | 'invalidInput' | 'unsupportedAction'>;
/** Why a decision isn't taken. */
export type DecisionRefusal = RefusalOf<
  'notAllowed' | 'notFound' | 'invalidInput' | 'ownRequest' | 'contentChanged' | 'requestExpired' | 'alreadyDone' | 'unsupportedAction'
>;

/** Actions for many terminals, and the second person they wait for. The only writer of fleet_request and fleet_request_target. */
@Injectable()
export class Approvals {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(FleetService) private readonly fleet: FleetService,
    @Inject(Policy) private readonly policy: Policy,
  ) {}

  /** What an action on these terminals would mean now; changes nothing. */
  async preview(
    ctx: WorkContext,
    action: CommandAction,
    targets: readonly TerminalPlace[],
  ): Promise<FleetActionPreviewType | RefusalOf<'notFound' | 'invalidInput'>> {
    const refusal = targetsRefusal(action, targets);
    if (refusal) return refusal;
    const terminals = await this.#terminals(ctx, targets);
    if (terminals === undefined) return refuse('notFound', 'One of these terminals does not exist.');
    const able = terminals.filter((terminal) => blockOf(action, terminal) === undefined);
    const unsettled = able.filter((terminal) => terminal.unsettledMinor > 0);
    return {
      action,
      ...(await this.#secondPerson(ctx, action, able.map(placeOf))),
      terminals: able.length,
      stores: new Set(able.map(({ storeId }) => storeId)).size,
      offline: able.filter(({ gatewayOnline }) => !gatewayOnline).length,
      unsettledTerminals: unsettled.length,
      unsettledSums: sums(unsettled),
      blocked: terminals.flatMap((terminal) => {
        const block = blockOf(action, terminal);
        return block === undefined ? [] : [{ ...placeOf(terminal), block }];
      }),
    };
  }

  /** Takes a request, once per key. What one person may order alone is done at once; anything else waits for a second person and does nothing before. */
  async ask(ctx: WorkContext, order: FleetOrder): Promise<FleetRequestRow | AskRefusal> {
    const person = ctx.actor as PersonActor;
    if (!mayOrder(person.role)) return refuse('notAllowed', 'Actions on terminals are for managers and HQ.');
    if (!UUID.test(order.key)) return invalidInput('idempotencyKey', 'An idempotency key is a UUID.');
    const { action } = order;
    const refusal = targetsRefusal(action, order.targets) ?? requestRefusal({ action, reason: order.reason, text: null, depth: null });
    if (refusal) return refusal;
    await lockOrdersOf(ctx, person.id);
    const targets = [...order.targets].sort(byPlace);
    const earlier = await store.findByKey(ctx, person.id, order.key);
    if (earlier !== undefined) return (await this.#isSame(ctx, earlier, { ...order, targets })) ? earlier : usedKey();
    const terminals = await this.#terminals(ctx, targets);
    if (terminals === undefined) return refuse('notFound', 'One of these terminals does not exist.');
    const block = terminals.map((terminal) => blockOf(action, terminal)).find((each) => each !== undefined);
    if (block !== undefined) {
      return { refused: true, code: 'unsupportedAction', message: 'One of these terminals can not be asked for that.', block };
    }
    const { secondPerson } = await this.#secondPerson(ctx, action, targets);
    const request = newRequest(ctx, person, { ...order, targets }, secondPerson);
    await store.insertRequest(ctx, request, targets);
    const done = secondPerson ? request : await this.#carryOut(ctx, request, targets, null);
    if ('refused' in done) throw new Error(`a request found possible was refused: ${done.code}`);
    await this.#record(ctx, 'fleetRequest.asked', done, `${action} asked for on ${targets.length} terminals`, {
      terminals: targets.map(placeKey),
      reason: request.reason,
      expiresAt: request.expiresAt,
      secondPerson,
    });
    return done;
  }

  /** R1–R4: agrees to what has this hash; its commands exist, and are on their way, exactly when this is committed. */
  async approve(ctx: WorkContext, id: string, hash: string): Promise<FleetRequestRow | DecisionRefusal> {
    const found = await this.#decidable(ctx, id, 'approve');
    if ('answer' in found) return found.answer;
    const { request, person } = found;
    const targets = await store.targetsOf(ctx, [id]);
    if (hash !== request.hash || contentHash({ ...request, targets }) !== hash) {
      return refuse('contentChanged', 'What was read is not what was asked for. Look at it again.');
    }
    if (!(await store.mayOrderIn(ctx, request.requestedBy, request.storeIds))) {
      return refuse('notAllowed', 'Who asked may not order this any more.');
    }
    const done = await this.#carryOut(ctx, request, targets, person);
    if (!('refused' in done))
      await this.#record(ctx, 'fleetRequest.approved', done, `${done.action} agreed to on ${targets.length} terminals`);
    return done;
  }

  /** Says no to a request, and why. */
  async refuse(ctx: WorkContext, id: string, reason: string): Promise<FleetRequestRow | DecisionRefusal> {
    const found = await this.#decidable(ctx, id, 'refuse');
    if ('answer' in found) return found.answer;
    const refusal = requestRefusal({ action: found.request.action, reason, text: null, depth: null });
    if (refusal) return refusal;
    return await this.#end(ctx, found.request, 'refused', 'fleetRequest.refused', reason.trim());
  }

  /** Takes a request back; only who asked can. */
  async withdraw(ctx: WorkContext, id: string): Promise<FleetRequestRow | DecisionRefusal> {
    const found = await this.#decidable(ctx, id, 'withdraw');
    return 'answer' in found ? found.answer : await this.#end(ctx, found.request, 'withdrawn', 'fleetRequest.withdrawn', null);
  }

  /** Ends what nobody decided about in time. Run by a timer. */
  async sweep(): Promise<void> {
    const overdue = await this.work.run(SYSTEM, (ctx) => store.overdueRequests(ctx, SWEEP_LIMIT));
    for (const { id } of overdue) {
      await this.work.run(SYSTEM, async (ctx) => {
        const request = await store.lockRequest(ctx, id);
        if (request?.state === 'waiting') await this.#end(ctx, request, 'expired', 'fleetRequest.expired', null);
      });
    }
  }

  async #decidable(
    ctx: WorkContext,
    id: string,
    decision: Decision,
  ): Promise<{ answer: FleetRequestRow | DecisionRefusal } | { request: FleetRequestRow; person: PersonActor }> {
    const person = ctx.actor as PersonActor;
    const request = UUID.test(id) ? await store.lockRequest(ctx, id) : undefined;
    if (request === undefined) return { answer: refuse('notFound', 'There is no such request.') };
    const refusal = decisionRefusal(request, decision, person, ctx.now().getTime());
    if (refusal === 'repeated') return { answer: request };
    return refusal === undefined ? { request, person } : { answer: refusal };
  }

  /** R3: the request's commands, all or none; `second` is null for what one person may order alone. */
  async #carryOut(
    ctx: WorkContext,
    request: FleetRequestRow,
    targets: readonly TerminalPlace[],
    second: PersonActor | null,
  ): Promise<FleetRequestRow | RefusalOf<'notFound' | 'unsupportedAction'>> {
    const locked = await store.lockTerminals(ctx, targets);
    const terminals = await this.#terminals(ctx, targets);
    if (terminals === undefined) return refuse('notFound', 'One of these terminals is gone.');
    const block = terminals.map((terminal) => blockOf(request.action, terminal)).find((each) => each !== undefined);
    if (block !== undefined) {
      return { refused: true, code: 'unsupportedAction', message: 'One of these terminals can not be asked for that any more.', block };
    }
    const running = await this.#running(ctx, request);
    for (const place of locked) {
      const commandId = running.get(placeKey(place)) ?? (await this.#command(ctx, request, place, second)).id;
      await store.writeCommand(ctx, request.id, place, commandId);
    }
    const approved: FleetRequestRow = {
      ...request,
      state: 'approved',
      decidedBy: second?.id ?? null,
      decidedByName: second?.name ?? null,
      decidedAt: ctx.now(),
    };
    await store.writeDecision(ctx, approved);
    return approved;
  }

  #command(ctx: WorkContext, request: FleetRequestRow, place: TerminalPlace & { gatewayId: string }, second: PersonActor | null) {
    return this.commands.create(ctx, {
      ...place,
      action: request.action,
      reason: request.reason,
      subject: `fleetRequest:${request.id}`,
      ordered: { by: request.requestedBy, name: request.requestedByName, approvedBy: second?.id ?? null },
    });
  }

  /** What runs already, by terminal: a second command would find the first one's work done. */
  async #running(ctx: WorkContext, { storeIds, action }: FleetRequestRow): Promise<Map<string, string>> {
    const running = await runningActions(ctx, storeIds);
    return new Map(running.filter((one) => one.action === action).map((one) => [placeKey(one), one.id]));
  }

  async #end(
    ctx: WorkContext,
    request: FleetRequestRow,
    state: 'refused' | 'withdrawn' | 'expired',
    action: AuditAction,
    reason: string | null,
  ): Promise<FleetRequestRow> {
    const by = ctx.actor.kind === 'person' ? { decidedBy: ctx.actor.id, decidedByName: ctx.actor.name } : {};
    const ended: FleetRequestRow = { ...request, ...by, state, decidedAt: ctx.now(), decisionReason: reason };
    await store.writeDecision(ctx, ended);
    await this.#record(ctx, action, ended, `${request.action} on ${request.terminalCount} terminals ${state}`, {
      ...(reason === null ? {} : { reason }),
    });
    return ended;
  }

  /** R7. An entry about several stores belongs to the chain. */
  async #record(
    ctx: WorkContext,
    action: AuditAction,
    request: FleetRequestRow,
    summary: string,
    detail: Record<string, unknown> = {},
  ): Promise<void> {
    ctx.changed({ stores: [...request.storeIds] });
    await this.audit.append(ctx, {
      action,
      storeId: request.storeIds.length === 1 ? request.storeIds[0]! : null,
      subject: `fleetRequest:${request.id}`,
      summary,
      detail: { requestId: request.id, action: request.action, count: request.terminalCount, hash: request.hash, ...detail },
    });
  }

  /** Whether this key's request asked for the same. */
  async #isSame(ctx: WorkContext, earlier: FleetRequestRow, order: FleetOrder): Promise<boolean> {
    if (earlier.action !== order.action || earlier.reason !== order.reason.trim()) return false;
    const asked = new Set((await store.targetsOf(ctx, [earlier.id])).map(placeKey));
    return asked.size === order.targets.length && order.targets.every((target) => asked.has(placeKey(target)));
  }

  async #secondPerson(
    ctx: WorkContext,
    action: CommandAction,
    targets: readonly TerminalPlace[],
  ): Promise<{ secondPerson: boolean; limit: number }> {
    const storeIds = [...new Set(targets.map(({ storeId }) => storeId))];
    const settings = await this.policy.settingsOf(ctx, storeIds);
    const limit = Math.min(...[...settings.values()].map((each) => aloneLimit(action, each)), MAX_TARGETS);
    const recent = await orderedAlone(ctx, (ctx.actor as PersonActor).id, new Date(ctx.now().getTime() - COUNTED_TOGETHER_MS));
    return { secondPerson: needsSecondPerson(action, targets, recent, limit), limit };
  }

  /** These terminals, or undefined when the actor doesn't see one of them. */
  async #terminals(ctx: WorkContext, targets: readonly TerminalPlace[]): Promise<TerminalView[] | undefined> {
    const storeIds = [...new Set(targets.map(({ storeId }) => storeId))];
    const known = new Map((await this.fleet.terminals(ctx, { storeIds })).map((terminal) => [placeKey(placeOf(terminal)), terminal]));
    const found = targets.map((target) => known.get(placeKey(target)));
    return found.every((terminal) => terminal !== undefined) ? found : undefined;
  }
}

function newRequest(ctx: WorkContext, person: PersonActor, order: FleetOrder, secondPerson: boolean): FleetRequestRow {
  const requestedAt = ctx.now();
  const content = {
    id: randomUUID(),
    action: order.action,
    parameters: {},
    reason: order.reason.trim(),
    requestedBy: person.id,
    requestedAt,
    expiresAt: new Date(requestedAt.getTime() + REQUEST_LIFE_MS),
  };
  return {
    ...content,
    hash: contentHash({ ...content, targets: order.targets }),
    storeIds: [...new Set(order.targets.map(({ storeId }) => storeId))],
    terminalCount: order.targets.length,
    secondPerson,
    requestedByName: person.name,
    idempotencyKey: order.key,
    state: 'waiting',
    decidedBy: null,
    decidedByName: null,
    decidedAt: null,
    decisionReason: null,
  };
}

function targetsRefusal(action: CommandAction, targets: readonly TerminalPlace[]): RefusalOf<'invalidInput'> | undefined {
  if (!isGuarded(action)) return invalidInput('action', 'Only actions on money or power are asked for together.');
  if (targets.length === 0 || targets.length > MAX_TARGETS) return invalidInput('targets', `A request has 1 to ${MAX_TARGETS} terminals.`);
  if (new Set(targets.map(placeKey)).size < targets.length) return invalidInput('targets', 'A terminal is named twice.');
  return undefined;
}

function usedKey(): RefusalOf<'invalidInput'> {
  return invalidInput('idempotencyKey', 'This key was used for another request.');
}

function blockOf(action: CommandAction, { driver, powerKind, gatewayOnline }: TerminalView) {
  return unsupported(action, { driver, powerKind, gatewayOnline });
}

function placeOf({ storeId, id }: TerminalView): TerminalPlace {
  return { storeId, terminalId: id };
}

function sums(terminals: readonly TerminalView[]): MoneyType[] {
  const byCurrency = Map.groupBy(terminals, ({ currency }) => currency);
  return [...byCurrency]
    .map(([currency, own]) => ({ currency, amountMinor: own.reduce((sum, { unsettledMinor }) => sum + unsettledMinor, 0) }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
