/** A UUID's digits come from chance; one in some thousands would look like a card number. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DIGIT_RUN = /\d{12,}/g;
/** Four times four and 4-6-5 digits, with one separator between: as card numbers are printed. */
const PRINTED = /(?<!\d)(?:\d{4}([ ._:-])\d{4}\1\d{4}\1\d{4}|\d{4}([ ._:-])\d{6}\2\d{5})(?!\d)/g;
const MIN_PAN = 12;
const MAX_PAN = 19;

/**
 * Whether text could hold a card number: a run of 12 to 19 digits, or digits grouped as cards print them, that passes the Luhn check (ISO/IEC 7812-1
 * annex B); of a longer run, any part of such a length. Rather refuses an innocent number than lets one through. A text that is a UUID holds none.
 */
export function carriesCardNumber(text: string): boolean {
  if (UUID.test(text)) return false;
  if ((text.match(PRINTED) ?? []).some((run) => passesLuhn(run.replace(/\D/g, '')))) return true;
  return (text.match(DIGIT_RUN) ?? []).some((run) => (run.length <= MAX_PAN ? passesLuhn(run) : hasCardInside(run)));
}

function hasCardInside(digits: string): boolean {
  for (let start = 0; start + MIN_PAN <= digits.length; start++) {
    for (let end = start + MIN_PAN; end <= Math.min(digits.length, start + MAX_PAN); end++) {
      if (passesLuhn(digits.slice(start, end))) return true;
    }
  }
  return false;
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const value = digits.charCodeAt(i) - 0x30;
    sum += double ? Math.floor((value * 2) / 10) + ((value * 2) % 10) : value;
  }
  return sum % 10 === 0;
}
