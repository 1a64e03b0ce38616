import type { XmlName } from './xml.js';

/** A place in a message. Elements that are not listed below it are passed over with all they contain. */
export interface CamtNode {
  readonly path: string;
  readonly children: Readonly<Record<string, CamtNode>>;
  readonly text: boolean;
  /** What it is part of, and its path below that. */
  readonly part: 'detail' | 'entry' | 'balance' | 'statement';
  readonly name: string;
}

/** Passed over. */
export const IGNORED: CamtNode = { path: '', children: {}, text: false, part: 'statement', name: '' };

/** Where an entry's transactions stand. */
export const DETAIL = 'Ntry/NtryDtls/TxDtls';

const balance = ['Tp/CdOrPrtry/Cd', 'Tp/CdOrPrtry/Prtry', 'Amt', 'CdtDbtInd', 'Dt/Dt', 'Dt/DtTm'];
const typeCode = ['Domn/Cd', 'Domn/Fmly/Cd', 'Domn/Fmly/SubFmlyCd', 'Prtry/Cd'].map((path) => `BkTxCd/${path}`);
const transaction = [
  'Refs/EndToEndId',
  'Refs/AcctSvcrRef',
  'Refs/InstrId',
  'Refs/PmtInfId',
  'Refs/MsgId',
  'Refs/TxId',
  'Amt',
  'AmtDtls/TxAmt/Amt',
  'CdtDbtInd',
  'RmtInf/Ustrd',
  'RmtInf/Strd/CdtrRefInf/Ref',
  'RmtInf/Strd/AddtlRmtInf',
  'AddtlTxInf',
];
const entry = [
  'Amt',
  'CdtDbtInd',
  'RvslInd',
  'Sts',
  'Sts/Cd',
  'Sts/Prtry',
  'BookgDt/Dt',
  'BookgDt/DtTm',
  'ValDt/Dt',
  'ValDt/DtTm',
  'AcctSvcrRef',
  'NtryRef',
  'AddtlNtryInf',
  ...typeCode,
  'NtryDtls/Btch/NbOfTxs',
  'NtryDtls/Btch/TtlAmt',
  'NtryDtls/Btch/CdtDbtInd',
  ...transaction.map((path) => `NtryDtls/TxDtls/${path}`),
];
const statement = [
  'Id',
  'ElctrncSeqNb',
  'LglSeqNb',
  'StmtPgntn/PgNb',
  'StmtPgntn/LastPgInd',
  'NtfctnPgntn/PgNb',
  'NtfctnPgntn/LastPgInd',
  'Acct/Id/IBAN',
  'Acct/Id/Othr/Id',
  'Acct/Ccy',
  'TxsSummry/TtlCdtNtries/NbOfNtries',
  'TxsSummry/TtlCdtNtries/Sum',
  'TxsSummry/TtlDbtNtries/NbOfNtries',
  'TxsSummry/TtlDbtNtries/Sum',
  'TxsSummry/TtlNtries/NbOfNtries',
  ...balance.map((path) => `Bal/${path}`),
  ...entry.map((path) => `Ntry/${path}`),
];

/** The two messages: their root below Document, and the element of one statement (ISO 20022 camt.053 BankToCustomerStatement, camt.054 BankToCustomerDebitCreditNotification). */
export const MESSAGES = {
  BkToCstmrStmt: { format: 'camt053', number: '053', statement: 'Stmt' },
  BkToCstmrDbtCdtNtfctn: { format: 'camt054', number: '054', statement: 'Ntfctn' },
} as const;

/** The places of both messages that are read; paths are relative to the statement. */
export const DOCUMENT: CamtNode = treeOf();

function treeOf(): CamtNode {
  interface Growing {
    path: string;
    children: Record<string, Growing>;
    text: boolean;
    part: CamtNode['part'];
    name: string;
  }
  const grown = (path: string): Growing => ({
    path,
    children: Object.create(null) as Record<string, Growing>,
    text: false,
    ...placeOf(path),
  });
  const statementNode = grown('Stmt');
  for (const path of statement) {
    let node = statementNode;
    let so = '';
    for (const name of path.split('/')) {
      so = so === '' ? name : `${so}/${name}`;
      node = node.children[name] ??= grown(so);
    }
    node.text = true;
  }
  const root = grown('Document');
  for (const [message, { statement: name }] of Object.entries(MESSAGES)) {
    const node = grown(message);
    node.children[name] = statementNode;
    node.children['GrpHdr'] = grown('GrpHdr');
    root.children[message] = node;
  }
  return root;
}

function placeOf(path: string): Pick<CamtNode, 'part' | 'name'> {
  for (const [part, prefix] of [['detail', `${DETAIL}/`] as const, ['entry', 'Ntry/'] as const, ['balance', 'Bal/'] as const])
    if (path.startsWith(prefix)) return { part, name: path.slice(prefix.length) };
  return { part: 'statement', name: path };
}

/** The place of a child; names of another namespace than the document's are passed over. */
export function childOf(node: CamtNode, name: XmlName, prefix: string): CamtNode {
  return name.prefix === prefix ? (node.children[name.local] ?? IGNORED) : IGNORED;
}
