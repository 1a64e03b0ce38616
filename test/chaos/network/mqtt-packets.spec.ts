import { expect, test } from 'vitest';
import { MqttPacketSplitter, PUBLISH, readPublish } from './mqtt-packets.js';

/** A PUBLISH packet (MQTT 3.1.1 section 3.3) with QoS 1. */
function publish(topic: string, payload: string): Buffer {
  const body = Buffer.concat([Buffer.from([0, topic.length]), Buffer.from(topic), Buffer.from([0, 7]), Buffer.from(payload)]);
  const length: number[] = [];
  for (let rest = body.length; ; ) {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    length.push(rest > 0 ? digit | 0x80 : digit);
    if (rest === 0) break;
  }
  return Buffer.concat([Buffer.from([0x32, ...length]), body]);
}

test('packets come out whole, however the stream is cut', () => {
  const stream = Buffer.concat([publish('a/b', 'x'), Buffer.from([0xc0, 0]), publish('c', 'y'.repeat(300))]);
  for (const size of [1, 2, 7, stream.length]) {
    const splitter = new MqttPacketSplitter();
    const packets = [];
    for (let at = 0; at < stream.length; at += size) packets.push(...splitter.push(stream.subarray(at, at + size)));
    expect(packets.map(({ type }) => type)).toEqual([PUBLISH, 12, PUBLISH]);
    expect(Buffer.concat(packets.map(({ bytes }) => bytes))).toEqual(stream);
    expect(readPublish(packets[2]!)).toMatchObject({ topic: 'c', payload: Buffer.from('y'.repeat(300)) });
  }
});

test('a length that MQTT does not have throws', () => {
  expect(() => new MqttPacketSplitter().push(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1]))).toThrow(RangeError);
});
