import type { JournalKind } from '@tillward/contracts';
import type { EntryOf, Fold, FoldDatabase, ProjectedEntry, Projection } from '../ingest/index.js';

const KINDS = [
  'TerminalDescribed',
  'PeripheralStateChanged',
  'DialogueCaptured',
  'AcquirerTrafficObserved',
] as const satisfies readonly JournalKind[];

/** Journal → terminal_device, terminal_peripheral, terminal_dialogue, terminal_traffic: what a terminal is and what is seen at it. */
export const deviceProjection: Projection = { kinds: KINDS, begin: () => new DeviceFold() };

const SETTLEMENT_EVENTS: ReadonlySet<string> = new Set([
  'settlementStarted',
  'settlementBalanced',
  'settlementUnbalanced',
  'batchUploaded',
]);

interface Traffic {
  readonly last: EntryOf<'AcquirerTrafficObserved'>;
  readonly signedOn: boolean | null;
  readonly sessionAtMs: number | null;
  readonly settlement: string | null;
  readonly settlementAtMs: number | null;
  readonly batchNo: number | null;
  readonly merchant: string | null;
  readonly withoutSignOnAtMs: number | null;
}

/** Of one transaction: the newest entry per row. Entries of a gateway come in their order, so the later one wins. */
class DeviceFold implements Fold {
  readonly #described = new Map<string, EntryOf<'TerminalDescribed'>>();
  readonly #peripherals = new Map<string, EntryOf<'PeripheralStateChanged'>>();
  readonly #dialogues = new Map<string, EntryOf<'DialogueCaptured'>>();
  readonly #traffic = new Map<string, Traffic>();

  add(entry: ProjectedEntry): void {
    const key = `${entry.store}/${entry.terminal}`;
    switch (entry.kind) {
      case 'TerminalDescribed':
        this.#described.set(key, { ...entry, payload: { ...this.#described.get(key)?.payload, ...entry.payload } });
        return;
      case 'PeripheralStateChanged':
        this.#peripherals.set(`${key}/${entry.payload.peripheral}`, entry);
        return;
      case 'DialogueCaptured':
        this.#dialogues.set(key, entry);
        return;
      case 'AcquirerTrafficObserved':
        this.#traffic.set(key, withEvent(this.#traffic.get(key), entry));
        return;
      default:
        return;
    }
  }

