import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DesiredBody,
  IDEMPOTENCY_HEADER,
  type PaymentView,
  type RefundRequestView,
  type TerminalConnection,
} from '@tillward/contracts';
import { type Agent, NetworkDevices, silentLog, startAgent, systemClock } from '@tillward/edge-agent';
import { type DeviceContext, type DeviceKind, nexoKind, type SimulatedDevice, zvtKind } from '@tillward/simulator';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SmallCore } from '../small-core.js';

const STORE = 'gives-back';
const INSTALLER = 'token-of-the-installer';
const PASSCODE = '481516';
const QUICK = { cardMs: [20, 40], hostMs: [10, 20], declineRate: 0 };

let folder: string;
let core: SmallCore;
let agent: Agent;
let devices: Record<'zvt-1' | 'nexo-1', SimulatedDevice>;
const failures: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillward-gives-back-'));
  devices = {
    'zvt-1': await simulate(zvtKind, 'zvt', { ...QUICK, bootMs: 200, store: STORE }),
    'nexo-1': await simulate(nexoKind, 'nexo', { ...QUICK, bootMs: 200, poiId: 'V400m-000000043' }),
  };
  core = await SmallCore.start(STORE, `${STORE}-gw`);
  await core.desire(store());
  agent = await startAgent(
    { clock: systemClock, log: silentLog, devices: new NetworkDevices() },
    {
      store: STORE,
      gateway: `${STORE}-gw`,
      dataDir: join(folder, 'agent'),
      ...core.mqtt,
      gatewayKey: generateKeyPairSync('ed25519').privateKey,
      coreKey: core.coreKey,
      tillHost: '127.0.0.1',
      tillPort: 0,
      tillToken: INSTALLER,
      logLevel: 'silent',
    },
  );
  const ready = async () => {
    const { terminals } = await till<{ terminals: { sample: { signedOn: boolean; activity: string } }[] }>('/v1/terminals');
    return terminals.length === 2 && terminals.every(({ sample }) => sample.signedOn && sample.activity === 'idle');
  };
  await vi.waitUntil(ready, { timeout: 30_000, interval: 100 });
  for (const person of ['mia', 'ana']) await choosePasscode(person);
  for (const terminal of ['zvt-1', 'nexo-1']) await till('/v1/operator-sessions', { terminal, operatorId: 'ana', passcode: PASSCODE });
}, 60_000);

afterAll(async () => {
  await agent?.stop('test');
  await core?.stop();
  await Promise.all(Object.values(devices ?? {}).map((device) => device.stop()));
  await rm(folder, { recursive: true, force: true });
  expect(failures).toEqual([]);
});

async function simulate(kind: DeviceKind, name: string, options: object): Promise<SimulatedDevice> {
  const context: DeviceContext = {
    host: '127.0.0.1',
    port: 0,
    seed: 'gives-back',
    dataDir: join(folder, name),
    failed: (error) => failures.push(error),
  };
  const device = kind.create(context, kind.options.parse(options));
  await device.start();
  return device;
}

function store(): Parameters<SmallCore['desire']>[0] {
  const portOf = (endpoint: string | undefined) => Number(new URL(endpoint!.replace(/^\w+:/, 'http:')).port);
  const { 'zvt-1': zvt, 'nexo-1': nexo } = devices;
  const common = { currency: 'EUR', host: '127.0.0.1', power: { kind: 'none' } } as const;
  const terminals: TerminalConnection[] = [
    { ...common, id: 'zvt-1', name: 'ZVT', driver: 'zvt', port: portOf(zvt.endpoints['zvt']), password: '000000' },
    {
      ...common,
      id: 'nexo-1',
      name: 'nexo',
      driver: 'nexo',
      port: portOf(nexo.endpoints['nexo']),
      saleId: 'till',
      poiId: 'V400m-000000043',
      keyIdentifier: 'tillward-sim',
      keyVersion: 1,
      passphrase: 'simulated-passphrase',
      trust: { kind: 'ca', pem: readFileSync(nexo.endpoints['ca']!, 'utf8') },
    },
  ];
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const settings = { 'hours.open': at(-6), 'hours.close': at(6), 'businessDay.cutOff': at(-7), 'opening.leadMinutes': 0 };
  const certified = { certifiedUntil: '2099-01-01T00:00:00.000Z', certificateId: 'cert-1' };
  return {
    store: { id: STORE, name: 'Gives back', timeZone: 'UTC', currency: 'EUR' },
    settings: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key, { value, origin: 'store' }]),
    ) as DesiredBody['settings'],
    terminals,
    operators: [
      { id: 'ana', name: 'Ana', role: 'cashier', ...certified },
      { id: 'mia', name: 'Mia', role: 'manager', ...certified },
    ],
  };
}

const url = (path: string) => `http://127.0.0.1:${agent.tillPort}${path}`;

