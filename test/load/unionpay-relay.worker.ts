import { connect, createServer, type Server, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { startRelay } from '@tillward/observer-unionpay';
import { approvalFrame, copyTrace, terminalOf } from './unionpay-messages.js';

/** What a worker of the unionpay-relay benchmark is: the host, a relay that only pipes, or ours. */
export interface RelayWorkerData {
  readonly role: 'host' | 'pipe' | 'relay';
  readonly upstreamPort: number;
}

/** What it has done so far. */
export interface RelayWorkerReport {
  readonly cpuSeconds: number;
  /** Sales the observer told of; 0 for those who don't look. */
  readonly sales: number;
  readonly unreadable: number;
}

const LOOPBACK = '127.0.0.1';
const { role, upstreamPort } = workerData as RelayWorkerData;

const observed = { sales: 0, unreadable: 0 };

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Answers every whole sale at once. */
function answerSales(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  let answer: Buffer | undefined;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
      answer ??= approvalFrame(terminalOf(rest));
      const next = Buffer.from(answer);
      copyTrace(rest, next);
      socket.write(next);
      rest = rest.subarray(2 + rest.readUInt16BE());
    }
  });
}

function pipeOn(terminal: Socket): void {
  const host = connect({ host: LOOPBACK, port: upstreamPort, noDelay: true });
  terminal.on('error', () => host.destroy());
  host.on('error', () => terminal.destroy());
  terminal.pipe(host);
  host.pipe(terminal);
}

async function start(): Promise<number> {
  switch (role) {
    case 'host':
      return listen(createServer({ noDelay: true }, answerSales));
    case 'pipe':
      return listen(createServer({ noDelay: true }, pipeOn));
    case 'relay': {
      const relay = await startRelay({
        listen: { host: LOOPBACK, port: 0 },
        upstream: { host: LOOPBACK, port: upstreamPort },
        limits: { maxConnectionsPerAddress: 64 },
        onEvent: (event) => {
          if (event.kind === 'SaleObserved') observed.sales += 1;
        },
        onBreak: (found) => {
          if (found.kind === 'unreadable') observed.unreadable += 1;
        },
      });
      return relay.port;
    }
  }
}

const port = await start();
parentPort?.on('message', () => {
  const { user, system } = process.threadCpuUsage();
  parentPort?.postMessage({ cpuSeconds: (user + system) / 1e6, ...observed } satisfies RelayWorkerReport);
});
parentPort?.postMessage({ port });
