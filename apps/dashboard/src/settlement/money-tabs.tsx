import { Link } from '@tanstack/react-router';
import { mayOpen } from '../app/navigation.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { TabLinks } from '../ui/tab-links.js';
import classes from './money-tabs.module.css';

const PAGES = {
  board: { to: '/settlement', search: {} },
  batches: { to: '/settlement', search: { tab: 'batches' } },
  transactions: { to: '/settlement', search: { tab: 'transactions' } },
  differences: { to: '/settlement/differences', search: {} },
  statements: { to: '/settlement/statements', search: {} },
  funding: { to: '/settlement/funding', search: {} },
  fees: { to: '/settlement/fees', search: {} },
  terms: { to: '/settlement/terms', search: {} },
} as const;

/** One of the pages about money. */
export type MoneyPage = keyof typeof PAGES;

/** The pages about money; only those the person may open. */
export function MoneyTabs({ at }: { at: MoneyPage }) {
  const { t } = useTexts();
  const me = useMe();
  const names = (Object.keys(PAGES) as MoneyPage[]).filter((name) => mayOpen(me.role, PAGES[name].to));
  return (
    <div className={classes.more}>
      <TabLinks label={t('money.tabs')}>
        {names.map((name) => (
          <Link
            key={name}
            to={PAGES[name].to}
            search={PAGES[name].search}
            activeOptions={{ exact: true, includeSearch: true }}
            aria-current={name === at ? 'page' : undefined}
            data-testid={`money-${name}`}
          >
            {t(`money.tab.${name}`)}
          </Link>
        ))}
      </TabLinks>
    </div>
  );
}
