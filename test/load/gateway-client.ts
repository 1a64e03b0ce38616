import { EVENT_TYPE, type JournalAckBody, topicOf } from '@tillward/contracts';
import mqtt, { type MqttClient } from 'mqtt';
import type { PreparedGateway, ReadyBatch } from './journal-batches.js';

/** Batches a real agent has in flight (apps/edge-agent, upload). */
export const WINDOW_BATCHES = 8;

/** A simulated gateway's connection: sends prepared batches, hears acknowledgements. */
export class GatewayClient {
  #client: MqttClient | undefined;
  #acked = 0;
  #onAck: (through: number) => void = () => undefined;

  constructor(readonly prepared: PreparedGateway) {}

  async connect(url: string, password: string): Promise<void> {
    const { store, gateway } = this.prepared;
    this.#client = await mqtt.connectAsync(url, { clientId: gateway, username: gateway, password, clean: true, reconnectPeriod: 0 });
    this.#client.on('message', (_topic, payload) => this.#hear(payload));
    await this.#client.subscribeAsync(topicOf({ store, gateway, channel: 'journal/ack' }), { qos: 1 });
  }

  /** Hands a batch to the broker. */
  send(batch: ReadyBatch): void {
    const { store, gateway } = this.prepared;
    this.#client!.publish(topicOf({ store, gateway, channel: 'journal' }), batch.message, { qos: 1 });
  }

  onAck(listener: (through: number) => void): void {
    this.#onAck = listener;
  }

  /** Sends these batches through the agent's window; resolves when the last one is acknowledged. */
  upload(batches: readonly ReadyBatch[]): Promise<void> {
    const last = batches.at(-1);
    if (last === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      let sent = 0;
      const fill = () => {
        while (sent < batches.length && (sent < WINDOW_BATCHES || batches[sent - WINDOW_BATCHES]!.throughSeq <= this.#acked))
          this.send(batches[sent++]!);
        if (this.#acked >= last.throughSeq) resolve();
      };
      this.onAck(fill);
      fill();
    });
  }

  async end(): Promise<void> {
    await this.#client?.endAsync(true);
  }

  #hear(payload: Buffer): void {
    const event = JSON.parse(payload.toString('utf8')) as { type: string; data: { body: string } };
    if (event.type !== EVENT_TYPE.journalAck) return;
    this.#acked = Math.max(this.#acked, (JSON.parse(event.data.body) as JournalAckBody).ackedThrough);
    this.#onAck(this.#acked);
  }
}
