import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import { CARD_TAGS, type CardTags } from '../card-tags.js';
import type { WorkContext } from '../database/index.js';
import { Outbox } from '../outbox/index.js';
import { findAcquirer } from './acquirers.store.js';
import type { StatementRefusal } from './statements.errors.js';
import {
  fileOfDigest,
  findFiles,
  insertFile,
  type StatementChannel,
  type StatementFileRow,
  type StatementKind,
} from './statements.store.js';

/** Outbox topic that wakes the importer. */
export const ARRIVED_TOPIC = 'statements.arrived';

/** A file whose bytes are on disk. */
export interface Arrival {
  readonly kind: StatementKind;
  /** Null for a bank's file. */
  readonly acquirerId: string | null;
  readonly name: string;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
  readonly bytes: number;
  /** File name in the spool folder. */
  readonly storedAs: string;
  readonly channel: StatementChannel;
  /** Where it came from: an address, a folder, a server's path. */
  readonly from: string;
  /** The file it corrects, as the person said. */
  readonly supersedes: string | null;
}

/** Files on their way in. With the importer, the only writer of statement_file. */
@Injectable()
export class Statements {
  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(CARD_TAGS) private readonly tags: CardTags,
  ) {}

  /** A file's name or the place it came from as it is stored and logged: people name files by anything. */
  named(text: string): string {
    return this.tags.orStars(text);
  }

  /** F1: takes a file unless its bytes were taken before. Reading it is the importer's work, which is woken by the commit. */
  async register(ctx: WorkContext, arrival: Arrival): Promise<StatementFileRow | StatementRefusal> {
    const { kind, acquirerId, digest } = arrival;
    const [name, from] = [this.named(arrival.name), this.named(arrival.from)];
    if (arrival.bytes === 0) return { code: 'empty', message: 'The file is empty.' };
    if (kind === 'acquirer' && (acquirerId === null || (await findAcquirer(ctx, acquirerId)) === undefined))
      return { code: 'acquirerUnknown', message: 'There is no such acquirer.' };
    if (arrival.supersedes !== null) {
      const [old] = await findFiles(ctx, [arrival.supersedes]);
      if (old === undefined || old.state !== 'imported' || old.kind !== kind || old.acquirerId !== acquirerId)
        return { code: 'supersedesUnknown', message: 'The file it is said to correct is no current file of this acquirer.' };
    }
    const file = newFile(ctx, { ...arrival, name, from });
    if (!(await insertFile(ctx, file))) {
      const known = (await fileOfDigest(ctx, digest))!;
      return {
        code: 'duplicateFile',
        message: `The same file was taken on ${known.arrivedAt.toISOString()} as ${known.name}.`,
        other: { fileId: known.id, name: known.name, arrivedAt: known.arrivedAt },
      };
    }
    await this.outbox.add(ctx, ARRIVED_TOPIC, { fileId: file.id });
    await this.audit.append(ctx, {
      action: 'statement.arrived',
      storeId: null,
      subject: `statement:${file.id}`,
      summary: `${file.name} arrived by ${file.channel}`,
      detail: { fileId: file.id, kind, acquirerId, digest, bytes: file.bytes, channel: file.channel, supersedes: file.supersedes },
    });
    return file;
  }
}

function newFile(ctx: WorkContext, arrival: Arrival): StatementFileRow {
  return {
    id: randomUUID(),
    kind: arrival.kind,
    acquirerId: arrival.acquirerId,
    name: arrival.name,
    digest: arrival.digest,
    bytes: arrival.bytes,
    storedAs: arrival.storedAs,
    state: 'arrived',
    channel: arrival.channel,
    arrivedBy: ctx.actor.name,
    arrivedFrom: arrival.from,
    arrivedAt: ctx.now(),
    supersedes: arrival.supersedes,
    supersededBy: null,
    bytesRead: 0,
    rowsRead: 0,
    rowsWithdrawn: 0,
    toldAgain: 0,
    interim: false,
    format: null,
    merchant: null,
    subject: null,
    version: null,
    periodFrom: null,
    periodTo: null,
    checks: [],
    totals: [],
    refusalCode: null,
    refusalLine: null,
    refusalMessage: null,
    finishedAt: null,
  };
}
