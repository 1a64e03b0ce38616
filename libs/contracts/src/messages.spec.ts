import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { EVENT_TYPE } from './cloud-event.js';
import { cardLast4, LAST_EPOCH_MS } from './identifiers.js';
import { journalBatchData } from './journal-batch.js';
import { JOURNAL_SAMPLES } from './journal-kinds.fixtures.js';
import { isJournalKind, JOURNAL_KINDS, type JournalKind } from './journal-kinds.js';
import { BODY_SAMPLES, MESSAGE_SAMPLES, OTHER_SAMPLES } from './messages.fixtures.js';
import { FILE_SCHEMAS, MESSAGES, TILL_SCHEMAS } from './schema-catalogue.js';
import { signedBytes } from './signed-body.js';
import { TILL_REFUSALS } from './till-refusals.js';
import { DOWN_CHANNELS, UP_CHANNELS } from './topics.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

interface Sampled {
  name: string;
  schema: z.ZodType;
  sample: Json;
}

/** Every shape of the wire with a valid sample of it. */
const ALL: readonly Sampled[] = [
  ...MESSAGES.map(({ name, schema }) => ({ name, schema, sample: MESSAGE_SAMPLES[name] as Json })),
  ...MESSAGES.flatMap(({ body }) => (body ? [{ ...body, sample: BODY_SAMPLES[body.name] as Json }] : [])),
  ...(Object.keys(JOURNAL_KINDS) as JournalKind[]).map((name) => ({
    name,
    schema: JOURNAL_KINDS[name] as z.ZodType,
    sample: JOURNAL_SAMPLES[name] as Json,
  })),
  ...Object.entries({ ...TILL_SCHEMAS, ...FILE_SCHEMAS }).map(([name, schema]) => ({
    name,
    schema: schema as z.ZodType,
    sample: OTHER_SAMPLES[name] as Json,
  })),
];

/** Every object inside a value with the path to it and a copy of the whole in which `change` was applied to it alone. */
function* variants(value: Json, change: (object: { [key: string]: Json }) => void, path = '$'): Generator<{ path: string; changed: Json }> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) {
    const copy = { ...value };
    change(copy);
    yield { path, changed: copy };
  }
  for (const [key, inner] of Object.entries(value)) {
    for (const { path: innerPath, changed } of variants(inner as Json, change, `${path}.${key}`)) {
      const copy = JSON.parse(JSON.stringify(value)) as { [key: string]: Json };
      copy[key] = changed;
      yield { path: innerPath, changed: copy };
    }
  }
}

describe.each(ALL)('$name', ({ name, schema, sample }) => {
  it('admits its sample unchanged', () => {
    expect(schema.parse(sample)).toEqual(sample);
  });

  it('refuses what is no value of it', () => {
    for (const wrong of [null, 42, [], 'x', true, { unknown: 1 }]) expect(schema.safeParse(wrong).success).toBe(false);
  });

  it('refuses a missing field and a field of another type', () => {
    if (typeof sample !== 'object' || sample === null || Array.isArray(sample)) return;
    for (const key of Object.keys(sample)) {
      const { [key]: value, ...without } = sample;
      expect([
        key,
        schema.safeParse({ ...sample, [key]: typeof value === 'object' && !Array.isArray(value) ? 'x' : { wrong: 1 } }).success,
      ]).toEqual([key, false]);
      if (!OPTIONAL.has(key) && !OPTIONAL.has(`${name}.${key}`)) expect([key, schema.safeParse(without).success]).toEqual([key, false]);
    }
  });
});

