import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { mayOpen } from '../app/navigation.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import classes from './funding.module.css';

/** Leads to what was agreed, with one acquirer or with all; nothing for people whose page that is not. */
export function TermsLink({ acquirerId }: { acquirerId?: string | undefined }) {
  const { t } = useTexts();
  const me = useMe();
  if (!mayOpen(me.role, '/settlement/terms')) return null;
  return (
    <span className={classes.toTerms}>
      {acquirerId === undefined ? (
        <Button component={Link} to="/settlement/terms" variant="default" data-testid="to-terms">
          {t('funding.toTerms')}
        </Button>
      ) : (
        <Button
          component={Link}
          to="/settlement/terms/$acquirerId"
          params={{ acquirerId } as never}
          variant="default"
          data-testid="to-terms"
        >
          {t('funding.toTerms')}
        </Button>
      )}
    </span>
  );
}
