import { Inject, Injectable } from '@nestjs/common';
import type { PaymentState } from '@tillward/contracts';
import { hasStandIn } from '../card-tags.js';
import { Commands } from '../commands/index.js';
import type { WorkContext } from '../database/index.js';
import type { CommittedEntry } from '../ingest/index.js';

/** A payment as core has it from its gateway, with what was booked. */
interface KnownRow {
  state: PaymentState;
  amountMinor: number;
  currency: string;
  traceNo: number | null;
  receiptNo: number | null;
  cardLast4: string | null;
  cardName: string | null;
  providerReference: string | null;
}

const KNOWN = `SELECT state, amount_minor AS "amountMinor", currency, trace_no AS "traceNo", receipt_no AS "receiptNo", card_last4 AS "cardLast4",
    card_name AS "cardName", provider_reference AS "providerReference"
  FROM card_transaction WHERE store_id = $1 AND payment_id = $2 AND gateway_id = $3`;

/** Whether the gateway has found out by itself since. */
const RESOLVED_SINCE = `SELECT 1 FROM journal_entry WHERE store_id = $1 AND gateway_id = $2 AND epoch = $3 AND seq > $4
  AND kind IN ('PaymentResolved', 'RepaymentResolved') AND strpos(payload, $5) > 0 LIMIT 1`;

/**
 * Gives a gateway back what it told core itself. One whose data went back to an older copy takes a payment for cut off that ended long ago, and a terminal that has booked
 * others since can't say any more what became of it; the terminal would be blocked for ever.
 */
@Injectable()
export class KnownOutcomes {
  constructor(@Inject(Commands) private readonly commands: Commands) {}

  /** S12: a payment in doubt whose end this gateway has told already is answered with that end. Once: while such an answer is under way, no other is sent. */
  async answer(ctx: WorkContext, { store, gateway, epoch, seq, terminal, payload }: CommittedEntry): Promise<void> {
    const { paymentId } = payload as { paymentId: string };
    if (terminal === null) return;
    const [known]: (KnownRow | undefined)[] = await ctx.tx.query(KNOWN, [store, paymentId, gateway]);
    const parameters = known && outcomeOf(known);
    if (parameters === undefined) return;
    const resolved: unknown[] = await ctx.tx.query(RESOLVED_SINCE, [store, gateway, epoch, seq, paymentId]);
    if (resolved.length > 0 || (await this.commands.isUnderWay(ctx, store, terminal, 'adoptOutcome'))) return;
    await this.commands.create(ctx, {
      storeId: store,
      gatewayId: gateway,
      terminalId: terminal,
      action: 'adoptOutcome',
      reason: 'The gateway told the outcome before its data went back to an older copy.',
      parameters: { paymentId, ...parameters },
      subject: `payment:${paymentId}`,
    });
  }
}

/** The parameters of the command; undefined when core does not know the end either. */
function outcomeOf(known: KnownRow): Record<string, string> | undefined {
  if (known.state === 'declined' || known.state === 'failed') return { state: known.state };
  if (known.state !== 'completed') return undefined;
  const { state, ...booked } = known;
  // What stands for a number here is no name the provider knows.
  if (booked.providerReference !== null && hasStandIn(booked.providerReference)) booked.providerReference = null;
  const told = Object.entries(booked).filter((field): field is [string, string | number] => field[1] !== null);
  return { state, ...Object.fromEntries(told.map(([name, value]) => [name, String(value)])) };
}
