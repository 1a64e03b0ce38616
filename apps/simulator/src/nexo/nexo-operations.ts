import { type ErrorCondition, MessageError, type MessageHeader, minorAmount, type Reader } from '@tillward/driver-nexo';
import type { LedgerLine } from '../ledger/index.js';
import type { SeededRandom } from '../seeded-random.js';
import type { NexoCommand } from './faults.js';
import {
  failure,
  type Json,
  netOf,
  responseName,
  SUCCESS,
  type TerminalName,
  transactionResponse,
  transactionTotals,
} from './nexo-message.js';
import type { NexoRun } from './nexo-run.js';
import type { NexoStore, NexoTransaction } from './nexo-store.js';
import type { HostVerdict, SimulatedHost } from './simulated-host.js';

const BRANDS = ['visa', 'mc', 'maestro', 'amex', 'girocard', 'cup'] as const;
const MAX_LINES = 100;

/** How long things take and who the terminal is. Times in milliseconds, ranges inclusive. */
export interface OperationOptions extends TerminalName {
  readonly random: SeededRandom;
  readonly cardMs: readonly [number, number];
  readonly hostMs: readonly [number, number];
  /** Told of every line after it is on the disk. */
  readonly booked: (line: LedgerLine) => void;
}

/** What came in: its header and the body of its request. */
export interface Taken {
  readonly header: MessageHeader;
  readonly body: Reader;
  readonly command: NexoCommand;
}

/** The condition that answers a message before anything is done; null when it is carried out. */
type Refusal = readonly [ErrorCondition, string];

/** Commands that a terminal answers whatever state it is in: how else should anybody find out about it. */
const ALWAYS: ReadonlySet<NexoCommand> = new Set(['diagnosis', 'status', 'abort']);
const MONEY: ReadonlySet<NexoCommand> = new Set(['sale', 'refund', 'reversal', 'settlement']);

/** What a terminal does when it has understood a message, and the condition it is in. */
export class NexoOperations {
  printer = 'OK';
  busyUntilMs = 0;
  displayed: readonly string[] = [];
  printed: readonly string[] = [];
  private loggedIn = new Set<string>();
  private running: NexoRun | null = null;
  /** Cards have randomness of their own: which one comes next doesn't depend on how often anybody asked for a diagnosis. */
  private readonly cards: SeededRandom;

  constructor(
    private readonly options: OperationOptions,
    private readonly store: NexoStore,
    private readonly host: SimulatedHost,
  ) {
    this.cards = options.random.fork('cards');
  }

  /** Forgets what lives in volatile memory. */
  losePower(): void {
    this.loggedIn.clear();
    this.running = null;
    this.displayed = [];
  }

  /** Forgets who is logged in. */
  lock(): void {
    this.loggedIn.clear();
  }

  /** Sale systems that are logged in. */
  get sessions(): readonly string[] {
    return [...this.loggedIn];
  }

  /** The money command it is working on. */
  get working(): boolean {
    return this.running !== null;
  }

  /** Carries out a message; resolves with the body of its response, by its name. */
  async perform(taken: Taken, run: NexoRun): Promise<Json> {
    const name = `${taken.header.MessageCategory}Response`;
    const refusal = this.refusalOf(taken);
    if (refusal) return { [name]: this.refused(taken, failure(...refusal)) };
    try {
      return { [name]: await this.carryOut(taken, run) };
    } catch (cause) {
      if (!(cause instanceof MessageError)) throw cause;
      return { [name]: this.refused(taken, failure('MessageFormat', `${cause.code} at ${cause.path}`)) };
    }
  }

  /** An Abort names the message it is about; one that isn't being worked on is none of its business. */
  abort(body: Reader, saleId: string): void {
    const of = body.object('MessageReference');
    const serviceId = of.maybeText('ServiceID');
    if (this.running && this.running.serviceId === serviceId && this.running.saleId === (of.maybeText('SaleID') ?? saleId))
      this.running.abort();
  }

  private refusalOf({ header, command }: Taken): Refusal | null {
    if (ALWAYS.has(command)) return null;
    if (this.running || Date.now() < this.busyUntilMs) return ['Busy', 'Busy with another request'];
    if (command === 'login' || this.loggedIn.has(header.SaleID ?? '')) return null;
    return ['LoggedOut', 'Login first'];
  }

  private async carryOut(taken: Taken, run: NexoRun): Promise<Json> {
    if (MONEY.has(taken.command)) {
      this.running = run;
      try {
        return await this.moveMoney(taken, run);
      } finally {
        if (this.running === run) this.running = null;
      }
    }
    await run.reach('afterAccept');
    return this.serve(taken);
  }

