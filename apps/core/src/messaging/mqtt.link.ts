import { randomUUID } from 'node:crypto';
import { CHANNEL_DELIVERY, parseTopic, type TopicAddress, topicFilter, UP_CHANNELS, type UpChannel } from '@tillward/contracts';
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { type Log, reasonOf } from '../logging.js';

/** A message of a gateway. `payload` is what arrived, unchecked. */
export interface Arrival {
  readonly address: TopicAddress & { channel: UpChannel };
  readonly payload: Buffer;
}

/** Takes an arrival. A returned promise holds further messages back until it resolves (backpressure to the broker). */
export type ArrivalHandler = (arrival: Arrival) => void | Promise<void>;

/** Why nothing could be sent: the broker isn't connected, or didn't take the message in time. */
export class BrokerUnavailable extends Error {
  override name = 'BrokerUnavailable';
}

const PUBACK_MS = 10_000;
const RECONNECT_MIN_MS = 250;
const RECONNECT_MAX_MS = 5_000;

/**
 * Core's connection to the broker: subscribes to every gateway's up channels, reconnects with backoff, subscribes again. A PUBACK says only
 * that core has read a message; durability is the signed journal/ack (DESIGN.md, Journal).
 */
export class MqttLink {
  readonly #handlers = new Map<UpChannel, ArrivalHandler>();
  readonly #connectedListeners: (() => void)[] = [];
  #client: MqttClient | undefined;
  #subscribed = false;
  #gathering = false;
  #trouble = 'not connected yet';
  #foreign = 0;

  constructor(
    private readonly options: { url: string; username: string; password: string; ca?: string | undefined },
    private readonly log: Log,
  ) {}

  /** Registers the one taker of a channel; to be called before {@link start}. */
  onArrival(channel: UpChannel, handler: ArrivalHandler): void {
    if (this.#handlers.has(channel)) throw new Error(`channel ${channel} has a handler already`);
    this.#handlers.set(channel, handler);
  }

  /** Calls `listener` after every connection, first or again, when messages flow: the broker may have forgotten what it retained. Must not throw. */
  onConnected(listener: () => void): void {
    this.#connectedListeners.push(listener);
  }

  /** Undefined when messages flow, else why not. */
  trouble(): string | undefined {
    return this.#subscribed ? undefined : this.#trouble;
  }

  /** Messages on topics that are none of ours. */
  foreignMessages(): number {
    return this.#foreign;
  }

  /** Begins connecting; returns at once. */
  start(): void {
    const client = mqtt.connect(this.options.url, {
      clientId: `core-${randomUUID().slice(0, 8)}`,
      ...this.#credentials(),
      clean: true,
      keepalive: 30,
      reconnectPeriod: RECONNECT_MIN_MS,
      connectTimeout: 5_000,
      resubscribe: false,
      queueQoSZero: false,
    });
    this.#client = client;
    // The next packet is read only when `done` was called: that is how a full lane slows the broker down.
    client.handleMessage = (packet, done) => {
      this.#gatherWrites(client);
      void this.#take(packet, done);
    };
    client.on('connect', () => void this.#subscribe(client));
    client.on('close', () => this.#lost(client));
    client.on('error', (error) => {
      this.#trouble = reasonOf(error);
    });
  }

  /** Sends one message. Resolves when the broker has it (QoS 1) or it was written (QoS 0); rejects with {@link BrokerUnavailable}. */
  publish(topic: string, payload: string, delivery: { qos: 0 | 1; retain: boolean }): Promise<void> {
    const client = this.#client;
    if (client === undefined || !client.connected) return Promise.reject(new BrokerUnavailable(this.#trouble));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new BrokerUnavailable('no answer from the broker')), PUBACK_MS);
      client.publish(topic, payload, delivery, (error) => {
        clearTimeout(timer);
        if (error) reject(new BrokerUnavailable(reasonOf(error)));
        else resolve();
      });
    });
  }

  /**
   * Ends the session of another client, which must not be let in again. Any broker does that by itself when somebody connects under the same client id (MQTT
   * 3.1.1 section 3.1.4), so core does, for a moment. Rejects when the broker can't be reached.
   */
  async endSession(clientId: string): Promise<void> {
    const options = { clientId, ...this.#credentials(), clean: true, connectTimeout: 3_000, reconnectPeriod: 0 };
    const client = await mqtt.connectAsync(this.options.url, options, false);
    await client.endAsync();
  }

  #credentials(): IClientOptions {
    const { username, password, ca } = this.options;
    return { username, password, ...(ca === undefined ? {} : { ca }) };
  }

  /** Disconnects in order, within a second. */
  async stop(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    this.#subscribed = false;
    this.#trouble = 'stopped';
    const forced = setTimeout(() => client.end(true), 1_000);
    await client.endAsync();
    clearTimeout(forced);
  }

  async #subscribe(client: MqttClient): Promise<void> {
    client.options.reconnectPeriod = RECONNECT_MIN_MS;
    try {
      const filters = UP_CHANNELS.filter((channel) => this.#handlers.has(channel)).map(
        (channel) => [topicFilter(channel), { qos: CHANNEL_DELIVERY[channel].qos }] as const,
      );
      const granted = await client.subscribeAsync(Object.fromEntries(filters));
      const refused = granted.filter((grant) => grant.qos > 2).map((grant) => grant.topic);
      if (refused.length > 0) throw new Error(`broker refused ${refused.join(', ')}`);
      this.#subscribed = true;
      this.log.info('broker connected');
      for (const listener of this.#connectedListeners) listener();
    } catch (error) {
      this.#trouble = reasonOf(error);
      this.log.warn({ reason: this.#trouble }, 'subscription failed, connecting again');
      client.reconnect();
    }
  }

  #lost(client: MqttClient): void {
    if (this.#trouble === 'stopped') return;
    if (this.#subscribed) this.#trouble = 'connection lost';
    this.#subscribed = false;
    const retryInMs = client.options.reconnectPeriod ?? RECONNECT_MIN_MS;
    this.log.warn({ reason: this.#trouble, retryInMs }, 'broker not connected, trying again');
    client.options.reconnectPeriod = Math.min(retryInMs * 2, RECONNECT_MAX_MS);
  }

  /**
   * Holds back what this turn of the event loop writes until its end: the PUBACKs of a burst of messages then cost one write to the socket, not one each, and a write is
   * dearer than the message it acknowledges.
   */
  #gatherWrites({ stream }: MqttClient): void {
    if (this.#gathering) return;
    this.#gathering = true;
    stream.cork();
    setImmediate(() => {
      this.#gathering = false;
      stream.uncork();
    });
  }

  async #take(packet: IPublishPacket, done: (error?: Error) => void): Promise<void> {
    try {
      const address = parseTopic(packet.topic);
      const handler = address === undefined ? undefined : this.#handlers.get(address.channel as UpChannel);
      if (address === undefined || handler === undefined) this.#foreign += 1;
      else await handler({ address: address as Arrival['address'], payload: packet.payload as Buffer });
    } catch (error) {
      this.log.error({ err: error, topic: packet.topic }, 'message handler failed');
    }
    done();
  }
}
