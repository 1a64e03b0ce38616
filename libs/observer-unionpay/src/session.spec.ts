import { describe, expect, it } from 'vitest';
import { SILENT } from './message.fixtures.js';
import type { ObservedMessage } from './message.rules.js';
import { isResponseType } from './message-kind.rules.js';
import { newSession, observeHangUp, observeRequest, observeResponse, type TerminalSession } from './session.rules.js';
import { readTotals } from './settlement-totals.rules.js';

const AT = 1_000;
const LINK = 1;
type Said = Partial<ObservedMessage> & { readonly messageType: string };

const signOn = (traceNo = 1): Said => ({ messageType: '0800', traceNo, transactionType: '00', batchNo: 1, networkCode: '003' });
const signedOn = (traceNo = 1, responseCode = '00'): Said => ({
  ...signOn(traceNo),
  messageType: '0810',
  batchNo: 19,
  responseCode,
  date: '0720',
  time: '221301',
});
const signOff: Said = { messageType: '0820', traceNo: 8, transactionType: '00', networkCode: '002' };
const sale = (traceNo = 2, transactionType = '22'): Said => ({ messageType: '0200', traceNo, transactionType, batchNo: 19 });
const refund: Said = { messageType: '0220', traceNo: 5, transactionType: '25', batchNo: 19 };
const reversal: Said = { messageType: '0400', traceNo: 2, transactionType: '22', batchNo: 19, responseCode: '98' };
const settlement: Said = { messageType: '0500', traceNo: 6, transactionType: '00', batchNo: 19, networkCode: '201' };
const upload = (traceNo: number, networkCode: string): Said => ({
  messageType: '0320',
  traceNo,
  transactionType: '00',
  batchNo: 19,
  networkCode,
});
const totals = (flag: number) => readTotals(`${'0'.repeat(11)}5001${'0'.repeat(15)}${flag}${'0'.repeat(30)}1`);

function answerTo(said: Said, responseCode: string, more: Partial<ObservedMessage> = {}): Said {
  return { ...said, messageType: `${said.messageType.slice(0, 2)}${Number(said.messageType[2]) + 1}0`, responseCode, ...more };
}

/** Plays messages on one connection; answers with the last state, each event's kind and details. */
function play(...said: readonly Said[]): { session: TerminalSession; kinds: string[]; events: object[]; unpaired: number } {
  let session = newSession('TW000001');
  const events: { kind: string }[] = [];
  let unpaired = 0;
  for (const one of said) {
    const message: ObservedMessage = { ...SILENT, ...one };
    const seen = isResponseType(one.messageType) ? observeResponse(session, message, LINK, AT) : observeRequest(session, message, LINK, AT);
    session = seen.session;
    events.push(...seen.events);
    if (!seen.paired) unpaired += 1;
  }
  return { session, kinds: events.map(({ kind }) => kind), events, unpaired };
}

describe('a terminal’s session', () => {
  it('is unknown at first, and a sale then is no sale without sign-on', () => {
    expect(play(sale()).session.signOn).toBe('unknown');
    expect(play(sale(), answerTo(sale(), '00')).kinds).toEqual(['SaleObserved']);
  });

  it('begins with the host’s yes, which says the batch and the clock', () => {
    const { session, events } = play(signOn(), signedOn());
    expect(session).toMatchObject({ signOn: 'signedOn', batchNo: 19, pending: [] });
    expect(events).toEqual([
      { kind: 'SignedOn', terminalId: 'TW000001', merchantId: null, batchNo: 19, at: AT },
      { kind: 'ClockSeen', terminalId: 'TW000001', merchantId: null, batchNo: 19, at: AT, hostDate: '0720', hostTime: '221301' },
    ]);
  });

  it.each<[string, Said[], TerminalSession['signOn'], string[]]>([
    ['asked for and not answered', [signOn()], 'unknown', []],
    ['refused', [signOn(), signedOn(1, '03')], 'signedOff', ['SignOnRefused']],
    ['answered to another trace number', [signOn(), signedOn(2)], 'unknown', []],
    ['answered without being asked', [signedOn()], 'unknown', []],
    ['answered without a response code', [signOn(), { ...signedOn(), responseCode: null }], 'unknown', []],
    ['signed off', [signOn(), signedOn(), signOff, answerTo(signOff, '00')], 'signedOff', ['SignedOn', 'ClockSeen', 'SignedOff']],
    ['sign-off refused', [signOn(), signedOn(), signOff, answerTo(signOff, '96')], 'signedOn', ['SignedOn', 'ClockSeen']],
  ])('%s', (_name, said, state, kinds) => {
    const played = play(...said);
    expect(played.session.signOn).toBe(state);
    expect(played.kinds).toEqual(kinds);
  });

  it('flags a sale of a terminal that is signed off, when it asks', () => {
    const before = [signOff, answerTo(signOff, '00')];
    expect(play(...before, sale()).events.at(-1)).toEqual({
      kind: 'SaleWithoutSignOn',
      terminalId: 'TW000001',
      merchantId: null,
      batchNo: 19,
      at: AT,
      traceNo: 2,
    });
    expect(play(...before, sale(), answerTo(sale(), '77')).kinds).toEqual(['SignedOff', 'SaleWithoutSignOn', 'SaleObserved']);
    expect(play(...before, signOn(), signedOn(), sale()).kinds).not.toContain('SaleWithoutSignOn');
  });
});

