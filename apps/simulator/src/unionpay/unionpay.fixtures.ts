import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObserverEvent, type Relay, type RelayBreak, startRelay } from '@tillward/observer-unionpay';
import { SeededRandom } from '../seeded-random.js';
import { type AcquirerOptions, AcquirerServer } from './acquirer-server.js';
import { UnionpayTerminal, type UnionpayTerminalOptions } from './unionpay-terminal.js';

/** A terminal, the relay it passes through, and the host: what the observer said stands beside what the two ends know. */
export interface ObservedLine {
  readonly host: AcquirerServer;
  readonly terminal: UnionpayTerminal;
  readonly relay: Relay;
  readonly events: ObserverEvent[];
  readonly breaks: RelayBreak[];
  readonly dataDir: string;
  /** One more terminal on the same relay. */
  another(more: Partial<UnionpayTerminalOptions>): UnionpayTerminal;
  /** The kinds of the events so far. */
  kinds(): string[];
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/** Starts all three on free ports. */
export async function observedLine(
  seed: string,
  more: { readonly host?: Partial<AcquirerOptions>; readonly terminal?: Partial<UnionpayTerminalOptions> } = {},
): Promise<ObservedLine> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tillward-unionpay-'));
  const random = new SeededRandom(seed);
  const head = { tpduBytes: 5, headBytes: 6 };
  const now = Date.now;
  const host = new AcquirerServer({
    ...head,
    host: LOOPBACK,
    port: 0,
    dataDir,
    random: random.fork('host'),
    declineRate: 0,
    requireSignOn: true,
    now,
    failed: (error) => {
      throw error;
    },
    ...more.host,
  });
  await host.start();
  const events: ObserverEvent[] = [];
  const breaks: RelayBreak[] = [];
  const relay = await startRelay({
    listen: { host: LOOPBACK, port: 0 },
    upstream: { host: LOOPBACK, port: host.port },
    onEvent: (event) => events.push(event),
    onBreak: (found) => breaks.push(found),
    failed: (error) => {
      throw error;
    },
  });
  const terminals: UnionpayTerminal[] = [];
  const another = (settings: Partial<UnionpayTerminalOptions>) => {
    const terminal = new UnionpayTerminal({
      ...head,
      upstream: { host: LOOPBACK, port: relay.port },
      answerTimeoutMs: 3_000,
      connection: 'perMessage',
      segments: (frame) => [frame],
      terminalId: 'TW000001',
      merchantId: 'TILLWARD0000001',
      dataDir,
      random: random.fork('terminal'),
      cardFields: true,
      now,
      ...settings,
    });
    terminals.push(terminal);
    return terminal;
  };
  const close = async () => {
    for (const terminal of terminals) await terminal.stop();
    await relay.close();
    await host.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return {
    host,
    terminal: another(more.terminal ?? {}),
    relay,
    events,
    breaks,
    dataDir,
    another,
    kinds: () => events.map(({ kind }) => kind),
    close,
  };
}
