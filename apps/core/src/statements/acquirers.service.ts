import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import { CARD_TAGS, CardKeyUnusable, type CardTags } from '../card-tags.js';
import type { WorkContext } from '../database/index.js';
import { invalidInput, isRefusal, type RefusalOf, refuse } from '../graphql/index.js';
import {
  type AcquirerRow,
  type AcquirerTerminalRow,
  findAcquirer,
  listAcquirers,
  mappedElsewhere,
  placeRows,
  saveAcquirer,
  saveMapping,
  unknownPlaces,
} from './acquirers.store.js';
import { holdToKey } from './card-key.store.js';
import { isFormat, profileMistake } from './statement.reading.js';
import { lockTold } from './told-again.store.js';

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;
const MAX_NAME = 80;
const MAX_NUMBER = 64;
const MAX_MAPPING = 1_000;

/** What is told about an entry of a mapping; the acquirer is said once for all. */
export type MappingInput = Omit<AcquirerTerminalRow, 'acquirerId'>;

/** What is told about an acquirer. A part that is left out stays as it is known, null takes it away. */
export interface AcquirerInput {
  readonly id: string;
  readonly name: string;
  readonly format?: string | null | undefined;
  readonly profile?: string | null | undefined;
}

/** Called in the transaction that gave rows a store, so that they get matched. */
export type RowsPlaced = (ctx: WorkContext, acquirerId: string, fileIds: readonly string[]) => Promise<void>;

