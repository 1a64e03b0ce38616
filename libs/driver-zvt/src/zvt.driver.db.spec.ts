import type { DialogueFrame, StreamBreak } from '@tillward/driver';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMAND } from './command.js';
import { ScriptedTerminal } from './scripted-terminal.fixtures.js';
import { LIMITS } from './session.rules.js';
import {
  encodeAbort,
  encodeCompletion,
  encodeIntermediateStatus,
  encodePrintBlock,
  encodePrintLine,
  encodeRegistrationCompletion,
  encodeSetDateAndTime,
  encodeStatusCompletion,
  encodeStatusInformation,
} from './terminal-message.js';
import { writeTlv } from './tlv.js';
import type { ZvtDriver, ZvtDriverOptions } from './zvt.driver.js';

const order = { amountMinor: 1_250, currency: 'EUR', reference: '000001TEST' };
const BOOKED = encodeStatusInformation({ resultCode: 0, amountMinor: 1_250, currency: 978, traceNo: 17, receiptNo: 4, cardLast4: '0042' });
const ACK = '800000';

let terminal: ScriptedTerminal;
let driver: ZvtDriver;
let broken: StreamBreak[];

beforeEach(async () => {
  terminal = await ScriptedTerminal.start();
  open();
});
afterEach(async () => {
  await driver.close();
  await terminal.close();
});

function open(options: Partial<ZvtDriverOptions> = {}): void {
  driver = terminal.driver(options);
  broken = [];
  driver.onStreamBroken((one) => broken.push(one));
}

/** What the terminal heard that was no acknowledgement. */
const commands = () => terminal.heard.filter((hex) => !hex.startsWith('8'));

describe('a hostile terminal is cut off with a reason, and the sale is in doubt', () => {
  const deep = (() => {
    let content: Uint8Array = Uint8Array.of(0x07, 0x01, 0x41);
    for (let level = 0; level < 12; level++) content = writeTlv(0x25, content);
    return content;
  })();
  const repeated = (bytes: Uint8Array, count: number) => Buffer.concat(Array.from({ length: count }, () => bytes));

  it.each<[string, string, Uint8Array | string]>([
    ['endless 04 FF', 'tooManyStatuses', repeated(encodeIntermediateStatus(0x17), LIMITS.statusesPerCommand + 1)],
    ['endless receipts', 'tooManyFrames', repeated(encodePrintLine('x', false), LIMITS.framesPerCommand + 1)],
    ['endless acknowledgements', 'tooManyFrames', repeated(Uint8Array.of(0x80, 0, 0), LIMITS.framesPerCommand + 1)],
    ['deep TLV', 'tooDeep', Buffer.concat([Uint8Array.of(0x06, 0xd3, deep.length + 2), writeTlv(0x06, deep)])],
    ['a length beyond every limit', 'tooLong', '06d3ffffff'],
    ['a length that never comes true', 'unfinishedFrame', '040f7f2700'],
    ['bytes that are no ZVT', 'unknownClass', '474554202f20485454502f312e310d0a'],
  ])('%s: %s', async (_name, code, said) => {
    terminal.on(COMMAND.authorisation, (say) => {
      say(ACK);
      say(said);
    });
    const outcome = await driver.pay(order);
    expect(outcome).toMatchObject({ kind: 'inDoubt', reason: expect.stringContaining('streamBroken') });
    expect(broken).toHaveLength(1);
    expect(broken[0]).toMatchObject({ code });
    expect(broken[0]!.offset).toBeGreaterThan(0);
    expect(commands().filter((hex) => hex.startsWith('0601'))).toHaveLength(1);
  });

  it('statuses that always come just in time do not go on for ever', async () => {
    const tick = { timer: setTimeout(() => {}, 0) };
    terminal.on(COMMAND.authorisation, (say) => {
      say(ACK);
      tick.timer = setInterval(() => say(encodeIntermediateStatus(0x17)), 100);
    });
    open({ times: { connectMs: 1_000, t3Ms: 300, t4Ms: 400, commandMs: 1_000 } });
    expect(await driver.pay(order)).toMatchObject({ kind: 'inDoubt' });
    clearInterval(tick.timer);
    expect(broken).toEqual([{ code: 'tooLongCommand', offset: expect.any(Number) }]);
  });

  it('a minute-long T4 of its own is cut to what a command may take', async () => {
    terminal.on(COMMAND.authorisation, (say) => {
      say(ACK);
      say(encodeIntermediateStatus(0x17, { timeoutMinutes: 99 }));
    });
    open({ times: { connectMs: 1_000, t3Ms: 200, t4Ms: 200, commandMs: 700 } });
    const begun = Date.now();
    expect(await driver.pay(order)).toMatchObject({ kind: 'inDoubt' });
    expect(Date.now() - begun).toBeGreaterThan(400);
    expect(Date.now() - begun).toBeLessThan(5_000);
  });

  it('and the next command works on a new link', async () => {
    let first = true;
    terminal.on(COMMAND.authorisation, (say) => {
      say(ACK);
      if (first) say('ffffff');
      else for (const bytes of [BOOKED, encodeCompletion()]) say(bytes);
      first = false;
    });
    expect(await driver.pay(order)).toMatchObject({ kind: 'inDoubt' });
    expect(await driver.pay(order)).toMatchObject({ kind: 'booked', details: { traceNo: 17 } });
    expect(commands().filter((hex) => hex.startsWith('0600'))).toHaveLength(2);
  });
});

