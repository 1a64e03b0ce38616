import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTexts } from '../i18n/use-texts.js';
import type { Fault, PayoutDraft } from './draft.rules.js';
import { DueExample } from './payout-facts.js';
import classes from './terms.module.css';
import { calendarsQuery } from './terms-queries.js';
import { countryName } from './terms-words.js';

/** Where and when the acquirer pays. */
export function PayoutFields(props: {
  payout: PayoutDraft;
  faults: readonly Fault[];
  today: string;
  change: (next: Partial<PayoutDraft>) => void;
}) {
  const { t, locale } = useTexts();
  const { payout, faults, today, change } = props;
  const { data: calendars } = useQuery(calendarsQuery);
  const countries = [...new Set([...(calendars?.countries ?? []), ...(payout.country === '' ? [] : [payout.country])])].sort();
  const errorOf = (field: keyof PayoutDraft) => {
    const fault = faults.find((one) => one.line === null && one.field === field);
    return fault === undefined ? undefined : t(`terms.fault.${fault.why}`);
  };
  const text = (field: Exclude<keyof PayoutDraft, 'country'>) => ({
    value: payout[field],
    onChange: (event: { currentTarget: { value: string } }) => change({ [field]: event.currentTarget.value }),
    error: errorOf(field),
    'data-testid': `payout-${field}`,
  });
  return (
    <>
      <div className={classes.grid}>
        <TextInput
          label={t('terms.field.account')}
          description={t('terms.accountHelp')}
          required
          maxLength={64}
          autoCapitalize="characters"
          className={classes.wide}
          {...text('account')}
        />
        <NativeSelect
          label={t('terms.field.country')}
          description={t('terms.countryHelp')}
          required
          value={payout.country}
          onChange={(event) => change({ country: event.currentTarget.value })}
          data={[{ value: '', label: t('terms.pickCountry') }, ...countries.map((value) => ({ value, label: countryName(value, locale) }))]}
          error={errorOf('country')}
          data-testid="payout-country"
        />
        <TextInput
          label={t('terms.field.delayBankDays')}
          description={t('terms.delayHelp')}
          required
          inputMode="numeric"
          {...text('delay')}
        />
        <TextInput
          label={t('terms.field.reservePpm')}
          description={t('terms.reserveHelp')}
          inputMode="decimal"
          rightSection="%"
          {...text('reserve')}
        />
        <TextInput
          label={t('terms.field.reserveReleaseDays')}
          description={t('terms.releaseHelp')}
          inputMode="numeric"
          {...text('release')}
        />
        <TextInput
          label={t('terms.field.toleranceMinor')}
          description={t('terms.toleranceHelp')}
          inputMode="numeric"
          {...text('tolerance')}
        />
      </div>
      <DueExample country={payout.country} delay={payout.delay.trim() === '' ? Number.NaN : Number(payout.delay)} today={today} />
    </>
  );
}
