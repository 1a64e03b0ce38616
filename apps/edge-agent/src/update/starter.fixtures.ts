import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import type { ReleaseManifest } from './release.rules.js';
import { keyFile, type TestFiles, type TestKey, testArchive, testManifest } from './update.fixtures.js';
import { MAX_TRIAL_STARTS, type StarterLimits } from './update.rules.js';
import type { UpdateStatus } from './update.status.js';

const run = promisify(execFile);
const SOURCE = dirname(fileURLToPath(import.meta.url));
const LIBS = join(SOURCE, '../../../../libs');

/** Bundles entries below src of the agent as the package does, into `folder`. */
export async function bundlePrograms(entries: Record<string, string>, folder: string): Promise<void> {
  for (const [name, file] of Object.entries(entries)) {
    await build({
      configFile: false,
      logLevel: 'error',
      resolve: { alias: [{ find: /^@tillward\/([a-z0-9-]+)$/, replacement: join(LIBS, '$1/src/index.ts') }] },
      ssr: { noExternal: true, target: 'node' },
      build: {
        ssr: true,
        outDir: join(folder, name),
        target: 'node22',
        minify: false,
        reportCompressedSize: false,
        rolldownOptions: {
          input: { [name]: join(SOURCE, '..', file) },
          output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
        },
      },
    });
  }
}

/** What a test agent does. It writes its starts and ends to the log file of its gateway. */
export type Behaviour =
  /** Does everything right. */
  | 'healthy'
  /** Ends before it reports. */
  | 'crash'
  /** Reports once healthy, then ends: too soon to be confirmed. */
  | 'crashLater'
  /** Blocks its event loop at once. */
  | 'hang'
  /** Reports, with a problem. */
  | 'sick'
  /** As sick, and deaf to SIGTERM. */
  | 'stubborn'
  /** Healthy, but never connected to the broker. */
  | 'offline'
  /** Healthy; as long as the file `busy` exists it does not stop for an update. */
  | 'busy'
  /** Settings are wrong. */
  | 'misconfigured';

/** A test release: an agent that logs and behaves. */
export function testAgent(name: string, behaviour: Behaviour): TestFiles {
  const program = `
import { appendFileSync, existsSync } from 'node:fs';
const behaviour = ${JSON.stringify(behaviour)};
const folder = process.env.TEST_GATEWAY;
const log = (what) => appendFileSync(folder + '/agents.log', ${JSON.stringify(name)} + ' ' + what + ' ' + process.pid + '\\n');
log('start');
process.on('exit', () => log('exit'));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => behaviour === 'stubborn' || process.exit(0));
if (behaviour === 'misconfigured') process.exit(78);
if (behaviour === 'crash') process.exit(3);
if (behaviour === 'hang') for (;;);
const problems = behaviour === 'sick' || behaviour === 'stubborn' ? ['test: not well'] : [];
// Killed with its starter it may still try to say something.
const tell = (message) => process.send(message, () => undefined);
const report = () => tell({ kind: 'report', problems, connected: behaviour !== 'offline' });
process.on('message', (message) => {
  if (message.kind === 'events') for (const event of message.events) log('event:' + message.source + ':' + event.kind);
  if (message.kind !== 'stopIfQuiet') return;
  if (existsSync(folder + '/busy')) tell({ kind: 'busy', reasons: ['working: t1'] });
  else process.exit(0);
});
report();
if (behaviour === 'crashLater') setTimeout(() => process.exit(4), 60);
setInterval(report, 20);
`;
  return { 'agent.mjs': program };
}

/** Times that let a test see everything within seconds. */
export const SHORT: StarterLimits = {
  trialStartMs: 2_500,
  confirmAfterMs: 300,
  stopMs: 300,
  restartPauseMs: 20,
  silentMs: 1_200,
  tickMs: 20,
  askEveryMs: 40,
};

/** The longest anything in a trial with {@link SHORT} may take here, with room for a loaded machine. */
export const TRIAL_PATIENCE_MS = MAX_TRIAL_STARTS * (SHORT.trialStartMs + SHORT.stopMs) + 15_000;

/** A gateway's folders with starter and command as separate processes. */
export class TestGateway {
  readonly folder: string;
  readonly #programs: string;
  readonly #key: TestKey;
  starter: ChildProcess | null = null;

  constructor(folder: string, programs: string, key: TestKey) {
    this.folder = folder;
    this.#programs = programs;
    this.#key = key;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'keys.json'), keyFile(key));
  }

