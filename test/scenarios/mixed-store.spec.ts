import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type DesiredBody, IDEMPOTENCY_HEADER, type TerminalConnection } from '@tillward/contracts';
import { maskCardNumbers } from '@tillward/driver';
import { type Agent, NetworkDevices, silentLog, startAgent, systemClock } from '@tillward/edge-agent';
import {
  type DeviceContext,
  type DeviceKind,
  nexoKind,
  printerKind,
  type SimulatedDevice,
  SimulatedPdu,
  unionpayKind,
  zvtKind,
} from '@tillward/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SmallCore } from '../small-core.js';

const STORE = 'mixed';
const GATEWAY = 'mixed-gw';
const TILL_TOKEN = 'till-token-of-the-mixed-store';
const SNMP = { user: 'gateway', authPassword: 'authenticates', privPassword: 'keeps-private' };
const QUICK = { cardMs: [50, 100], hostMs: [20, 50], bootMs: 500, declineRate: 0 };
const WATCHED = 'TW000042';

let folder: string;
let core: SmallCore;
let agent: Agent;
let devices: Record<'zvt' | 'nexo' | 'printer' | 'acquirer' | 'watched', SimulatedDevice>;
let pdu: SimulatedPdu;
const failures: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillward-mixed-'));
  const relayPort = await freePort();
  const zvt = await simulate(zvtKind, 'zvt', { ...QUICK, store: STORE });
  const nexo = await simulate(nexoKind, 'nexo', { ...QUICK, poiId: 'V400m-000000042' });
  const printer = await simulate(printerKind, 'printer', {});
  printer.inject({ fault: 'paperOut' });
  const acquirer = await simulate(unionpayKind, 'acquirer', { role: 'host', declineRate: 0 });
  const watched = await simulate(unionpayKind, 'watched', {
    role: 'terminal',
    terminalId: WATCHED,
    upstreamPort: relayPort,
    saleEveryS: 0,
  });
  devices = { zvt, nexo, printer, acquirer, watched };
  const outlets = new Map(
    [zvt, nexo].map((device, i) => [i + 1, { powerOn: () => device.powerOn!(), powerOff: () => device.powerOff!() }]),
  );
  const access = { ...SNMP, authProtocol: 'sha256', privProtocol: 'aes', community: null } as const;
  pdu = new SimulatedPdu({ ...context('pdu'), access, outlets, initiallyOn: true });
  await pdu.start();
  core = await SmallCore.start(STORE, GATEWAY);
  await core.desire(mixedStore(relayPort));
  agent = await startAgent(
    { clock: systemClock, log: silentLog, devices: new NetworkDevices() },
    {
      store: STORE,
      gateway: GATEWAY,
      dataDir: join(folder, 'agent'),
      ...core.mqtt,
      gatewayKey: generateKeyPairSync('ed25519').privateKey,
      coreKey: core.coreKey,
      tillHost: '127.0.0.1',
      tillPort: 0,
      tillToken: TILL_TOKEN,
      logLevel: 'silent',
    },
  );
  await until('the store is open', async () => (await ready('zvt-1')) && (await ready('nexo-1')));
  for (const terminal of ['zvt-1', 'nexo-1']) await till('/v1/operator-sessions', { terminal, operatorId: 'ana' });
}, 60_000);

afterAll(async () => {
  await agent?.stop('test');
  await core?.stop();
  await pdu?.stop();
  await Promise.all(Object.values(devices ?? {}).map((device) => device.stop()));
  await rm(folder, { recursive: true, force: true });
  expect(failures).toEqual([]);
});

function context(name: string): DeviceContext {
  return { host: '127.0.0.1', port: 0, seed: 'mixed', dataDir: join(folder, name), failed: (error) => failures.push(error) };
}

