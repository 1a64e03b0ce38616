import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { ErrorState } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, Money, ZonedMoment } from '../ui/values.js';
import { concerned, filterOfWork, workOf } from './difference.rules.js';
import { type Difference, differencesQuery } from './difference-queries.js';
import { DifferenceStateChip } from './difference-states.js';
import classes from './differences.module.css';

/** Cards beside the day's other work; the list has the rest. */
const MOST_CARDS = 4;

/** The viewer's differences among the day's work: their own by name first, then what is the work of their role. `none` stands in their place where there are none. */
export function DifferencesToday({ none }: { none: ReactNode }) {
  const { t } = useTexts();
  const me = useMe();
  const { data, error, refetch } = useInfiniteQuery(differencesQuery(filterOfWork(me)));
  if (data === undefined) return error ? <ErrorState error={error} retry={() => void refetch()} /> : null;
  const rows = workOf(
    data.pages.flatMap(({ edges }) => edges.map(({ node }) => node)),
    me,
  );
  if (rows.length === 0) return none;
  return (
    <>
      {rows.slice(0, MOST_CARDS).map((difference) => (
        <DifferenceTask key={difference.id} difference={difference} />
      ))}
      {rows.length > MOST_CARDS ? (
        <Link to="/settlement/differences" data-testid="all-differences">
          {t('difference.allOfDay', { count: rows.length - MOST_CARDS })}
        </Link>
      ) : null}
    </>
  );
}

function DifferenceTask({ difference }: { difference: Difference }) {
  const { t } = useTexts();
  const me = useMe();
  const { data: fleet } = useQuery(fleetQuery);
  const store = fleet?.find(({ id }) => id === difference.storeId);
  const terminal = store?.terminals.find(({ id }) => id === difference.terminalId)?.name ?? difference.terminalId;
  const amount = concerned(difference);
  return (
    <section className={ui.card} data-testid={`task-${difference.id}`} data-kind={difference.type}>
      <div className={ui.cardHead}>
        <div>
          <h2 className={ui.cardTitle} style={{ margin: 0 }}>
            {t(`difference.kind.${difference.type}`)}
          </h2>
          <span className={ui.muted}>{[store?.name ?? difference.storeId, terminal].filter(Boolean).join(' · ')}</span>
        </div>
        <DifferenceStateChip state={difference.state} />
      </div>
      <p className={classes.meaning}>{t(`difference.meaning.${difference.type}`)}</p>
      <dl className={classes.facts}>
        {amount === undefined ? null : (
          <div>
            <dt>{t('difference.amount')}</dt>
            <dd>
              <Money value={amount} />
            </dd>
          </div>
        )}
        <div>
          <dt>{t('difference.day')}</dt>
          <dd>
            <BusinessDay day={difference.businessDay} />
          </dd>
        </div>
        <div>
          <dt>{t('difference.since')}</dt>
          <dd>
            <ZonedMoment at={difference.foundAt} timeZone={store?.timeZone} />
          </dd>
        </div>
        <div>
          <dt>{t('difference.owner')}</dt>
          <dd>{difference.ownerId === me.id ? t('difference.ownerYou') : t(`role.${difference.ownerRole}`)}</dd>
        </div>
      </dl>
      <Button
        component={Link}
        to="/settlement/differences"
        search={{ d: difference.id } as never}
        rightSection={<ArrowRight size={18} aria-hidden="true" />}
        data-testid="open-difference"
      >
        {t('difference.lookAt')}
      </Button>
    </section>
  );
}