/** Acquirers and which of their numbers is which terminal here. The only writer of acquirer and acquirer_terminal. */
@Injectable()
export class Acquirers {
  readonly #onPlaced: RowsPlaced[] = [];

  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(CARD_TAGS) private readonly tags: CardTags,
  ) {}

  /** Hears of rows that a changed mapping brought to their stores. */
  onPlaced(listener: RowsPlaced): void {
    this.#onPlaced.push(listener);
  }

  /** In the order of their names. */
  all(ctx: WorkContext): Promise<AcquirerRow[]> {
    return listAcquirers(ctx);
  }

  /** Creates an acquirer or changes what is said about it. */
  async save(ctx: WorkContext, told: AcquirerInput): Promise<AcquirerRow | RefusalOf<'invalidInput'>> {
    const known = await findAcquirer(ctx, told.id);
    const acquirer = {
      ...told,
      format: told.format === undefined ? (known?.format ?? null) : told.format,
      profile: told.profile === undefined ? (known?.profile ?? null) : told.profile,
    };
    if (!SLUG.test(acquirer.id)) return invalidInput('id', 'An id has lower-case letters, digits and hyphens.');
    const name = acquirer.name.trim();
    if (name === '' || name.length > MAX_NAME) return invalidInput('name', `A name has 1 to ${MAX_NAME} characters.`);
    if (acquirer.format !== null && !isFormat(acquirer.format)) return invalidInput('format', 'There is no such format.');
    const mistake = acquirer.profile === null ? undefined : profileMistake(acquirer.profile);
    if (mistake !== undefined) return invalidInput('profile', mistake);
    const saved: AcquirerRow = { ...acquirer, name };
    await saveAcquirer(ctx, saved);
    await this.audit.append(ctx, {
      action: 'acquirer.saved',
      storeId: null,
      subject: `acquirer:${saved.id}`,
      summary: `Acquirer ${saved.id} saved`,
      detail: { acquirerId: saved.id, name, format: saved.format },
    });
    return saved;
  }

  /** Says which numbers are which terminals. Rows that nobody's mapping knew until now move to their stores in the same transaction. */
  async map(
    ctx: WorkContext,
    acquirerId: string,
    entries: readonly MappingInput[],
  ): Promise<{ acquirer: AcquirerRow; rowsPlaced: number } | RefusalOf<'invalidInput' | 'notFound'>> {
    const acquirer = await findAcquirer(ctx, acquirerId);
    if (acquirer === undefined) return refuse('notFound', 'There is no such acquirer.');
    const refusal = entriesRefusal(entries);
    if (refusal !== undefined) return refusal;
    const mapping = await this.#asInRows(ctx, acquirerId, entries);
    if (isRefusal(mapping)) return mapping;
    const unknown = await unknownPlaces(ctx, mapping);
    if (unknown.length > 0) return invalidInput('entries', `There is no ${unknown[0]}.`);
    const taken = await mappedElsewhere(ctx, mapping);
    if (taken.length > 0) return invalidInput('entries', `${taken[0]} has another number already: a terminal has one acquirer.`);
    // Rows move to other keys: no import may be comparing them meanwhile.
    await lockTold(ctx, acquirerId);
    await saveMapping(ctx, mapping);
    const moved = await placeRows(ctx, acquirerId);
    const rowsPlaced = moved.reduce((sum, file) => sum + file.moved, 0);
    if (rowsPlaced > 0) {
      for (const listener of this.#onPlaced)
        await listener(
          ctx,
          acquirerId,
          moved.map((file) => file.fileId),
        );
    }
    ctx.changed({ stores: [...new Set(mapping.map((entry) => entry.storeId))] });
    await this.audit.append(ctx, {
      action: 'acquirer.mapped',
      storeId: null,
      subject: `acquirer:${acquirerId}`,
      summary: `${mapping.length} numbers of ${acquirerId} mapped, ${rowsPlaced} rows placed`,
      detail: { acquirerId, entries: mapping.map(({ acquirerId: _same, ...entry }) => entry), rowsPlaced },
    });
    return { acquirer, rowsPlaced };
  }

  /** Numbers as rows have them: what could be a card number has its tag, whether a person read it in a file or here. */
  async #asInRows(
    ctx: WorkContext,
    acquirerId: string,
    entries: readonly MappingInput[],
  ): Promise<AcquirerTerminalRow[] | RefusalOf<'invalidInput'>> {
    try {
      const mapping = entries.map((entry) => ({
        ...entry,
        acquirerId,
        merchantNo: this.tags.in(entry.merchantNo),
        terminalNo: this.tags.in(entry.terminalNo),
      }));
      const tagged = mapping.some((one, i) => one.merchantNo !== entries[i]!.merchantNo || one.terminalNo !== entries[i]!.terminalNo);
      if (tagged) await holdToKey(ctx, this.tags);
      return mapping;
    } catch (error) {
      if (error instanceof CardKeyUnusable) return invalidInput('entries', `A number could be a card number. ${error.message}`);
      throw error;
    }
  }
}

function entriesRefusal(entries: readonly MappingInput[]): RefusalOf<'invalidInput'> | undefined {
  if (entries.length === 0 || entries.length > MAX_MAPPING) return invalidInput('entries', `Expected 1 to ${MAX_MAPPING} entries.`);
  const numbers = new Set<string>();
  const terminals = new Set<string>();
  for (const [i, { merchantNo, terminalNo, storeId, terminalId }] of entries.entries()) {
    const field = `entries[${i}]`;
    if (merchantNo === '' && terminalNo === '') return invalidInput(field, 'A merchant or a terminal number is needed.');
    if (merchantNo.length > MAX_NUMBER || terminalNo.length > MAX_NUMBER)
      return invalidInput(field, `A number has at most ${MAX_NUMBER} characters.`);
    if (terminalNo === '' && terminalId !== null) return invalidInput(field, 'All terminals of a merchant number can’t be one terminal.');
    const number = JSON.stringify([merchantNo, terminalNo]);
    if (numbers.has(number)) return invalidInput(field, 'This number is named twice.');
    numbers.add(number);
    if (terminalId === null) continue;
    const terminal = `${storeId}/${terminalId}`;
    if (terminals.has(terminal)) return invalidInput(field, 'This terminal is named twice.');
    terminals.add(terminal);
  }
  return undefined;
}