async function simulate(kind: DeviceKind, name: string, options: object): Promise<SimulatedDevice> {
  const device = kind.create(context(name), kind.options.parse(options));
  await device.start();
  return device;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(`tcp://127.0.0.1:${(server.address() as { port: number }).port}`);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(endpoint: string | undefined): number {
  return Number(new URL(endpoint!.replace(/^\w+:/, 'http:')).port);
}

function mixedStore(relayPort: number): Parameters<SmallCore['desire']>[0] {
  const { zvt, nexo, printer, acquirer } = devices;
  const host = '127.0.0.1';
  const outlet = (number: number): TerminalConnection['power'] => ({
    kind: 'snmpPdu',
    host,
    port: pdu.port,
    outlet: number,
    snmp: { version: '3', ...SNMP, authProtocol: 'sha256', privProtocol: 'aes128' },
  });
  const common = { currency: 'EUR', host };
  const terminals: TerminalConnection[] = [
    {
      ...common,
      id: 'zvt-1',
      name: 'ZVT',
      driver: 'zvt',
      port: portOf(zvt.endpoints['zvt']),
      password: '000000',
      power: outlet(1),
      printer: { host, port: portOf(Object.values(printer.endpoints)[0]) },
    },
    {
      ...common,
      id: 'nexo-1',
      name: 'nexo',
      driver: 'nexo',
      port: portOf(nexo.endpoints['nexo']),
      saleId: 'mixed-till',
      poiId: 'V400m-000000042',
      keyIdentifier: 'tillward-sim',
      keyVersion: 1,
      passphrase: 'simulated-passphrase',
      trust: { kind: 'ca', pem: readFileSync(nexo.endpoints['ca']!, 'utf8') },
      power: outlet(2),
    },
    {
      ...common,
      id: 'watched-1',
      name: 'UnionPay',
      currency: 'CNY',
      driver: 'unionpay',
      listenPort: relayPort,
      port: portOf(acquirer.endpoints['iso8583']),
      terminalNumber: WATCHED,
      terminalAddresses: ['127.0.0.0/8'],
      tpduBytes: 5,
      headBytes: 6,
      power: { kind: 'none' },
    },
  ];
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const settings = { 'hours.open': at(-6), 'hours.close': at(6), 'businessDay.cutOff': at(-7), 'power.overnight': 'off' };
  return {
    store: { id: STORE, name: 'Mixed', timeZone: 'UTC', currency: 'EUR' },
    settings: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key, { value, origin: 'store' }]),
    ) as DesiredBody['settings'],
    terminals: [...terminals, { ...terminals[0]!, id: 'strange-1', driver: 'teleport' } as never],
    operators: [{ id: 'ana', name: 'Ana', certifiedUntil: new Date(Date.now() + 1e9).toISOString(), certificateId: 'cert-1' }],
  };
}

async function until(what: string, condition: () => boolean | Promise<boolean>, limitMs = 40_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end)
      throw new Error(`waited ${limitMs / 1_000} s until ${what}; last: ${JSON.stringify(core.entries.slice(-8))}`);
    await pause(50);
  }
}

