import { parseArgs } from 'node:util';
import { ackLatencyBenchmark } from './ack-latency.bench.js';
import type { Benchmark } from './benchmark.js';
import { edgeBacklogBenchmark } from './edge-backlog.bench.js';
import { edgeIdleBenchmark } from './edge-idle.bench.js';
import { edgeJournalBenchmark } from './edge-journal.bench.js';
import { edgeOutageBenchmark } from './edge-outage.bench.js';
import { edgePollBenchmark } from './edge-poll.bench.js';
import { ingestBenchmark } from './ingest.bench.js';
import { machine } from './machine.js';
import { reconcileBenchmark } from './reconcile.bench.js';
import { reconcileDatabaseBenchmark } from './reconcile-database.bench.js';
import { startBenchmark } from './start.bench.js';
import { statementBenchmark } from './statement.bench.js';
import { statementImportBenchmark } from './statement-import.bench.js';
import { tillOverheadBenchmark } from './till-overhead.bench.js';
import { unionpayRelayBenchmark } from './unionpay-relay.bench.js';
import { zvtParserBenchmark } from './zvt-parser.bench.js';

const BENCHMARKS: readonly Benchmark[] = [
  ingestBenchmark,
  ackLatencyBenchmark,
  edgeBacklogBenchmark,
  edgeIdleBenchmark,
  edgeJournalBenchmark,
  edgeOutageBenchmark,
  edgePollBenchmark,
  reconcileDatabaseBenchmark,
  reconcileBenchmark,
  startBenchmark,
  statementBenchmark,
  statementImportBenchmark,
  tillOverheadBenchmark,
  unionpayRelayBenchmark,
  zvtParserBenchmark,
];

const USAGE = 'usage: npm run bench -- --list | npm run bench -- NAME [--json]';

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { list: { type: 'boolean' }, json: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.list === true) {
    for (const { name, measures, against } of BENCHMARKS) process.stdout.write(`${name.padEnd(14)} ${measures}; against ${against}\n`);
    return 0;
  }
  const [name, ...more] = positionals;
  const benchmark = BENCHMARKS.find((one) => one.name === name);
  if (benchmark === undefined || more.length > 0) {
    process.stderr.write(`${USAGE}\nbenchmarks: ${BENCHMARKS.map((one) => one.name).join(', ')}\n`);
    return 2;
  }
  const measured = await benchmark.run((line) => process.stderr.write(`  ${line}\n`));
  const result = { ...measured, machine: machine(), at: new Date().toISOString() };
  process.stdout.write(values.json === true ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`);
  return 0;
}

// Cut short it still leaves in order: what it started ends with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
