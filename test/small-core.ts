import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import {
  type CommandAction,
  type CommandBody,
  type DesiredBody,
  EVENT_TYPE,
  type EventType,
  isJournalKind,
  JOURNAL_KINDS,
  type JournalBatchEvent,
  type JournalKind,
  type JournalPayload,
  parseTopic,
  signedBytes,
  topicFilter,
  topicOf,
} from '@tillward/contracts';
import { signText } from '@tillward/journal';
import mqtt, { type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { type Broker, passwordSha256, startBroker } from 'tillward';

const PASSWORD = 'small-core-and-one-gateway';

/** An entry as it arrived, its payload checked against its contract. */
export interface ArrivedEntry {
  readonly seq: number;
  readonly kind: JournalKind;
  readonly terminal: string | null;
  readonly payload: unknown;
}

/**
 * As much of core as one gateway needs: a broker, signed policy and commands, and acknowledgements. It keeps entries in memory, so that a test of an agent and
 * its devices needs no database.
 */
export class SmallCore {
  readonly entries: ArrivedEntry[] = [];
  readonly #seen = new Set<string>();
  readonly coreKey: { readonly keyId: string; readonly publicKey: KeyObject };
  readonly #key: KeyObject;
  #version = 0;

  private constructor(
    readonly store: string,
    readonly gateway: string,
    private readonly broker: Broker,
    private readonly client: MqttClient,
  ) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.#key = privateKey;
    this.coreKey = { keyId: 'small-core', publicKey };
    client.on('message', (topic, message) => {
      if (parseTopic(topic)?.channel === 'journal') this.#take(JSON.parse(message.toString('utf8')) as JournalBatchEvent);
    });
  }

  /** Starts for one gateway on a free port. */
  static async start(store: string, gateway: string): Promise<SmallCore> {
    const passwordHash = passwordSha256(PASSWORD);
    const broker = await startBroker({
      host: '127.0.0.1',
      port: 0,
      credentials: [
        { username: 'core', passwordSha256: passwordHash, role: 'core' },
        { username: gateway, passwordSha256: passwordHash, role: 'gateway', store, gateway },
      ],
      logger: pino({ level: 'silent' }),
    });
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { clientId: 'core', username: 'core', password: PASSWORD });
    const core = new SmallCore(store, gateway, broker, client);
    await client.subscribeAsync(topicFilter('journal'), { qos: 1 });
    return core;
  }

  /** Where the gateway connects, and with what. */
  get mqtt(): { readonly mqttUrl: string; readonly mqttPassword: string } {
    return { mqttUrl: `mqtt://127.0.0.1:${this.broker.port}`, mqttPassword: PASSWORD };
  }

  /** Puts a document into force; version and addressee are filled in. */
  async desire(document: Omit<DesiredBody, 'version' | 'issuedAt' | 'gateway'>): Promise<void> {
    const body: DesiredBody = { ...document, version: ++this.#version, issuedAt: new Date().toISOString(), gateway: this.gateway };
    await this.#publish('desired', EVENT_TYPE.desired, body);
  }

  /** Sends a command; returns its id. */
  async command(terminal: string, action: CommandAction, parameters?: Record<string, string>): Promise<string> {
    const now = Date.now();
    const body: CommandBody = {
      id: randomUUID(),
      store: this.store,
      gateway: this.gateway,
      terminal,
      action,
      notBefore: new Date(now - 1_000).toISOString(),
      expiresAt: new Date(now + 600_000).toISOString(),
      nonce: randomUUID(),
      requestedBy: 'test',
      reason: 'test',
      ...(parameters ? { parameters } : {}),
    };
    await this.#publish('command', EVENT_TYPE.command, body);
    return body.id;
  }

  /** Payloads of one kind, in order; those of one terminal when it is named. */
  told<K extends JournalKind>(kind: K, terminal?: string): JournalPayload<K>[] {
    return this.entries
      .filter((entry) => entry.kind === kind && (terminal === undefined || entry.terminal === terminal))
      .map(({ payload }) => payload as JournalPayload<K>);
  }

  async stop(): Promise<void> {
    await this.client.endAsync(true);
    await this.broker.close();
  }

  #take({ data }: JournalBatchEvent): void {
    for (const [i, kind] of data.kind.entries()) {
      const seq = data.fromSeq + i;
      const place = `${data.epoch}/${seq}`;
      if (this.#seen.has(place)) continue;
      this.#seen.add(place);
      if (!isJournalKind(kind)) throw new Error(`an unknown kind of entry: ${kind}`);
      this.entries.push({ seq, kind, terminal: data.terminal[i]!, payload: JOURNAL_KINDS[kind].parse(JSON.parse(data.payload[i]!)) });
    }
    const ackedThrough = this.entries.at(-1)?.seq ?? 0;
    void this.#publish('journal/ack', EVENT_TYPE.journalAck, {
      store: this.store,
      gateway: this.gateway,
      epoch: data.epoch,
      ackedThrough,
      at: Date.now(),
    });
  }

  async #publish(channel: 'desired' | 'command' | 'journal/ack', type: EventType, body: object): Promise<void> {
    const text = JSON.stringify(body);
    const event = {
      specversion: '1.0',
      id: randomUUID(),
      source: 'tillward:core',
      type,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { body: text, keyId: this.coreKey.keyId, signature: signText(this.#key, signedBytes(type, text)) },
    };
    const topic = topicOf({ store: this.store, gateway: this.gateway, channel });
    await this.client.publishAsync(topic, JSON.stringify(event), { qos: 1, retain: channel === 'desired' });
  }
}
