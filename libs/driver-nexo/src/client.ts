import type { TLSSocket } from 'node:tls';
import type { DialogueFrame, StreamBreak } from '@tillward/driver';
import { type DerivedKeys, deriveKeys, NexoCryptoError, NONCE_BYTES, open, seal } from './crypto.js';
import { dialogueFrame, emptyFrame, unreadableFrame } from './dialogue.js';
import type { ExchangeEnd } from './exchange.js';
import { requestHeader, requireAnswer } from './header.js';
import { AnswerLost, type HttpAnswer, LinkRefused, type LinkTarget, openLink, post } from './link.js';
import { MessageError } from './message-error.js';
import type { NexoKey } from './options.js';
import { Reader } from './reader.js';
import type { NexoRequest } from './request.js';
import { readAnswer } from './response.js';

/** What every exchange of a driver has in common. */
export interface ClientOptions {
  readonly target: LinkTarget;
  readonly saleId: string;
  readonly key: NexoKey;
  readonly random: (bytes: number) => Uint8Array;
}

/** One message to be exchanged. */
export interface Exchange {
  readonly request: NexoRequest;
  readonly serviceId: string;
  /** Of amounts in the answer that name none. */
  readonly currency: string;
  readonly timeoutMs: number;
  /** Asked once more, after the terminal proved who it is and before the first byte. */
  readonly cancelled?: () => boolean;
  /** The bytes were handed to the operating system. */
  readonly sent?: () => void;
}

const HTTP_OK = 200;
const HTTP_UNAUTHORIZED = 401;
const MAX_DETAIL = 200;

/**
 * Carries single exchanges: one TLS connection for each, so that whether bytes of it left is always known. A nexo terminal takes several at a
 * time; who may run when is decided by the session's rules, not here.
 */
export class NexoClient {
  dialogue: ((frame: DialogueFrame) => void) | null = null;
  streamBroken: ((broken: StreamBreak) => void) | null = null;
  private readonly sockets = new Set<TLSSocket>();
  private keys: Promise<DerivedKeys> | null = null;

  constructor(private readonly options: ClientOptions) {}

  /** Opens a connection, checks who answers, and closes it again. */
  async probe(): Promise<ExchangeEnd> {
    const link = await this.link();
    if (!('destroy' in link)) return link;
    link.destroy();
    return { kind: 'empty' };
  }

  /** Sends one message and reads its answer. Never throws for what the network or the terminal did. */
  async exchange(exchange: Exchange): Promise<ExchangeEnd> {
    const { saleId, key, target } = this.options;
    const keys = await this.derived();
    const { category, body } = exchange.request;
    const header = requestHeader(category, { serviceId: exchange.serviceId, saleId, poiId: target.poiId });
    const message = { MessageHeader: header, [`${category}Request`]: body };
    const sealed = seal(header, JSON.stringify({ SaleToPOIRequest: message }), key, keys, this.options.random(NONCE_BYTES));
    const link = await this.link();
    if (!('destroy' in link)) return link;
    if (exchange.cancelled?.()) {
      link.destroy();
      return { kind: 'cancelled' };
    }
    const text = JSON.stringify({ SaleToPOIRequest: sealed });
    const sent = () => {
      this.dialogue?.(dialogueFrame('sent', message, text.length));
      exchange.sent?.();
    };
    try {
      const answer = await post(link, target.host, text, exchange.timeoutMs, sent);
      if (answer.status === HTTP_UNAUTHORIZED) return this.refusal(answer);
      if (answer.status !== HTTP_OK) return { kind: 'lost', reason: 'httpError', detail: `HTTP ${answer.status}` };
      return this.read(exchange, answer, header, keys);
    } catch (cause) {
      if (!(cause instanceof AnswerLost)) throw cause;
      const { reason, message: detail, received } = cause;
      if (reason === 'timeout' || reason === 'linkLost') return { kind: 'lost', reason, detail };
      return this.unreadable(reason, received, { reason: 'unreadable', detail });
    } finally {
      link.destroy();
    }
  }

  /** Drops every connection at once. */
  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private read(exchange: Exchange, { body }: HttpAnswer, header: ReturnType<typeof requestHeader>, keys: DerivedKeys): ExchangeEnd {
    const { category } = exchange.request;
    if (category === 'Abort') {
      this.dialogue?.(emptyFrame(body.length));
      return { kind: 'empty' };
    }
    try {
      const sealed = Reader.parse(body.toString('utf8')).object('SaleToPOIResponse');
      const { header: answered, message } = open(sealed, 'SaleToPOIResponse', this.options.key, keys);
      this.dialogue?.(dialogueFrame('received', message.all(), body.length));
      requireAnswer(header, answered);
      return { kind: 'answered', answer: readAnswer(category, message, exchange.currency) };
    } catch (cause) {
      if (cause instanceof NexoCryptoError) {
        return this.unreadable(cause.code, body.length, { reason: 'notAuthentic', detail: cause.message });
      }
      if (cause instanceof MessageError) return this.unreadable(cause.code, body.length, { reason: 'unreadable', detail: cause.message });
      throw cause;
    }
  }

  private unreadable(code: string, received: number, end: Pick<Extract<ExchangeEnd, { kind: 'lost' }>, 'reason' | 'detail'>): ExchangeEnd {
    this.dialogue?.(unreadableFrame(code, received));
    this.streamBroken?.({ code, offset: received });
    return { kind: 'lost', reason: end.reason, detail: end.detail.slice(0, MAX_DETAIL) };
  }

  /** HTTP 401: the terminal could not decrypt us (vendor: "Crypto errors"). TLS vouches for who says it. Its text is not taken over beyond the number. */
  private refusal({ body }: HttpAnswer): ExchangeEnd {
    const number = /crypto error \(([0-9]{1,3})\)/.exec(body.toString('latin1'))?.[1];
    this.dialogue?.(unreadableFrame('HTTP 401', body.length));
    return { kind: 'refused', detail: `the terminal does not accept our key${number === undefined ? '' : ` (crypto error ${number})`}` };
  }

  private async link(): Promise<TLSSocket | Extract<ExchangeEnd, { kind: 'notSent' }>> {
    try {
      return await openLink(this.options.target, (socket) => {
        this.sockets.add(socket);
        socket.once('close', () => this.sockets.delete(socket));
      });
    } catch (cause) {
      if (!(cause instanceof LinkRefused)) throw cause;
      return { kind: 'notSent', untrusted: cause.untrusted, detail: cause.message };
    }
  }

  /** Keys are made once, at the first exchange: a gateway has hundreds of terminals, and some may never be asked. */
  private derived(): Promise<DerivedKeys> {
    this.keys ??= deriveKeys(this.options.key.passphrase);
    return this.keys;
  }
}
