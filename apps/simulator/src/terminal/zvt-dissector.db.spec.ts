import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderReference } from '@tillward/driver';
import { FrameParser, ZvtDriver, type ZvtDriverOptions } from '@tillward/driver-zvt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pcapOf, type Recorded, RecordingProxy } from './recorded-dialogue.fixtures.js';
import { newTerminal, PASSWORD, SHORT_TIMES } from './terminal.fixtures.js';

const HAS_TSHARK = spawnSync('tshark', ['--version']).error === undefined;
if (!HAS_TSHARK) {
  process.stderr.write('the test of our ZVT against tshark’s dissector is skipped: no tshark (Debian: apt-get install tshark)\n');
}

/** Commands that the dissector of tshark 4.0 has no name for: it frames them by their length and leaves their data alone. */
const UNKNOWN_TO_TSHARK: ReadonlySet<number> = new Set([
  0x0501, 0x0602, 0x0610, 0x0612, 0x0618, 0x0620, 0x0651, 0x0679, 0x0691, 0x06b0, 0x06e0,
]);

/** A day at a terminal with every operation there is, all of it recorded. */
async function recordedDay(options: Partial<ZvtDriverOptions>): Promise<Recorded[]> {
  const made = await newTerminal({ cardMs: [60, 60] });
  const { terminal } = made;
  const proxy = await RecordingProxy.start(() => terminal.port);
  const driver = new ZvtDriver({
    host: '127.0.0.1',
    port: proxy.port,
    password: PASSWORD,
    currency: 'EUR',
    times: SHORT_TIMES,
    ...options,
  });
  let orderNo = 0;
  const order = (amountMinor: number) => {
    orderNo += 1;
    return { amountMinor, currency: 'EUR', reference: orderReference(orderNo, 'TEST') };
  };
  try {
    expect(await driver.signOn()).toEqual({ kind: 'done' });
    expect(await driver.status()).toMatchObject({ service: 'ready' });
    const sale = await driver.pay(order(1_250));
    if (sale.kind !== 'booked') throw new Error('the first sale was not booked');
    const original = { traceNo: sale.details.traceNo, receiptNo: sale.details.receiptNo! };
    terminal.inject({ fault: 'declineNext', resultCode: 5 });
    expect(await driver.pay(order(700))).toMatchObject({ kind: 'declined' });
    const aborted = driver.pay(order(900));
    await expect.poll(() => terminal.view().running).toBe(true);
    await driver.abort();
    await aborted;
    expect(await driver.reverse({ ...order(250), originalMinor: 1_250, original })).toMatchObject({ kind: 'booked' });
    expect(await driver.reverse({ ...order(5), originalMinor: 1_250, original: { traceNo: 1, receiptNo: 4_711 } })).toMatchObject({
      code: 'notReversible',
    });
    expect(await driver.refund(order(300))).toMatchObject({ kind: 'booked' });
    expect(await driver.totals()).toMatchObject({ kind: 'totals' });
    expect(await driver.enquireLostOutcome()).toMatchObject({ kind: 'lastTransaction' });
    expect(await driver.sendStored()).toMatchObject({ kind: 'sent' });
    expect(await driver.reprint({ which: 'last' })).toMatchObject({ kind: 'printed' });
    expect(await driver.reprint({ which: 'receipt', receiptNo: original.receiptNo })).toMatchObject({ kind: 'printed' });
    expect(await driver.diagnose('host')).toMatchObject({ healthy: true });
    expect(await driver.diagnose('self')).toMatchObject({ healthy: true });
    expect(await driver.setTime('2026-11-21T20:30:00')).toEqual({ kind: 'done' });
    expect(await driver.display({ lines: ['Kasse schließt', 'gleich'], seconds: 1 })).toEqual({ kind: 'done' });
    expect(await driver.settle()).toMatchObject({ kind: 'settled' });
    expect(['done', 'pending']).toContain((await driver.restart()).kind);
    await expect.poll(async () => (await driver.status()).kind, { timeout: 5_000 }).toBe('answered');
    expect(await driver.signOff()).toEqual({ kind: 'done' });
  } finally {
    await driver.close();
    await made.close();
    await proxy.close();
  }
  expect(made.failures).toEqual([]);
  return proxy.connections.filter((pieces) => pieces.length > 0);
}

/** Control fields of a recorded connection's frames as our own parser reads them, in the order of each direction. */
function controlsOf(recorded: Recorded, from: 'till' | 'terminal'): number[] {
  const { frames, error } = new FrameParser().push(
    Buffer.concat(recorded.filter((piece) => piece.from === from).map(({ bytes }) => bytes)),
  );
  expect(error).toBeNull();
  return frames.map(({ control }) => control);
}

describe.skipIf(!HAS_TSHARK)('tshark’s ZVT dissector', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'tillward-tshark-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const dissected = (file: string, filter: string, ...fields: string[]): string[][] =>
    execFileSync(
      'tshark',
      [
        '-r',
        file,
        '-d',
        'tcp.port==20007,zvt',
        '-Y',
        filter,
        '-T',
        'fields',
        '-E',
        'occurrence=a',
        ...fields.flatMap((name) => ['-e', name]),
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 },
    )
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));

  it.each<[string, Partial<ZvtDriverOptions>]>([
    ['receipts as blocks', {}],
    ['receipts line by line', { receipts: 'lines' }],
    ['UTF-8', { characterSet: 'utf8' }],
    ['a terminal that prints by itself', { configByte: 0x08 }],
  ])('finds nothing malformed in a whole day with %s, either way', async (_name, options) => {
    const connections = await recordedDay(options);
    const file = join(dir, 'day.pcap');
    writeFileSync(file, pcapOf(connections));

    expect(
      dissected(file, '_ws.malformed || zvt.apdu_len.invalid || tcp.analysis.flags || _ws.expert.severity >= 6291456', 'frame.number'),
    ).toEqual([]);
    for (const [name, filter] of [
      ['till', 'tcp.dstport == 20007'],
      ['terminal', 'tcp.srcport == 20007'],
    ] as const) {
      const theirs = dissected(file, `zvt && ${filter}`, 'zvt.control_field', 'zvt.ccrc').flatMap(([controls = '', answers = '']) => [
        ...numbers(controls),
        ...numbers(answers).map((code) => code << 8),
      ]);
      const ours = connections.flatMap((recorded) => controlsOf(recorded, name));
      // An answer's code stands in the second byte, which the dissector shows in a field of its own.
      const told = ours.map((control) => ([0x80, 0x84].includes(control >> 8) ? control & 0xff00 : control));
      const known = new Set(theirs);
      expect(counted(theirs)).toEqual(counted(told.filter((control) => known.has(control) || !UNKNOWN_TO_TSHARK.has(control))));
    }
  });

  it('would find something: a bitmap longer than its frame', () => {
    const file = join(dir, 'malformed.pcap');
    const bytes = Buffer.from('040f06270022f9f912', 'hex');
    writeFileSync(file, pcapOf([[{ from: 'terminal', atMicros: 0, bytes }]]));
    expect(dissected(file, '_ws.malformed', 'frame.number')).toHaveLength(1);
  });
});

function numbers(list: string): number[] {
  return list === '' ? [] : list.split(',').map(Number);
}

/** How often each control field was seen. */
function counted(controls: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const control of [...controls].sort((a, b) => a - b)) {
    const name = control.toString(16).padStart(4, '0');
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
