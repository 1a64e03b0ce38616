import type { BankBalance } from './bank-entry.js';
import { amountOf, CamtEntry, type CamtValues, dateOf, need } from './camt-entry.js';
import { type CamtNode, childOf, DETAIL, DOCUMENT, IGNORED, MESSAGES } from './camt-tree.js';
import type { CheckName } from './check-names.js';
import type { FormatReader } from './format-reader.js';
import { quoted, StatementRefused } from './refusal.js';
import type { StatementFormat } from './summary.js';
import type { Tally } from './tally.js';
import { type XmlHandler, type XmlName, XmlReader } from './xml.js';

const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:camt\.(05[0-9])\.001\.(\d\d)$/;
const FIRST_VERSION = 2;
const LAST_VERSION = 8;

/** Opening and closing booked balance; PRCD is the closing balance of the day before, which some banks write instead of OPBD. */
const OPENING = ['OPBD', 'PRCD'];
const CLOSING = ['CLBD'];

interface Balance extends BankBalance {
  readonly code: string;
  readonly line: number;
}

/** camt.053 and camt.054 of versions 2 to 8 (ISO 20022), entry by entry in bounded memory. */
export class CamtReader implements FormatReader, XmlHandler {
  private readonly xml = new XmlReader(this);
  private readonly nodes: CamtNode[] = [];
  private prefix = '';
  private namespaceNumber = '';
  private format: StatementFormat | undefined;
  private statements = 0;
  private current: StatementState | undefined;
  private currency: string | undefined;

  constructor(private readonly tally: Tally) {}

  push(chunk: Uint8Array): void {
    this.xml.push(chunk);
  }

  end(): StatementFormat {
    this.xml.finish();
    this.xml.complete();
    if (this.format === undefined) throw new StatementRefused('camt', 1, 'the document holds no message');
    return this.format;
  }

  wantsAttributes(name: XmlName): boolean {
    return this.nodes.length === 0 || name.local === 'Amt' || name.local === 'TtlAmt';
  }

  wantsText(): boolean {
    return this.nodes[this.nodes.length - 1]!.text;
  }

  open(name: XmlName, attributes: ReadonlyMap<string, string> | undefined, line: number): void {
    const parent = this.nodes[this.nodes.length - 1];
    if (parent === undefined) {
      this.document(name, attributes, line);
      this.nodes.push(DOCUMENT);
      return;
    }
    const node = parent === IGNORED ? IGNORED : childOf(parent, name, this.prefix);
    this.nodes.push(node);
    this.currency = attributes?.get('Ccy');
    if (this.nodes.length === 2) this.message(name, line);
    else if (node === IGNORED) return;
    else if (node.path === 'Stmt') this.current = new StatementState(line, this.tally, this.format!);
    else this.current?.open(node.path, line);
  }

  close(text: string, line: number): void {
    const node = this.nodes.pop()!;
    if (node === IGNORED) return;
    if (node.path === 'Stmt') {
      this.current!.finish(line);
      this.current = undefined;
      this.statements++;
    } else if (this.nodes.length === 1 && this.statements === 0) {
      throw new StatementRefused(
        'camt',
        line,
        `the message holds no ${this.format === 'camt053' ? 'statement (Stmt)' : 'notification (Ntfctn)'}`,
      );
    } else this.current?.close(node, text.trim(), this.currency, line);
  }

  private document(name: XmlName, attributes: ReadonlyMap<string, string> | undefined, line: number): void {
    const namespace = attributes?.get(name.prefix === '' ? 'xmlns' : `xmlns:${name.prefix}`) ?? '';
    const found = NAMESPACE.exec(namespace);
    if (name.local !== 'Document' || found === null)
      throw new StatementRefused('unknown-format', line, `XML with the root ${quoted(name.local)} is no camt.053 or camt.054 message`);
    this.prefix = name.prefix;
    this.namespaceNumber = found[1]!;
    if (this.namespaceNumber !== '053' && this.namespaceNumber !== '054')
      throw new StatementRefused('unknown-format', line, `camt.${this.namespaceNumber} is not read, only camt.053 and camt.054`);
    const version = Number(found[2]);
    if (version < FIRST_VERSION || version > LAST_VERSION)
      throw new StatementRefused(
        'unsupported-version',
        line,
        `camt.${this.namespaceNumber} version ${version} is not read, only ${FIRST_VERSION} to ${LAST_VERSION}`,
      );
  }

