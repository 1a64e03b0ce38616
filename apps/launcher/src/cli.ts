import { Command } from 'commander';
import {
  ConfigMistake,
  DEFAULT_DATA_DIR,
  type DemoFlags,
  demo,
  RECONCILE_STATUS,
  type ReconcileFlags,
  reconcile,
  type SimFlags,
  type StatementFlags,
  sim,
  statementParse,
  type UpFlags,
  up,
  type ZvtDecodeFlags,
  zvtDecode,
} from './commands/index.js';

const EXIT_CONFIG = 78;

const program = new Command('tillward').description('Runs Tillward: the demo chain, or its parts beside services of your own.').addHelpText(
  'after',
  `
Environment
  DATABASE_URL                  a PostgreSQL of your own instead of the embedded one
  MQTT_URL                      an MQTT broker of your own; MQTT_USERNAME and MQTT_PASSWORD are core's,
                                gateways come to MQTT_GATEWAY_URL with certificates of <data>/secrets/gateway-ca.pem
  REDIS_URL                     Redis or Valkey for the job queue instead of PostgreSQL
  LOG_LEVEL                     trace, debug or info (default)`,
);

program
  .command('up')
  .description('start the demo chain and keep it running')
  .option('--fresh', 'forget what earlier starts left in the data folder')
  .option('--data <dir>', 'data folder', DEFAULT_DATA_DIR)
  .option('--port <number>', 'port of the dashboard (default: 8080, or the next free one)')
  .action((flags: UpFlags) => run(() => up(flags)));

program
  .command('demo')
  .description('run the demo night by itself on a temporary data folder and count')
  .requiredOption('--headless', 'without a browser')
  .option('--minutes <number>', 'how long the night is', '6')
  .option('--json', 'print one JSON object')
  .option('--seed <number>', 'replay the simulated tills and terminals of an earlier run')
  .action((flags: DemoFlags) => run(() => demo(flags)));

// Its help is made from the simulator's own catalogue, so it is the command's to print.
program
  .command('sim')
  .description('simulate one device: a terminal, a power switch, a printer, an acquirer')
  .argument('[kind]', 'zvt, nexo, pdu, poe, shelly, printer or unionpay')
  .option('--port <number>')
  .option('--host <address>', '', '127.0.0.1')
  .option('--seed <text>')
  .option('--script <file>')
  .option('--set <name=value>', '', (pair: string, before: string[] = []) => [...before, pair])
  .option('--data <dir>')
  .option('--control-port <number>', '', '0')
  .option('--json')
  .helpOption(false)
  .option('-h, --help')
  .action((kind: string | undefined, flags: SimFlags) => run(() => sim(kind, flags)));

program
  .command('reconcile')
  .description(
    "compare a terminal's CSV with the acquirer's: counts, sums and typed exceptions; exit 0 matched, 1 differences, 2 a file was refused",
  )
  .option('--terminal <file>', 'CSV of what the terminals booked (docs/guide/reconciliation.md)')
  .option('--acquirer <file>', "CSV of the acquirer's statement")
  .option('--json', 'print one JSON object')
  .option('--limit <number>', 'how many exceptions are printed (default: 50, with --json 100000)')
  .option('--exceptions <file>', 'write all exceptions to this file as CSV')
  .option(
    '--amount-tolerance <currency=minor>',
    'minor units two amounts of a currency may differ, such as EUR=1',
    (pair: string, before: string[] = []) => [...before, pair],
  )
  .option('--fee-tolerance <minor>', 'minor units two fees may differ (default: 0)')
  .option('--timing-days <days>', 'how many days later the acquirer may book (default: 1)')
  .option('--identity <column>', 'reference or trace: what identifies a row in its batch first (default: reference)')
  // 1 says that there are differences: a wrong flag and a failure must not look like that.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_CONFIG))
  .action((flags: ReconcileFlags) =>
    run(() => reconcile(flags, { output: process.stdout, errors: process.stderr }), RECONCILE_STATUS.refused),
  );

const zvt = program.command('zvt').description('work with the ZVT protocol of card terminals');
zvt
  .command('decode')
  .description('print APDUs as JSON, card numbers by their last four digits')
  .argument(
    '<hex...>',
    'the bytes, with or without spaces; several APDUs may follow each other; - reads one line after another from the standard input',
  )
  .option('--character-set <name>', 'how texts are written: cp437, zvt7, latin1 or utf8', 'cp437')
  .action((words: string[], flags: ZvtDecodeFlags) =>
    run(() => zvtDecode(words, flags, { input: process.stdin, output: process.stdout, errors: process.stderr })),
  );

const statement = program.command('statement').description("work with acquirers' and banks' statements");
statement
  .command('parse')
  .description('read a statement, check its totals, and print its rows and a summary; the content tells the format')
  .argument('<file>', 'the file as it came: a zip archive is opened, a CSV file of another form needs --profile')
  .option('--format <name>', 'unionpay, wechat, alipay, adyen, stripe, csv, camt053, camt054, mt940, mt942 or bai2')
  .option('--profile <file>', 'JSON that describes the columns of a CSV file (docs/guide/statements.md)')
  .option('--summary', 'leave the rows out')
  .option('--strict', 'refuse the file for any check that fails, not only for those that bind')
  .option('--json', 'print one JSON object')
  .action((file: string, flags: StatementFlags) =>
    run(() => statementParse(file, flags, { output: process.stdout, errors: process.stderr })),
  );

// Who reads through a pipe may have seen enough (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

async function run(command: () => Promise<number>, failed = 1): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = error instanceof ConfigMistake ? EXIT_CONFIG : failed;
  }
  // What a pipe has not taken yet would be cut off by the exit.
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((taken) => stream.write('', () => taken()))));
  // The channel to a parent and idle sockets must not keep a finished command alive.
  process.exit();
}

/** A wrong flag or a missing argument ends like any other wrong setting; commander has printed which it is. */
function strict(command: Command): void {
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_CONFIG));
  for (const below of command.commands) strict(below);
}

if (process.argv.length <= 2) program.help();
strict(program);
await program.parseAsync();
