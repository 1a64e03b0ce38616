import { useQuery } from '@tanstack/react-query';
import { useTexts } from '../i18n/use-texts.js';
import { Fact, Facts } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import type { PayoutTerms } from './terms.rules.js';
import { calendarsQuery } from './terms-queries.js';
import { formatDay, useTermsWords } from './terms-words.js';

/** Where and when an acquirer pays, in words. */
export function PayoutFacts({ payout, today }: { payout: PayoutTerms; today: string }) {
  const { t } = useTexts();
  const { payoutField } = useTermsWords();
  return (
    <Facts>
      <Fact name={t('terms.field.account')} testId="payout-account">
        <span className={ui.mono}>{payout.account}</span>
      </Fact>
      <Fact name={t('terms.field.country')}>{payoutField('country', payout.country)}</Fact>
      <Fact name={t('terms.field.delayBankDays')}>
        {payoutField('delayBankDays', payout.delayBankDays)}
        <DueExample country={payout.country} delay={payout.delayBankDays} today={today} />
      </Fact>
      <Fact name={t('terms.field.reservePpm')}>{payoutField('reservePpm', payout.reservePpm)}</Fact>
      {payout.reservePpm === 0 ? null : (
        <Fact name={t('terms.field.reserveReleaseDays')}>{payoutField('reserveReleaseDays', payout.reserveReleaseDays)}</Fact>
      )}
      <Fact name={t('terms.field.toleranceMinor')}>{payoutField('toleranceMinor', payout.toleranceMinor)}</Fact>
    </Facts>
  );
}

/** The bank day today's sales are due: shows at once whether delay and calendar were meant so. */
export function DueExample({ country, delay, today }: { country: string; delay: number; today: string }) {
  const { t, locale } = useTexts();
  const { data: calendars } = useQuery(calendarsQuery);
  if (!calendars || !/^[A-Z]{2}$/.test(country) || !Number.isInteger(delay) || delay < 0 || delay > 60) return null;
  const due = calendars.addBankDays(country, today, delay);
  return (
    <div className={`${ui.small} ${ui.muted}`} data-testid="due-example">
      {due.known ? t('terms.dueExample', { day: formatDay(due.date, locale) }) : t('terms.dueUnknown')}
    </div>
  );
}
