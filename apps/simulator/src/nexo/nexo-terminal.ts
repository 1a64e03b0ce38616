import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import {
  type DerivedKeys,
  deriveKeys,
  forgetOld,
  isServiceId,
  MessageError,
  type MessageHeader,
  NexoCryptoError,
  type NexoKey,
  open,
  Reader,
  type SentOrder,
} from '@tillward/driver-nexo';
import type { LedgerLine } from '../ledger/index.js';
import { answerText, type SealedAnswer } from './answer.js';
import { fingerprintOf, type KeyedCertificate, simulatedAuthority, terminalCertificate } from './certificate.js';
import type { AnswerFault, NexoCommand, NexoFault, NexoStep, StepFault } from './faults.js';
import { answerHeader, failure, type Json } from './nexo-message.js';
import { NexoOperations, type OperationOptions, type Taken } from './nexo-operations.js';
import { NexoRun, PowerLost } from './nexo-run.js';
import { NexoStore } from './nexo-store.js';
import { SimulatedHost } from './simulated-host.js';

/** A simulated terminal: who it is, with whom it shares a key, and how long things take at it. Times in milliseconds, ranges inclusive. */
export interface NexoTerminalOptions extends Omit<OperationOptions, 'booked'> {
  readonly store: string;
  readonly terminal: string;
  readonly host: string;
  /** 0 takes a free port; `port` then tells which. It stays the same over power cycles. */
  readonly port: number;
  readonly dataDir: string;
  readonly key: NexoKey;
  /** Which world its certificate is of. */
  readonly environment: 'live' | 'test';
  readonly bootMs: number;
  readonly declineRate: number;
  readonly observer?: NexoObserver;
}

/** What happens at a terminal, for triggers and statistics. Must not throw. */
export interface NexoObserver {
  /** A sale was taken; `number` counts them from 1 since the simulator started. Faults put in now strike this very sale. */
  saleStarted?(number: number): void;
  /** A reconciliation was taken. */
  closingStarted?(): void;
  booked?(line: LedgerLine): void;
  /** A message that could not be believed or read was refused. */
  refused?(code: string): void;
  /** A command ended in a way nobody foresaw: a bug of the simulator. */
  failed?(error: unknown): void;
}

const PATH = '/nexo/';
const MAX_REQUEST_BYTES = 256 * 1024;
/** The vendor's numbers for what is wrong with an encrypted message ("Crypto errors"). */
const CRYPTO_ERRORS = { parse: 1, keyVersion: 2, header: 3, other: 9 } as const;

const COMMANDS: Readonly<Record<string, NexoCommand>> = {
  Payment: 'sale',
  Reversal: 'reversal',
  Reconciliation: 'settlement',
  GetTotals: 'totals',
  TransactionStatus: 'status',
  Diagnosis: 'diagnosis',
  Login: 'login',
  Logout: 'logout',
  Print: 'print',
  Display: 'display',
  Abort: 'abort',
};

/** What the control API shows of a terminal. */
export interface NexoView {
  readonly store: string;
  readonly terminal: string;
  readonly poiId: string;
  readonly port: number;
  readonly power: 'on' | 'booting' | 'off';
  readonly loggedIn: readonly string[];
  readonly running: boolean;
  readonly hostUp: boolean;
  readonly printer: string;
  readonly period: number;
  readonly currency: string;
  readonly displayed: readonly string[];
  readonly printed: readonly string[];
  readonly certificateSha256: string;
  readonly pendingFaults: number;
}

/**
 * A nexo terminal on HTTPS that behaves like a real one: it answers nobody without the shared key, refuses a ServiceID it has seen in 48 h, works on
 * one transaction at a time and goes on with it when the till hangs up. Without power its port is closed and what it had not stored is gone.
 */
export class NexoTerminal {
  readonly host: SimulatedHost;
  /** Root of its certificate, PEM: what a till must trust. */
  readonly authority: string;
  private readonly certificate: KeyedCertificate;
  private readonly store: NexoStore;
  private readonly operations: NexoOperations;
  private readonly keys: Promise<DerivedKeys>;
  private server: Server | null = null;
  private power: AbortController | null = null;
  private booting: NodeJS.Timeout | null = null;
  private listeningPort: number;
  /** ServiceIDs taken, by sale system; gone with the power except for those of transactions. */
  private taken = new Map<string, SentOrder>();
  private faults: (StepFault | AnswerFault)[] = [];
  private sales = 0;
  private runs = 0;

  constructor(private readonly options: NexoTerminalOptions) {
    this.listeningPort = options.port;
    this.authority = simulatedAuthority(options.dataDir).certificate;
    this.certificate = terminalCertificate(options.dataDir, `${options.poiId}.${options.environment}.terminal.adyen.com`);
    this.host = new SimulatedHost(options.random.fork('host'), options.declineRate);
    this.store = new NexoStore(options);
    const booked = (line: LedgerLine) => options.observer?.booked?.(line);
    this.operations = new NexoOperations({ ...options, booked }, this.store, this.host);
    this.keys = deriveKeys(options.key.passphrase);
  }

