import {
  ACKNOWLEDGEMENT,
  decodeMessage,
  encodeCompletion,
  encodeIntermediateStatus,
  encodePrintBlock,
  encodePrintLine,
  encodeRefusal,
  encodeStatusCompletion,
  encodeStatusInformation,
  FrameParser,
} from '@tillward/driver-zvt';
import { type Benchmark, type BenchmarkResult, median, rounded } from './benchmark.js';

const ROUNDS = 7;
/** As much as a socket hands over at once. */
const CHUNK_BYTES = 65_536;
const STREAM_BYTES = 8_000_000;

/** The ZVT driver's parser and decoder on one core, against a walk over the same bytes that only follows the length fields. */
export const zvtParserBenchmark: Benchmark = {
  name: 'zvt-parser',
  measures: 'APDUs/s parsed and decoded on one core, over the frames of sales with receipts in both modes, polls and an end of day',
  against: 'a bare walk over the length fields of the same bytes, same run',
  run: measureParser,
};

/** What a terminal says in a quarter of an hour: as the captured dialogues of real terminals, many lines and few results. */
function quarterOfAnHour(): Uint8Array[] {
  const receipt = [
    'Berlin Mitte',
    '* * Händlerbeleg * *',
    'Terminal-ID     60000101',
    'Datum         21.11.2026',
    'Uhrzeit         20:30:12',
    'Beleg-Nr.           0052',
    'Trace-Nr.         000017',
    'girocard',
    'Nr.     **** **** **** 0042',
    'VU-Nr.         100461763',
    '------------------------',
    'Betrag EUR         12,50',
    'Autorisierung erfolgt',
  ];
  const sale = encodeStatusInformation({
    resultCode: 0,
    amountMinor: 1_250,
    currency: 978,
    traceNo: 17,
    receiptNo: 52,
    cardLast4: '0042',
    cardName: 'girocard',
    cardType: 5,
    terminalId: '60000101',
    authorisationCode: '018372',
    date: '1121',
    time: '203012',
    additionalText: 'GEN.NR.:018372',
  });
  const shown = [0x0a, 0x17, 0x04, 0x0b].map((code) => encodeIntermediateStatus(code));
  const poll = [ACKNOWLEDGEMENT, encodeStatusCompletion('TERMINAL 7.04.01', 0x00)];
  const asBlocks = [
    ACKNOWLEDGEMENT,
    ...shown,
    sale,
    encodePrintBlock('merchant', receipt),
    encodePrintBlock('cardholder', receipt),
    encodeCompletion(),
  ];
  const asLines = [
    ACKNOWLEDGEMENT,
    ...shown,
    sale,
    ...receipt.map((line, index) => encodePrintLine(line, index === receipt.length - 1)),
    encodeCompletion(),
  ];
  return [...asBlocks, ...poll, ...asLines, ...poll, ...asBlocks, ...poll, ...asLines, ...poll, encodeRefusal(0x9c), ...poll];
}

async function measureParser(say: (line: string) => void): Promise<BenchmarkResult> {
  const frames = quarterOfAnHour();
  const unit = Buffer.concat(frames);
  const times = Math.ceil(STREAM_BYTES / unit.length);
  const stream = Buffer.concat(Array.from({ length: times }, () => unit));
  const apdus = frames.length * times;
  const rounds = Array.from({ length: ROUNDS + 1 }, () => {
    const parsed = perSecond(apdus, () => decodeAll(stream));
    const walked = perSecond(apdus, () => walk(stream));
    return { parsed, walked };
    // The first round warms everything up.
  }).slice(1);
  const value = median(rounds.map((round) => round.parsed.rate));
  const limit = median(rounds.map((round) => round.walked.rate));
  const ratio = median(rounds.map((round) => round.parsed.rate / round.walked.rate));
  say(`${Math.round(value)} APDUs/s decoded, ${Math.round(limit)} walked over, ratio ${ratio.toPrecision(2)}`);
  return {
    name: 'zvt-parser',
    value: rounded(value),
    unit: 'APDUs/s',
    limit: { name: 'bare walk over the length fields of the same bytes', value: rounded(limit) },
    ratio: rounded(ratio),
    target: 200_000,
    megabytesPerSecond: rounded((value * stream.length) / apdus / 1_000_000),
    cpuSPerMillion: rounded(median(rounds.map((round) => (round.parsed.cpuSeconds / apdus) * 1_000_000))),
    rounds: ROUNDS,
    bytesPerApdu: rounded(stream.length / apdus),
  };
}

function perSecond(apdus: number, work: () => number): { rate: number; cpuSeconds: number } {
  const before = process.cpuUsage();
  const started = performance.now();
  const seen = work();
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(before);
  if (seen !== apdus) throw new Error(`${seen} APDUs read of ${apdus}`);
  return { rate: apdus / seconds, cpuSeconds: (user + system) / 1_000_000 };
}

function decodeAll(stream: Buffer): number {
  const parser = new FrameParser();
  let seen = 0;
  for (let at = 0; at < stream.length; at += CHUNK_BYTES) {
    const { frames, error } = parser.push(stream.subarray(at, at + CHUNK_BYTES));
    if (error) throw error;
    for (const frame of frames) {
      const message = decodeMessage(frame, frame.data[0] === 0xf0 ? 'status' : 'bitmaps');
      if (message.kind === 'unknown' || ('damage' in message && message.damage !== null)) throw new Error(`unread: ${message.kind}`);
      seen += 1;
    }
  }
  return seen;
}

function walk(stream: Buffer): number {
  let seen = 0;
  for (let at = 0; at < stream.length; seen += 1) {
    const short = stream[at + 2]!;
    at += short === 0xff ? 5 + stream.readUInt16LE(at + 3) : 3 + short;
  }
  return seen;
}
