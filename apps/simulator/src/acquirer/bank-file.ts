import { addBankDays, addBusinessDays } from '@tillward/calendar';
import { decimalText } from '@tillward/money';
import type { SentFile, Statement } from './statement-file.js';

/** Where and when the acquirer pays. */
export interface PayoutTerms {
  /** The chain's account, as its bank writes it. */
  readonly account: string;
  /** Whose bank days count (ISO 3166-1 alpha-2). */
  readonly country: string;
  readonly delayBankDays: number;
}

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08';
const OPENING_MINOR = 1_000_000;
const IBAN = /^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$/;

/**
 * The bank's statements of the accounts the acquirer pays into (ISO 20022 camt.053.001.08 BankToCustomerStatement), one for each day on which it does: an entry for each payout, balances that add up. Currencies have an
 * account each under the same number. A day nobody knows the bank days for is paid as if every day were one.
 */
export function writeBankFiles(statements: readonly Statement[], terms: PayoutTerms): SentFile[] {
  const paid = statements.filter(({ netMinor }) => netMinor !== 0);
  const days = Map.groupBy(paid, ({ businessDay }) => payDay(businessDay, terms));
  return [...days.keys()].sort().map((day) => {
    const currencies = [...Map.groupBy(days.get(day)!, ({ currency }) => currency)];
    const accounts = currencies.map(([currency, payouts]) => account(day, currency, payouts, terms.account));
    const content = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="${NAMESPACE}"><BkToCstmrStmt>
<GrpHdr><MsgId>SIM-${day}</MsgId><CreDtTm>${day}T18:00:00Z</CreDtTm></GrpHdr>
${accounts.join('\n')}
</BkToCstmrStmt></Document>
`;
    return { name: `bank-${day}.xml`, content };
  });
}

function payDay(businessDay: string, { country, delayBankDays }: PayoutTerms): string {
  const due = addBankDays(country, businessDay, delayBankDays);
  return due.known ? due.date : addBusinessDays(businessDay, delayBankDays);
}

function account(day: string, currency: string, payouts: readonly Statement[], number: string): string {
  const net = payouts.reduce((sum, { netMinor }) => sum + netMinor, 0);
  const id = IBAN.test(number) ? `<IBAN>${number}</IBAN>` : `<Othr><Id>${text(number)}</Id></Othr>`;
  return `<Stmt><Id>SIM-${day}-${currency}</Id><CreDtTm>${day}T18:00:00Z</CreDtTm>
<Acct><Id>${id}</Id><Ccy>${currency}</Ccy></Acct>
${balance('OPBD', day, currency, OPENING_MINOR)}
${balance('CLBD', day, currency, OPENING_MINOR + net)}
${payouts.map((payout) => entry(day, payout)).join('\n')}
</Stmt>`;
}

function balance(code: 'OPBD' | 'CLBD', day: string, currency: string, minor: number): string {
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(minor, currency)}<Dt><Dt>${day}</Dt></Dt></Bal>`;
}

function entry(day: string, { netMinor, currency, payout }: Statement): string {
  return `<Ntry>${amount(netMinor, currency)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${day}</Dt></ValDt><BkTxCd><Prtry><Cd>CARD</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>${text(payout)}</EndToEndId></Refs>${amount(netMinor, currency)}<RmtInf><Ustrd>Card payments ${text(payout)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`;
}

function amount(minor: number, currency: string): string {
  return `<Amt Ccy="${currency}">${decimalText(Math.abs(minor), currency)}</Amt><CdtDbtInd>${minor < 0 ? 'DBIT' : 'CRDT'}</CdtDbtInd>`;
}

function text(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
