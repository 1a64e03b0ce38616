import { parseArgs } from 'node:util';
import { type ExamOptions, type ExamResult, FULL_EXAM, runExam } from './exam.js';
import { runMutants } from './mutants/run.js';
import { SLICES, type SliceName, sliceOptions } from './mutants/slices.js';

const HELP = `npm run chaos -- [--seed N] [--minutes M] [--faults a,b] [--gateways N] [--terminals N] [--json] [--keep]
npm run chaos -- --mutants [--only name,name] [--json]
npm run chaos -- --slice NAME [--seed N] [--json]
See docs/guide/chaos.md.
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    minutes: { type: 'string', default: '5' },
    faults: { type: 'string' },
    gateways: { type: 'string', default: String(FULL_EXAM.gateways) },
    terminals: { type: 'string', default: String(FULL_EXAM.terminals) },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    'no-images': { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string' },
    slice: { type: 'string' },
    drop: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Progress goes to stderr, so that stdout holds nothing but the answer. */
const say = (line: string) => void process.stderr.write(`${line}\n`);
const list = (text: string | undefined) => (text === undefined ? undefined : text.split(',').filter(Boolean));

function number(name: 'seed' | 'minutes' | 'gateways' | 'terminals', least: number): number {
  const value = Number(values[name]);
  if (!Number.isFinite(value) || value < least) throw new Error(`--${name} must be a number from ${least} on`);
  return value;
}

function options(): ExamOptions {
  const { slice } = values;
  if (slice !== undefined) {
    if (!Object.hasOwn(SLICES, slice)) throw new Error(`there is no slice named ${slice}: ${Object.keys(SLICES).join(', ')}`);
    return sliceOptions(slice as SliceName, number('seed', 0), say);
  }
  const faults = list(values.faults);
  return {
    ...FULL_EXAM,
    seed: number('seed', 0),
    minutes: number('minutes', 0.1),
    gateways: number('gateways', 1),
    terminals: number('terminals', 1),
    images: !values['no-images'],
    ...(faults === undefined ? {} : { faults }),
    say,
  };
}

function told({ report, broken, folder }: ExamResult): string {
  const counts = `sent ${report.sent}, in core ${report.inCore}, lost ${report.lost}, doubled ${report.doubled}, amounts wrong ${report.amountMismatch}, unresolved ${report.unresolved}`;
  const kept = Object.entries(broken).map(
    ([name, findings]) => `${findings.length === 0 ? 'kept  ' : 'BROKEN'} ${name}${findings.length === 0 ? '' : ` (${findings.length})`}`,
  );
  return [counts, `healed in ${report.healingS} s`, ...kept, ...(folder === undefined ? [] : [`files: ${folder}`])].join('\n');
}

// Whoever reads along may stop reading; the exam goes on and ends in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** A first Ctrl-C ends the exam in order: processes and file systems must not outlive it. */
const interruption = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => interruption.abort());

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.mutants)
    return (await runMutants({ only: list(values.only), json: values.json, seed: number('seed', 0), say, signal: interruption.signal }))
      ? 0
      : 1;
  const result = await runExam({
    ...options(),
    signal: interruption.signal,
    ...(values.keep ? { keep: 'always' } : values.drop ? { keep: 'never' } : {}),
  });
  process.stdout.write(`${values.json ? JSON.stringify(result.report) : told(result)}\n`);
  return result.clean ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`the exam failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(2);
  },
);