describe('printing', () => {
  const sell = (receipt: Uint8Array) =>
    terminal.on(COMMAND.authorisation, (say) => {
      for (const bytes of [ACK, BOOKED, receipt, encodeCompletion()]) say(bytes);
    });

  it('takes receipts in both modes', async () => {
    sell(Buffer.concat([encodePrintBlock('merchant', ['Händler', '12,50']), encodePrintBlock('cardholder', ['Kunde'])]));
    expect(await driver.pay(order)).toMatchObject({ kind: 'booked', receipt: ['Händler', '12,50'] });
    sell(Buffer.concat([encodePrintLine('Händler', false), encodePrintLine('12,50', true)]));
    expect(await driver.pay(order)).toMatchObject({ kind: 'booked', receipt: ['Händler', '12,50'] });
  });

  it('says 84 CC when it can not print, and leaves the rest to the terminal', async () => {
    terminal.on(COMMAND.authorisation, (say) => {
      for (const bytes of [ACK, BOOKED, encodePrintLine('x', true)]) say(bytes);
    });
    terminal.on(0x84cc, (say) => say(encodeAbort(0xcc)));
    open({ canPrint: () => false });
    expect(await driver.pay(order)).toMatchObject({ kind: 'inDoubt' });
    expect(terminal.heard).toContain('84cc');
  });

  it('registers as the terminal needs it', async () => {
    await driver.register();
    open({ configByte: 0x08, receipts: 'lines' });
    await driver.register();
    expect(commands()).toEqual(['0600123456be0978060626040a0206d3', '06001234560809780600']);
  });
});

describe('character sets', () => {
  const card = (name: string, characterSet: 'latin1' | 'utf8' | 'cp437') =>
    terminal.on(COMMAND.authorisation, (say) => {
      const status = encodeStatusInformation({ resultCode: 0, traceNo: 1, cardName: name, characterSet });
      for (const bytes of [ACK, status, encodeCompletion()]) say(bytes);
    });

  it('UTF-8 is asked for, and used when it is granted', async () => {
    terminal.on(COMMAND.registration, (say) => {
      for (const bytes of [ACK, encodeRegistrationCompletion({ characterSet: 'utf8' })]) say(bytes);
    });
    card('Große Karte', 'utf8');
    open({ characterSet: 'utf8' });
    expect(await driver.pay(order)).toMatchObject({ details: { cardName: 'Große Karte' } });
    expect(commands()[0]).toContain('1401fe');
  });

  it('UTF-8 that is not granted is CP437', async () => {
    card('Große Karte', 'cp437');
    open({ characterSet: 'utf8' });
    expect(await driver.pay(order)).toMatchObject({ details: { cardName: 'Große Karte' } });
  });

  it('Latin-1 is a setting for terminals that send it unasked', async () => {
    card('Große Karte', 'latin1');
    open({ characterSet: 'latin1' });
    expect(await driver.pay(order)).toMatchObject({ details: { cardName: 'Große Karte' } });
    expect(commands()[0]).not.toContain('1401');
  });
});