  private message(name: XmlName, line: number): void {
    const message =
      name.prefix === this.prefix && Object.hasOwn(MESSAGES, name.local) ? MESSAGES[name.local as keyof typeof MESSAGES] : undefined;
    if (message?.number !== this.namespaceNumber)
      throw new StatementRefused('camt', line, `the message ${quoted(name.local)} does not belong into camt.${this.namespaceNumber}`);
    if (this.format !== undefined) throw new StatementRefused('camt', line, 'a second message in one document');
    this.format = message.format;
  }
}

/** One statement or notification while it is read. */
class StatementState {
  private readonly values: CamtValues = new Map();
  private readonly balances: Balance[] = [];
  private balance: CamtValues = new Map();
  private entry: CamtEntry | undefined;
  private readonly booked = { entries: 0, credits: 0, credit: 0, debits: 0, debit: 0, currencies: new Set<string>() };

  constructor(
    private readonly line: number,
    private readonly tally: Tally,
    private readonly format: StatementFormat,
  ) {}

  open(path: string, line: number): void {
    if (path === 'Ntry') this.entry = new CamtEntry(line, this.tally);
  }

  close(node: CamtNode, text: string, currency: string | undefined, line: number): void {
    if (!node.text) {
      if (node.path === 'Ntry') this.endEntry();
      else if (node.path === DETAIL) this.entry!.endDetail(line);
      else if (node.path === 'Bal') this.endBalance(line);
    } else if (node.part === 'detail') this.entry!.inDetail(node.name, text, currency, line);
    else
      keep(
        node.part === 'entry' ? this.entry!.values : node.part === 'balance' ? this.balance : this.values,
        node.name,
        text,
        currency,
        line,
      );
  }

  finish(line: number): void {
    const booked = this.booked;
    const { tally } = this;
    const id = need(this.values, 'Id', this.line).text;
    const account = this.account();
    const opening = this.balances.find(({ code }) => OPENING.includes(code));
    const closing = this.balances.find(({ code }) => CLOSING.includes(code));
    this.checkSummary();
    this.checkBalance(opening, closing);
    if (this.format === 'camt053' && this.balances.length === 0)
      tally.note(line, 'the statement has no balances: its entries are compared with nothing');
    tally.statement({
      line: this.line,
      id,
      ...optional('number', this.number()),
      account,
      ...optional('currency', this.values.get('Acct/Ccy')?.text || (closing ?? opening)?.currency || [...booked.currencies][0]),
      interim: this.format === 'camt054',
      ...(opening === undefined ? {} : { opening: plain(opening) }),
      ...(closing === undefined ? {} : { closing: plain(closing) }),
      entries: booked.entries,
      creditMinor: booked.credit,
      debitMinor: booked.debit,
    });
  }

  /** Electronic and legal sequence number and page, each where the bank writes it. */
  private number(): string | undefined {
    const parts = ['ElctrncSeqNb', 'LglSeqNb', 'StmtPgntn/PgNb', 'NtfctnPgntn/PgNb'].map((path) => this.values.get(path)?.text ?? '');
    return parts.every((part) => part === '') ? undefined : parts.join('/');
  }

  private account(): string {
    const account = this.values.get('Acct/Id/IBAN') ?? this.values.get('Acct/Id/Othr/Id');
    if (account === undefined || account.text === '')
      throw new StatementRefused('camt', this.line, 'the mandatory element Acct/Id is missing');
    return account.text;
  }

  private endEntry(): void {
    const entry = this.entry!.finish(this.account());
    this.entry = undefined;
    const booked = this.booked;
    booked.entries++;
    if (entry.status === 'booked') {
      booked.currencies.add(entry.currency);
      if (entry.amountMinor < 0) {
        booked.debits++;
        booked.debit += entry.amountMinor;
      } else {
        booked.credits++;
        booked.credit += entry.amountMinor;
      }
    }
    this.tally.entry(entry);
  }