  private serve({ command, header, body }: Taken): Json {
    switch (command) {
      case 'login':
        body.object('SaleSoftware');
        this.loggedIn.add(header.SaleID ?? '');
        return { Response: SUCCESS, POISystemData: this.systemData() };
      case 'logout':
        this.loggedIn.delete(header.SaleID ?? '');
        return { Response: SUCCESS };
      case 'diagnosis':
        return this.diagnosis(body.maybeFlag('HostDiagnosisFlag') === true);
      case 'totals':
        return { Response: SUCCESS, POIReconciliationID: String(this.store.batch), TransactionTotals: this.totals(this.store.batch) };
      case 'status':
        return this.status(body, header);
      case 'print':
        return this.print(body);
      case 'display':
        return this.display(body);
      default:
        throw new Error(`a ${command} is no service`);
    }
  }

  private moveMoney(taken: Taken, run: NexoRun): Promise<Json> {
    if (taken.command === 'settlement') return this.settle(taken.body, run);
    return taken.command === 'reversal' ? this.reverse(taken, run) : this.pay(taken, run);
  }

  private async pay({ header, body, command }: Taken, run: NexoRun): Promise<Json> {
    const amounts = body.object('PaymentTransaction').object('AmountsReq');
    body.object('SaleData').object('SaleTransactionID').text('TransactionID');
    const currency = amounts.text('Currency');
    if (currency !== this.options.currency) throw new MessageError('badValue', amounts.at('Currency'));
    const amountMinor = minorAmount(amounts.number('RequestedAmount'), currency, amounts.at('RequestedAmount'));
    if (amountMinor === 0) throw new MessageError('badValue', amounts.at('RequestedAmount'));
    await run.reach('afterAccept');
    const kind = command === 'refund' ? 'refund' : 'sale';
    const card = { brand: this.cards.pick(BRANDS), cardLast4: String(this.cards.integer(0, 9_999)).padStart(4, '0') };
    const begun = { header, kind, amountMinor, ...card } as const;
    if (!(await run.waitForCard(this.duration(this.options.cardMs)))) return this.refuse(begun, 'Aborted', 'Merchant cancelled');
    await run.pause(this.duration(this.options.hostMs));
    return this.finish(run, begun, kind === 'refund' ? this.host.giveBack() : this.host.authorise());
  }

  private async reverse({ header, body }: Taken, run: NexoRun): Promise<Json> {
    const id = body.object('OriginalPOITransaction').object('POITransactionID').text('TransactionID');
    const original = this.store.findByName(id);
    const none = { header, kind: 'reversal', amountMinor: 0, brand: '', cardLast4: '0000' } as const;
    await run.reach('afterAccept');
    if (!original) return this.refuse(none, 'NotFound', 'No such transaction');
    const left = original.amountMinor - this.store.reversedOf(original.traceNo);
    const asked = body.maybeNumber('ReversedAmount');
    const amountMinor = asked === undefined ? left : minorAmount(asked, original.currency, body.at('ReversedAmount'));
    const { brand, cardLast4, traceNo: reverses } = original;
    const begun = { header, kind: 'reversal', amountMinor, brand, cardLast4, reverses } as const;
    if (original.kind !== 'sale' || amountMinor === 0 || amountMinor > left)
      return this.refuse(begun, 'NotAllowed', 'Nothing left to reverse');
    await run.pause(this.duration(this.options.hostMs));
    return this.finish(run, begun, this.host.giveBack());
  }

  private async finish(run: NexoRun, begun: Begun, verdict: HostVerdict): Promise<Json> {
    if (!verdict.approved) return this.refuse(begun, verdict.condition, verdict.message);
    await run.reach('beforeBooking');
    const entry = this.entry(begun, null, verdict.approvalCode);
    this.options.booked(this.store.book(entry));
    await run.reach('afterBooking');
    return transactionResponse(entry, this.store, this.options);
  }

  private refuse(begun: Begun, condition: ErrorCondition, message: string): Json {
    const entry = this.entry(begun, { condition, message }, '');
    this.store.refuse(entry);
    return transactionResponse(entry, this.store, this.options);
  }

  private entry({ header, ...facts }: Begun, refused: NexoTransaction['refused'], approvalCode: string): NexoTransaction {
    return {
      ...facts,
      serviceId: header.ServiceID ?? '',
      saleId: header.SaleID ?? '',
      at: new Date().toISOString(),
      currency: this.options.currency,
      refused,
      approvalCode,
      ...this.store.nextNumbers(),
    };
  }

  private async settle(body: Reader, run: NexoRun): Promise<Json> {
    const type = body.text('ReconciliationType');
    await run.reach('afterAccept');
    const answer = (batch: number, Response: Json) => ({
      Response,
      ReconciliationType: type,
      POIReconciliationID: String(batch),
      ...(Response === SUCCESS ? { TransactionTotals: this.totals(batch) } : {}),
    });
    const batch = this.store.batch;
    if (type === 'PreviousReconciliation') return answer(batch - 1, batch > 1 ? SUCCESS : failure('NotFound', 'No earlier period'));
    if (type !== 'SaleReconciliation' && type !== 'AcquirerReconciliation') return answer(batch, failure('NotAllowed', 'Not supported'));
    await run.pause(this.duration(this.options.hostMs));
    if (!this.host.up) return answer(batch, failure('UnreachableHost', 'Host unreachable'));
    await run.reach('beforeBooking');
    this.options.booked(this.store.settle(netOf(this.store.linesOf(batch)), new Date()));
    await run.reach('afterBooking');
    return answer(batch, SUCCESS);
  }

