/** One MQTT control packet with its header, as it stood in the stream. */
export interface MqttPacket {
  readonly bytes: Buffer;
  /** Control packet type (MQTT 3.1.1 section 2.2.1); 3 is PUBLISH. */
  readonly type: number;
}

export const PUBLISH = 3;

/** Cuts a byte stream into MQTT packets (MQTT 3.1.1 section 2.2: type, then a length of one to four bytes). Keeps an incomplete rest for the next bytes. */
export class MqttPacketSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The packets that are complete now. Throws for a length that MQTT doesn't have. */
  push(chunk: Buffer): MqttPacket[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const packets: MqttPacket[] = [];
    for (;;) {
      const length = packetLength(this.#rest);
      if (length === undefined || this.#rest.length < length) return packets;
      packets.push({ bytes: this.#rest.subarray(0, length), type: this.#rest[0]! >> 4 });
      this.#rest = this.#rest.subarray(length);
    }
  }
}

function packetLength(bytes: Buffer): number | undefined {
  let remaining = 0;
  for (let i = 1; i <= 4; i++) {
    const byte = bytes[i];
    if (byte === undefined) return undefined;
    remaining += (byte & 0x7f) * 128 ** (i - 1);
    if (byte < 0x80) return 1 + i + remaining;
  }
  throw new RangeError('an MQTT length has at most four bytes');
}

/** Topic and payload of a PUBLISH packet (MQTT 3.1.1 section 3.3). */
export function readPublish({ bytes }: MqttPacket): { topic: string; payload: Buffer } {
  let at = 1;
  while ((bytes[at]! & 0x80) !== 0) at += 1;
  at += 1;
  const topicBytes = bytes.readUInt16BE(at);
  const topic = bytes.toString('utf8', at + 2, at + 2 + topicBytes);
  at += 2 + topicBytes + ((bytes[0]! & 0x06) === 0 ? 0 : 2);
  return { topic, payload: bytes.subarray(at) };
}