/** Top-level fields that may be absent: everywhere, or in one shape. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'receipt',
  'terminalByScheme',
  'booked',
  'detail',
  'field',
  'settings',
  'stores',
  'reference',
  'model',
  'software',
  'serial',
  'receiptNo',
  'traceNo',
  'acquirerBatchNo',
  'responseCode',
  'merchantNumber',
  'originalPaymentId',
  'operatorSignOnRequest.passcode',
  'journalAckBody.hash',
  'journalAckBody.at',
  'journalAckBody.refused',
  'journalResendBody.at',
  'OperatorSignedOn.verified',
  'ReceiptReprinted.paymentId',
  'ReceiptReprinted.operatorId',
  'ReceiptReprinted.reason',
  'ReceiptReprinted.copyNo',
  'ReceiptReprinted.tillId',
  'RepaymentStarted.approval',
  'reversalRequest.amountMinor',
  'paymentView.givenBackMinor',
  'refundRequestView.decidedBy',
  'reprintView.lines',
  'handoverRequest.differenceReason',
]);

describe('the wire as a whole', () => {
  it('has one message per channel and type', () => {
    expect(MESSAGES.map(({ channel }) => channel).toSorted()).toEqual([...UP_CHANNELS, ...DOWN_CHANNELS].toSorted());
    expect(MESSAGES.map(({ type }) => type).toSorted()).toEqual(Object.values(EVENT_TYPE).toSorted());
  });

  it('is signed by core on every down channel', () => {
    expect(MESSAGES.filter(({ body }) => body).map(({ channel }) => channel)).toEqual([...DOWN_CHANNELS]);
  });

  it('does not take one message for another', () => {
    for (const { name, schema } of MESSAGES) {
      const admitted = Object.entries(MESSAGE_SAMPLES).filter(([, sample]) => schema.safeParse(sample).success);
      expect(admitted.map(([sampleName]) => sampleName)).toEqual([name]);
    }
  });

  it.each(['pan', 'cardNumber', 'track2', 'cvv', 'pin', 'expiryDate'])('has no place for %s', (field) => {
    const admitted: string[] = [];
    for (const { name, schema, sample } of ALL) {
      const planted = variants(sample, (object) => {
        object[field] = 'x';
      });
      for (const { path, changed } of planted) if (schema.safeParse(changed).success) admitted.push(`${name} ${path}`);
    }
    // Two maps have keys that are data: step evidence, written by the routines alone, and settings, which libs/policy checks against its catalogue.
    expect(admitted).toEqual([
      'ClosingStepCompleted $.evidence',
      'CloseBlocked $.evidence',
      'OpeningStepCompleted $.evidence',
      'MaintenanceStepCompleted $.evidence',
      'chainFile $.settings',
      'chainFile $.stores.0.settings',
    ]);
  });

  it('names no field of a card but its last four digits and its brand', () => {
    const fields = new Set<string>();
    JSON.stringify(
      ALL.map(({ sample }) => sample),
      (key, value: unknown) => {
        if (/card|pan$|track|cvv|cvc|pin/i.test(key)) fields.add(key);
        return value;
      },
    );
    expect([...fields].toSorted()).toEqual(['cardLast4', 'cardName']);
  });

  it.each(['424', '42424', '4242 ', '４２４２', '0000000000000000', '**** 4242', ''])(
    'does not take %j for the last four digits',
    (text) => {
      expect(cardLast4.safeParse(text).success).toBe(false);
    },
  );

  it('signs type and body, so that neither can be exchanged', () => {
    expect(signedBytes('a', '{}')).toBe('a\n{}');
    expect(signedBytes(EVENT_TYPE.command, '{}')).not.toBe(signedBytes(EVENT_TYPE.desired, '{}'));
  });
});

describe('presence and live samples', () => {
  const { presence, live } = MESSAGE_SAMPLES as unknown as Record<'presence' | 'live', { data: Record<string, unknown> }>;
  const schemaOf = (name: string) => MESSAGES.find((message) => message.name === name)!.schema;
  const admits = (name: 'presence' | 'live', change: object) =>
    schemaOf(name).safeParse({ ...MESSAGE_SAMPLES[name], data: { ...{ presence, live }[name].data, ...change } }).success;
  const terminals = (change: object) => {
    const [id, sample] = Object.entries(live.data['terminals'] as object)[0]!;
    return { terminals: { [id]: { ...sample, ...change } } };
  };

  it.each(['\0', 'a\nb', '\u007f', '\u0085'])('refuse control characters in every text (%j)', (text) => {
    expect(admits('live', terminals({ operatorId: 'Lin Wei 林薇' }))).toBe(true);
    expect(admits('live', terminals({ operatorId: text }))).toBe(false);
    expect(admits('presence', { agentVersion: text })).toBe(false);
    expect(schemaOf('live').safeParse({ ...MESSAGE_SAMPLES['live'], id: text }).success).toBe(false);
  });

  it('refuse instants after the year 2199', () => {
    expect(admits('live', { at: LAST_EPOCH_MS, ...terminals({ lastUseAt: LAST_EPOCH_MS }) })).toBe(true);
    expect(admits('live', { at: LAST_EPOCH_MS + 1 })).toBe(false);
    expect(admits('presence', { at: LAST_EPOCH_MS + 1 })).toBe(false);
    expect(admits('live', terminals({ lastUseAt: LAST_EPOCH_MS + 1 }))).toBe(false);
  });
});

describe('journal kinds', () => {
  it('are past tense, so that an entry says what happened', () => {
    const past = /(ed|Sent|Began|InDoubt|SignedOn|SignedOff|PoweredOn|PoweredOff|CloseProven|Left|RolledBack)$/;
    for (const kind of Object.keys(JOURNAL_KINDS)) expect(kind).toMatch(past);
  });

  it.each(['paymentCompleted', 'toString', '__proto__', ''])('do not know %j', (kind) => {
    expect(isJournalKind(kind)).toBe(false);
  });
});

describe('journal batch', () => {
  const valid = (MESSAGE_SAMPLES.journalBatch as unknown as { data: z.infer<typeof journalBatchData> }).data;

  it.each(['kind', 'terminal', 'payload', 'at'] as const)('refuses a column %s that is longer or shorter than the others', (column) => {
    expect(journalBatchData.safeParse({ ...valid, [column]: valid[column].slice(1) }).success).toBe(false);
    expect(journalBatchData.safeParse({ ...valid, [column]: [...valid[column], valid[column].at(-1)] }).success).toBe(false);
  });

  it('refuses more than a hundred entries and an empty batch', () => {
    const of = (length: number) => ({
      ...valid,
      at: Array(length).fill(1),
      kind: Array(length).fill('AgentStopped'),
      terminal: Array(length).fill(null),
      payload: Array(length).fill('{}'),
    });
    expect(journalBatchData.safeParse(of(100)).success).toBe(true);
    expect(journalBatchData.safeParse(of(101)).success).toBe(false);
    expect(journalBatchData.safeParse(of(0)).success).toBe(false);
  });
});

describe('till refusals', () => {
  it.each(Object.entries(TILL_REFUSALS))('%s is an HTTP error said in both languages', (_, { status, en, zh }) => {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(en).toMatch(/^[A-Z].*\.$/);
    expect(zh).toMatch(/\p{Script=Han}.*。$/u);
  });
});
