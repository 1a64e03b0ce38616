import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IDEMPOTENCY_HEADER, idempotencyKey, slug, type TillRefusalCode } from '@tillward/contracts';
import type { Clock } from '../clock.js';
import type { HandoverService } from '../handover/index.js';
import type { Journal } from '../journal/index.js';
import { NO_REJECTIONS, type RejectionCount, recordRejection } from '../link/index.js';
import type { OperatorService } from '../operators/index.js';
import type { PaymentService, Reprints } from '../payments/index.js';
import type { Terminals } from '../terminals/index.js';
import { type Beside, type EventStreams, machineOf, malformed, type Reply, readJson, refuse, type TillTokens } from '../till/index.js';
import { CONSOLE_BODIES } from './console.contract.js';
import type { ConsoleOrders } from './console.orders.js';
import { CONSOLE_FILES, CONSOLE_HEADERS, cookieOf, ownPage, SESSION_COOKIE } from './console.rules.js';
import { ConsoleSessions } from './console.sessions.js';
import type { ConsoleView, Person } from './console.view.js';
import type { Reminders } from './reminders.service.js';

const HERE = dirname(fileURLToPath(import.meta.url));
/** The page's files: beside the program in a release, in their own folder of the project otherwise. */
const PAGE = [join(HERE, 'console'), join(HERE, '../../console')].find((folder) => existsSync(join(folder, 'index.html'))) ?? HERE;
const API = '/console/api/';
/** What payments of the console say as their till. */
const TILL_ID = 'console';
/** Payments shown of a terminal. */
const NEWEST = 30;

export interface ConsoleParts {
  journal: Journal;
  terminals: Terminals;
  operators: OperatorService;
  payments: PaymentService;
  reprints: Reprints;
  handovers: HandoverService;
  reminders: Reminders;
  orders: ConsoleOrders;
  view: ConsoleView;
  tokens: TillTokens;
  streams: EventStreams;
}

/** A request of somebody who has signed in. */
interface Ask {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  person: Person;
  secret: string;
  /** What follows the resource in the path. */
  rest: readonly string[];
}

type Answer = Reply | null | Promise<Reply | null>;

/**
 * The store console: a page for the people of the store, served by the agent itself, so that it works without a line to the outside. People sign in with their passcode;
 * what they do is done by the same services as for tills, and journaled with their name.
 */
export class ConsoleServer implements Beside {
  readonly #clock: Clock;
  readonly #parts: ConsoleParts;
  readonly #sessions: ConsoleSessions;
  readonly #resources: Readonly<Record<string, (ask: Ask) => Answer>>;
  #rejections: RejectionCount = NO_REJECTIONS;