describe('operations on the wire', () => {
  const completes = (control: number, ...before: (Uint8Array | string)[]) =>
    terminal.on(control, (say) => {
      for (const bytes of [ACK, ...before, encodeCompletion()]) say(bytes);
    });
  const wire = async <T>(work: Promise<T>): Promise<[T, string]> => [await work, commands().at(-1)!];

  it('a reversal names receipt and amount, a part of it too', async () => {
    completes(COMMAND.reversal, BOOKED);
    const reversal = { ...order, originalMinor: 1_250, original: { traceNo: 17, receiptNo: 4 } };
    expect(await wire(driver.reverse(reversal))).toMatchObject([{ kind: 'booked' }, '0630123456870004040000000012504909' + '78']);
    expect(await wire(driver.reverse({ ...reversal, amountMinor: 400 }))).toMatchObject([{}, '06301234568700040400000000040049' + '0978']);
    await expect(driver.reverse({ ...reversal, amountMinor: 1_251 })).rejects.toThrow(RangeError);
    expect(await driver.reverse({ ...reversal, original: { traceNo: 17 } })).toMatchObject({ kind: 'failed', code: 'notReversible' });
  });

  it('service commands are those of the specification', async () => {
    for (const control of [0x0651, 0x0620, 0x0612, 0x0670, 0x0679, 0x0691]) completes(control);
    expect(await wire(driver.sendStored())).toEqual([{ kind: 'sent', count: null }, '0651123456']);
    expect(await wire(driver.reprint({ which: 'last' }))).toEqual([{ kind: 'printed' }, '0620123456']);
    expect(await wire(driver.reprint({ which: 'receipt', receiptNo: 52 }))).toEqual([{ kind: 'printed' }, '06121234560052']);
    expect(await wire(driver.diagnose('host'))).toMatchObject([{ healthy: true }, '0670']);
    expect(await wire(driver.diagnose('self'))).toMatchObject([{ healthy: true }, '0679']);
    expect(await wire(driver.setTime('2026-11-21T20:30:05'))).toEqual([{ kind: 'done' }, '0691123456aa2611210c203005']);
    await expect(driver.reprint({ which: 'lines', lines: ['x'] })).rejects.toThrow(/reprint/);
    await expect(driver.setTime('21.11.2026')).rejects.toThrow(RangeError);
    await expect(driver.display({ lines: new Array(9).fill('x'), seconds: 1 })).rejects.toThrow(RangeError);
  });

  it('the host’s clock in a diagnosis is acknowledged', async () => {
    completes(COMMAND.diagnosis, encodeSetDateAndTime('261121', '203000'));
    expect(await driver.diagnose('host')).toMatchObject({ healthy: true });
  });

  it('a text waits as long as it is shown, and no completion follows', async () => {
    terminal.on(COMMAND.displayText, (say) => void setTimeout(() => say(ACK), 500));
    expect(await wire(driver.display({ lines: ['Zu'], seconds: 1 }))).toEqual([{ kind: 'done' }, '06e0f001f1f0f25a75']);
  });

  it('a restart drops the link after its 80 and is pending', async () => {
    terminal.on(COMMAND.resetTerminal, (say, socket) => {
      say(ACK);
      socket.end();
    });
    expect(await driver.restart()).toEqual({ kind: 'pending' });
    terminal.on(COMMAND.resetTerminal, (_say, socket) => socket.destroy());
    expect(await driver.restart()).toMatchObject({ kind: 'failed', code: 'terminalUnreachable' });
  });

  it('the status is asked for with everything, and told', async () => {
    terminal.on(COMMAND.statusEnquiry, (say) => {
      say(ACK);
      say(encodeStatusCompletion('7.04', 0xcc, { name: 'VX680', locks: ['printer'] }));
    });
    const [status, asked] = await wire(driver.status());
    expect(asked).toBe('05011234560304' + '06041f780101');
    expect(status).toMatchObject({
      service: 'printerNotReady',
      device: { model: 'VX680', software: '7.04', peripherals: { printer: 'error' } },
    });
  });

  it('a terminal too old for the extended status is asked the plain way', async () => {
    terminal.on(COMMAND.statusEnquiry, (say, _socket, { data }) => {
      if (data.length > 0) say('848300');
      else for (const bytes of [ACK, encodeStatusCompletion('1.0', 0)]) say(bytes);
    });
    expect(await driver.status()).toMatchObject({ kind: 'answered', service: 'ready', device: { software: '1.0' } });
    expect(await wire(driver.status())).toMatchObject([{ service: 'ready' }, '0501']);
    expect(commands()).toHaveLength(3);
  });

  it('an abort goes out while a sale waits for its card, and the sale tells how it ended', async () => {
    terminal.on(COMMAND.authorisation, (say) => {
      say(ACK);
      say(encodeIntermediateStatus(0x0a));
    });
    terminal.on(COMMAND.abort, (say) => {
      say(ACK);
      say(encodeStatusInformation({ resultCode: 0x6c }));
      say(encodeAbort(0x6c));
    });
    const shown: number[] = [];
    const sale = driver.pay({ ...order, observer: { progress: (code) => shown.push(code) } });
    await expect.poll(() => shown).toEqual([0x0a]);
    expect(await driver.abort()).toEqual({ kind: 'done' });
    expect(await sale).toMatchObject({ kind: 'declined', resultCode: '6c' });
  });

  it('an abort with nothing running is a command of its own', async () => {
    terminal.on(COMMAND.abort, (say) => say(ACK));
    expect(await driver.abort()).toEqual({ kind: 'done' });
  });

  it('registration with another currency is refused with the terminal’s code', async () => {
    terminal.on(COMMAND.registration, (say) => say('841e036f0756'));
    expect(await driver.register()).toMatchObject({ kind: 'failed', resultCode: '6f' });
    expect(await driver.pay(order)).toMatchObject({ kind: 'failed', code: 'terminalRefused' });
  });

  it('never sends the tag that reverses by itself', async () => {
    completes(COMMAND.authorisation, BOOKED);
    completes(COMMAND.refund, BOOKED);
    completes(COMMAND.reversal, BOOKED);
    completes(COMMAND.endOfDay);
    await driver.pay(order);
    await driver.refund(order);
    await driver.reverse({ ...order, originalMinor: 1_250, original: { traceNo: 17, receiptNo: 4 } });
    await driver.settle();
    expect(terminal.heard.filter((hex) => hex.includes('1f1f'))).toEqual([]);
  });
});

