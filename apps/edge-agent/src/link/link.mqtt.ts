import {
  CHANNEL_DELIVERY,
  DOWN_CHANNELS,
  type DownChannel,
  EVENT_TYPE,
  gatewaySource,
  type PresenceData,
  parseTopic,
  topicOf,
  type UpChannel,
} from '@tillward/contracts';
import { connect, type IClientOptions, MqttClient } from 'mqtt';
import type { Clock } from '../clock.js';
import { errorFields, type Log } from '../log.js';
import { connectTcp, isTcp } from './link.tcp.js';
import { connectTls, type LinkIdentity } from './link.tls.js';
import { reconnectDelayMs } from './reconnect.rules.js';

/** Largest message read from core. A desired document of a large store stays well below. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

export interface LinkOptions {
  url: string;
  /** Asked for every connection, so that a renewed certificate is used at the next; a URL that begins with mqtts: needs it. */
  identity?: (() => LinkIdentity) | undefined;
  /** Only without an identity: brokers of tests and measurements. */
  password?: string | undefined;
  store: string;
  gateway: string;
  session: number;
  agentVersion: string;
}

interface LinkContext {
  clock: Clock;
  log: Log;
}

/** Receives the parsed JSON of one message of a channel. The sender is not proven yet. */
export type MessageHandler = (event: unknown) => void;

/**
 * The connection to the broker (MQTT 3.1.1). Every attempt uses a fresh client with nothing queued: what must not be lost is kept and repeated by
 * its owner, never by the MQTT client. Announces the session as a retained presence message, with a will that withdraws it.
 */
export class MqttLink {
  readonly #context: LinkContext;
  readonly #options: LinkOptions;
  readonly #handlers = new Map<DownChannel, MessageHandler>();
  readonly #connectedListeners = new Set<(connected: boolean) => void>();
  #client: MqttClient | undefined;
  #connected = false;
  #attempt = 0;
  #stopped = false;
  #lastProblem = 'not connected yet';
  #cancelRetry: () => void = () => {};

  constructor(context: LinkContext, options: LinkOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** True from the broker's subscription answer to the loss of the connection. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Why there is no connection, for /readyz. */
  get problem(): string | null {
    return this.#connected ? null : this.#lastProblem;
  }

  /** Hands every message of `channel` to `handler`; one handler a channel. */
  onMessage(channel: DownChannel, handler: MessageHandler): void {
    this.#handlers.set(channel, handler);
  }

  /** Tells about every gain and loss of the connection. */
  onConnected(listener: (connected: boolean) => void): void {
    this.#connectedListeners.add(listener);
  }

  /** Connects, and keeps trying with backoff until {@link stop}. */
  start(): void {
    this.#connect();
  }

  /** Sends at once, or drops it when there is no connection. Nothing is known about delivery. */
  publish(channel: UpChannel, text: string): void {
    if (!this.#connected || !this.#client) return;
    this.#client.publish(this.#topic(channel), text, CHANNEL_DELIVERY[channel], (error) => {
      if (error) this.#context.log.debug({ channel, ...errorFields(error) }, 'publish failed');
    });
  }

  /** Connects anew, in order and at once: with a new certificate, before the old one ends the session. */
  reconnect(): void {
    this.#client?.end();
  }

