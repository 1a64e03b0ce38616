import { JOURNAL_KINDS, type JournalKind } from '@tillward/contracts';
import { commandActions } from '../commands/index.js';
import type { WorkContext } from '../database/index.js';
import { type Connection, type Edge, encodeCursor, type PageRequest, type TerminalEventType } from '../graphql/index.js';
import { findPeople } from '../identity/index.js';
import { type EventFacts, eventFacts } from './history.rules.js';

/** Journal entries looked through for one page, whatever it finds: no index leads to a terminal's entries, so that none slows the ingest down. */
export const SEARCH_LIMIT = 20_000;
/** The first look is short: what a person wants to see is mostly new. */
const FIRST_LOOK = 1_000;

/** Kinds of a newer agent are stored, and have no words here yet. */
const KNOWN_KINDS = Object.keys(JOURNAL_KINDS) as JournalKind[];

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whose history. */
export interface HistoryPlace {
  readonly storeId: string;
  readonly terminalId: string;
  readonly gatewayId: string;
}

interface Segment {
  readonly gatewayId: string;
  readonly epoch: number;
  /** Last entry core has of this epoch. */
  readonly head: number;
}

interface Row {
  readonly gatewayId: string;
  readonly epoch: number;
  readonly seq: number;
  readonly at: Date;
  readonly kind: JournalKind;
  readonly payload: string;
}

/** Where a search stands: everything of the segment above `seq` has been seen. */
interface Position {
  readonly gatewayId: string;
  readonly epoch: number;
  readonly seq: number;
}

/**
 * A page of a terminal's journal entries, newest first by (epoch, seq): its gateway's journal, then those of gateways the store had before. A search ends
 * after {@link SEARCH_LIMIT} entries: the page may then be short or empty and still have a next one, from where the search stopped.
 */
export async function terminalHistory(
  ctx: WorkContext,
  place: HistoryPlace,
  kinds: readonly JournalKind[] | null,
  page: PageRequest,
): Promise<Connection<TerminalEventType>> {
  const found: Row[] = [];
  const wanted = kinds ?? KNOWN_KINDS;
  let left = SEARCH_LIMIT;
  let stopped: Position | undefined;
  for (const segment of segmentsAfter(await segmentsOf(ctx, place), page)) {
    let seq = segment.head;
    while (seq > 0 && found.length < page.limit && left > 0) {
      const look = Math.min(left === SEARCH_LIMIT ? FIRST_LOOK : SEARCH_LIMIT, left, seq);
      found.push(...(await lookThrough(ctx, place, segment, seq, look, wanted, page.limit - found.length)));
      left -= look;
      seq -= look;
    }
    if (found.length >= page.limit) break;
    if (left <= 0) {
      stopped = { ...segment, seq: seq + 1 };
      break;
    }
  }
  return connection(page, await eventsOf(ctx, found.slice(0, page.first)), found.length > page.first, stopped);
}

function connection(
  page: PageRequest,
  events: readonly TerminalEventType[],
  full: boolean,
  stopped: Position | undefined,
): Connection<TerminalEventType> {
  const edges = events.map((node): Edge<TerminalEventType> => ({ cursor: cursorOf(node), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: full || stopped !== undefined,
      hasPreviousPage: page.after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: !full && stopped !== undefined ? cursorOf(stopped) : (edges.at(-1)?.cursor ?? null),
    },
    count: () => Promise.reject(new Error('histories are not counted')),
  };
}

function cursorOf({ gatewayId, epoch, seq }: Position): string {
  return encodeCursor([gatewayId, epoch, seq]);
}

/** The journals of the store's gateways, the terminal's own first, the newest epoch first. */
async function segmentsOf(ctx: WorkContext, { storeId, gatewayId }: HistoryPlace): Promise<Segment[]> {
  return await ctx.tx.query(
    `SELECT * FROM (
       SELECT gateway_id AS "gatewayId", epoch, seq AS head FROM gateway_cursor WHERE store_id = $1
       UNION ALL
       SELECT gateway_id, epoch - 1, previous_seq FROM journal_epoch WHERE store_id = $1 AND epoch > 1) s
     ORDER BY (s."gatewayId" <> $2), s."gatewayId", s.epoch DESC`,
    [storeId, gatewayId],
  );
}

/** What is left to look through after the cursor. A cursor whose journal is gone leaves nothing. */
function segmentsAfter(all: readonly Segment[], { after }: PageRequest): Segment[] {
  if (after === undefined) return [...all];
  const [gatewayId, epoch, seq] = after as [string, number, number];
  const at = all.findIndex((segment) => segment.gatewayId === gatewayId && segment.epoch === epoch);
  const here = all[at];
  return here === undefined ? [] : [{ ...here, head: Math.min(here.head, seq - 1) }, ...all.slice(at + 1)];
}

/** The terminal's entries among the `look` entries up to `seq`: a piece of the primary key, read backwards. */
async function lookThrough(
  ctx: WorkContext,
  { storeId, terminalId }: HistoryPlace,
  { gatewayId, epoch }: Segment,
  seq: number,
  look: number,
  kinds: readonly JournalKind[],
  limit: number,
): Promise<Row[]> {
  return await ctx.tx.query(
    `SELECT gateway_id AS "gatewayId", epoch, seq, at, kind, payload FROM journal_entry
      WHERE store_id = $1 AND gateway_id = $2 AND epoch = $3 AND seq <= $4 AND seq > $5 AND terminal_id = $6 AND kind = ANY($7)
      ORDER BY seq DESC LIMIT $8`,
    [storeId, gatewayId, epoch, seq, seq - look, terminalId, kinds, limit],
  );
}

async function eventsOf(ctx: WorkContext, rows: readonly Row[]): Promise<TerminalEventType[]> {
  const read = rows.map((row) => ({ row, facts: eventFacts(row.kind, row.payload) }));
  const operators = [...new Set(read.flatMap(({ facts }) => facts?.operatorId ?? []))];
  const people = operators.length === 0 ? [] : await findPeople(ctx, operators);
  const names = new Map(people.map((person) => [person.id, person.name]));
  // Only the first entry about a command says what was ordered; a rejected one may name anything.
  const commandIds = [...new Set(read.flatMap(({ facts }) => facts?.commandId ?? []).filter((id) => UUID.test(id)))];
  const actions: ReadonlyMap<string, string> = commandIds.length === 0 ? new Map() : await commandActions(ctx, commandIds);
  return read.map(({ row, facts }) => {
    const ordered = facts?.commandId ? actions.get(facts.commandId.toLowerCase()) : undefined;
    return eventType(row, ordered === undefined ? facts : { ...facts, action: ordered }, names);
  });
}

function eventType(row: Row, facts: EventFacts | undefined, names: ReadonlyMap<string, string>): TerminalEventType {
  const { operatorId, ...rest } = facts ?? {};
  const { gatewayId, epoch, seq, at, kind } = row;
  return {
    id: `${gatewayId}:${epoch}:${seq}`,
    gatewayId,
    epoch,
    seq,
    at,
    kind,
    readable: facts !== undefined,
    ...rest,
    operatorName: operatorId === undefined ? null : (names.get(operatorId) ?? operatorId),
  };
}
