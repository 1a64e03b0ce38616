import { useMantineColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Check, ChevronsUpDown, CircleUserRound, Languages, LogOut, type LucideIcon, Monitor, Moon, Sun } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { NotReachable } from '../graphql/failures.js';
import type { Language } from '../graphql/generated/graphql.js';
import { LANGUAGE_NAMES } from '../i18n/language-names.js';
import { useTexts } from '../i18n/use-texts.js';
import { chooseLanguage, type Person, signOut } from '../session/session.js';
import { tell } from '../ui/announcer.js';
import classes from './person-menu.module.css';
import shell from './shell.module.css';

const SCHEMES = [
  ['auto', Monitor],
  ['light', Sun],
  ['dark', Moon],
] as const;

/** Who is signed in; language, colours, sign-out. The panel is the browser's own popover: Escape and a click beside it close it. */
export function PersonMenu({ me, compact = false }: { me: Person; compact?: boolean }) {
  const { t } = useTexts();
  const panel = useId();
  return (
    <>
      {compact ? (
        <button
          type="button"
          className={shell.iconButton}
          popoverTarget={panel}
          aria-label={t('session.menu', { name: me.name })}
          data-testid="person-menu-compact"
        >
          <CircleUserRound aria-hidden="true" />
        </button>
      ) : (
        <button type="button" className={shell.person} popoverTarget={panel} data-testid="person-menu">
          <CircleUserRound aria-hidden="true" />
          <span className={shell.personText}>
            <span>{me.name}</span>
            <span className={shell.role}>{t(`role.${me.role}`)}</span>
          </span>
          <span className={shell.spacer} />
          <ChevronsUpDown aria-hidden="true" />
        </button>
      )}
      <section
        id={panel}
        popover="auto"
        className={`${classes.panel} ${compact ? classes.compact : ''}`}
        aria-label={t('session.menu', { name: me.name })}
      >
        <Choices me={me} compact={compact} />
      </section>
    </>
  );
}

function Choices({ me, compact }: { me: Person; compact: boolean }) {
  const { t, language } = useTexts();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  const leave = async () => {
    try {
      await signOut();
      await navigate({ to: '/sign-in', search: {} });
    } catch (failure) {
      if (!(failure instanceof NotReachable)) throw failure;
      tell('bad', t('session.signOutFailed'));
    }
  };
  const choose = (next: Language) => {
    chooseLanguage(next).catch(() => tell('warn', t('session.languageNotSaved')));
  };
  const suffix = compact ? '-compact' : '';
  return (
    <>
      {compact ? <p className={classes.name}>{t('session.nameAndRole', { name: me.name, role: t(`role.${me.role}`) })}</p> : null}
      <fieldset className={classes.group}>
        <legend>{t('session.language')}</legend>
        {(['zh', 'en'] as const).map((each) => (
          <Item
            key={each}
            icon={Languages}
            chosen={language === each}
            lang={each === 'zh' ? 'zh-CN' : 'en'}
            run={() => choose(each)}
            testId={`language-${each}${suffix}`}
          >
            {LANGUAGE_NAMES[each]}
          </Item>
        ))}
      </fieldset>
      <fieldset className={classes.group}>
        <legend>{t('session.colours')}</legend>
        {SCHEMES.map(([scheme, icon]) => (
          <Item
            key={scheme}
            icon={icon}
            chosen={colorScheme === scheme}
            run={() => setColorScheme(scheme)}
            testId={`scheme-${scheme}${suffix}`}
          >
            {t(`scheme.${scheme}`)}
          </Item>
        ))}
      </fieldset>
      <div className={classes.leave}>
        <Item icon={LogOut} run={() => void leave()} testId={`sign-out${suffix}`}>
          {t('session.signOut')}
        </Item>
      </div>
    </>
  );
}

function Item(props: { icon: LucideIcon; chosen?: boolean; lang?: string; run: () => void; testId: string; children: ReactNode }) {
  const Icon = props.icon;
  return (
    <button
      type="button"
      className={classes.item}
      aria-pressed={props.chosen}
      lang={props.lang}
      onClick={props.run}
      data-testid={props.testId}
    >
      <Icon aria-hidden="true" />
      {props.children}
      {props.chosen ? <Check className={classes.tick} aria-hidden="true" /> : null}
    </button>
  );
}
