import { closeSync, openSync, writeSync } from 'node:fs';

/** Gives integers from 0 to below `limit` (mulberry32). */
type Dice = (limit: number) => number;

function dice(start: number): Dice {
  let state = start >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

const ROWS_PER_BLOCK = 4_096;
const BLOCKS = 8;

const ADYEN_HEADER =
  'Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Payment Method Variant,Batch Number,Reserved4,Reserved5,Reserved6,Reserved7,Reserved8,Reserved9,Reserved10,Modification Merchant Reference,Booking Date,Booking Date TimeZone\n';

/** What a generated file holds. */
export interface GeneratedFile {
  readonly bytes: number;
  readonly rows: number;
}

/** Writes an Adyen-like settlement report of at least `bytes` bytes: sales, one refund in fifty, fees in three columns. The same seed gives the same file. */
export function writeAdyenFile(path: string, bytes: number, seed: number): GeneratedFile {
  const roll = dice(seed);
  const blocks = Array.from({ length: BLOCKS }, () => Buffer.from(Array.from({ length: ROWS_PER_BLOCK }, () => adyenRow(roll)).join('')));
  return write(path, bytes, Buffer.from(ADYEN_HEADER), blocks, Buffer.alloc(0));
}

/** Writes a camt.053 message of one statement of at least `bytes` bytes. */
export function writeCamtFile(path: string, bytes: number, seed: number): GeneratedFile {
  const roll = dice(seed);
  const head = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-21T06:00:00+01:00</CreDtTm></GrpHdr>
    <Stmt>
      <Id>S-1</Id>
      <Acct><Id><IBAN>DE00500000000000000001</IBAN></Id><Ccy>EUR</Ccy></Acct>
`;
  const blocks = Array.from({ length: BLOCKS }, () => Buffer.from(Array.from({ length: ROWS_PER_BLOCK }, () => camtEntry(roll)).join('')));
  return write(path, bytes, Buffer.from(head), blocks, Buffer.from('    </Stmt>\n  </BkToCstmrStmt>\n</Document>\n'));
}

function adyenRow(roll: Dice): string {
  const cents = 100 + roll(30_000);
  const [markup, scheme, interchange] = [roll(30), roll(10), roll(40)];
  const refund = roll(50) === 0;
  const fee = refund ? 0 : markup + scheme + interchange;
  const amount = (minor: number) => (minor / 100).toFixed(2);
  const gross = refund ? `${amount(cents)},` : `,${amount(cents)}`;
  const net = refund ? `${amount(cents)},` : `,${amount(cents - fee)}`;
  const costs = refund ? ',,,' : `,${amount(markup)},${amount(scheme)},${amount(interchange)}`;
  const reference = `${8_000_000_000 + roll(1_000_000_000)}${String(roll(1_000_000)).padStart(6, '0')}`;
  const time = `2026-11-20 ${String(roll(24)).padStart(2, '0')}:${String(roll(60)).padStart(2, '0')}:${String(roll(60)).padStart(2, '0')}`;
  return `Chain,ChainDE,${reference},CM${roll(10_000_000)},mc,${time},CET,${refund ? 'Refunded' : 'Settled'},${reference},EUR,${gross},1,EUR,${net},${costs},mcstandardcredit,380,,,,,,,,<auto>,2026-11-21 23:50:00,CET\n`;
}

function camtEntry(roll: Dice): string {
  const amount = ((1 + roll(1_000_000)) / 100).toFixed(2);
  const id = `E${roll(1_000_000_000)}`;
  return `      <Ntry>
        <Amt Ccy="EUR">${amount}</Amt>
        <CdtDbtInd>${roll(5) === 0 ? 'DBIT' : 'CRDT'}</CdtDbtInd>
        <Sts><Cd>BOOK</Cd></Sts>
        <BookgDt><Dt>2026-11-20</Dt></BookgDt>
        <ValDt><Dt>2026-11-20</Dt></ValDt>
        <AcctSvcrRef>B${roll(1_000_000_000)}</AcctSvcrRef>
        <BkTxCd>
          <Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>
        </BkTxCd>
        <NtryDtls>
          <TxDtls>
            <Refs><EndToEndId>${id}</EndToEndId></Refs>
            <Amt Ccy="EUR">${amount}</Amt>
            <CdtDbtInd>CRDT</CdtDbtInd>
            <RltdPties>
              <Dbtr><Pty><Nm>Acquirer ${roll(100)}</Nm><PstlAdr><Ctry>NL</Ctry></PstlAdr></Pty></Dbtr>
              <DbtrAcct><Id><IBAN>NL00BANK0000000001</IBAN></Id></DbtrAcct>
            </RltdPties>
            <RmtInf><Ustrd>Payout ${id} batch ${roll(400)}</Ustrd></RmtInf>
          </TxDtls>
        </NtryDtls>
      </Ntry>
`;
}

function write(path: string, bytes: number, head: Buffer, blocks: readonly Buffer[], tail: Buffer): GeneratedFile {
  const file = openSync(path, 'w');
  try {
    let size = writeSync(file, head);
    let rows = 0;
    for (let n = 0; size < bytes; n++) {
      size += writeSync(file, blocks[n % blocks.length]!);
      rows += ROWS_PER_BLOCK;
    }
    return { bytes: size + writeSync(file, tail), rows };
  } finally {
    closeSync(file);
  }
}
