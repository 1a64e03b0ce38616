/** Digits with blanks or hyphens between them, as card numbers are written. */
const NUMBER = /(?<![\dA-Za-z])\d(?:[ -]?\d){12,18}(?![\dA-Za-z])/g;

/**
 * Text of a bank with card numbers cut to their last four digits: a number of 13 to 19 digits standing alone, in a range card schemes use (2 to 6), that passes the Luhn check (ISO/IEC
 * 7812-1). Narrower than what terminals' texts are put through: account numbers and references are what payouts are recognised by, and most numbers in a bank's text are such.
 */
export function withoutCardNumbers(text: string): string {
  if (text.length < 13) return text;
  return text.replaceAll(NUMBER, (number) => {
    const digits = number.replaceAll(/[ -]/g, '');
    return /^[2-6]/.test(digits) && passesLuhn(digits) ? `${'*'.repeat(digits.length - 4)}${digits.slice(-4)}` : number;
  });
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