  /** The TCP port it listens on when it has power. */
  get port(): number {
    return this.listeningPort;
  }

  /** Its ledger: every sale, refund, reversal and settlement it ever booked. */
  get ledger(): readonly LedgerLine[] {
    return this.store.lines;
  }

  /** How it stands. */
  view(): NexoView {
    const { store, terminal, poiId, currency } = this.options;
    return {
      store,
      terminal,
      poiId,
      port: this.port,
      power: this.server ? 'on' : this.booting ? 'booting' : 'off',
      loggedIn: this.operations.sessions,
      running: this.runs > 0,
      hostUp: this.host.up,
      printer: this.operations.printer,
      period: this.store.batch,
      currency,
      displayed: this.operations.displayed,
      printed: this.operations.printed,
      certificateSha256: fingerprintOf(this.certificate.certificate),
      pendingFaults: this.faults.length,
    };
  }

  /** Gives it power; resolves when it listens. Has no effect on one that is on. */
  async powerOn(bootMs = this.options.bootMs): Promise<void> {
    if (this.power) return;
    const power = new AbortController();
    this.power = power;
    await new Promise<void>((resolve) => {
      this.booting = setTimeout(resolve, bootMs);
      power.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    if (this.booting) clearTimeout(this.booting);
    this.booting = null;
    if (!power.signal.aborted) await this.listen(power);
  }

  /** Takes its power away: connections destroyed, port closed, everything not stored gone. Resolves when the port is closed. */
  async powerOff(): Promise<void> {
    if (!this.power) return;
    this.power.abort();
    this.power = null;
    this.operations.losePower();
    this.taken = new Map();
    this.runs = 0;
    const { server } = this;
    this.server = null;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** Restarts it: refuses connections for this long, comes back logged out. */
  async reboot(seconds: number): Promise<void> {
    await this.powerOff();
    await this.powerOn(seconds * 1000);
  }

  /** Takes its power away and lets go of its files. It can't be used again. */
  async close(): Promise<void> {
    await this.powerOff();
    this.store.close();
  }

  /** Puts a fault in. */
  inject(fault: NexoFault): void {
    switch (fault.fault) {
      case 'hostDown':
      case 'hostUp':
        this.host.up = fault.fault === 'hostUp';
        break;
      case 'declineNext':
        this.host.declineNext(fault.condition);
        break;
      case 'busy':
        this.operations.busyUntilMs = Date.now() + fault.seconds * 1000;
        break;
      case 'locked':
        this.operations.lock();
        break;
      case 'printer':
        this.operations.printer = fault.state;
        break;
      case 'reboot':
        this.reboot(fault.seconds).catch((error: unknown) => this.options.observer?.failed?.(error));
        break;
      case 'clear':
        this.faults = [];
        this.host.clear();
        this.operations.busyUntilMs = 0;
        this.operations.printer = 'OK';
        break;
      default:
        this.faults.push(fault);
    }
  }

  private async listen(power: AbortController): Promise<void> {
    const { certificate, key } = this.certificate;
    const server = createServer({ cert: `${certificate}${this.authority}`, key, minVersion: 'TLSv1.2' }, (request, response) => {
      this.take(request, response, power.signal).catch((error: unknown) => {
        response.destroy();
        // The power went: part of the simulated world. Anything else is a bug.
        if (!(error instanceof PowerLost)) this.options.observer?.failed?.(error);
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.listeningPort, this.options.host, resolve);
    });
    if (power.signal.aborted) {
      server.close();
      return;
    }
    const address = server.address();
    if (address && typeof address === 'object') this.listeningPort = address.port;
    this.server = server;
  }

  private async take(request: IncomingMessage, response: ServerResponse, power: AbortSignal): Promise<void> {
    const text = await bodyOf(request);
    if (power.aborted) throw new PowerLost();
    if (text === null) return;
    if (request.method !== 'POST' || request.url !== PATH) {
      response.writeHead(404).end();
      return;
    }
    const keys = await this.keys;
    const understood = this.understand(text, keys);
    if ('errors' in understood) {
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(understood));
      return;
    }
    const run = new NexoRun(
      {
        power,
        takeFault: (command, step) => this.takeStepFault(command, step),
        drop: () => response.destroy(),
        die: () => this.powerOff(),
      },
      understood.command,
      understood.header.ServiceID ?? '',
      understood.header.SaleID ?? '',
    );
    await run.reach('beforeRead');
    if (response.destroyed) return;
    this.runs += 1;
    try {
      await this.answer(understood, run, response, keys);
    } finally {
      if (!power.aborted) this.runs -= 1;
    }
  }

  private async answer(taken: Taken, run: NexoRun, response: ServerResponse, keys: DerivedKeys): Promise<void> {
    if (taken.command === 'abort') {
      await run.reach('afterAccept');
      this.operations.abort(taken.body, taken.header.SaleID ?? '');
      response.writeHead(200).end();
      return;
    }
    const body = this.duplicate(taken.header) ?? (await this.perform(taken, run));
    const sealed: SealedAnswer = { header: answerHeader(taken.header), body, key: this.options.key, keys };
    const fault = this.takeAnswerFault(taken.command);
    const half = this.takeStepFault(taken.command, 'inAnswer');
    if (half?.fault === 'delayAtStep') await run.pause(half.ms);
    run.requirePower();
    sendAnswer(response, answerText(sealed, fault), fault, half?.fault === 'dropAtStep');
    if (half?.fault === 'dieAtStep') await this.powerOff();
  }

  private perform(taken: Taken, run: NexoRun): Promise<Json> {
    if (taken.command === 'sale') {
      this.sales += 1;
      this.options.observer?.saleStarted?.(this.sales);
    }
    if (taken.command === 'settlement') this.options.observer?.closingStarted?.();
    return this.operations.perform(taken, run);
  }

  /** Decrypts and checks a message, or says with the vendor's number why it isn't looked at. */
  private understand(text: string, keys: DerivedKeys): Taken | { readonly errors: readonly string[]; readonly ServiceID: string } {
    try {
      const sealed = Reader.parse(text).object('SaleToPOIRequest');
      const { header, message } = open(sealed, 'SaleToPOIRequest', this.options.key, keys);
      const known = COMMANDS[header.MessageCategory];
      if (!known || header.MessageType !== 'Request' || !isServiceId(header.ServiceID ?? ''))
        throw new MessageError('badValue', 'MessageHeader');
      if (header.POIID !== this.options.poiId) throw new MessageError('badValue', 'MessageHeader.POIID');
      const body = message.object(`${header.MessageCategory}Request`);
      const refund = known === 'sale' && body.maybeObject('PaymentData')?.maybeText('PaymentType') === 'Refund';
      return { header, body, command: refund ? 'refund' : known };
    } catch (cause) {
      const code = codeOf(cause);
      this.options.observer?.refused?.(code);
      const number = code === 'keyVersion' ? CRYPTO_ERRORS.keyVersion : code === 'header' ? CRYPTO_ERRORS.header : undefined;
      const other = cause instanceof MessageError ? CRYPTO_ERRORS.parse : CRYPTO_ERRORS.other;
      return { errors: [`Nexo Service: crypto error (${number ?? other})`], ServiceID: '-NULL-' };
    }
  }

  /** A ServiceID is taken once in 48 h; the second message under it is refused whatever it says. */
  private duplicate(header: MessageHeader): Json | null {
    const saleId = header.SaleID ?? '';
    const serviceId = header.ServiceID ?? '';
    const now = Date.now();
    forgetOld(this.taken, now);
    const name = `${saleId}/${serviceId}`;
    const known = this.taken.has(name) || this.store.find(serviceId, saleId) !== undefined;
    this.taken.set(name, { amountMinor: 0, currency: this.options.currency, atMs: now });
    const refusal = failure('MessageFormat', 'ServiceID was used before');
    if (!known) return null;
    const result =
      header.MessageCategory === 'Display'
        ? { OutputResult: [{ Device: 'CustomerDisplay', InfoQualify: 'Display', Response: refusal }] }
        : { Response: refusal };
    return { [`${header.MessageCategory}Response`]: result };
  }

  private takeStepFault(command: NexoCommand, step: NexoStep): StepFault | undefined {
    const index = this.faults.findIndex((fault) => 'step' in fault && fault.command === command && fault.step === step);
    return index < 0 ? undefined : (this.faults.splice(index, 1)[0] as StepFault);
  }

  private takeAnswerFault(command: NexoCommand): AnswerFault['fault'] | undefined {
    const index = this.faults.findIndex((fault) => !('step' in fault) && fault.command === command);
    return index < 0 ? undefined : (this.faults.splice(index, 1)[0]?.fault as AnswerFault['fault']);
  }
}

function codeOf(cause: unknown): string {
  if (cause instanceof NexoCryptoError || cause instanceof MessageError) return cause.code;
  throw cause;
}

/** The whole body, or null when the till went away or sent too much. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_REQUEST_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('close', () => resolve(null));
  });
}

/** Puts an answer on the wire, with what is to go wrong with it. */
function sendAnswer(response: ServerResponse, text: string, fault: AnswerFault['fault'] | undefined, half: boolean): void {
  const { socket } = response;
  if (!socket || response.destroyed) return;
  if (fault === 'garbageAnswer') {
    socket.end('\u0002\u0003no such protocol\u0000\r\n\r\n');
    return;
  }
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n`;
  if (half) {
    socket.write(head + text.slice(0, text.length / 2), () => socket.destroy());
    return;
  }
  if (fault === 'duplicateAnswer') {
    socket.end(`${head}${text}${head}${text}`);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(text);
}
