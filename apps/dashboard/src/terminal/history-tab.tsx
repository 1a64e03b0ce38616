import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import {
  ArrowUp,
  CircleAlert,
  CircleCheck,
  CircleDot,
  CreditCard,
  History,
  type LucideIcon,
  MessagesSquare,
  Moon,
  Printer,
  ReceiptText,
  Send,
  TriangleAlert,
} from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { queryClient } from '../app/query-client.js';
import { HISTORY_SHOWS } from '../app/searches.js';
import { formatBusinessDay } from '../format/time.js';
import type { TerminalEventFieldsFragment } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { announce } from '../ui/announcer.js';
import { EmptyState, ErrorState, Skeletons } from '../ui/blocks.js';
import { FilterSelect } from '../ui/filter-select.js';
import ui from '../ui/ui.module.css';
import { preciseTime } from './dialogue.rules.js';
import { aboutOf, byDay, type EventTone, eventsOf, type HistoryShow, toneOf } from './event.rules.js';
import { eventFacts, eventTitle } from './event-words.js';
import { historyQuery, newestEvents } from './history-queries.js';
import classes from './terminal.module.css';
import type { TerminalAt } from './terminal-page.js';
import { type TerminalPlace, terminalQuery } from './terminal-queries.js';

const route = getRouteApi('/signed-in/stores/$storeId/terminals/$terminalId');

/** How often, at most, it is asked whether there is something new. */
const LOOK_EVERY_MS = 3_000;
/** So many new entries are counted; more are “more than”. */
const MOST_NEW = 20;

/** The terminal's journal in words, newest first, day by day. What is new waits behind a button; nothing jumps. */
export function HistoryTab({ at: { store, terminal } }: { at: TerminalAt }) {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { show } = search;
  const query = useInfiniteQuery(historyQuery(terminal, show));
  const events = eventsOf(query.data?.pages ?? []);
  const fresh = useFresh(terminal, show, query.data ? events : undefined);
  const renew = () => void queryClient.resetQueries({ queryKey: historyQuery(terminal, show).queryKey });
  return (
    <>
      <search className={ui.filters} aria-label={t('filter.label')}>
        <FilterSelect
          label={t('fleet.show')}
          value={show}
          choices={HISTORY_SHOWS.map((each) => [each, t(`event.show.${each}`)] as const)}
          change={(value) =>
            void navigate({ search: { ...search, show: value === '' ? undefined : value } as typeof search, replace: true })
          }
          testId="history-show"
        />
      </search>
      {fresh > 0 ? (
        <div className={classes.fresh}>
          <Button
            variant="light"
            size="compact-md"
            onClick={renew}
            leftSection={<ArrowUp size={16} aria-hidden="true" />}
            data-testid="history-new"
          >
            {fresh > MOST_NEW ? t('event.manyNew', { count: MOST_NEW }) : t('event.new', { count: fresh })}
          </Button>
        </div>
      ) : null}
      {query.isPending ? <Skeletons rows={6} height={56} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data ? (
        <>
          <Events events={events} timeZone={store.timeZone} narrowed={show !== undefined} more={query.hasNextPage} />
          <Earlier
            hasMore={query.hasNextPage}
            loading={query.isFetchingNextPage}
            load={() => void query.fetchNextPage()}
            any={events.length > 0}
          />
        </>
      ) : null}
    </>
  );
}

