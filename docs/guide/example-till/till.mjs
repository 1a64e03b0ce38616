#!/usr/bin/env node
// A till in one file, to read and to start from: node till.mjs --help
// Node 20 or newer, no packages. The interface is described in ../till.md and, for programs, in libs/contracts/generated/openapi.json.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

const HELP = `usage: node till.mjs [options] COMMAND

  sign-on OPERATOR [PASSCODE]      start work at the terminal
  sell AMOUNT                      AMOUNT in minor units: 1250 is 12.50
  reverse PAYMENT REASON           take a sale of the open batch back
  refund AMOUNT REASON [PAYMENT]   give money back; waits for a manager
  status PAYMENT                   how a payment stands
  receipt PAYMENT                  its lines
  reprint PAYMENT REASON           a copy of it
  hand-over SLIPS OPERATOR [PASSCODE]
  watch                            show what happens at the terminal

options: --url http://127.0.0.1:8080 --token T (or TILL_TOKEN) --till till-1 --terminal T1 --currency EUR --language en|zh --key K
`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    token: { type: 'string', default: process.env.TILL_TOKEN ?? '' },
    till: { type: 'string', default: 'till-1' },
    terminal: { type: 'string', default: 't1' },
    currency: { type: 'string', default: 'EUR' },
    language: { type: 'string', default: 'en' },
    key: { type: 'string' },
    help: { type: 'boolean' },
  },
});

/** The gateway said no. Nothing was sent to the terminal. */
class Refused extends Error {
  constructor(refusal) {
    super(refusal.message?.[options.language] ?? refusal.code);
    this.code = refusal.code;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One request. Throws Refused for an answer that is a refusal, and a TypeError when there was no answer at all. */
async function request(method, path, body, headers = {}) {
  const response = await fetch(options.url + path, {
    method,
    headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = text === '' ? null : JSON.parse(text);
  if (!response.ok) throw new Refused(answer);
  return { status: response.status, answer };
}

/**
 * An order that moves money. Its key names it for ever: when the answer is lost, the same request with the same key asks for it again and moves nothing twice.
 * Only a refusal or a known outcome ends this; what is in doubt is asked about until the gateway knows.
 */
async function order(path, body, waiting) {
  // A real till writes the key to its disk before the first attempt, so that a power cut doesn't lose it.
  const key = options.key ?? randomUUID();
  process.stderr.write(`key ${key}\n`);
  for (let attempt = 0; ; attempt++) {
    try {
      const { status, answer } = await request('POST', path, body, { 'idempotency-key': key });
      if (status === 202) {
        waiting(answer);
        await pause(1_000);
      } else return await known(answer);
    } catch (error) {
      // No answer: it may have arrived all the same. A refusal is an answer.
      if (error instanceof Refused) throw error;
      process.stderr.write('no answer, asking again with the same key\n');
      await pause(Math.min(10_000, 500 * 2 ** attempt));
    }
  }
}

/** The payment once its outcome is known. */
async function known(payment) {
  let now = payment;
  while (now.state === 'inDoubt' || now.state === 'started') {
    process.stderr.write('in doubt: do not charge again, the terminal is being asked\n');
    await pause(1_000);
    now = (await request('GET', `/v1/payments/${now.paymentId}`)).answer;
  }
  return now;
}

/** Server-Sent Events by hand: fetch can send the token, the browser's EventSource can't. */
async function watch() {
  let lastEventId;
  for (;;) {
    const headers = { authorization: `Bearer ${options.token}`, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
    const response = await fetch(`${options.url}/v1/events?terminal=${options.terminal}`, { headers });
    if (!response.ok) throw new Refused(await response.json());
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        const data = /^data: (.*)$/m.exec(block)?.[1];
        lastEventId = /^id: (.*)$/m.exec(block)?.[1] ?? lastEventId;
        if (data) process.stdout.write(`${data}\n`);
      }
    }
    await pause(2_000);
  }
}

async function run([command, ...words]) {
  const { terminal, currency, till: tillId } = options;
  const whole = (text) => {
    if (!/^\d{1,12}$/.test(text ?? '')) throw new Error(`"${text ?? ''}" is no whole number; amounts are in minor units: 1250 for 12.50`);
    return Number(text);
  };
  switch (command) {
    case 'sign-on': {
      const [operatorId, passcode] = words;
      return (await request('POST', '/v1/operator-sessions', { terminal, operatorId, ...(passcode ? { passcode } : {}) })).answer;
    }
    case 'sell':
      return order('/v1/payments', { terminal, currency, tillId, amountMinor: whole(words[0]) });
    case 'reverse':
      return order('/v1/reversals', { originalPaymentId: words[0], tillId, reason: words[1] });
    case 'refund': {
      const [amountMinor, reason, originalPaymentId] = words;
      const body = {
        terminal,
        currency,
        tillId,
        amountMinor: whole(amountMinor),
        reason,
        ...(originalPaymentId ? { originalPaymentId } : {}),
      };
      return order('/v1/refunds', body, ({ requestId }) => process.stderr.write(`waiting for a manager to approve ${requestId}\n`));
    }
    case 'status':
      return (await request('GET', `/v1/payments/${words[0]}`)).answer;
    case 'receipt':
      return (await request('GET', `/v1/payments/${words[0]}/receipt`)).answer.lines.join('\n');
    case 'reprint':
      return (await request('POST', `/v1/payments/${words[0]}/reprints`, { reason: words[1], on: 'till', tillId })).answer.lines.join('\n');
    case 'hand-over': {
      const [slips, operatorId, passcode] = words;
      const incoming = { operatorId, ...(passcode ? { passcode } : {}) };
      return (
        await request(
          'POST',
          '/v1/handovers',
          { terminal, slips: whole(slips), incoming, tillId },
          { 'idempotency-key': options.key ?? randomUUID() },
        )
      ).answer;
    }
    case 'watch':
      return watch();
    default:
      throw new Error(HELP);
  }
}

if (options.help || positionals.length === 0) process.stdout.write(HELP);
else {
  try {
    const result = await run(positionals);
    process.stdout.write(typeof result === 'string' ? `${result}\n` : `${JSON.stringify(result)}\n`);
    // What the card did decides: a declined or failed payment is no sale.
    if (['declined', 'failed'].includes(result?.state)) process.exitCode = 3;
  } catch (error) {
    process.stderr.write(`${error instanceof Refused ? `refused (${error.code}): ${error.message}` : error.message}\n`);
    process.exitCode = error instanceof Refused ? 2 : 1;
  }
}
