import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { OutletState, PowerSwitch, SwitchOutcome } from './power-switch.js';

/** Where a Shelly Gen2 (or later) device answers and which of its switches feeds the terminal. */
export interface ShellyOptions {
  /** For instance `http://10.0.8.21`; a path is kept, `/rpc` is appended. */
  readonly baseUrl: string;
  readonly switchId: number;
  /** Limit on every request, default 2 s: the device is on the store's own LAN. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 2_000;
/** An answer of the device is a few hundred bytes; more is not one. */
const MAX_ANSWER_CHARACTERS = 16_384;

type Answer = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly detail: string };

/** A Shelly Gen2 switch over HTTP RPC (device API: Switch.Set and Switch.GetStatus, JSON-RPC 2.0 frames on POST /rpc). */
export class ShellySwitch implements PowerSwitch {
  private readonly url: string;
  private readonly timeoutMs: number;
  private requests = 0;

  constructor(private readonly options: ShellyOptions) {
    this.url = `${options.baseUrl.replace(/\/+$/, '')}/rpc`;
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /** Switch.Set on, read back. */
  on(): Promise<SwitchOutcome> {
    return this.set(true);
  }

  /** Switch.Set off, read back. */
  off(): Promise<SwitchOutcome> {
    return this.set(false);
  }

  /** Switch.GetStatus. */
  async state(): Promise<OutletState> {
    const answer = await this.call('Switch.GetStatus', { id: this.options.switchId });
    return answer.ok ? outputOf(answer.result) : 'unknown';
  }

  private async set(on: boolean): Promise<SwitchOutcome> {
    const answer = await this.call('Switch.Set', { id: this.options.switchId, on });
    // A lost answer doesn't mean a lost command: what the switch says now decides.
    const state = await this.state();
    const wanted: OutletState = on ? 'on' : 'off';
    if (state === wanted) return { kind: 'done' };
    const detail = answer.ok ? `the switch reads ${state}` : answer.detail;
    if (state === 'unknown') return { kind: 'failed', code: 'powerSwitchUnreachable', detail };
    return { kind: 'failed', code: on ? 'stillOff' : 'stillOn', detail };
  }

  private async call(method: string, params: Record<string, unknown>): Promise<Answer> {
    this.requests += 1;
    try {
      const body = JSON.stringify({ jsonrpc: '2.0', id: this.requests, src: 'tillward', method, params });
      const { status, text } = await post(this.url, body, this.timeoutMs);
      return answerOf(method, status, JSON.parse(text));
    } catch (error) {
      return { ok: false, detail: `${method}: ${reasonOf(error)}` };
    }
  }
}

/** A POST without following redirects. node:http rather than fetch, whose implementation costs a gateway 15 MB of memory. */
function post(url: string, body: string, timeoutMs: number): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const open = url.startsWith('https:') ? httpsRequest : httpRequest;
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const request = open(url, { method: 'POST', headers, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_ANSWER_CHARACTERS) request.destroy(new Error('the answer is too long'));
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function answerOf(method: string, status: number, body: unknown): Answer {
  if (typeof body !== 'object' || body === null) return { ok: false, detail: `${method}: HTTP ${status} without a JSON object` };
  if ('error' in body && typeof body.error === 'object' && body.error !== null) {
    const code = 'code' in body.error ? String(body.error.code) : 'unknown';
    return { ok: false, detail: `${method}: refused with code ${code.slice(0, 16)}` };
  }
  return 'result' in body ? { ok: true, result: body.result } : { ok: false, detail: `${method}: HTTP ${status} without a result` };
}

function outputOf(result: unknown): OutletState {
  if (typeof result !== 'object' || result === null || !('output' in result) || typeof result.output !== 'boolean') return 'unknown';
  return result.output ? 'on' : 'off';
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'the answer is no JSON';
  if (!(error instanceof Error)) return 'failed';
  const causedBy = error.cause instanceof Error ? error.cause : error;
  if (causedBy.name === 'TimeoutError') return 'no answer in time';
  return 'code' in causedBy ? String(causedBy.code) : causedBy.message.slice(0, 120);
}
