import { setTimeout as sleep } from 'node:timers/promises';
import type { ExamStore } from './chain.js';

const WITHIN_MS = 60_000;

/** The passcode of a person of the exam: everybody has one, or nobody could ask for a refund. */
export function passcodeOf(personId: string): string {
  const digits = [...personId].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000, 7);
  return String(digits).padStart(6, '3');
}

/**
 * Gives everybody of a store their passcode at the store console with the installer's codes: a cashier who had one from the manager could not ask for refunds that this manager approves.
 * Waits until the gateway has its policy, without which it knows nobody.
 */
export async function choosePasscodes(store: ExamStore, consoleUrl: string, installerToken: string): Promise<void> {
  const people = new Set([store.managerId, ...store.terminals.map(({ operatorId }) => operatorId)]);
  for (const operatorId of people) await choose(consoleUrl, operatorId, installerToken);
}

async function choose(url: string, operatorId: string, installerToken: string): Promise<void> {
  const issued = await untilAccepted(() => post(url, 'codes', { operatorId, installerToken }));
  const { code } = (await issued.json()) as { code: string };
  await untilAccepted(() => post(url, 'passcode', { operatorId, code, passcode: passcodeOf(operatorId) }));
}

function post(url: string, resource: string, body: object): Promise<Response> {
  return fetch(`${url}/console/api/${resource}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tillward-console': '1' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
}

async function untilAccepted(ask: () => Promise<Response>): Promise<Response> {
  for (const deadline = performance.now() + WITHIN_MS; ; ) {
    const response = await ask();
    if (response.ok) return response;
    const said = await response.text();
    if (performance.now() > deadline) throw new Error(`the console refused: ${response.status} ${said}`);
    await sleep(300);
  }
}
