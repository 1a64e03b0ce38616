import { Button } from '@mantine/core';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { Compass, Lock } from 'lucide-react';
import { useTexts } from '../i18n/use-texts.js';
import { EmptyState, ErrorState, PageHeader } from '../ui/blocks.js';
import classes from './shell.module.css';

/** An address without a page. */
export function NotFound() {
  const { t } = useTexts();
  return (
    <main className={classes.alone}>
      <PageHeader title={t('notFound.title')} />
      <EmptyState icon={Compass} title={t('notFound.lead')}>
        {t('notFound.text')}
      </EmptyState>
      <Button component={Link} to="/" mt="lg">
        {t('action.home')}
      </Button>
    </main>
  );
}

/** A page that could not be loaded or failed while showing: says so and offers to try again. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <main className={classes.alone}>
      <ErrorState
        error={error}
        retry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </main>
  );
}

/** A page that is not for the person's role. */
export function NotForRole() {
  const { t } = useTexts();
  return (
    <>
      <PageHeader title={t('notForRole.title')} />
      <EmptyState icon={Lock} title={t('notForRole.lead')} testId="not-for-role">
        {t('notForRole.text')}
      </EmptyState>
    </>
  );
}