  constructor(context: { clock: Clock }, parts: ConsoleParts) {
    this.#clock = context.clock;
    this.#parts = parts;
    this.#sessions = new ConsoleSessions(context);
    this.#resources = {
      'GET today': ({ person }) => this.#today(person),
      'GET events': (ask) => this.#events(ask),
      'GET payments': ({ url }) => this.#payments(url),
      'DELETE session': (ask) => this.#signOut(ask),
      'POST operator-sessions': (ask) => this.#signOn(ask),
      'DELETE operator-sessions': (ask) => this.#signOff(ask),
      'POST handovers': (ask) => this.#handOver(ask),
      'POST payments': (ask) => this.#reprint(ask),
      'POST reminders': ({ person, rest }) => answered(parts.reminders.acknowledge(rest[0] ?? '', person.operatorId)),
      'POST refund-requests': (ask) => this.#decideRefund(ask),
      'POST close': (ask) => this.#close(ask),
      'GET team': ({ person }) => managers(person, () => ({ status: 200, body: { team: parts.view.team(), tills: parts.tokens.all() } })),
      'POST tills': (ask) => this.#pairTill(ask),
      'DELETE tills': ({ person, rest }) =>
        managers(person, () => (parts.tokens.unpair(rest[0] ?? '', person.operatorId) ? { status: 204 } : refuse('unknownTill'))),
    };
  }

  /** {@link Beside.answer} */
  async answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<Reply | null> {
    const reply = url.pathname.startsWith(API)
      ? await this.#api(request, response, url)
      : await this.#file(request, response, url.pathname);
    return reply && { ...reply, headers: { ...CONSOLE_HEADERS, ...reply.headers } };
  }

  async #file(request: IncomingMessage, response: ServerResponse, path: string): Promise<Reply | null> {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return { ...refuse('unknownPath'), status: 405, headers: { allow: 'GET, HEAD' } };
    if (path === '/console') return { status: 308, headers: { location: '/console/' } };
    const name = path === '/console/' ? 'index.html' : path.slice('/console/'.length);
    const type = Object.hasOwn(CONSOLE_FILES, name) ? CONSOLE_FILES[name] : undefined;
    if (type === undefined) return refuse('unknownPath');
    const content = await readFile(join(PAGE, name));
    // Small and near: asked for again each time, so that an updated gateway never meets yesterday's page.
    response.writeHead(200, { ...CONSOLE_HEADERS, 'content-type': type, 'content-length': content.length, 'cache-control': 'no-cache' });
    response.end(request.method === 'HEAD' ? undefined : content);
    return null;
  }

  async #api(request: IncomingMessage, response: ServerResponse, url: URL): Promise<Reply | null> {
    const method = request.method ?? '';
    if (method !== 'GET' && !ownPage(request.headers)) return refuse('foreignOrigin');
    const [resource = '', ...rest] = url.pathname.slice(API.length).split('/');
    const secret = cookieOf(request.headers.cookie, SESSION_COOKIE);
    // A page that only watches does not keep its session alive.
    const person = this.#personOf(secret, resource !== 'events' && resource !== 'today');
    const known = `${method} ${resource}`;
    switch (known) {
      case 'GET session':
        return { status: 200, body: { ...this.#parts.view.store(), person } };
      case 'POST session':
        return this.#signIn(request);
      case 'POST passcode':
        return this.#choosePasscode(request);
      case 'POST codes':
        return this.#issueCode(request, person);
    }
    const handle = Object.hasOwn(this.#resources, known) ? this.#resources[known] : undefined;
    if (!handle) return refuse('unknownPath');
    if (!person || secret === null) return refuse('signInRequired');
    return handle({ request, response, url, person, secret, rest });
  }

  #personOf(secret: string | null, active: boolean): Person | null {
    const operatorId = this.#sessions.personOf(secret, active);
    return operatorId === null ? null : this.#parts.view.person(operatorId);
  }

  async #signIn(request: IncomingMessage): Promise<Reply> {
    const read = await readJson(request, CONSOLE_BODIES.signIn);
    if (!read.ok) return read.reply;
    const { operatorId, passcode } = read.value;
    const person = this.#parts.view.person(operatorId);
    // Somebody the store doesn't know is looked at like everybody else: the time it takes tells nobody who works here.
    const identity = await this.#parts.operators.passcodes.identify(operatorId, passcode, machineOf(request));
    if (!identity.ok || !person) return this.#refuseSignIn(operatorId, identity.ok ? 'passcodeWrong' : identity.code);
    this.#parts.journal.commit((tx) => tx.append('ConsoleOpened', null, { operatorId }));
    const cookie = `${SESSION_COOKIE}=${this.#sessions.begin(operatorId)}; Path=/console; HttpOnly; SameSite=Strict`;
    return { status: 200, body: { ...this.#parts.view.store(), person }, headers: { 'set-cookie': cookie } };
  }

  /** Somebody tried; whoever tries without end does not fill the journal. */
  #refuseSignIn(operatorId: string, code: TillRefusalCode): Reply {
    const { record, count } = recordRejection(this.#rejections, this.#clock.now());
    this.#rejections = count;
    if (record) this.#parts.journal.commit((tx) => tx.append('ConsoleSignInRefused', null, { operatorId, code }));
    return refuse(code);
  }

  #signOut({ person: { operatorId }, secret }: Ask): Reply {
    this.#parts.journal.commit((tx) => tx.append('ConsoleClosed', null, { operatorId }));
    this.#sessions.end(secret);
    return { status: 204, headers: { 'set-cookie': `${SESSION_COOKIE}=; Path=/console; HttpOnly; SameSite=Strict; Max-Age=0` } };
  }

  async #choosePasscode(request: IncomingMessage): Promise<Reply> {
    const read = await readJson(request, CONSOLE_BODIES.passcode);
    if (!read.ok) return read.reply;
    const { operatorId, code, passcode } = read.value;
    const identity = await this.#parts.operators.passcodes.choose(operatorId, code, passcode, machineOf(request));
    if (!identity.ok) return this.#refuseSignIn(operatorId, identity.code);
    this.#sessions.endAllOf(operatorId);
    return { status: 204 };
  }

  async #issueCode(request: IncomingMessage, person: Person | null): Promise<Reply> {
    const read = await readJson(request, CONSOLE_BODIES.code);
    if (!read.ok) return read.reply;
    const { operatorId, installerToken } = read.value;
    const { operators, tokens, view } = this.#parts;
    const installer = installerToken !== undefined && tokens.isInstaller(installerToken);
    if (!installer) {
      if (installerToken !== undefined) return this.#refuseSignIn(operatorId, 'unauthorised');
      if (!person) return refuse('signInRequired');
      if (!person.manager) return refuse('managerNeeded');
    }
    if (!view.person(operatorId)) return refuse('unknownOperator');
    // The installer's codes make nobody dependent on a manager: the first manager needs one, and in a store with one manager whoever gives money back.
    const { code, validUntil } = operators.passcodes.issueCode(operatorId, installer ? null : person!.operatorId);
    return { status: 200, body: { operatorId, code, validUntil: new Date(validUntil).toISOString() } };
  }

  #today(person: Person): Reply {
    const today = this.#parts.view.today(person);
    return today ? { status: 200, body: today } : { status: 200, body: { waiting: true, person } };
  }

  #events({ request, response, person }: Ask): Reply | null {
    for (const [name, value] of Object.entries(CONSOLE_HEADERS)) response.setHeader(name, value);
    return this.#parts.streams.open(request, response, `person ${person.operatorId}`, { terminal: null, tillId: null })
      ? null
      : refuse('tooManyStreams');
  }

  #payments(url: URL): Reply {
    const terminal = url.searchParams.get('terminal') ?? '';
    if (!slug.safeParse(terminal).success || !this.#parts.terminals.get(terminal)) return refuse('unknownTerminal');
    const { payments, operators } = this.#parts;
    const shown = payments.newest(terminal, NEWEST).map((payment) => ({
      ...payment,
      operatorName: operators.nameOf(payment.operatorId),
      copies: payments.receipts.find(payment.paymentId)?.copies ?? 0,
    }));
    return { status: 200, body: { payments: shown } };
  }

  async #signOn({ request, person }: Ask): Promise<Reply> {
    const read = await readJson(request, CONSOLE_BODIES.operatorSession);
    if (!read.ok) return read.reply;
    const answer = this.#parts.operators.signOn(read.value.terminal, person.operatorId, true);
    return answer.ok ? { status: 204 } : refuse(answer.code);
  }

  #signOff({ person, rest }: Ask): Reply {
    const terminal = rest[0] ?? '';
    const { operators, terminals } = this.#parts;
    if (!terminals.get(terminal)) return refuse('unknownTerminal');
    if (!person.manager && operators.at(terminal)?.operatorId !== person.operatorId) return refuse('managerNeeded');
    operators.signOff(terminal, 'till');
    return { status: 204 };
  }

  async #handOver({ request, person }: Ask): Promise<Reply> {
    const key = idempotencyKey.safeParse(request.headers[IDEMPOTENCY_HEADER]);
    if (!key.success) return malformed(IDEMPOTENCY_HEADER).reply;
    const read = await readJson(request, CONSOLE_BODIES.handover);
    if (!read.ok) return read.reply;
    const { terminal } = read.value;
    const outgoing = this.#parts.operators.at(terminal);
    // Who hands over, or a manager for somebody who has left.
    if (outgoing && !person.manager && outgoing.operatorId !== person.operatorId) return refuse('managerNeeded');
    return answered(await this.#parts.handovers.handOver({ ...read.value, tillId: TILL_ID }, key.data, machineOf(request)));
  }

  async #reprint({ request, person, rest }: Ask): Promise<Reply> {
    const [paymentId = '', what] = rest;
    if (what !== 'reprints') return refuse('unknownPath');
    const read = await readJson(request, CONSOLE_BODIES.reprint);
    if (!read.ok) return read.reply;
    return answered(await this.#parts.reprints.reprint(paymentId, { ...read.value, tillId: TILL_ID }, person.operatorId));
  }

  async #decideRefund({ request, person, rest }: Ask): Promise<Reply> {
    const read = await readJson(request, CONSOLE_BODIES.refundDecision);
    if (!read.ok) return read.reply;
    const { passcode, digest, decision } = read.value;
    const { operatorId } = person;
    const identity = await this.#parts.operators.passcodes.identify(operatorId, passcode, machineOf(request));
    if (!identity.ok) return refuse(identity.code);
    const answer = this.#parts.payments.refunds.decide(rest[0] ?? '', decision, { operatorId, digest, where: 'console' });
    return answer.ok ? { status: 200, body: answer.request } : refuse(answer.code);
  }

  async #close({ request, person }: Ask): Promise<Reply> {
    const read = await readJson(request, CONSOLE_BODIES.close);
    if (!read.ok) return read.reply;
    const answer = this.#parts.orders.closeNow(person, read.value.terminals, read.value.reason);
    return answer.ok ? { status: 202, body: { terminals: answer.terminals } } : refuse(answer.code);
  }

  async #pairTill({ request, person }: Ask): Promise<Reply> {
    const read = await readJson(request, CONSOLE_BODIES.till);
    if (!read.ok) return read.reply;
    const { tillId } = read.value;
    return managers(person, () => ({ status: 200, body: { tillId, token: this.#parts.tokens.pair(tillId, person.operatorId) } }));
  }
}

function managers(person: Person, work: () => Reply): Reply {
  return person.manager ? work() : refuse('managerNeeded');
}

function answered(answer: { ok: true; view?: unknown } | { ok: false; code: TillRefusalCode }): Reply {
  if (!answer.ok) return refuse(answer.code);
  return answer.view === undefined ? { status: 204 } : { status: 200, body: answer.view };
}
