import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type DigestChallenge, digestAuthorization, digestChallenge } from './digest-access.js';
import type { ShellyOptions } from './power-config.js';
import type { PowerCapabilities, SwitchTiming, TerminalProbe } from './power-switch.js';
import { type Exchange, type OutletReading, VerifiedSwitch } from './verified-switch.js';

/** An answer of the device is a few hundred bytes; more is not one. */
const MAX_ANSWER_CHARACTERS = 16_384;
/** The only user the device knows. */
const USERNAME = 'admin';

interface HttpAnswer {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly text: string;
}

/**
 * A Shelly Gen2 switch over HTTP RPC (device API: Switch.Set and Switch.GetStatus, JSON-RPC 2.0 frames on POST /rpc), with the device's
 * digest authentication where it is switched on (RFC 7616, SHA-256, user admin).
 */
export class ShellySwitch extends VerifiedSwitch {
  readonly capabilities: PowerCapabilities = {
    kind: 'shelly',
    operations: new Set(['on', 'off', 'state', 'cycle']),
    cyclesOnDevice: true,
  };
  private readonly url: string;
  private readonly uri: string;
  private requests = 0;
  /** The last challenge and how often it was answered: a nonce serves many requests, its count may never repeat. */
  private challenge: DigestChallenge | null = null;
  private nonceCount = 0;

  constructor(
    private readonly options: ShellyOptions & SwitchTiming,
    probe?: TerminalProbe,
  ) {
    super(options, probe);
    this.url = `${options.baseUrl.replace(/\/+$/, '')}/rpc`;
    this.uri = new URL(this.url).pathname;
  }

  /** Switch.Set. */
  protected async command(on: boolean): Promise<Exchange> {
    return done(await this.call('Switch.Set', { id: this.options.switchId, on }));
  }

  /** Switch.Set with `toggle_after`: the device gives the power back by itself. */
  protected override async startCycle(offSeconds: number): Promise<Exchange> {
    return done(await this.call('Switch.Set', { id: this.options.switchId, on: false, toggle_after: offSeconds }));
  }

  /** Switch.GetStatus. */
  protected async read(): Promise<Exchange<OutletReading>> {
    const answer = await this.call('Switch.GetStatus', { id: this.options.switchId });
    return answer.ok ? outputOf(answer.value) : answer;
  }

  private async call(method: string, params: Record<string, unknown>): Promise<Exchange<unknown>> {
    this.requests += 1;
    try {
      const body = JSON.stringify({ jsonrpc: '2.0', id: this.requests, src: 'tillward', method, params });
      const answer = await this.identified(body);
      return answer.status === 401 ? this.refusal(method, answer) : answerOf(method, answer.status, JSON.parse(answer.text));
    } catch (error) {
      const reason = error instanceof SyntaxError || error instanceof AnswerTooLong ? 'notUnderstood' : 'noAnswer';
      return { ok: false, reason, detail: `${method}: ${reasonOf(error)}` };
    }
  }

  /** Sends the request, with the answer to the device's challenge once there is one. A new challenge is answered once, so that a wrong password ends. */
  private async identified(body: string): Promise<HttpAnswer> {
    const first = await this.post(body);
    const challenge = first.status === 401 ? digestChallenge(first.challenge) : null;
    if (!challenge || this.options.password === undefined) return first;
    // A known nonce that is refused without being called stale was answered with a wrong password: again would be no better.
    if (challenge.nonce === this.challenge?.nonce && !challenge.stale) return first;
    this.challenge = challenge;
    this.nonceCount = 0;
    return this.post(body);
  }

  private refusal(method: string, { challenge }: HttpAnswer): Exchange<unknown> {
    // A wrong password must not be tried with the same nonce for ever: the next request begins anew.
    this.challenge = null;
    const known = digestChallenge(challenge) !== null;
    const wrong = this.options.password === undefined ? 'the device wants a password' : 'the device refuses the password';
    return {
      ok: false,
      reason: 'credentialsRefused',
      detail: `${method}: ${known ? wrong : 'the device asks for something weaker than digest access with SHA-256'}`,
    };
  }

  private authorization(): Record<string, string> {
    const { password } = this.options;
    if (!this.challenge || password === undefined) return {};
    this.nonceCount += 1;
    const answer = {
      username: USERNAME,
      password,
      method: 'POST',
      uri: this.uri,
      count: this.nonceCount,
      clientNonce: randomBytes(12).toString('hex'),
    };
    return { authorization: digestAuthorization(this.challenge, answer) };
  }

  /** A POST without following redirects. node:http rather than fetch, whose implementation costs a gateway 15 MB of memory. */
  private post(body: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const open = this.url.startsWith('https:') ? httpsRequest : httpRequest;
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...this.authorization() };
      const signal = AbortSignal.timeout(this.timeoutMs);
      const request = open(this.url, { method: 'POST', headers, agent: false, signal }, (response: IncomingMessage) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > MAX_ANSWER_CHARACTERS) request.destroy(new AnswerTooLong());
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, challenge: response.headers['www-authenticate'], text }));
      });
      request.on('error', reject);
      request.end(body);
    });
  }
}

class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
  override readonly message = 'the answer is too long';
}

function done(answer: Exchange<unknown>): Exchange {
  return answer.ok ? { ok: true, value: undefined } : answer;
}

function answerOf(method: string, status: number, body: unknown): Exchange<unknown> {
  if (typeof body !== 'object' || body === null) {
    return { ok: false, reason: 'notUnderstood', detail: `${method}: HTTP ${status} without a JSON object` };
  }
  if ('error' in body && typeof body.error === 'object' && body.error !== null) {
    const code = 'code' in body.error ? String(body.error.code) : 'unknown';
    return { ok: false, reason: 'refused', detail: `${method}: refused with code ${code.slice(0, 16)}` };
  }
  if ('result' in body) return { ok: true, value: body.result };
  return { ok: false, reason: 'notUnderstood', detail: `${method}: HTTP ${status} without a result` };
}

function outputOf(result: unknown): Exchange<OutletReading> {
  if (typeof result !== 'object' || result === null || !('output' in result) || typeof result.output !== 'boolean') {
    return { ok: false, reason: 'notUnderstood', detail: 'Switch.GetStatus: no output in the answer' };
  }
  const state = result.output ? 'on' : 'off';
  return { ok: true, value: { state, detail: `the switch reads ${state}` } };
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'the answer is no JSON';
  if (!(error instanceof Error)) return 'failed';
  const causedBy = error.cause instanceof Error ? error.cause : error;
  if (causedBy.name === 'TimeoutError') return 'no answer in time';
  return 'code' in causedBy ? String(causedBy.code) : causedBy.message.slice(0, 120);
}
