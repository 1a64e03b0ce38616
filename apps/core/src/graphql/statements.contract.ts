import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { type StatementRowType as RowType, STATEMENT_ROW_TYPES } from '@tillward/statements';
import { MoneyType } from './fleet.contract.js';
import { InvalidInputType, NotFoundType, resultType } from './refusals.contract.js';
import { CalendarDate, DateTime, MinorUnits } from './scalars.js';

/** What a file holds. */
export const StatementKind = { acquirer: 'acquirer', bank: 'bank' } as const;
export type StatementKind = (typeof StatementKind)[keyof typeof StatementKind];
registerEnumType(StatementKind, { name: 'StatementKind' });

/** Where a file stands. `arrived`: its bytes are safe, it is being read or waits for it. `withdrawing`: two people withdrew it; its rows count until all of that is done. */
export const StatementFileState = {
  arrived: 'arrived',
  imported: 'imported',
  refused: 'refused',
  superseded: 'superseded',
  withdrawing: 'withdrawing',
  withdrawn: 'withdrawn',
} as const;
export type StatementFileState = (typeof StatementFileState)[keyof typeof StatementFileState];
registerEnumType(StatementFileState, { name: 'StatementFileState' });

/** How a file came. */
export const StatementChannel = { upload: 'upload', folder: 'folder', sftp: 'sftp' } as const;
export type StatementChannel = (typeof StatementChannel)[keyof typeof StatementChannel];
registerEnumType(StatementChannel, { name: 'StatementChannel' });

/** What a line of a statement is about. */
export const StatementRowType = Object.fromEntries(STATEMENT_ROW_TYPES.map((type) => [type, type])) as { [T in RowType]: T };
export type StatementRowType = RowType;
registerEnumType(StatementRowType, { name: 'StatementRowType' });

/** What an acquirer calls a terminal, and which one that is here. */
@ObjectType('AcquirerTerminal')
export class AcquirerTerminalType {
  @Field(() => String, { description: 'Empty: of any merchant number.' }) merchantNo!: string;
  @Field(() => String, { description: 'Empty: all terminals of the merchant number.' }) terminalNo!: string;
  @Field(() => ID) storeId!: string;
  @Field(() => ID, { nullable: true }) terminalId!: string | null;
}

/** Who takes the chain's card transactions and sends statements. */
@ObjectType('Acquirer')
export class AcquirerType {
  @Field(() => ID) id!: string;
  @Field(() => String) name!: string;
  @Field(() => String, { nullable: true, description: 'Format of its files where their content alone does not say; null detects it.' })
  format!: string | null;
  @Field(() => String, { nullable: true, description: 'Which columns its CSV has, as JSON; null for formats that need no telling.' })
  profile!: string | null;
  @Field(() => [AcquirerTerminalType], { description: 'Which of its numbers is which terminal here.' })
  mapping?: AcquirerTerminalType[];
}

/** One comparison of what a file says about itself with what its rows say. */
@ObjectType('StatementCheck')
export class StatementCheckType {
  @Field(() => String) name!: string;
  @Field(() => Boolean) passed!: boolean;
  @Field(() => String) detail!: string;
}

/** Sums of the rows of one type and currency in a file. */
@ObjectType('StatementTotal')
export class StatementTotalType {
  @Field(() => String, { description: 'A StatementRowType, or entry in a bank statement.' }) type!: string;
  @Field(() => String) currency!: string;
  @Field(() => Int) count!: number;
  @Field(() => MinorUnits) grossMinor!: number;
  @Field(() => MinorUnits, { nullable: true, description: 'Of the rows whose fee is told; null where none is.' }) feeMinor!: number | null;
  @Field(() => MinorUnits) netMinor!: number;
}

