import { Inject, Injectable } from '@nestjs/common';
import {
  aloneLimit,
  COUNTED_TOGETHER_MS,
  type CommandRow,
  Commands,
  findCommand,
  isGuarded,
  lockOrdersOf,
  needsSecondPerson,
  orderedAlone,
  runningActions,
} from '../commands/index.js';
import type { WorkContext } from '../database/index.js';
import { invalidInput, type PersonActor, type RefusalOf, refuse } from '../graphql/index.js';
import { Policy } from '../policy/index.js';
import { type ActionRequest, commandParameters, mayOrder, requestRefusal, unsupported } from './terminal-actions.rules.js';

/** Why an order was not taken. */
export type OrderRefusal = RefusalOf<
  'notAllowed' | 'notFound' | 'invalidInput' | 'unsupportedAction' | 'alreadyRunning' | 'secondPersonNeeded'
>;

/** An order as a person gives it. */
export interface TerminalOrder extends ActionRequest {
  readonly storeId: string;
  readonly terminalId: string;
  readonly key: string;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Actions people order on single terminals. The only writer of table terminal_order. */
@Injectable()
export class TerminalActions {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Policy) private readonly policy: Policy,
  ) {}

  /**
   * Makes a command of an order, once per key: the same key again returns the command as it stands, a refused order doesn't use its key up. A store whose
   * gateway is offline gets it when it is back, unless it has expired.
   */
  async order(ctx: WorkContext, order: TerminalOrder): Promise<CommandRow | OrderRefusal> {
    const person = ctx.actor as PersonActor;
    if (!mayOrder(person.role)) return refuse('notAllowed', 'Actions on terminals are for managers and HQ.');
    if (!UUID.test(order.key)) return invalidInput('idempotencyKey', 'An idempotency key is a UUID.');
    if (isGuarded(order.action)) await lockOrdersOf(ctx, person.id);
    const target = await lockTarget(ctx, order);
    if (target === undefined) return refuse('notFound', 'There is no such terminal.');
    const request = JSON.stringify([order.terminalId, order.action, order.reason, order.text, order.depth]);
    const earlier = await findOrder(ctx, order.storeId, person.id, order.key);
    if (earlier !== undefined) {
      if (earlier.request !== request) return invalidInput('idempotencyKey', 'This key was used for another action.');
      return (await findCommand(ctx, order.storeId, earlier.commandId))!;
    }
    const refusal = requestRefusal(order);
    if (refusal) return refusal;
    // Whether the gateway is online decides nothing here.
    const block = unsupported(order.action, { ...target, gatewayOnline: true });
    if (block !== undefined) {
      return { refused: true, code: 'unsupportedAction', message: 'This terminal can not be asked for that.', block };
    }
    const running = (await runningActions(ctx, [order.storeId])).find(
      ({ terminalId, action }) => terminalId === order.terminalId && action === order.action,
    );
    if (running !== undefined) {
      return { refused: true, code: 'alreadyRunning', message: 'The same action is under way on this terminal.', commandId: running.id };
    }
    const limit = await this.#exceeded(ctx, person.id, order);
    if (limit !== undefined) {
      const message =
        limit === 0
          ? 'A settlement by hand needs a second person here: ask for one.'
          : 'With what you ordered within the last hour this is fleet-wide: ask for a second person.';
      return { refused: true, code: 'secondPersonNeeded', message, limit };
    }
    const parameters = commandParameters(order);
    const command = await this.commands.create(ctx, {
      storeId: order.storeId,
      gatewayId: target.gatewayId,
      terminalId: order.terminalId,
      action: order.action,
      reason: order.reason.trim(),
      subject: `terminal:${order.storeId}/${order.terminalId}`,
      ordered: { by: person.id, name: person.name, approvedBy: null },
      ...(parameters === undefined ? {} : { parameters }),
    });
    await ctx.tx.query(
      `INSERT INTO terminal_order (store_id, person_id, idempotency_key, terminal_id, command_id, request, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [order.storeId, person.id, order.key, order.terminalId, command.id, request, ctx.now()],
    );
    return command;
  }

  /** C6: how many terminals a person may order for alone, when this order would be one too many. */
  async #exceeded(ctx: WorkContext, personId: string, order: TerminalOrder): Promise<number | undefined> {
    if (!isGuarded(order.action)) return undefined;
    const limit = aloneLimit(order.action, (await this.policy.settingsOf(ctx, [order.storeId])).get(order.storeId)!);
    const recent = await orderedAlone(ctx, personId, new Date(ctx.now().getTime() - COUNTED_TOGETHER_MS));
    return needsSecondPerson(order.action, [order], recent, limit) ? limit : undefined;
  }
}

/** The terminal, locked, so that two orders for it are taken one after the other. */
async function lockTarget(
  ctx: WorkContext,
  { storeId, terminalId }: TerminalOrder,
): Promise<{ gatewayId: string; driver: string; powerKind: string } | undefined> {
  const rows: { gatewayId: string; driver: string; powerKind: string }[] = await ctx.tx.query(
    `SELECT gateway_id AS "gatewayId", driver, connection->'power'->>'kind' AS "powerKind" FROM terminal
      WHERE store_id = $1 AND terminal_id = $2 FOR UPDATE`,
    [storeId, terminalId],
  );
  return rows[0];
}

async function findOrder(
  ctx: WorkContext,
  storeId: string,
  personId: string,
  key: string,
): Promise<{ request: string; commandId: string } | undefined> {
  const rows: { request: string; commandId: string }[] = await ctx.tx.query(
    'SELECT request, command_id AS "commandId" FROM terminal_order WHERE store_id = $1 AND person_id = $2 AND idempotency_key = $3',
    [storeId, personId, key],
  );
  return rows[0];
}