  async flush(db: FoldDatabase): Promise<void> {
    const described = [...this.#described.values()];
    if (described.length > 0) {
      db.say(UPSERT_DEVICES, [
        ...placeColumns(described),
        described.map(({ payload }) => payload.model ?? null),
        described.map(({ payload }) => payload.software ?? null),
        described.map(({ payload }) => payload.serial ?? null),
        described.map(({ atMs }) => atMs),
      ]);
    }
    const peripherals = [...this.#peripherals.values()];
    if (peripherals.length > 0) {
      db.say(UPSERT_PERIPHERALS, [
        ...placeColumns(peripherals),
        peripherals.map(({ payload }) => payload.peripheral),
        peripherals.map(({ payload }) => payload.state),
        peripherals.map(({ payload }) => payload.toldBy),
        peripherals.map(({ atMs }) => atMs),
        peripherals.map(({ epoch }) => epoch),
        peripherals.map(({ seq }) => seq),
      ]);
    }
    this.#flushDialogues(db);
    this.#flushTraffic(db);
  }

  #flushDialogues(db: FoldDatabase): void {
    const all = [...this.#dialogues.values()];
    if (all.length === 0) return;
    db.say(UPSERT_DIALOGUES, [
      ...placeColumns(all),
      all.map(({ atMs }) => atMs),
      all.map(({ payload }) => payload.cause),
      // Kept as text: jsonb refuses half of a surrogate pair, and nobody asks for a part of it.
      all.map(({ payload }) => JSON.stringify(payload.frames)),
    ]);
  }

  #flushTraffic(db: FoldDatabase): void {
    const all = [...this.#traffic.values()];
    if (all.length === 0) return;
    const of = <T>(pick: (traffic: Traffic) => T) => all.map(pick);
    db.say(UPSERT_TRAFFIC, [
      ...placeColumns(all.map(({ last }) => last)),
      of((t) => t.last.payload.event),
      of((t) => t.last.atMs),
      of((t) => t.signedOn),
      of((t) => t.sessionAtMs),
      of((t) => t.settlement),
      of((t) => t.settlementAtMs),
      of((t) => t.batchNo),
      of((t) => t.merchant),
      of((t) => t.withoutSignOnAtMs),
    ]);
  }
}

function placeColumns(entries: readonly { store: string; terminal: string | null }[]): [string[], string[]] {
  return [entries.map(({ store }) => store), entries.map(({ terminal }) => terminal ?? '')];
}

function withEvent(before: Traffic | undefined, entry: EntryOf<'AcquirerTrafficObserved'>): Traffic {
  const { event, acquirerBatchNo, merchantNumber } = entry.payload;
  const aboutSession = event === 'signedOn' || event === 'signedOff';
  const aboutSettlement = SETTLEMENT_EVENTS.has(event);
  return {
    last: entry,
    signedOn: aboutSession ? event === 'signedOn' : (before?.signedOn ?? null),
    sessionAtMs: aboutSession ? entry.atMs : (before?.sessionAtMs ?? null),
    settlement: aboutSettlement ? event : (before?.settlement ?? null),
    settlementAtMs: aboutSettlement ? entry.atMs : (before?.settlementAtMs ?? null),
    batchNo: acquirerBatchNo ?? before?.batchNo ?? null,
    merchant: merchantNumber ?? before?.merchant ?? null,
    withoutSignOnAtMs: event === 'saleWithoutSignOn' ? entry.atMs : (before?.withoutSignOnAtMs ?? null),
  };
}

const UPSERT_DEVICES = `
  INSERT INTO terminal_device AS d (store_id, terminal_id, model, software, serial, described_at)
  SELECT n.store_id, n.terminal_id, n.model, n.software, n.serial, to_timestamp(n.at / 1000)
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[]) AS n (store_id, terminal_id, model, software, serial, at)
  ON CONFLICT (store_id, terminal_id) DO UPDATE
    SET model = coalesce(excluded.model, d.model), software = coalesce(excluded.software, d.software), serial = coalesce(excluded.serial, d.serial),
        described_at = excluded.described_at`;

// A state told again keeps its since: it has been so all the time.
const UPSERT_PERIPHERALS = `
  INSERT INTO terminal_peripheral AS p (store_id, terminal_id, peripheral, state, told_by, since, epoch, seq)
  SELECT n.store_id, n.terminal_id, n.peripheral, n.state, n.told_by, to_timestamp(n.at / 1000), n.epoch, n.seq
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::int[], $8::bigint[])
         AS n (store_id, terminal_id, peripheral, state, told_by, at, epoch, seq)
  ON CONFLICT (store_id, terminal_id, peripheral) DO UPDATE
    SET since = CASE WHEN p.state = excluded.state THEN p.since ELSE excluded.since END,
        state = excluded.state, told_by = excluded.told_by, epoch = excluded.epoch, seq = excluded.seq`;

const UPSERT_DIALOGUES = `
  INSERT INTO terminal_dialogue (store_id, terminal_id, captured_at, cause, frames)
  SELECT n.store_id, n.terminal_id, to_timestamp(n.at / 1000), n.cause, n.frames
    FROM unnest($1::text[], $2::text[], $3::float8[], $4::text[], $5::text[]) AS n (store_id, terminal_id, at, cause, frames)
  ON CONFLICT (store_id, terminal_id) DO UPDATE SET captured_at = excluded.captured_at, cause = excluded.cause, frames = excluded.frames`;

const UPSERT_TRAFFIC = `
  INSERT INTO terminal_traffic AS t (store_id, terminal_id, event, at, signed_on, session_at, settlement, settlement_at, acquirer_batch_no, merchant_number,
                                     sale_without_sign_on_at)
  SELECT n.store_id, n.terminal_id, n.event, to_timestamp(n.at / 1000), n.signed_on, to_timestamp(n.session_at / 1000), n.settlement,
         to_timestamp(n.settlement_at / 1000), n.batch_no, n.merchant, to_timestamp(n.without_at / 1000)
    FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::boolean[], $6::float8[], $7::text[], $8::float8[], $9::bigint[], $10::text[],
                $11::float8[])
         AS n (store_id, terminal_id, event, at, signed_on, session_at, settlement, settlement_at, batch_no, merchant, without_at)
  ON CONFLICT (store_id, terminal_id) DO UPDATE
    SET event = excluded.event, at = excluded.at,
        signed_on = coalesce(excluded.signed_on, t.signed_on), session_at = coalesce(excluded.session_at, t.session_at),
        settlement = coalesce(excluded.settlement, t.settlement), settlement_at = coalesce(excluded.settlement_at, t.settlement_at),
        acquirer_batch_no = coalesce(excluded.acquirer_batch_no, t.acquirer_batch_no),
        merchant_number = coalesce(excluded.merchant_number, t.merchant_number),
        sale_without_sign_on_at = coalesce(excluded.sale_without_sign_on_at, t.sale_without_sign_on_at)`;
