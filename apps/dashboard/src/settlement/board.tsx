import { Button, NativeSelect, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import {
  Banknote,
  CircleAlert,
  CircleCheck,
  CircleHelp,
  Clock,
  FileCheck,
  LoaderCircle,
  type LucideIcon,
  ReceiptText,
  Scale,
} from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { useMinute } from '../app/clock.js';
import { DayFields } from '../days/day-fields.js';
import { checkedDays } from '../days/days.rules.js';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { formatMoney } from '../format/money.js';
import { deviceZone, formatBusinessDay } from '../format/time.js';
import { useTexts } from '../i18n/use-texts.js';
import { EmptyState, ErrorState, Skeletons } from '../ui/blocks.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { usePhone } from '../ui/use-phone.js';
import { BusinessDay } from '../ui/values.js';
import classes from './board.module.css';
import { type BoardCell, boardOf, type DayState, dayAt, daysThrough, newestDay } from './board.rules.js';
import { FundsAtRisk } from './funds-at-risk.js';
import { boardQuery, followFunds, fundsQuery } from './settlement-queries.js';

const route = getRouteApi('/signed-in/settlement');
const DAYS = 7;
/** What somebody has to look at. */
const PROBLEMS = ['unbalanced', 'missed', 'inDoubt'] as const;

const LOOKS: Record<DayState, [ChipTone, LucideIcon]> = {
  unbalanced: ['bad', Scale],
  missed: ['bad', CircleAlert],
  inDoubt: ['warn', CircleHelp],
  open: ['info', Clock],
  settling: ['info', LoaderCircle],
  settled: ['quiet', CircleCheck],
  confirmed: ['quiet', FileCheck],
  funded: ['ok', Banknote],
};

/** Every store's last seven business days: what somebody has to look at, and how far the money has come. */
export function Board() {
  const { t, locale } = useTexts();
  const phone = usePhone();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: fleet } = useQuery(fleetQuery);
  // Where a store's day has begun already, it is shown, wherever the viewer is.
  const today = newestDay(dayAt(useMinute(), deviceZone()), fleet ?? []);
  const { day } = checkedDays(search).days;
  const last = day ?? today;
  const days = daysThrough(last, DAYS);
  const query = useQuery({
    ...boardQuery({
      fromDay: days.at(-1) ?? last,
      throughDay: last,
      storeId: search.store ?? null,
      states: search.show === 'problems' ? PROBLEMS : null,
    }),
    enabled: fleet !== undefined,
  });
  const cells = useMemo(() => boardOf(query.data ?? []), [query.data]);
  const empty = [...cells.values()].every((ofStore) => ofStore.size === 0);
  const { data: funds, isPending: fundsPending } = useQuery(fundsQuery);
  useEffect(followFunds, []);
  // All appear at once: the board would jump when the picture, or the stores' names, came later.
  const waiting = query.isPending || fundsPending;
  const move = (by: number) => {
    const [next] = daysThrough(new Date(Date.parse(`${last}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10), 1);
    void navigate({ search: { ...search, day: next === today ? '' : next } as typeof search, replace: true });
  };
  return (
    <>
      <search className={ui.filters} aria-label={t('filter.label')}>
        <DayFields
          fields={[{ name: 'day', label: t('board.through'), value: search.day ?? last, max: today, testId: 'board-day' }]}
          change={({ day: chosen }) => void navigate({ search: { ...search, day: chosen } as typeof search, replace: true })}
        />
        <div className={classes.moves}>
          <Button variant="default" onClick={() => move(-DAYS)} data-testid="board-earlier">
            {t('board.earlier')}
          </Button>
          <Button variant="default" onClick={() => move(DAYS)} disabled={last >= today} data-testid="board-later">
            {t('board.later')}
          </Button>
        </div>
        <NativeSelect
          label={t('board.show')}
          value={search.show ?? ''}
          onChange={(event) => void navigate({ search: { ...search, show: event.currentTarget.value } as typeof search, replace: true })}
          data={[
            { value: '', label: t('board.showAll') },
            { value: 'problems', label: t('board.showProblems') },
          ]}
          data-testid="board-show"
        />
      </search>
      {waiting ? <Skeletons rows={5} height={64} /> : null}
      {!waiting && funds && fleet && day === undefined ? (
        <FundsAtRisk
          funds={search.store ? funds.filter(({ storeId }) => storeId === search.store) : funds}
          stores={search.store ? 1 : fleet.length}
        />
      ) : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {!waiting && query.data && empty ? (
        <EmptyState
          icon={search.show === 'problems' ? CircleCheck : ReceiptText}
          title={t(search.show === 'problems' ? 'board.noProblems' : 'board.noneTitle', {
            from: formatBusinessDay(days.at(-1) ?? last, locale),
            to: formatBusinessDay(last, locale),
          })}
        >
          {search.show === 'problems' ? undefined : t('board.noneText')}
        </EmptyState>
      ) : null}
      {!waiting && query.data && !empty ? <Grid board={cells} days={days} stores={fleet ?? []} phone={phone} /> : null}
    </>
  );
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly city: string;
}

function Grid(props: { board: Map<string, Map<string, BoardCell>>; days: readonly string[]; stores: readonly Named[]; phone: boolean }) {
  const { t } = useTexts();
  const { board, days, phone } = props;
  const stores = props.stores.filter(({ id }) => board.has(id));
  if (phone) {
    return (
      <ul className={ui.list} aria-label={t('board.label')} data-testid="settlement-board">
        {stores.map((store) => (
          <li key={store.id} className={ui.card} data-testid={`board-${store.id}`}>
            <h2 className={ui.cardTitle}>{store.name}</h2>
            <ul className={classes.days}>
              {days.flatMap((day) => {
                const cell = board.get(store.id)?.get(day);
                return cell === undefined
                  ? []
                  : [
                      <li key={day}>
                        <Cell store={store} day={day} cell={cell} withDay />
                      </li>,
                    ];
              })}
            </ul>
          </li>
        ))}
      </ul>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
    <section className={classes.scroll} tabIndex={0} aria-label={t('board.label')}>
      <table className={`${ui.table} ${classes.board}`} aria-label={t('board.label')} data-testid="settlement-board">
        <thead>
          <tr>
            <th scope="col">{t('board.store')}</th>
            {days.map((day) => (
              <th key={day} scope="col">
                <BusinessDay day={day} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stores.map((store) => (
            <tr key={store.id} data-testid={`board-${store.id}`}>
              <th scope="row">
                <strong>{store.name}</strong>
                <small className={ui.muted}>{store.city}</small>
              </th>
              {days.map((day) => {
                const cell = board.get(store.id)?.get(day);
                return (
                  <td key={day}>
                    {cell === undefined ? (
                      <span className={ui.muted}>{t('board.nothing')}</span>
                    ) : (
                      <Cell store={store} day={day} cell={cell} />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A day in a store: state as icon and word, amount, how many batches; it leads to them. */
function Cell({ store, day, cell, withDay }: { store: Named; day: string; cell: BoardCell; withDay?: boolean }) {
  const { t, locale } = useTexts();
  const [tone, icon] = LOOKS[cell.state];
  const word = t(`board.state.${cell.state}`);
  const amounts = cell.sums.map((money) => formatMoney(money, locale));
  const unsettled = cell.unsettled.map((money) => formatMoney(money, locale)).join(t('list.separator'));
  const state = cell.inState === cell.batches ? word : t('board.some', { state: word, some: cell.inState, all: cell.batches });
  // Read out the cell says where it stands; as text rather than a label, so that what is seen is always a part of its name.
  const place = [store.name, ...(withDay ? [] : [formatBusinessDay(day, locale)])].join(t('list.separator'));
  const content = (
    <>
      <VisuallyHidden>{`${place} `}</VisuallyHidden>
      {withDay ? <BusinessDay day={day} /> : null}
      <StateChip tone={tone} icon={icon} plain={tone === 'quiet'}>
        {state}
      </StateChip>
      <span className={classes.amounts}>
        {unsettled === '' ? null : <strong className={ui.number}>{t('board.unsettled', { amount: unsettled })}</strong>}
        {amounts.map((amount) => (
          <span key={amount} className={ui.number}>
            {unsettled === '' ? amount : t('board.ofAll', { amount })}
          </span>
        ))}
      </span>
    </>
  );
  const shared = { className: classes.cell, 'data-state': cell.state, 'data-testid': `cell-${store.id}-${day}` };
  if (cell.only) {
    const { terminalId, batchNo } = cell.only;
    return (
      <Link
        to="/settlement/batches/$storeId/$terminalId/$batchNo"
        params={{ storeId: store.id, terminalId, batchNo: String(batchNo) }}
        {...shared}
      >
        {content}
      </Link>
    );
  }
  return (
    <Link to="/settlement" search={{ tab: 'batches', store: store.id, day }} {...shared}>
      {content}
    </Link>
  );
}