  /** Withdraws the presence and disconnects; gives up waiting after `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry();
    const client = this.#client;
    if (!client) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#context.clock.after(limitMs, () => {
        client.end(true);
        resolve();
      });
      const finish = () => {
        cancel();
        client.end(true, () => resolve());
      };
      if (this.#connected) client.publish(this.#topic('presence'), this.#presence(false), CHANNEL_DELIVERY.presence, finish);
      else finish();
    });
  }

  #connect(): void {
    const { gateway } = this.#options;
    const client = this.#open({
      protocolVersion: 4,
      clean: true,
      clientId: gateway,
      username: gateway,
      keepalive: 30,
      connectTimeout: 10_000,
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
      will: { topic: this.#topic('presence'), payload: Buffer.from(this.#presence(false)), ...CHANNEL_DELIVERY.presence },
    });
    this.#client = client;
    client.on('error', (error) => {
      this.#lastProblem = errorFields(error).error;
    });
    client.on('connect', () => this.#subscribe(client));
    client.on('message', (topic, payload) => this.#receive(topic, payload));
    client.once('close', () => this.#closed(client));
  }

  #open(options: IClientOptions): MqttClient {
    const { url, identity, password } = this.#options;
    if (identity === undefined) {
      const plain = { ...options, ...(password === undefined ? {} : { password }) };
      return isTcp(url) ? new MqttClient(() => connectTcp(url), { ...plain, protocolId: 'MQTT' }) : connect(url, plain);
    }
    const dated = () => this.#context.log.warn({}, 'the broker’s certificate is not valid at this machine’s time; is the clock wrong?');
    return new MqttClient(
      (client) => {
        const socket = connectTls(url, identity(), dated);
        socket.on('error', (error) => client.emit('error', error));
        return socket;
      },
      { ...options, protocolId: 'MQTT' },
    );
  }

  #subscribe(client: MqttClient): void {
    const topics = Object.fromEntries(DOWN_CHANNELS.map((channel) => [this.#topic(channel), { qos: CHANNEL_DELIVERY[channel].qos }]));
    client.subscribe(topics, (error, granted) => {
      if (client !== this.#client) return;
      const refused = granted?.filter((grant) => grant.qos > 1).map((grant) => grant.topic) ?? [];
      if (error || refused.length > 0) {
        this.#lastProblem = error ? errorFields(error).error : 'the broker refused a subscription';
        this.#context.log.error({ refused: refused.length, problem: this.#lastProblem }, 'subscription failed');
        client.end(true);
        return;
      }
      this.#connected = true;
      this.#attempt = 0;
      client.publish(this.#topic('presence'), this.#presence(true), CHANNEL_DELIVERY.presence);
      this.#context.log.info({}, 'connected to the broker');
      for (const listener of this.#connectedListeners) listener(true);
    });
  }

  #closed(client: MqttClient): void {
    client.end(true);
    if (client !== this.#client) return;
    this.#client = undefined;
    const wasConnected = this.#connected;
    this.#connected = false;
    if (wasConnected) {
      this.#lastProblem = 'the connection was lost';
      for (const listener of this.#connectedListeners) listener(false);
    }
    if (this.#stopped) return;
    const delayMs = reconnectDelayMs(this.#attempt, Math.random());
    this.#context.log.warn({ problem: this.#lastProblem, attempt: this.#attempt, delayMs }, 'no connection to the broker, will retry');
    this.#attempt += 1;
    this.#cancelRetry = this.#context.clock.after(delayMs, () => this.#connect());
  }

  #receive(topic: string, payload: Buffer): void {
    const address = parseTopic(topic);
    const handler = address && this.#handlers.get(address.channel as DownChannel);
    if (!handler || address.store !== this.#options.store || address.gateway !== this.#options.gateway) {
      this.#context.log.warn({ bytes: payload.length }, 'message on a foreign topic dropped');
      return;
    }
    const { channel } = address;
    if (payload.length > MAX_MESSAGE_BYTES) {
      this.#context.log.warn({ channel, bytes: payload.length }, 'oversized message dropped');
      return;
    }
    let event: unknown;
    try {
      event = JSON.parse(payload.toString('utf8'));
    } catch {
      // The parser's message quotes the input: only its size may be said.
      this.#context.log.warn({ channel, bytes: payload.length }, 'message is not JSON, dropped');
      return;
    }
    handler(event);
  }

  #topic(channel: UpChannel | DownChannel): string {
    return topicOf({ store: this.#options.store, gateway: this.#options.gateway, channel });
  }

  #presence(online: boolean): string {
    const { store, gateway, session, agentVersion } = this.#options;
    const at = this.#context.clock.now();
    const data: PresenceData = { online, session, agentVersion, at };
    return JSON.stringify({
      specversion: '1.0',
      id: `${gateway}-${session}-${online ? 'online' : 'offline'}-${at}`,
      source: gatewaySource(store, gateway),
      type: EVENT_TYPE.presence,
      time: new Date(at).toISOString(),
      datacontenttype: 'application/json',
      data,
    });
  }
}