  /** Puts the release into the place of the package's. */
  place(sequence: number, files: TestFiles): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, 'factory', path)), { recursive: true });
      writeFileSync(join(this.folder, 'factory', path), content);
    }
    writeFileSync(join(this.folder, 'factory/manifest.json'), JSON.stringify(testManifest(sequence, files)));
  }

  /** Starts the starter; `environment` is added to the little one it gets. */
  start(environment: NodeJS.ProcessEnv = {}, limits: StarterLimits = SHORT): ChildProcess {
    const program = join(this.#programs, 'starter/starter.mjs');
    this.starter = spawn(process.execPath, [program, ...this.#places(), '--limits', JSON.stringify(limits)], {
      env: { PATH: '/usr/bin:/bin', TEST_GATEWAY: this.folder, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.starter.stdout?.on('data', (chunk: Buffer) => writeFileSync(join(this.folder, 'starter.log'), chunk, { flag: 'a' }));
    return this.starter;
  }

  /** kill -9, and waits until it and its agent are gone. */
  async kill(): Promise<void> {
    const { starter } = this;
    if (!starter) return;
    const gone = starter.exitCode === null && starter.signalCode === null ? once(starter, 'exit') : undefined;
    starter.kill('SIGKILL');
    await gone;
    this.starter = null;
    await this.until(() => this.running().length === 0);
  }

  /** Asks the starter to stop; its exit code. */
  async stop(): Promise<number | null> {
    const { starter } = this;
    if (!starter) return null;
    const gone = once(starter, 'exit');
    starter.kill('SIGTERM');
    const [code] = (await gone) as [number | null];
    this.starter = null;
    return code;
  }

  /** Writes the archive of a release and returns its path. */
  async archive(sequence: number, files: TestFiles, changes: Partial<ReleaseManifest> = {}): Promise<string> {
    const file = join(this.folder, `release-${sequence}.tgz`);
    writeFileSync(file, await testArchive(testManifest(sequence, files, changes), files, this.#key));
    return file;
  }

  /** `tillward-edge update install`, as its own process. */
  async install(file: string, ...flags: string[]): Promise<{ code: number; answer: Record<string, unknown> }> {
    return this.command('update', 'install', file, '--json', ...flags);
  }

  /** `tillward-edge update status --json`. */
  async status(): Promise<UpdateStatus> {
    const { answer } = await this.command('update', 'status', '--json');
    return answer as unknown as UpdateStatus;
  }

  async command(...words: string[]): Promise<{ code: number; answer: Record<string, unknown> }> {
    const program = join(this.#programs, 'command/command.mjs');
    const done = await run(process.execPath, [program, ...words, ...this.#places()]).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, stdout: error.stdout || error.stderr }),
    );
    return { code: done.code, answer: JSON.parse(done.stdout) as Record<string, unknown> };
  }

  /** Starts the command without waiting for it. */
  installing(file: string): ChildProcess {
    const program = join(this.#programs, 'command/command.mjs');
    return spawn(process.execPath, [program, 'update', 'install', file, ...this.#places()], { stdio: 'ignore' });
  }

  /** Lines of the agents' log, without process ids. */
  lines(): string[] {
    const file = join(this.folder, 'agents.log');
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return text.split('\n').filter((line) => line !== '');
  }

  /** Names of agents whose process exists. */
  running(): string[] {
    const starts = this.lines().filter((line) => line.split(' ')[1] === 'start');
    return starts.filter((line) => isAlive(Number(line.split(' ')[2]))).map((line) => line.split(' ')[0]!);
  }

  /** Starts of agents, by name, in order. */
  started(): string[] {
    return this.lines()
      .filter((line) => line.split(' ')[1] === 'start')
      .map((line) => line.split(' ')[0]!);
  }

  #log(): string {
    const file = join(this.folder, 'starter.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Waits until `condition` holds; throws with what is known when it takes too long. */
  async until(condition: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!(await condition())) {
      if (performance.now() > end) throw new Error(`it never happened; agents:\n${this.lines().join('\n')}\nstarter:\n${this.#log()}`);
      await pause(20);
    }
  }

  /** The state file, as it is. */
  state(): Record<string, unknown> {
    const file = join(this.folder, 'update/state.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : {};
  }

  #places(): string[] {
    const { folder } = this;
    return ['--state', join(folder, 'update'), '--factory', join(folder, 'factory'), '--keys', join(folder, 'keys.json')];
  }
}

function isAlive(pid: number): boolean {
  try {
    // A zombie has no command line.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
