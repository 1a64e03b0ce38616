import { connect, createServer, type Server, type Socket } from 'node:net';
import { EscPosPrinter, type PrinterStatus } from '@tillward/driver-escpos';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PrinterFault, printerKind, SimulatedPrinter } from './index.js';

const HOST = '127.0.0.1';
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_105);

describe('an ESC/POS printer', () => {
  let device: SimulatedPrinter;
  let printer: EscPosPrinter;

  beforeEach(async () => {
    device = new SimulatedPrinter({ host: HOST, port: 0, seed: 'contract', secondClient: 'refused' });
    await device.start();
    printer = new EscPosPrinter({ host: HOST, port: device.port, timeoutMs: 200 });
  });
  afterEach(() => device.stop());

  it.each<[PrinterFault, Partial<PrinterStatus>]>([
    [{ fault: 'clear' }, { state: 'ready', paper: 'ok', cover: 'closed' }],
    [{ fault: 'paperLow' }, { state: 'paperLow', paper: 'low' }],
    [{ fault: 'paperOut' }, { state: 'paperOut', paper: 'out' }],
    [{ fault: 'coverOpen' }, { state: 'coverOpen', cover: 'open' }],
    [
      { fault: 'error', error: 'recoverable' },
      { state: 'error', error: 'recoverable' },
    ],
    [
      { fault: 'error', error: 'unrecoverable' },
      { state: 'error', error: 'unrecoverable' },
    ],
    [
      { fault: 'error', error: 'autocutter' },
      { state: 'error', error: 'autocutter' },
    ],
    [
      { fault: 'error', error: 'autoRecoverable' },
      { state: 'error', error: 'autoRecoverable' },
    ],
    [{ fault: 'offline' }, { state: 'offline' }],
    [{ fault: 'unreachable' }, { state: 'unreachable', paper: 'unknown' }],
    [{ fault: 'silent' }, { state: 'unreachable', paper: 'unknown', detail: 'the printer answered 0 of 4 questions: no answer in time' }],
    [
      { fault: 'partial', answers: 3 },
      { state: 'unreachable', paper: 'unknown', cover: 'closed' },
    ],
    [{ fault: 'garbage' }, { state: 'unreachable', detail: 'the printer answered 0 of 4 questions: what it sends is no status' }],
    [{ fault: 'automaticStatus' }, { state: 'ready' }],
    [{ fault: 'slowAnswers', delayMs: 50 }, { state: 'ready' }],
    [{ fault: 'slowAnswers', delayMs: 400 }, { state: 'unreachable' }],
  ])('with %j', async (fault, expected) => {
    device.inject(printerKind.faults.parse(fault));
    expect(await printer.status()).toMatchObject(expected);
    device.inject({ fault: 'clear' });
    expect(await printer.status()).toMatchObject({ state: 'ready' });
  });

  it('keeps its connections short, and asks once for two who ask at once', async () => {
    const [one, two] = await Promise.all([printer.status(), printer.status()]);
    expect(one).toBe(two);
    await printer.status();
    expect(device.view()).toMatchObject({ connections: 2, refused: 0, questions: 8 });
  });

  it('is unreachable while somebody else prints, and leaves them alone', async () => {
    const till = await client();
    expect(await printer.status()).toMatchObject({ state: 'unreachable' });
    till.end('Total 12.50\n');
    await expect.poll(() => device.view()['printed']).toBe('Total 12.50\n');
    await expect.poll(() => printer.status()).toMatchObject({ state: 'ready' });
  });

  it('without power is unreachable, and what waited is gone', async () => {
    device.inject({ fault: 'paperOut' });
    (await client()).end('lost\n');
    await expect.poll(() => device.view()['bufferedBytes']).toBe(5);
    await device.powerOff();
    expect(await printer.status()).toMatchObject({ state: 'unreachable', detail: 'ECONNREFUSED' });
    await device.powerOn();
    device.inject({ fault: 'clear' });
    expect(await printer.status()).toMatchObject({ state: 'ready' });
    expect(device.view()).toMatchObject({ printed: '', bufferedBytes: 0 });
  });

  it('prints when the paper is back, recovers when told, and shows no card number', async () => {
    device.inject({ fault: 'paperOut' });
    device.inject({ fault: 'error', error: 'recoverable' });
    const till = await client();
    // A number that passes the check and was never issued.
    till.write(Buffer.concat([Buffer.from([0x1b, 0x40]), Buffer.from('Card 9999 9999 9999 9995\n'), Buffer.from([0x10, 0x05, 0x01])]));
    await expect.poll(() => device.view()).toMatchObject({ error: null, printedBytes: 0 });
    device.inject({ fault: 'clear' });
    expect(device.view()).toMatchObject({ printedBytes: 27, bufferedBytes: 0, printed: '@Card **** **** **** 9995\n' });
    till.write(Buffer.from([0x1d, 0x72, 0x01]));
    expect(await new Promise((resolve) => till.once('data', resolve))).toEqual(Buffer.from([0x00]));
    till.destroy();
  });

  async function client(): Promise<Socket> {
    const socket = connect({ host: HOST, port: device.port });
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    return socket;
  }
});

describe('something that is no printer', () => {
  let server: Server;
  let behave: (socket: Socket) => void = () => {};
  let printer: EscPosPrinter;

  beforeEach(async () => {
    server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      behave(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    printer = new EscPosPrinter({ host: HOST, port: (server.address() as { port: number }).port, timeoutMs: 60 });
  });
  afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  it('that floods is cut off', async () => {
    behave = (socket) => {
      const flood = setInterval(() => socket.write(Buffer.alloc(65_536, 0x41)), 1);
      socket.on('close', () => clearInterval(flood));
    };
    const status = await printer.status();
    expect(status).toMatchObject({ state: 'unreachable' });
    expect(status.detail).toContain('it sends too much');
  });

  it('that hangs up in the middle', async () => {
    behave = (socket) => void socket.once('data', () => socket.end(Buffer.from([0x12])));
    expect(await printer.status()).toMatchObject({ state: 'unreachable', paper: 'unknown' });
  });

  it(`never leads to an exception, nor to ready without four answers (seed ${SEED})`, async () => {
    const answers = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(answers, async (chunks) => {
        let next = 0;
        behave = (socket) =>
          void socket.on('data', () => {
            const chunk = chunks[next++];
            if (chunk) socket.write(chunk);
            else socket.destroy();
          });
        const { state } = await printer.status();
        const statusBytes = chunks.flatMap((chunk) => [...chunk]).filter((byte) => (byte & 0x93) === 0x12).length;
        if (state === 'ready' || state === 'paperLow') expect(statusBytes).toBeGreaterThanOrEqual(4);
      }),
      { numRuns: 60, seed: SEED },
    );
  });
});
