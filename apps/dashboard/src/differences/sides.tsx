import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import ui from '../ui/ui.module.css';
import { Money, ZonedMoment } from '../ui/values.js';
import { between, fileOfRow } from './difference.rules.js';
import type { DifferenceDetail } from './difference-queries.js';
import { Between } from './difference-states.js';
import classes from './differences.module.css';

/** One line of the comparison; `differs` marks values that are not the same. */
interface SideLine {
  readonly name: string;
  readonly terminal: ReactNode;
  readonly acquirer: ReactNode;
  readonly differs?: boolean;
}

/** What the terminal booked and what the acquirer says, beside each other. */
export function Sides({ difference }: { difference: DifferenceDetail }) {
  const { t } = useTexts();
  const lines = useLines(difference);
  const delta = between(difference);
  return (
    <section>
      <h3 className={classes.sub}>{t('difference.sides')}</h3>
      <table className={classes.sides} data-testid="sides">
        <thead>
          <tr>
            <td />
            <th scope="col">{t('difference.journal')}</th>
            <th scope="col">{t('difference.statement')}</th>
          </tr>
        </thead>
        <tbody>
          {lines
            .filter(({ terminal, acquirer }) => terminal !== null || acquirer !== null)
            .map(({ name, terminal, acquirer, differs }) => (
              <tr key={name} data-differs={differs === true}>
                <th scope="row">{name}</th>
                <td>{terminal ?? '–'}</td>
                <td>{acquirer ?? '–'}</td>
              </tr>
            ))}
          {delta !== undefined && delta.amountMinor !== 0 ? (
            <tr data-differs="true">
              <th scope="row">{t('difference.between')}</th>
              <td />
              <td>
                <Between difference={difference} />
              </td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  );
}

function useLines(difference: DifferenceDetail): SideLine[] {
  const { t } = useTexts();
  const me = useMe();
  const { data: fleet } = useQuery(fleetQuery);
  const { terminalAmount, acquirerAmount, paymentId, statementRowId, transaction: booked, statementRow: row } = difference;
  const timeZone = fleet?.find(({ id }) => id === difference.storeId)?.timeZone;
  const text = (value: string | number | null | undefined) =>
    value === null || value === undefined || value === '' ? null : String(value);
  const last4 = (digits: string | null | undefined) => (digits ? `····\u00a0${digits}` : null);
  const money = (value: typeof terminalAmount | undefined) => (value ? <Money value={value} /> : null);
  const terminalCard = booked ? [booked.cardName, last4(booked.cardLast4)].filter(Boolean).join(' ') : null;
  const acquirerCard = row
    ? [row.scheme === null ? null : textOrCode(t, 'cardScheme', row.scheme), last4(row.cardLast4)].filter(Boolean).join(' ')
    : null;
  return [
    {
      name: t('difference.amount'),
      terminal: money(terminalAmount) ?? t('difference.nothingHere'),
      acquirer: money(acquirerAmount) ?? t('difference.nothingHere'),
      differs: terminalAmount?.amountMinor !== acquirerAmount?.amountMinor || terminalAmount?.currency !== acquirerAmount?.currency,
    },
    {
      name: t('difference.kindOfRow'),
      terminal: paymentId === null ? null : textOrCode(t, 'difference.rowType', difference.rowType),
      acquirer: row ? textOrCode(t, 'difference.rowType', row.type) : null,
    },
    {
      name: t('difference.batch'),
      terminal: paymentId === null ? null : text(difference.batchNo),
      acquirer: row ? text(row.batchNo) : statementRowId === null ? null : text(difference.batchNo),
    },
    {
      name: t('difference.trace'),
      terminal: booked ? text(booked.traceNo) : paymentId === null ? null : text(difference.traceNo),
      acquirer: row ? text(row.traceNo) : statementRowId === null ? null : text(difference.traceNo),
    },
    { name: t('difference.card'), terminal: text(terminalCard), acquirer: text(acquirerCard) },
    {
      name: t('difference.at'),
      terminal: booked ? <ZonedMoment at={booked.startedAt} timeZone={timeZone} /> : null,
      acquirer: text(row?.at),
    },
    { name: t('difference.receipt'), terminal: text(booked?.receiptNo), acquirer: null },
    { name: t('difference.cashier'), terminal: text(booked?.operatorId), acquirer: null },
    { name: t('difference.fee'), terminal: null, acquirer: row?.fee === null ? t('money.feeNotTold') : money(row?.fee) },
    { name: t('difference.net'), terminal: null, acquirer: money(row?.net) },
    { name: t('difference.reference'), terminal: null, acquirer: row?.reference ? <span className={ui.mono}>{row.reference}</span> : null },
    {
      name: t('difference.line'),
      terminal: null,
      acquirer:
        row === null ? null : (
          <>
            {row.line}{' '}
            {me.role === 'manager' ? null : (
              <Link to="/settlement/statements/$fileId" params={{ fileId: fileOfRow(row.id) }}>
                {t('difference.file')}
              </Link>
            )}
          </>
        ),
    },
  ];
}
