import { describe, expect, it } from 'vitest';
import { dialogueFrame } from './dialogue.js';
import { peopleText } from './result.js';

/** Not a card number in this file: put together where it is used. */
const PAN = ['4', '1'.repeat(15)].join('');

describe('a dialogue frame', () => {
  const values = (message: Record<string, unknown>) =>
    Object.fromEntries(dialogueFrame('received', message, 100).fields.map(({ tag, value }) => [tag, value]));

  it('names its message and shows what may be shown', () => {
    const frame = dialogueFrame(
      'sent',
      { MessageHeader: { ServiceID: 'S1' }, LoginRequest: { OperatorLanguage: 'en', SaleSoftware: { ApplicationName: 'Tillward' } } },
      321,
    );
    expect(frame).toEqual({
      direction: 'sent',
      name: 'LoginRequest',
      bytes: 321,
      fields: [
        { tag: 'MessageHeader.ServiceID', name: 'service id', value: 'S1' },
        { tag: 'LoginRequest.OperatorLanguage', name: 'operator language', value: '(not shown)' },
        { tag: 'LoginRequest.SaleSoftware.ApplicationName', name: 'application name', value: 'Tillward' },
      ],
    });
  });

  it('shows of a card its last four digits, wherever the number hides', () => {
    const card = {
      MaskedPan: `${PAN.slice(0, 6)}****${PAN.slice(-4)}`,
      PAN,
      TrackData: [{ TrackValue: PAN }],
      Text: `No. ${PAN}`,
      TransactionID: PAN,
    };
    const shown = values({
      PaymentResponse: { CardData: card, AdditionalResponse: `cardBin=${PAN.slice(0, 6)}&message=ok&cardHolderName=A`, [PAN]: PAN },
    });
    expect(JSON.stringify(shown)).not.toContain(PAN.slice(0, 12));
    expect(shown).toMatchObject({
      'PaymentResponse.CardData.MaskedPan': '**** 1111',
      'PaymentResponse.CardData.PAN': '(not shown)',
      'PaymentResponse.CardData.TrackData[0].TrackValue': '(not shown)',
      'PaymentResponse.AdditionalResponse': 'ok',
      'PaymentResponse.(name not shown)': '(not shown)',
    });
    expect(JSON.stringify(shown)).not.toContain(PAN.slice(0, 6));
  });

  it('stays small whatever a terminal sends', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 5_000; depth++) deep = { Response: deep };
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`Field${n % 1_000}x${n}`, 'x'.repeat(5_000)]));
    for (const message of [{ deep }, wide, { list: Array.from({ length: 5_000 }, () => [[['x']]]) }]) {
      const frame = dialogueFrame('received', message as Record<string, unknown>, 1);
      expect(frame.fields.length).toBeLessThanOrEqual(120);
      expect(frame.fields.every(({ tag, name, value }) => tag.length <= 120 && name.length <= 80 && value.length <= 400)).toBe(true);
    }
  });
});

it('takes from an AdditionalResponse only what is for people', () => {
  expect(peopleText('tid=1&message=Not%20enough%20balance&cardBin=411111&refusalReason=51')).toBe('Not enough balance; 51');
  expect(peopleText('eyJjYXJkQmluIjoiNDExMTExIn0')).toBe('');
  expect(peopleText(undefined)).toBe('');
  expect(peopleText(`message=${PAN}`)).not.toContain(PAN);
});