  private endBalance(line: number): void {
    const values = this.balance;
    this.balance = new Map();
    const code = values.get('Tp/CdOrPrtry/Cd') ?? values.get('Tp/CdOrPrtry/Prtry');
    if (code === undefined) throw new StatementRefused('camt', line, 'the mandatory element Bal/Tp is missing');
    const amount = amountOf(need(values, 'Amt', line), this.tally);
    const direction = need(values, 'CdtDbtInd', line);
    if (direction.text !== 'CRDT' && direction.text !== 'DBIT')
      throw new StatementRefused('camt', direction.line, 'CdtDbtInd is neither CRDT nor DBIT');
    const date = dateOf(values, 'Dt');
    this.balances.push({
      code: code.text,
      line,
      amountMinor: direction.text === 'DBIT' ? 0 - amount.minor : amount.minor,
      currency: amount.currency,
      ...(date === undefined ? {} : { date }),
    });
  }

  /** A statement in several pages repeats its sums on each. */
  private isPage(): boolean {
    const page = this.values.get('StmtPgntn/PgNb') ?? this.values.get('NtfctnPgntn/PgNb');
    const last = this.values.get('StmtPgntn/LastPgInd') ?? this.values.get('NtfctnPgntn/LastPgInd');
    return page !== undefined && (page.text !== '1' || /^(?:false|0)$/.test(last?.text ?? 'true'));
  }

  private checkBalance(opening: Balance | undefined, closing: Balance | undefined): void {
    if (opening === undefined || closing === undefined) return;
    const booked = this.booked;
    const { tally } = this;
    if (opening.currency !== closing.currency || [...booked.currencies].some((currency) => currency !== closing.currency)) {
      tally.note(closing.line, 'opening balance, entries and closing balance are in different currencies and are not compared');
      return;
    }
    tally.check({
      name: 'closing balance',
      expected: closing.amountMinor,
      actual: opening.amountMinor + booked.credit + booked.debit,
      currency: closing.currency,
      line: closing.line,
      binding: !this.isPage(),
      refusal: 'balance',
    });
  }

  /** TxsSummry, where the bank writes it, counts and adds up the entries of the statement. */
  private checkSummary(): void {
    const booked = this.booked;
    const { tally } = this;
    const binding = !this.isPage();
    const [currency] = booked.currencies;
    const count = (path: string, name: CheckName, actual: number) => {
      const said = this.values.get(path);
      if (said !== undefined && /^\d{1,15}$/.test(said.text))
        tally.check({ name, expected: Number(said.text), actual, line: said.line, binding });
    };
    const sum = (path: string, name: CheckName, actual: number) => {
      const said = this.values.get(path);
      if (said === undefined || currency === undefined || booked.currencies.size !== 1) return;
      const expected = amountOf({ ...said, currency }, tally).minor;
      tally.check({ name, expected, actual, currency, line: said.line, binding });
    };
    count('TxsSummry/TtlNtries/NbOfNtries', 'number of entries', booked.entries);
    count('TxsSummry/TtlCdtNtries/NbOfNtries', 'number of credits', booked.credits);
    count('TxsSummry/TtlDbtNtries/NbOfNtries', 'number of debits', booked.debits);
    sum('TxsSummry/TtlCdtNtries/Sum', 'sum of credits', booked.credit);
    sum('TxsSummry/TtlDbtNtries/Sum', 'sum of debits', 0 - booked.debit);
  }
}

function keep(values: CamtValues, path: string, text: string, currency: string | undefined, line: number): void {
  // An element with children leaves nothing but the blanks between them.
  if (path === 'Sts' && text === '') return;
  if (!values.has(path)) values.set(path, { text, currency, line });
}

function optional<K extends string>(key: K, value: string | undefined): { [_ in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [_ in K]?: string });
}

function plain({ amountMinor, currency, date }: BankBalance): BankBalance {
  return { amountMinor, currency, ...(date === undefined ? {} : { date }) };
}
