import { decimalText } from '@tillward/money';
import type { BankEntry, StatementCheck, StatementRow, StatementSummary } from '@tillward/statements';

/** A row of an acquirer's statement as a line for people: amounts in the currency's decimals, fee as what it costs. */
export function rowLine(row: StatementRow): string {
  const amount = (minor: number) => decimalText(minor, row.currency).padStart(12);
  return [
    String(row.line).padStart(7),
    row.type.padEnd(18),
    (row.at ?? row.businessDay ?? '').padEnd(19),
    row.currency,
    amount(row.grossMinor),
    amount(row.feeMinor),
    amount(row.netMinor),
    row.cardLast4 === undefined ? '    ' : row.cardLast4,
    row.reference ?? row.merchantReference ?? row.payout ?? '',
  ]
    .join('  ')
    .trimEnd();
}

/** An entry of a bank's file as a line for people, and a line for each part of a batch booking. */
export function entryLine(entry: BankEntry): string {
  const head = [
    String(entry.line).padStart(7),
    (entry.bookingDate ?? entry.valueDate ?? '').padEnd(10),
    entry.currency,
    decimalText(entry.amountMinor, entry.currency).padStart(14),
    entry.status === 'booked' ? entry.typeCode : `${entry.typeCode} (${entry.status})`,
    entry.reference ?? entry.bankReference ?? '',
    shortened(entry.remittance),
  ]
    .join('  ')
    .trimEnd();
  const parts = entry.details.map((detail) => {
    const amount = detail.amountMinor === undefined ? '' : decimalText(detail.amountMinor, detail.currency ?? entry.currency);
    return `${' '.repeat(23)}${amount.padStart(14)}  ${detail.reference ?? ''}  ${shortened(detail.remittance)}`.trimEnd();
  });
  return [head, ...parts].join('\n');
}

/** The summary for people. */
export function summaryText(summary: StatementSummary): string {
  const lines = [`format   ${summary.format}`, `rows     ${summary.rowCount}`];
  for (const [type, count] of Object.entries(summary.rowsByType)) lines.push(`         ${type.padEnd(18)} ${count}`);
  for (const { currency, grossMinor, feeMinor, netMinor, payoutMinor } of summary.totals) {
    const payout = payoutMinor === 0 ? '' : `  paid out ${decimalText(0 - payoutMinor, currency)}`;
    // A bank's file tells no fees: what it booked is all there is.
    if (summary.statements.length > 0) lines.push(`${currency}      booked ${decimalText(netMinor, currency)}`);
    else
      lines.push(
        `${currency}      gross ${decimalText(grossMinor, currency)}  fees ${decimalText(0 - feeMinor, currency)}  net ${decimalText(netMinor, currency)}${payout}`,
      );
  }
  const passed = summary.checksMade - summary.checksFailed;
  lines.push(`checks   ${passed} of ${summary.checksMade} passed${summary.checksFailed > 0 ? `, ${summary.checksFailed} FAILED` : ''}`);
  for (const check of summary.checks) lines.push(checkLine(check));
  for (const { line, message } of summary.notes) lines.push(`note     ${line > 0 ? `line ${line}: ` : ''}${message}`);
  return `${lines.join('\n')}\n`;
}

function checkLine({ name, ok, expected, actual, currency, line }: StatementCheck): string {
  const shown = (value: number) => (currency === undefined ? String(value) : `${decimalText(value, currency)} ${currency}`);
  const values = ok ? shown(expected) : `the file says ${shown(expected)}, its rows come to ${shown(actual)}`;
  return `         ${ok ? 'ok    ' : 'FAILED'} ${name}: ${values} (line ${line})`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