  private diagnosis(host: boolean): Json {
    const busy = this.running !== null || Date.now() < this.busyUntilMs;
    return {
      Response: SUCCESS,
      LoggedSaleID: [...this.loggedIn],
      POIStatus: { ...this.poiStatus(), GlobalStatus: busy ? 'Busy' : 'OK' },
      ...(host ? { HostStatus: [{ AcquirerID: 'SIMULATED', IsReachableFlag: this.host.up }] } : {}),
    };
  }

  private poiStatus(): Json {
    const flags = { CardReaderOKFlag: true, PEDOKFlag: true, SecurityOKFlag: true, FraudPreventionFlag: false };
    return { GlobalStatus: 'OK', PrinterStatus: this.printer, CommunicationOKFlag: this.host.up, ...flags };
  }

  private systemData(): Json {
    const software = { ManufacturerID: 'Tillward', ApplicationName: 'tillward-sim', SoftwareVersion: '1.0', CertificationCode: 'none' };
    return { DateTime: new Date().toISOString(), POISoftware: software, POIStatus: this.poiStatus() };
  }

  private totals(batch: number): Json[] {
    return transactionTotals(this.store.linesOf(batch), this.store, this.options);
  }

  /** What became of a message: still at work, finished with this answer, or never heard of. */
  private status(body: Reader, header: MessageHeader): Json {
    const of = body.maybeObject('MessageReference');
    const serviceId = of?.maybeText('ServiceID');
    const saleId = of?.maybeText('SaleID') ?? header.SaleID ?? '';
    const running = this.running;
    if (running && (serviceId === undefined || (running.serviceId === serviceId && running.saleId === saleId))) {
      return { Response: failure('InProgress', 'Uncompleted transaction') };
    }
    const entry = serviceId === undefined ? this.store.last : this.store.find(serviceId, saleId);
    if (!entry) return { Response: failure('NotFound', 'Message not found') };
    const category = entry.kind === 'reversal' ? 'Reversal' : 'Payment';
    const repeated = {
      ...header,
      MessageCategory: category,
      MessageType: 'Response',
      ServiceID: entry.serviceId,
      SaleID: entry.saleId || saleId,
    };
    return {
      Response: SUCCESS,
      MessageReference: { MessageCategory: category, ServiceID: entry.serviceId, SaleID: entry.saleId || saleId, POIID: header.POIID },
      RepeatedMessageResponse: {
        MessageHeader: repeated,
        RepeatedResponseMessageBody: { [responseName(entry.kind)]: transactionResponse(entry, this.store, this.options) },
      },
    };
  }

  private print(body: Reader): Json {
    const output = body.object('PrintOutput');
    const DocumentQualifier = output.text('DocumentQualifier');
    if (this.printer !== 'OK' && this.printer !== 'PaperLow') {
      return { DocumentQualifier, Response: failure('DeviceOut', `Printer: ${this.printer}`) };
    }
    this.printed = linesOf(output.object('OutputContent'));
    return { DocumentQualifier, Response: SUCCESS };
  }

  private display(body: Reader): Json {
    const outputs = body.objects('DisplayOutput');
    if (outputs.length === 0) throw new MessageError('missing', body.at('DisplayOutput'));
    this.displayed = outputs.flatMap((output) => linesOf(output.object('OutputContent'))).slice(0, MAX_LINES);
    return {
      OutputResult: outputs.map((output) => ({
        Device: output.text('Device'),
        InfoQualify: output.text('InfoQualify'),
        Response: SUCCESS,
      })),
    };
  }

  /** A response that says no, in the shape its message has. */
  private refused({ command, body }: Taken, Response: Json): Json {
    if (command === 'display') {
      return { OutputResult: [{ Device: 'CustomerDisplay', InfoQualify: 'Display', Response }] };
    }
    if (command === 'print') return { DocumentQualifier: 'CashierReceipt', Response };
    if (command === 'settlement') return { Response, ReconciliationType: body.raw('ReconciliationType') ?? 'SaleReconciliation' };
    if (command === 'totals') return { Response, POIReconciliationID: String(this.store.batch) };
    return { Response };
  }

  private duration([min, max]: readonly [number, number]): number {
    return this.options.random.integer(min, max);
  }
}

/** A Payment or Reversal that was taken, before it ended. */
interface Begun extends Pick<NexoTransaction, 'kind' | 'amountMinor' | 'brand' | 'cardLast4'> {
  readonly header: MessageHeader;
  readonly reverses?: number;
}

function linesOf(content: Reader): string[] {
  return content.objects('OutputText').map((line) => line.maybeText('Text') ?? '');
}
