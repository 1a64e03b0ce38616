import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { terminalWithDriver } from './terminal.fixtures.js';

let close: () => Promise<void> = async () => {};
afterEach(() => close());

describe('a till whose bytes make no sense', () => {
  it('is cut off and told of once a minute, with code and offset and nothing of what it said', async () => {
    const told: unknown[][] = [];
    const rig = await terminalWithDriver({ observer: { streamBroken: (...what) => told.push(what) } });
    close = rig.close;
    for (let i = 0; i < 2; i++) {
      const socket = connect(rig.terminal.port, '127.0.0.1');
      const closed = new Promise((resolve) => socket.on('close', resolve));
      socket.on('error', () => socket.destroy());
      // An acknowledgement first, so that the stream breaks after three good bytes.
      socket.write(Buffer.of(0x80, 0, 0, 0x47, 0x45, 0x54));
      await closed;
    }
    expect(told).toEqual([['unknownClass', 3]]);
  });
});
