import { Button, PasswordInput, TextInput } from '@mantine/core';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { NotReachable } from '../graphql/failures.js';
import type { Language } from '../graphql/generated/graphql.js';
import { LANGUAGE_NAMES } from '../i18n/language-names.js';
import { useTexts } from '../i18n/use-texts.js';
import { Notice } from '../ui/blocks.js';
import { chooseLanguage, signIn } from './session.js';
import classes from './sign-in.module.css';

const route = getRouteApi('/sign-in');

/** Only addresses of this dashboard are followed after the sign-in. */
export const safeNext = (next: string | undefined): string => (next && /^\/(?![/\\])/.test(next) ? next : '/');

/** Where a person signs in with their name and password. */
export function SignInPage() {
  const { t, language } = useTexts();
  const { next } = route.useSearch();
  const router = useRouter();
  const [failure, setFailure] = useState<'wrong' | 'tooMany' | 'away' | 'fault' | null>(null);
  const [busy, setBusy] = useState(false);
  const [picked, setPicked] = useState<Language>();

  useEffect(() => {
    document.title = `${t('signIn.title')} · ${t('app.name')}`;
  }, [t]);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(null);
    try {
      const outcome = await signIn(String(form.get('person')).trim(), String(form.get('password')), picked);
      if (outcome === 'signedIn') router.history.replace(safeNext(next));
      else setFailure(outcome);
    } catch (cause) {
      setFailure(cause instanceof NotReachable ? 'away' : 'fault');
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className={classes.page}>
      <div className={classes.languages}>
        {(['zh', 'en'] as const).map((each) => (
          <Button
            key={each}
            variant={language === each ? 'light' : 'subtle'}
            lang={each === 'zh' ? 'zh-CN' : 'en'}
            aria-pressed={language === each}
            onClick={() => {
              setPicked(each);
              void chooseLanguage(each);
            }}
            data-testid={`language-${each}`}
          >
            {LANGUAGE_NAMES[each]}
          </Button>
        ))}
      </div>
      <div className={classes.box}>
        <img src="/tillward.svg" alt="" width="40" height="40" />
        <h1>{t('signIn.heading')}</h1>
        <p className={classes.lead}>{t('signIn.lead')}</p>
        <form className={classes.form} onSubmit={(event) => void submit(event)}>
          <TextInput
            name="person"
            label={t('signIn.person')}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            data-testid="sign-in-person"
          />
          <PasswordInput
            name="password"
            label={t('signIn.password')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            rightSectionWidth={44}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
            data-testid="sign-in-password"
          />
          <div role="alert">
            {failure === null ? null : (
              <Notice tone="bad" testId="sign-in-failure">
                {t(`signIn.failure.${failure}`)}
              </Notice>
            )}
          </div>
          <Button type="submit" size="md" loading={busy} data-testid="sign-in-submit">
            {t('signIn.submit')}
          </Button>
        </form>
      </div>
    </main>
  );
}