describe('a transaction', () => {
  it.each([
    [sale(), '00', 'SaleObserved', true],
    [sale(), '11', 'SaleObserved', true],
    [sale(), 'A2', 'SaleObserved', true],
    [sale(), '51', 'SaleObserved', false],
    [sale(3, '23'), '00', 'VoidObserved', true],
    [refund, '00', 'RefundObserved', true],
    [refund, '12', 'RefundObserved', false],
  ])('%o answered %s', (said, responseCode, kind, approved) => {
    const { events } = play(said, answerTo(said, responseCode));
    expect(events).toEqual([
      { kind, terminalId: 'TW000001', merchantId: null, batchNo: 19, at: AT, traceNo: said.traceNo, approved, responseCode },
    ]);
  });

  it('says nothing of a pre-authorisation or an enquiry', () => {
    const enquiry: Said = { messageType: '0200', traceNo: 4, transactionType: '01' };
    expect(play(enquiry, answerTo(enquiry, '00')).kinds).toEqual([]);
  });

  it('whose answer is missing when the terminal goes on, or hangs up, is said to be in doubt', () => {
    expect(play(sale(2), sale(3)).events).toEqual([
      { kind: 'AnswerMissing', terminalId: 'TW000001', merchantId: null, batchNo: 19, at: AT, request: 'sale', traceNo: 2 },
    ]);
    const { session } = play(sale(2));
    expect(observeHangUp(session, LINK, AT)).toMatchObject({ events: [{ kind: 'AnswerMissing', traceNo: 2 }], session: { pending: [] } });
    expect(observeHangUp(session, LINK + 1, AT)).toMatchObject({ events: [], session });
    expect(play(signOn(), sale()).kinds).toEqual([]);
  });

  it('answered late counts for nothing', () => {
    const { kinds, unpaired } = play(sale(2), sale(3), answerTo(sale(2), '00'));
    expect(kinds).toEqual(['AnswerMissing']);
    expect(unpaired).toBe(1);
  });

  it('repeated before its answer is one', () => {
    expect(play(sale(), sale(), answerTo(sale(), '00'), answerTo(sale(), '00'))).toMatchObject({ kinds: ['SaleObserved'], unpaired: 1 });
  });

  it('on another connection neither answers nor ends this one', () => {
    const { session } = play(sale(2));
    const other = observeRequest(session, { ...SILENT, ...sale(3) }, 2, AT);
    expect(other.events).toEqual([]);
    expect(observeResponse(other.session, { ...SILENT, ...answerTo(sale(2), '00') }, 2, AT).paired).toBe(false);
    expect(observeResponse(other.session, { ...SILENT, ...answerTo(sale(2), '00') }, LINK, AT).paired).toBe(true);
  });

  it('can’t fill the memory', () => {
    let session = newSession('TW000001');
    for (let n = 0; n < 1_000; n++) session = observeRequest(session, { ...SILENT, ...reversal, traceNo: n }, n, AT).session;
    expect(session.pending.length).toBeLessThanOrEqual(8);
    expect(session.reversalsPending.length).toBeLessThanOrEqual(32);
  });
});

