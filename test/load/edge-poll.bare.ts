import { connect, type Socket } from 'node:net';
import { CONFIG, EXTENDED_STATUS, encodeCommand } from '@tillward/driver-zvt';
import type { BareReport } from './edge-poll.messages.js';

/**
 * The peer of the edge-poll benchmark: as little as can poll a ZVT terminal. It exchanges the agent's own frames over bare sockets, acknowledges what comes
 * and looks at nothing but the two bytes that end an exchange. Arguments: pause between polls in milliseconds, then ports.
 */
const [everyMs = 60_000, ...ports] = process.argv.slice(2).map(Number);
const PASSWORD = '000000';
const POLL = encodeCommand({ kind: 'statusEnquiry', password: PASSWORD, serviceByte: EXTENDED_STATUS });
const REGISTRATION = encodeCommand({
  kind: 'registration',
  password: PASSWORD,
  config: CONFIG.tillPrintsPayments | CONFIG.intermediateStatus,
  currency: 978,
  serviceByte: null,
  tlv: true,
  printBlocks: true,
  characterSet: null,
});
const ACK = Uint8Array.of(0x80, 0, 0);
const COMPLETION = 0x060f;
const report = { polls: 0, answered: 0 };

function poll(socket: Socket): void {
  report.polls += 1;
  socket.write(POLL);
}

function listen(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = frameEnd(rest); end !== null; end = frameEnd(rest)) {
      const control = rest.readUInt16BE(0);
      rest = rest.subarray(end);
      if (control >= 0x8000) continue;
      socket.write(ACK);
      if (control !== COMPLETION) continue;
      report.answered += 1;
      setTimeout(() => poll(socket), report.answered > ports.length ? everyMs : 1_000);
    }
  });
}

/** Where the first frame ends; null while it is not whole. */
function frameEnd(bytes: Buffer): number | null {
  if (bytes.length < 3) return null;
  const extended = bytes[2] === 0xff;
  if (extended && bytes.length < 5) return null;
  const end = extended ? 5 + bytes.readUInt16LE(3) : 3 + bytes[2]!;
  return bytes.length < end ? null : end;
}

for (const port of ports) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  listen(socket);
  socket.on('connect', () => socket.write(REGISTRATION));
}
process.on('message', () => process.send!({ ...report } satisfies BareReport));
process.once('disconnect', () => process.exit(0));