/** How many entries are newer than the newest shown. Looks when the live channel says that something changed, and shows itself where nothing can move. */
function useFresh(place: TerminalPlace, show: HistoryShow | undefined, shown: readonly { id: string }[] | undefined): number {
  const { t } = useTexts();
  const [fresh, setFresh] = useState(0);
  const { dataUpdatedAt } = useQuery(terminalQuery(place));
  const newest = shown?.[0]?.id;
  const loaded = shown !== undefined;
  const looked = useRef(0);
  const { storeId, id } = place;
  useEffect(() => setFresh(0), [newest, show]);
  // The time of the last push is what asks for a look.
  useEffect(() => {
    if (!loaded) return;
    const look = async () => {
      looked.current = performance.now();
      const events = await newestEvents({ storeId, id }, show, MOST_NEW + 1);
      const known = newest === undefined ? -1 : events.findIndex((event) => event.id === newest);
      const count = known === -1 ? events.length : known;
      if (count > 0 && newest === undefined) await queryClient.resetQueries({ queryKey: historyQuery({ storeId, id }, show).queryKey });
      else setFresh(count);
    };
    const timer = setTimeout(() => void look().catch(ignoreOutage), Math.max(0, looked.current + LOOK_EVERY_MS - performance.now()));
    return () => clearTimeout(timer);
  }, [dataUpdatedAt, loaded, newest, show, storeId, id]);
  const told = fresh > 0;
  const words = t('event.someNew');
  useEffect(() => {
    if (told) announce(words);
  }, [told, words]);
  return fresh;
}

/** The connection's own banner says that the server can't be reached; the next push looks again. */
function ignoreOutage(failure: unknown): void {
  console.warn('it could not be seen whether the history has something new', failure);
}

const ABOUT_ICONS: Record<HistoryShow | 'store', LucideIcon> = {
  money: CreditCard,
  settlement: ReceiptText,
  closing: Moon,
  state: CircleDot,
  peripherals: Printer,
  orders: Send,
  protocol: MessagesSquare,
  store: CircleDot,
};
const TONE_ICONS: Record<EventTone, LucideIcon | null> = { ok: CircleCheck, warn: TriangleAlert, bad: CircleAlert, quiet: null };

function Events(props: { events: readonly TerminalEventFieldsFragment[]; timeZone: string; narrowed: boolean; more: boolean }) {
  const { t, locale } = useTexts();
  const { events, timeZone } = props;
  if (events.length === 0) {
    return (
      <EmptyState icon={History} title={props.narrowed ? t('filter.nothingTitle') : t('event.noneTitle')} testId="history-empty">
        {props.more ? t('event.nothingYet') : props.narrowed ? t('filter.nothingText') : t('event.noneText')}
      </EmptyState>
    );
  }
  return (
    <div data-testid="history">
      {byDay(events, timeZone).map(({ day, events: own }) => (
        <section key={`${day}/${own[0]?.id}`} aria-label={formatBusinessDay(day, locale)}>
          <h2 className={classes.day}>{formatBusinessDay(day, locale)}</h2>
          <ol className={`${ui.card} ${classes.events}`}>
            {own.map((event) => (
              <EventLine key={event.id} event={event} timeZone={timeZone} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function EventLine({ event, timeZone }: { event: TerminalEventFieldsFragment; timeZone: string }) {
  const { t, locale } = useTexts();
  const tone = toneOf(event);
  const Icon = TONE_ICONS[tone] ?? ABOUT_ICONS[aboutOf(event.kind)];
  const facts = eventFacts({ t, locale }, event);
  return (
    <li data-testid={`event-${event.kind}`} data-tone={tone}>
      <time dateTime={event.at}>{preciseTime(event.at, timeZone).slice(0, 8)}</time>
      <span className={`${classes.mark} ${ui[tone]}`}>
        <Icon aria-hidden="true" />
      </span>
      <div className={classes.what}>
        <strong>{eventTitle({ t, locale }, event)}</strong>
        {facts === '' ? null : <p>{facts}</p>}
        {event.detail ? (
          <q lang="en" title={t('order.ownWords')}>
            {event.detail}
          </q>
        ) : null}
      </div>
      <span className={classes.seq}>{t('proof.entry', { seq: event.seq })}</span>
    </li>
  );
}

function Earlier(props: { hasMore: boolean; loading: boolean; load: () => void; any: boolean }) {
  const { t } = useTexts();
  return (
    <div className={ui.more}>
      {props.hasMore ? (
        <Button variant="default" loading={props.loading} onClick={props.load} data-testid="history-earlier">
          {t('event.earlier')}
        </Button>
      ) : props.any ? (
        <span className={`${ui.muted} ${ui.small}`}>{t('event.beginning')}</span>
      ) : null}
    </div>
  );
}
