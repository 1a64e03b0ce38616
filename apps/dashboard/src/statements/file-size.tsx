import { useTexts } from '../i18n/use-texts.js';
import ui from '../ui/ui.module.css';
import { sizeOf } from './statement.rules.js';

/** A size in bytes as people read it. */
export function FileSize({ bytes }: { bytes: number }) {
  const { locale } = useTexts();
  const { value, unit } = sizeOf(bytes);
  return (
    <span className={`${ui.number} ${ui.muted}`}>
      {new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: unit === 'byte' ? 'long' : 'short' }).format(value)}
    </span>
  );
}
