/** Digits that begin so, are so many and pass the Luhn check: made where they are needed, so that no card number is written down. */
export function numberOf(beginning: string, length = 16, seed = 0): string {
  const body =
    beginning +
    String(seed * 7_654_321 + 1_234_567)
      .padStart(length - 1 - beginning.length, '0')
      .slice(-(length - 1 - beginning.length));
  const sum = [...body].reverse().reduce((total, digit, i) => {
    const twice = Number(digit) * 2;
    return total + (i % 2 === 0 ? (twice > 9 ? twice - 9 : twice) : Number(digit));
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

/** A number in groups of these lengths. */
export function grouped(digits: string, lengths: readonly number[], between = ' '): string {
  let at = 0;
  return lengths
    .map((length) => {
      at += length;
      return digits.slice(at - length, at);
    })
    .join(between);
}