/** A file of an acquirer or of the bank. */
@ObjectType('StatementFile')
export class StatementFileType {
  @Field(() => ID) id!: string;
  @Field(() => StatementKind) kind!: StatementKind;
  @Field(() => ID, { nullable: true }) acquirerId!: string | null;
  @Field(() => String) name!: string;
  @Field(() => String, { description: 'SHA-256 of its bytes, hexadecimal.' }) digest!: string;
  @Field(() => MinorUnits, { description: 'Size in bytes.' }) bytes!: number;
  @Field(() => StatementFileState) state!: StatementFileState;
  @Field(() => StatementChannel) channel!: StatementChannel;
  @Field(() => String) arrivedBy!: string;
  @Field(() => DateTime) arrivedAt!: Date;
  @Field(() => ID, { nullable: true, description: 'The file that took its place.' }) supersededBy!: string | null;
  @Field(() => MinorUnits, { description: 'How many bytes of it were read so far.' }) bytesRead!: number;
  @Field(() => MinorUnits) rowsRead!: number;
  @Field(() => MinorUnits, { description: 'Of a file that is being withdrawn: how many of its rows were dealt with so far.' })
  rowsWithdrawn!: number;
  @Field(() => MinorUnits, { description: 'Rows another file told already: they are kept and count nothing.' }) toldAgain!: number;
  @Field(() => Boolean, {
    description: 'Reports of a bank within the day: their entries count until a statement of the same account and day comes.',
  })
  interim!: boolean;
  @Field(() => String, { nullable: true }) format!: string | null;
  @Field(() => String, { nullable: true, description: 'Merchant numbers, of a bank statement: accounts.' }) merchant!: string | null;
  @Field(() => CalendarDate, { nullable: true }) periodFrom!: string | null;
  @Field(() => CalendarDate, { nullable: true }) periodTo!: string | null;
  @Field(() => [StatementCheckType]) checks!: StatementCheckType[];
  @Field(() => [StatementTotalType]) totals!: StatementTotalType[];
  @Field(() => String, { nullable: true, description: 'Stable code of why it was refused.' }) refusalCode!: string | null;
  @Field(() => Int, { nullable: true, description: 'Line of the file the refusal is about, from 1.' }) refusalLine!: number | null;
  @Field(() => String, { nullable: true }) refusalMessage!: string | null;
  @Field(() => DateTime, { nullable: true }) finishedAt!: Date | null;
}

/** One line of an acquirer's statement. Amounts are signed as the merchant sees them. */
@ObjectType('StatementRow')
export class StatementLineType {
  @Field(() => ID) id!: string;
  @Field(() => ID) fileId!: string;
  @Field(() => ID) acquirerId!: string;
  @Field(() => ID, { nullable: true, description: 'Null for a row no mapping knows.' }) storeId!: string | null;
  @Field(() => ID, { nullable: true }) terminalId!: string | null;
  @Field(() => Int) line!: number;
  @Field(() => StatementRowType) type!: StatementRowType;
  @Field(() => String) sourceType!: string;
  @Field(() => CalendarDate, { nullable: true }) businessDay!: string | null;
  @Field(() => String, { nullable: true, description: 'As the file writes it.' }) at!: string | null;
  @Field(() => String) merchantNo!: string;
  @Field(() => String) terminalNo!: string;
  @Field(() => String) batchNo!: string;
  @Field(() => String) traceNo!: string;
  @Field(() => String) reference!: string;
  @Field(() => String, { nullable: true }) scheme!: string | null;
  @Field(() => String, { nullable: true }) cardLast4!: string | null;
  @Field(() => MoneyType) gross!: MoneyType;
  @Field(() => MoneyType, {
    nullable: true,
    description: 'Null where the file doesn’t tell the fee of each row: it is not known then, and is checked nowhere.',
  })
  fee!: MoneyType | null;
  @Field(() => MoneyType) net!: MoneyType;
  @Field(() => Int, { description: 'What the fee has beyond minor units, in 100,000ths of one.' }) feeRemainder!: number;
  @Field(() => String) payout!: string;
  @Field(() => Boolean, { description: 'It does not count: a corrected file took its place, its file was withdrawn, or toldIn tells it.' })
  superseded!: boolean;
  @Field(() => ID, { nullable: true, description: 'The file that told this row already.' }) toldIn!: string | null;
}

