import { NativeSelect } from '@mantine/core';
import { useTexts } from '../i18n/use-texts.js';

/** A choice of a filter bar; the first choice is “any”. The browser's own list: light, and right on every phone. */
export function FilterSelect(props: {
  label: string;
  value: string | undefined;
  choices: readonly (readonly [value: string, label: string])[];
  change: (value: string) => void;
  testId: string;
  anyLabel?: string;
}) {
  const { t } = useTexts();
  return (
    <NativeSelect
      label={props.label}
      value={props.value ?? ''}
      onChange={(event) => props.change(event.currentTarget.value)}
      data={[{ value: '', label: props.anyLabel ?? t('filter.any') }, ...props.choices.map(([value, label]) => ({ value, label }))]}
      data-testid={props.testId}
    />
  );
}