async function till<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${agent.tillPort}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${TILL_TOKEN}`, 'content-type': 'application/json', [IDEMPOTENCY_HEADER]: randomUUID() },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await response.json()) as T;
}

type Listed = { terminals: { id: string; sample: { signedOn: boolean; activity: string; device?: unknown } }[] };
const sampleOf = async (id: string) => (await till<Listed>('/v1/terminals')).terminals.find((terminal) => terminal.id === id)?.sample;
const ready = async (id: string) => {
  const sample = await sampleOf(id);
  return sample?.signedOn === true && sample.activity === 'idle';
};
const pay = (terminal: string, amountMinor: number) =>
  till<{ state?: string; code?: string }>('/v1/payments', {
    terminal,
    amountMinor,
    currency: terminal === 'watched-1' ? 'CNY' : 'EUR',
    tillId: 'till-1',
  });
const order = async (terminal: string, action: Parameters<SmallCore['command']>[1], parameters?: Record<string, string>) => {
  const id = await core.command(terminal, action, parameters);
  const answer = () => [...core.told('CommandSucceeded'), ...core.told('CommandFailed')].find(({ commandId }) => commandId === id);
  await until(`${action} is answered`, () => answer() !== undefined, 60_000);
  return answer()!;
};
const operate = async (operation: string) => {
  const before = core.told('AcquirerTrafficObserved').length;
  devices.watched.inject({ fault: 'operate', operation, ...(operation === 'sale' ? { amountMinor: 880 } : {}) });
  await until(`${operation} was seen`, () => core.told('AcquirerTrafficObserved').length > before);
};

describe('a store with terminals of three kinds behind one gateway', () => {
  it('refuses the terminal it doesn’t know, alone', () => {
    expect(core.told('PolicyApplied')[0]!.refused).toEqual([
      { key: 'terminals.strange-1', reason: 'this gateway knows no driver of this name' },
    ]);
  });

  it('sells at those it drives, and says why it can’t at the one it watches', async () => {
    expect(await pay('zvt-1', 1_250)).toMatchObject({ state: 'completed' });
    expect(await pay('nexo-1', 2_500)).toMatchObject({ state: 'completed' });
    expect(await pay('watched-1', 100)).toMatchObject({ code: 'terminalOnlyWatched' });
    expect(devices.zvt.ledger!()).toHaveLength(1);
    expect(devices.nexo.ledger!()).toHaveLength(1);
  });

  it('asks the nexo terminal by reference for a sale whose answer was lost, and never sells twice', async () => {
    devices.nexo.inject({ fault: 'dropAtStep', step: 'afterBooking', command: 'sale' });
    expect(await pay('nexo-1', 777)).toMatchObject({ state: 'inDoubt' });
    await until('the sale is resolved', () => core.told('PaymentResolved', 'nexo-1').length === 1);
    expect(core.told('PaymentResolved', 'nexo-1')[0]).toMatchObject({
      booked: { amountMinor: 777 },
      asked: expect.stringContaining('transaction status'),
    });
    expect(devices.nexo.ledger!()).toHaveLength(2);
    const [evidence] = core.told('DialogueCaptured', 'nexo-1');
    expect(evidence).toMatchObject({ cause: 'inDoubt' });
    expect(evidence!.frames.length).toBeGreaterThan(0);
  });

  it('tells of its devices and of the printer that is out of paper', async () => {
    await until('terminals have described themselves', () =>
      ['zvt-1', 'nexo-1'].every((id) => core.told('TerminalDescribed', id).length > 0),
    );
    expect(core.told('PeripheralStateChanged', 'zvt-1')).toContainEqual({ peripheral: 'printer', state: 'paperOut', toldBy: 'printer' });
    expect((await sampleOf('zvt-1'))?.device).toMatchObject({ peripherals: { printer: 'paperOut' } });
  });

  it('carries out what is ordered from afar, each at the terminal that can', async () => {
    expect(await order('zvt-1', 'setTerminalTime')).toMatchObject({ detail: expect.stringContaining('set to') });
    expect(core.told('TerminalTimeCorrected', 'zvt-1')).toHaveLength(1);
    expect(await order('nexo-1', 'setTerminalTime')).toMatchObject({ code: 'unsupportedAction' });
    expect(await order('zvt-1', 'displayMessage', { text: 'Back at 14:00' })).toMatchObject({ detail: expect.stringContaining('shown') });
    expect(await order('nexo-1', 'diagnoseTerminal')).toMatchObject({ detail: expect.stringContaining('healthy') });
    expect(await order('nexo-1', 'reprintReceipt')).toMatchObject({ detail: expect.stringContaining('printed as a copy') });
    expect(await order('zvt-1', 'reprintReceipt')).toMatchObject({ code: 'notPrinted' });
    expect(await order('nexo-1', 'captureDialogue')).toMatchObject({ detail: expect.any(String) });
    expect(await order('watched-1', 'restartTerminal')).toMatchObject({ code: 'terminalOnlyWatched' });
    expect(await order('watched-1', 'powerCycleTerminal')).toMatchObject({ code: 'terminalOnlyWatched' });
  }, 60_000);

  it('cycles a terminal’s power over SNMP and opens it again', async () => {
    expect(await order('zvt-1', 'powerCycleTerminal')).toMatchObject({ detail: expect.stringContaining('back after') });
    expect(core.told('TerminalRestarted', 'zvt-1')).toEqual([{ by: 'command', means: 'power', back: true }]);
    await until('the terminal sells again', () => ready('zvt-1'));
    expect(await pay('zvt-1', 300)).toMatchObject({ state: 'completed' });
  }, 90_000);

  it('restarts a terminal by its protocol and sees it come back', async () => {
    expect(await order('zvt-1', 'restartTerminal')).toMatchObject({ detail: expect.stringContaining('back after') });
    expect(core.told('TerminalRestarted', 'zvt-1').at(-1)).toEqual({ by: 'command', means: 'protocol', back: true });
    await until('the terminal sells again', () => ready('zvt-1'));
  }, 90_000);

  it('reads the watched terminal’s day as it passes', async () => {
    for (const operation of ['signOn', 'sale', 'settle', 'signOff']) await operate(operation);
    const seen = () => core.told('AcquirerTrafficObserved', 'watched-1').map(({ event }) => event);
    await until('it is signed off', () => seen().includes('signedOff'));
    expect(seen()).toEqual(['signedOn', 'saleSeen', 'settlementStarted', 'settlementBalanced', 'signedOff']);
  }, 60_000);

  it('closes each with a proof, the printer out of paper all the while, and takes the power of those it can', async () => {
    for (const terminal of ['zvt-1', 'nexo-1', 'watched-1']) {
      expect(await order(terminal, 'closeTerminal')).toMatchObject({ detail: 'closing done' });
    }
    const proven = core.entries.filter(({ kind }) => kind === 'CloseProven').map(({ terminal }) => terminal);
    expect(proven).toEqual(['zvt-1', 'nexo-1', 'watched-1']);
    expect([pdu.isOn(1), pdu.isOn(2)]).toEqual([false, false]);
    const totals = core.told('CloseProven').map((proof) => proof.totals?.amountMinor);
    expect(totals).toEqual([1_550, 3_277, undefined]);
  }, 120_000);

  it('has written down nothing that could be a card number', () => {
    for (const { seq, kind, payload } of core.entries) {
      const text = JSON.stringify(payload, (_key, value: unknown) => (typeof value === 'number' ? undefined : value));
      const words = text.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'uuid');
      expect(maskCardNumbers(words), `entry ${seq} ${kind}`).toBe(words);
    }
  });
});
