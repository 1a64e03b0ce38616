import { VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useLocation } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTexts } from '../i18n/use-texts.js';
import { useOutboxFor } from '../outbox/use-outbox.js';
import { meQuery, type Person } from '../session/session.js';
import { ConnectionBanner, LiveState } from './connection-banner.js';
import { NotForRole } from './fallbacks.js';
import { useLiveUpdates } from './live-updates.js';
import { mayOpen, NAVIGATION } from './navigation.js';
import { PersonMenu } from './person-menu.js';
import classes from './shell.module.css';

const Palette = lazy(() => import('../palette/palette.js').then(({ Palette: component }) => ({ default: component })));

/** The frame around every signed-in page: navigation, connection state, palette, messages. */
export function Shell() {
  const { data: me } = useQuery(meQuery);
  const { href } = useLocation();
  if (!me) return <Navigate to="/sign-in" search={href === '/' ? {} : { next: href }} replace />;
  return <Frame me={me} />;
}

function Frame({ me }: { me: Person }) {
  const { t } = useTexts();
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const palette = usePaletteKey();
  useLiveUpdates(me.role);
  useOutboxFor(me.id);
  useFocusOnNavigation(main, pathname);

  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        {t('nav.skip')}
      </a>
      <header className={classes.side}>
        <Brand />
        <button type="button" className={classes.goTo} onClick={palette.open} data-testid="open-palette">
          <Search aria-hidden="true" />
          {t('palette.open')}
          <span className={classes.key} aria-hidden="true">
            {isApple ? '⌘K' : 'Ctrl K'}
          </span>
        </button>
        <nav className={classes.nav} aria-label={t('nav.main')}>
          <Destinations me={me} place="nav" />
        </nav>
        <div className={classes.spacer} />
        <div className={classes.live}>
          <LiveState />
        </div>
        <PersonMenu me={me} />
      </header>
      <header className={classes.top}>
        <Brand />
        <div className={classes.spacer} />
        <button type="button" className={classes.iconButton} onClick={palette.open} aria-label={t('palette.open')}>
          <Search aria-hidden="true" />
        </button>
        <PersonMenu me={me} compact />
      </header>
      <main id="main" className={classes.main} ref={main} tabIndex={-1}>
        <div className={classes.inner}>
          <ConnectionBanner />
          {mayOpen(me.role, pathname) ? <Outlet /> : <NotForRole />}
        </div>
      </main>
      {NAVIGATION[me.role].length > 1 ? (
        <nav className={classes.tabs} aria-label={t('nav.main')}>
          <Destinations me={me} place="tabbar" />
        </nav>
      ) : null}
      <Suspense fallback={<VisuallyHidden>{t('state.loading')}</VisuallyHidden>}>
        {palette.opened ? <Palette me={me} close={palette.close} /> : null}
      </Suspense>
    </div>
  );
}

function Brand() {
  const { t } = useTexts();
  return (
    <Link to="/" className={classes.brand} aria-label={t('nav.home')}>
      <img src="/tillward.svg" alt="" width="26" height="26" />
      {t('app.name')}
    </Link>
  );
}

function Destinations({ me, place }: { me: Person; place: 'nav' | 'tabbar' }) {
  const { t } = useTexts();
  const { pathname } = useLocation();
  return (
    <ul>
      {NAVIGATION[me.role].map(({ to, label, icon: Icon }) => {
        const here = pathname === to || pathname.startsWith(`${to}/`) || (to === '/fleet' && pathname.startsWith('/stores/'));
        return (
          <li key={to}>
            <Link to={to} aria-current={here ? 'page' : undefined} data-testid={`${place}-${to.slice(1)}`}>
              <Icon aria-hidden="true" />
              {t(label)}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

const isApple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

function usePaletteKey() {
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      setOpened(true);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return { opened, open: () => setOpened(true), close: () => setOpened(false) };
}

/** After a page change the keyboard and the screen reader start at the new page, not at the old link. */
function useFocusOnNavigation(main: React.RefObject<HTMLElement | null>, pathname: string) {
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [main, pathname]);
}