describe('a reversal', () => {
  it('is pending until the host confirms it, and is said once however often it is repeated', () => {
    const seen = play(sale(), reversal, reversal);
    expect(seen.session.reversalsPending).toEqual([2]);
    expect(seen.kinds).toEqual(['AnswerMissing', 'ReversalSeen']);
    expect(seen.events[1]).toMatchObject({ traceNo: 2, reason: '98' });
    const again = play(sale(), reversal, signOn(9), reversal, answerTo(reversal, '00'));
    expect(again.kinds).toEqual(['AnswerMissing', 'ReversalSeen', 'AnswerMissing', 'ReversalConfirmed']);
    expect(again.session.reversalsPending).toEqual([]);
  });

  it.each([
    ['00', 'ReversalConfirmed', 0],
    ['12', 'ReversalConfirmed', 0],
    ['25', 'ReversalConfirmed', 0],
    ['96', 'ReversalRefused', 1],
  ])('answered %s', (code, kind, pending) => {
    const { kinds, session } = play(reversal, answerTo(reversal, code));
    expect(kinds).toEqual(['ReversalSeen', kind]);
    expect(session.reversalsPending).toHaveLength(pending);
  });
});

describe('a settlement', () => {
  it.each<[string, Said[], TerminalSession['settlement'], string[]]>([
    ['asked for', [settlement], 'running', []],
    ['balanced', [settlement, answerTo(settlement, '00', { totals: totals(1) })], 'closed', ['SettlementBalanced']],
    ['unbalanced', [settlement, answerTo(settlement, '00', { totals: totals(2) })], 'unbalanced', ['SettlementUnbalanced']],
    ['unbalanced by code', [settlement, answerTo(settlement, '95')], 'unbalanced', ['SettlementUnbalanced']],
    ['unclear', [settlement, answerTo(settlement, '00')], 'unclear', ['SettlementUnclear']],
    ['refused', [settlement, answerTo(settlement, '96')], 'open', ['SettlementRefused']],
    ['never answered', [settlement, sale()], 'running', ['AnswerMissing']],
  ])('%s', (_name, said, state, kinds) => {
    const played = play(...said);
    expect(played.session.settlement).toBe(state);
    expect(played.kinds).toEqual(['SettlementStarted', ...kinds]);
  });

  it('that differs is closed by the confirmed end of the upload', () => {
    const differs = [settlement, answerTo(settlement, '00', { totals: totals(2) })];
    const parts = [upload(7, '201'), answerTo(upload(7, '201'), '00'), upload(8, '201'), answerTo(upload(8, '201'), '00')];
    expect(play(...differs, ...parts).session).toMatchObject({ settlement: 'uploading', uploaded: 2 });
    for (const code of ['202', '207']) {
      const end = play(...differs, ...parts, upload(9, code), answerTo(upload(9, code), '00'));
      expect(end.session.settlement).toBe('closed');
      expect(end.events.at(-1)).toMatchObject({ kind: 'BatchUploadEnded', messages: 3 });
      expect(play(...differs, upload(9, code), answerTo(upload(9, code), '30')).session.settlement).toBe('uploading');
    }
  });

  it('says how many reversals are open when it starts', () => {
    expect(play(reversal, settlement).events.at(-1)).toMatchObject({ kind: 'SettlementStarted', reversalsPending: 1 });
  });

  it('is open again with the next money that moves, and with the next batch', () => {
    const closed = [settlement, answerTo(settlement, '00', { totals: totals(1) })];
    expect(play(...closed, sale(), answerTo(sale(), '51')).session.settlement).toBe('closed');
    expect(play(...closed, sale(), answerTo(sale(), '00')).session.settlement).toBe('open');
    expect(play(...closed, signOn(9), { ...signedOn(9), batchNo: 20 }).session).toMatchObject({ settlement: 'open', batchNo: 20 });
    expect(play(...closed, signOn(9), signedOn(9)).session).toMatchObject({ settlement: 'closed', batchNo: 19 });
  });
});