it('tells the dialogue of both directions, decoded and masked', async () => {
  const frames: DialogueFrame[] = [];
  driver.onDialogue((frame) => frames.push(frame));
  terminal.on(COMMAND.authorisation, (say) => {
    for (const bytes of [ACK, BOOKED, encodeCompletion()]) say(bytes);
  });
  await driver.pay(order);
  expect(frames.map(({ direction, name }) => `${direction === 'sent' ? '>' : '<'} ${name}`)).toEqual([
    '> 06 00 Registration',
    '< 80 00 Positive Acknowledgement',
    '< 06 0F Completion',
    '> 80 00 Positive Acknowledgement',
    '> 06 01 Authorisation',
    '< 80 00 Positive Acknowledgement',
    '< 04 0F Status-Information',
    '> 80 00 Positive Acknowledgement',
    '< 06 0F Completion',
    '> 80 00 Positive Acknowledgement',
  ]);
  expect(JSON.stringify(frames)).not.toContain('123456');
  expect(frames[6]!.fields).toContainEqual({ tag: '22', name: 'card number', value: '************0042' });
  expect(frames.every(({ bytes }) => bytes >= 3)).toBe(true);
});

it('wrong settings are found at construction', () => {
  expect(() => terminal.driver({ password: '12345' })).toThrow(RangeError);
  expect(() => terminal.driver({ currency: 'XXX' })).toThrow(RangeError);
});