async function till<T>(path: string, body?: object, key: string = randomUUID()): Promise<T> {
  const response = await fetch(url(path), {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${INSTALLER}`, 'content-type': 'application/json', [IDEMPOTENCY_HEADER]: key },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await response.json()) as T;
}

/** Lets a person choose a passcode at the console with a code of the installer: one from the manager who approves would make two persons one. */
async function choosePasscode(operatorId: string): Promise<void> {
  const headers = { 'x-tillward-console': '1', 'content-type': 'application/json' };
  const send = (path: string, body: object) => fetch(url(`/console/api/${path}`), { method: 'POST', headers, body: JSON.stringify(body) });
  const { code } = (await (await send('codes', { operatorId, installerToken: INSTALLER })).json()) as { code: string };
  expect((await send('passcode', { operatorId, code, passcode: PASSCODE })).status).toBe(204);
}

const sale = (terminal: string, amountMinor: number) =>
  till<PaymentView>('/v1/payments', { terminal, amountMinor, currency: 'EUR', tillId: 'till-1' });
const reverse = (originalPaymentId: string, amountMinor?: number) =>
  till<PaymentView>('/v1/reversals', {
    originalPaymentId,
    tillId: 'till-1',
    reason: 'wrong article',
    ...(amountMinor ? { amountMinor } : {}),
  });

async function refund(terminal: string, amountMinor: number, beforeStart = () => {}): Promise<PaymentView> {
  const key = randomUUID();
  const body = { terminal, amountMinor, currency: 'EUR', tillId: 'till-1', reason: 'came back broken' };
  const { requestId, digest } = await till<RefundRequestView>('/v1/refunds', body, key);
  await till(`/v1/refund-requests/${requestId}/decision`, { approverId: 'mia', passcode: PASSCODE, digest, decision: 'approve' });
  beforeStart();
  return till<PaymentView>('/v1/refunds', body, key);
}

async function resolved(payment: PaymentView): Promise<PaymentView> {
  expect(payment.state).toBe('inDoubt');
  await vi.waitUntil(async () => (await till<PaymentView>(`/v1/payments/${payment.paymentId}`)).state !== 'inDoubt', { timeout: 30_000 });
  const idle = async () => {
    const { terminals } = await till<{ terminals: { id: string; sample: { activity: string } }[] }>('/v1/terminals');
    return terminals.every(({ sample }) => sample.activity === 'idle');
  };
  await vi.waitUntil(idle, { timeout: 10_000 });
  return till(`/v1/payments/${payment.paymentId}`);
}

describe.each(['zvt-1', 'nexo-1'] as const)('money given back at %s', (terminal) => {
  it('is booked once, known after its answer was lost, and settles equal', { timeout: 60_000 }, async () => {
    const device = devices[terminal];
    const first = await sale(terminal, 1_250);
    const second = await sale(terminal, 2_000);
    expect([first.state, second.state]).toEqual(['completed', 'completed']);
    expect(await reverse(first.paymentId, 250)).toMatchObject({ state: 'completed', amountMinor: 250 });
    device.inject({ fault: 'dropAtStep', step: 'afterBooking', command: 'reversal' });
    expect(await resolved(await reverse(second.paymentId))).toMatchObject({
      state: 'completed',
      transaction: 'reversal',
      amountMinor: 2_000,
    });
    expect(await refund(terminal, 500)).toMatchObject({ state: 'completed', transaction: 'refund' });
    const lost = await refund(terminal, 300, () => device.inject({ fault: 'dropAtStep', step: 'afterBooking', command: 'refund' }));
    expect(await resolved(lost)).toMatchObject({ state: 'completed', amountMinor: 300 });
    expect(await reverse(second.paymentId)).toMatchObject({ code: 'alreadyGivenBack' });

    const lines = device.ledger!() as readonly { kind: string; amountMinor: number }[];
    const booked = lines.map(({ kind, amountMinor }) => `${kind} ${amountMinor}`);
    expect(booked).toEqual(['sale 1250', 'sale 2000', 'reversal 250', 'reversal 2000', 'refund 500', 'refund 300']);
    await core.command(terminal, 'settleTerminal');
    await vi.waitUntil(() => core.told('SettlementCompleted', terminal).length + core.told('SettlementUnbalanced', terminal).length > 0, {
      timeout: 30_000,
    });
    const net = { currency: 'EUR', amountMinor: 200 };
    expect(core.told('SettlementCompleted', terminal)).toMatchObject([{ journalTotals: { ...net, count: 6 }, terminalTotals: net }]);
    // Where a protocol counts refunds apart, its parts don't add up to the net amount; that they are told at all is what counts here.
    expect(core.told('SettlementStarted', terminal).at(-1)!.terminalByScheme!.length).toBeGreaterThan(0);
    expect(await reverse(first.paymentId)).toMatchObject({ code: 'originalSettled' });
  });
});