/** One line of a bank statement. Positive amounts came in. */
@ObjectType('BankEntry')
export class BankEntryType {
  @Field(() => ID) id!: string;
  @Field(() => ID) fileId!: string;
  @Field(() => Int) line!: number;
  @Field(() => String) account!: string;
  @Field(() => CalendarDate) bookingDay!: string;
  @Field(() => CalendarDate, { nullable: true }) valueDay!: string | null;
  @Field(() => MoneyType) amount!: MoneyType;
  @Field(() => String, { description: 'booked, pending or information.' }) status!: string;
  @Field(() => String) reference!: string;
  @Field(() => String) remittance!: string;
  @Field(() => Boolean, { description: 'It does not count: a corrected file took its place, its file was withdrawn, or toldIn tells it.' })
  superseded!: boolean;
  @Field(() => ID, { nullable: true, description: 'The statement that tells this entry of an interim report.' }) toldIn!: string | null;
}

/** Which files to list; absent means all. */
@InputType('StatementFileFilter')
export class StatementFileFilterInput {
  @Field(() => StatementKind, { nullable: true }) kind?: StatementKind | null;
  @Field(() => ID, { nullable: true }) acquirerId?: string | null;
  @Field(() => [StatementFileState], { nullable: true }) state?: StatementFileState[] | null;
  @Field(() => CalendarDate, { nullable: true, description: 'A day the file covers.' }) businessDay?: string | null;
}

/** Which rows to list; absent means all the viewer sees. */
@InputType('StatementRowFilter')
export class StatementRowFilterInput {
  @Field(() => ID, { nullable: true }) storeId?: string | null;
  @Field(() => ID, { nullable: true }) fileId?: string | null;
  @Field(() => ID, { nullable: true }) acquirerId?: string | null;
  @Field(() => ID, { nullable: true }) terminalId?: string | null;
  @Field(() => CalendarDate, { nullable: true }) businessDay?: string | null;
  @Field(() => [StatementRowType], { nullable: true }) type?: StatementRowType[] | null;
  @Field(() => String, { nullable: true }) payout?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Only rows whose terminal no mapping knows.' }) unmapped?: boolean | null;
  @Field(() => Boolean, { nullable: true }) superseded?: boolean | null;
}

/** Which bank entries to list; absent means all. */
@InputType('BankEntryFilter')
export class BankEntryFilterInput {
  @Field(() => ID, { nullable: true }) fileId?: string | null;
  @Field(() => CalendarDate, { nullable: true }) bookingDay?: string | null;
}

/** Creates an acquirer or changes what is said about it. */
@InputType('SaveAcquirerInput')
export class SaveAcquirerInput {
  @Field(() => ID, { description: 'At most 48 lower-case letters, digits and hyphens.' }) id!: string;
  @Field(() => String, { description: '1 to 80 characters.' }) name!: string;
  @Field(() => String, { nullable: true, description: 'Left out it stays as it is, of a new acquirer detected; null has it detected.' })
  format?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Which columns its CSV has, as JSON (docs/guide/statements.md). Left out it stays as it is; null takes it away.',
  })
  profile?: string | null;
}

/** One number of an acquirer and the terminal it is. */
@InputType('AcquirerTerminalInput')
export class AcquirerTerminalInput {
  @Field(() => String, { defaultValue: '', description: 'At most 64 characters.' }) merchantNo!: string;
  @Field(() => String, { defaultValue: '', description: 'At most 64 characters.' }) terminalNo!: string;
  @Field(() => ID) storeId!: string;
  @Field(() => ID, { nullable: true }) terminalId?: string | null;
}

/** Outcome of the acquirer mutations. */
export const AcquirerResult = createUnionType({
  name: 'AcquirerResult',
  types: () => [AcquirerType, InvalidInputType, NotFoundType] as const,
  resolveType: resultType('Acquirer'),
});
