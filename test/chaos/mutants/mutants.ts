import type { SliceName } from './slices.js';

/** One change of a source file. `find` must stand there exactly once. */
export interface Edit {
  readonly file: string;
  readonly find: string | RegExp;
  readonly replace: string;
}

/** A deliberate breakage, and the slice that must notice it. */
export interface Mutant {
  readonly name: string;
  /** What the product then does. */
  readonly what: string;
  readonly slice: SliceName;
  readonly edits: readonly Edit[];
}

const EDGE = 'apps/edge-agent/src';
const CORE = 'apps/core/src';
/** The journal without the unique key that would catch what the mutants below let through. */
const WITHOUT_BACKSTOP: Edit = {
  file: `${CORE}/ingest/ingest.migrations.ts`,
  find: /hash bytea NOT NULL,\n\s*PRIMARY KEY \(store_id, gateway_id, epoch, seq\)\n/,
  replace: 'hash bytea NOT NULL\n',
};

/** Every breakage that the exam must notice. Made on a copy of the tree, never on the tree itself. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'synchronous-normal',
    what: 'the gateway acknowledges a sale before its journal is synced',
    slice: 'powerCuts',
    edits: [{ file: `${EDGE}/journal/journal.store.ts`, find: /PRAGMA synchronous = FULL/, replace: 'PRAGMA synchronous = NORMAL' }],
  },
  {
    name: 'acknowledged-before-commit',
    what: 'core acknowledges a batch and commits it with the next one',
    slice: 'business',
    edits: [
      { file: `${CORE}/ingest/ingest.transaction.ts`, find: "talk.say('BEGIN');", replace: "talk.say('COMMIT');\n  talk.say('BEGIN');" },
      {
        file: `${CORE}/ingest/ingest.transaction.ts`,
        find: /work\.write\(db, tables, careful\);\n\s*talk\.say\('COMMIT'\);/,
        replace: 'work.write(db, tables, careful);',
      },
    ],
  },
  {
    name: 'database-commits-unsynced',
    what: 'PostgreSQL says that a transaction is committed before it is on the disk',
    slice: 'deadDatabase',
    edits: [
      {
        file: 'apps/launcher/src/postgres/embedded-postgres.ts',
        find: "wal_level: 'minimal',",
        replace: "wal_level: 'minimal',\n  synchronous_commit: 'off',\n  wal_writer_delay: '10000ms',\n  wal_writer_flush_after: '100MB',",
      },
    ],
  },
  {
    name: 'batch-dedupe-off',
    what: 'core stores a batch that comes twice a second time',
    slice: 'messages',
    edits: [
      WITHOUT_BACKSTOP,
      {
        file: `${CORE}/ingest/ingest.rules.ts`,
        find: 'if (batch.throughSeq < cursor.seq) return',
        replace: `if (batch.epoch === cursor.epoch && batch.fromSeq <= cursor.seq) {
    return { kind: 'store', skip: 0, cursor: batch.throughSeq > cursor.seq ? { epoch: batch.epoch, seq: batch.throughSeq, hash: batch.lastHash } : cursor, opensEpoch: false };
  }
  if (batch.throughSeq < cursor.seq) return`,
      },
    ],
  },
  {
    name: 'gap-accepted',
    what: 'core stores a batch although entries before it are missing',
    slice: 'messages',
    edits: [
      {
        file: `${CORE}/ingest/ingest.rules.ts`,
        find: /if \(batch\.fromSeq > cursor\.seq \+ 1\) \{/,
        replace: `if (batch.fromSeq > cursor.seq + 1) {
    return { kind: 'store', skip: 0, cursor: { epoch: batch.epoch, seq: batch.throughSeq, hash: batch.lastHash }, opensEpoch: false };
  }
  if (batch.fromSeq > cursor.seq + 1) {`,
      },
    ],
  },
  {
    name: 'cursor-lock-off',
    what: 'two cores advance the same cursor without waiting for each other',
    slice: 'twoCores',
    edits: [
      WITHOUT_BACKSTOP,
      {
        file: `${CORE}/ingest/ingest.store.ts`,
        find: 'ORDER BY store_id, gateway_id FOR UPDATE`',
        replace: 'ORDER BY store_id, gateway_id`',
      },
    ],
  },
  {
    name: 'outbox-outside-transaction',
    what: 'core commits entries and announces them to its other parts afterwards',
    slice: 'deadCore',
    edits: [
      { file: `${CORE}/ingest/ingest.transaction.ts`, find: /^\s*tables\.addRanges\(this\.#ranges\);\n/m, replace: '' },
      {
        file: `${CORE}/ingest/ingest.transaction.ts`,
        find: '  result(): Committed {',
        replace: '  announce(tables: IngestTables): void {\n    tables.addRanges(this.#ranges);\n  }\n\n  result(): Committed {',
      },
      {
        file: `${CORE}/ingest/ingest.transaction.ts`,
        find: /talk\.say\('COMMIT'\);\n(\s*)await talk\.send\(\);/,
        replace:
          "talk.say('COMMIT');\n$1await talk.send();\n$1await new Promise((resolve) => setTimeout(resolve, 1_000));\n$1work.announce(tables);\n$1await talk.send();",
      },
    ],
  },
  {
    name: 'retention-before-acknowledgement',
    what: 'the gateway throws entries away by their age, whether core has them or not',
    slice: 'deadLine',
    edits: [
      {
        file: `${EDGE}/journal/journal.service.ts`,
        find: 'newestBefore(this.#epoch, this.#ackedThrough, olderThan)',
        replace: 'newestBefore(this.#epoch, this.#headSeq, olderThan)',
      },
      { file: `${EDGE}/journal/journal.upkeep.ts`, find: /const LOOK_EVERY_MS = [^;]+;/, replace: 'const LOOK_EVERY_MS = 500;' },
      { file: `${EDGE}/journal/journal.upkeep.ts`, find: /const PRUNE_EVERY_MS = [^;]+;/, replace: 'const PRUNE_EVERY_MS = 400;' },
      {
        file: `${EDGE}/journal/journal.upkeep.ts`,
        find: 'prune(clock.now() - keepDays * DAY_MS,',
        // Seconds, not days: an agent that loses its first entries before it has a connection gets no policy, and there is nothing to examine.
        replace: 'prune(clock.now() - keepDays * 150,',
      },
    ],
  },
  {
    name: 'intent-after-bytes',
    what: 'the gateway records a sale when the terminal has answered, not before',
    slice: 'deadAgents',
    edits: [
      {
        file: `${EDGE}/payments/payments.service.ts`,
        find: 'export class PaymentService {',
        replace: 'export class PaymentService {\n  readonly #early = new Map<string, PaymentOutcome>();',
      },
      {
        file: `${EDGE}/payments/payments.service.ts`,
        find: /let payment: Payment;\n(\s*)try \{/,
        replace: `const early =
      request.transaction === 'sale'
        ? await actor.driver.pay({
            amountMinor: planned.plan.amountMinor,
            currency: planned.plan.currency,
            reference: orderReference(nextOrderNo(actor.facts.lastOrderNo), saltOf(randomUUID())),
            signal: this.#context.signal,
          })
        : null;
    let payment: Payment;
$1try {`,
      },
      {
        file: `${EDGE}/payments/payments.service.ts`,
        find: /return this\.#sendAndRecord\(actor, payment,/,
        replace: 'if (early) this.#early.set(payment.paymentId, early);\n    return this.#sendAndRecord(actor, payment,',
      },
      {
        file: `${EDGE}/payments/payments.service.ts`,
        find: 'return actor.driver.pay(order);',
        replace: 'return Promise.resolve(this.#early.get(payment.paymentId)!);',
      },
    ],
  },
  {
    name: 'money-command-repeated',
    what: 'the gateway sends a sale again when its outcome is unknown',
    slice: 'terminals',
    edits: [
      {
        file: `${EDGE}/payments/payment.enquiries.ts`,
        find: 'const answer = await actor.driver.enquireLostOutcome(',
        replace: `if (payment.transaction === 'sale') {
      const { amountMinor: minor, currency: money } = payment;
      await actor.driver.pay({ amountMinor: minor, currency: money, reference: payment.reference!, signal: this.#context.signal });
    }
    const answer = await actor.driver.enquireLostOutcome(`,
      },
    ],
  },
  {
    name: 'enquiry-off',
    what: 'the gateway asks nobody about what a crash cut off',
    slice: 'deadAgents',
    edits: [
      {
        file: `${EDGE}/payments/payments.service.ts`,
        find: /resumeEnquiries\(\): void \{/,
        replace: 'resumeEnquiries(): void {\n    if (Date.now() > 0) return;',
      },
    ],
  },
  {
    name: 'till-key-ignored',
    what: 'the gateway takes the same key of a till for a new order',
    slice: 'deadAgents',
    edits: [
      {
        file: `${EDGE}/payments/payments.service.ts`,
        find: "return this.#order({ transaction: 'sale', ...request }, key, null);",
        replace: "return this.#order({ transaction: 'sale', ...request }, key + '-' + randomUUID().slice(0, 4), null);",
      },
    ],
  },
  {
    name: 'signature-check-off',
    what: 'the gateway obeys whoever can reach it through the broker',
    slice: 'hostile',
    edits: [{ file: `${EDGE}/link/signed.rules.ts`, find: /if \(!verifyText\(/, replace: 'if (Date.now() < 0 && !verifyText(' }],
  },
  {
    name: 'expiry-check-off',
    what: 'the gateway carries out commands whose time is over',
    slice: 'hostile',
    edits: [
      {
        file: `${EDGE}/commands/commands.rules.ts`,
        find: /return Date\.parse\(command\.expiresAt\) <= situation\.now \? \{ kind: 'expired' \} : \{ kind: 'accept' \};/,
        replace: "return { kind: 'accept' };",
      },
      {
        file: `${EDGE}/commands/commands.rules.ts`,
        find: "return expiresAtMs <= now ? 'expire' : 'start';",
        replace: "return expiresAtMs <= now ? 'start' : 'start';",
      },
    ],
  },
  {
    name: 'target-check-off',
    what: 'the gateway carries out commands meant for another one',
    slice: 'hostile',
    edits: [
      {
        file: `${EDGE}/commands/commands.rules.ts`,
        find: /if \(command\.store !== identity\.store \|\| command\.gateway !== identity\.gateway\)/,
        replace: 'if (command.store !== identity.store)',
      },
    ],
  },
  {
    name: 'command-dedupe-off',
    what: 'the gateway carries out a command as often as it arrives',
    slice: 'hostile',
    edits: [
      { file: `${EDGE}/commands/commands.rules.ts`, find: /if \(situation\.known !== null\) return \{ kind: 'repeat' \};/, replace: '' },
      { file: `${EDGE}/commands/commands.rules.ts`, find: /if \(situation\.nonceUsed\) return [^;]+;/, replace: '' },
      { file: `${EDGE}/commands/command.store.ts`, find: 'INSERT INTO commands', replace: 'INSERT OR REPLACE INTO commands' },
    ],
  },
  {
    name: 'policy-sent-once',
    what: 'core sends a policy once and never again to who missed it',
    slice: 'deadBroker',
    edits: [
      {
        file: `${CORE}/policy/policy.service.ts`,
        find: /\.run\(SYSTEM, \(ctx\) => this\.republish\(ctx\)\)/,
        replace: '.run(SYSTEM, async () => undefined)',
      },
    ],
  },
  {
    name: 'card-number-in-log',
    what: 'the gateway writes a card number into its log',
    slice: 'business',
    edits: [
      {
        file: `${EDGE}/payments/payments.service.ts`,
        find: /const paymentId = randomUUID\(\);\n/,
        replace:
          "const paymentId = randomUUID();\n    this.#context.log.info({ terminal: actor.id, card: '4' + '1'.repeat(15) }, 'a sale begins');\n",
      },
    ],
  },
];
