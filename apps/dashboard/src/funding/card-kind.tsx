import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { cardKindParts } from './card-kind.rules.js';

/** A kind of card in words, as `Visa debit`; null where nothing is said. A scheme nobody knows here stays as it is written. */
export function useCardKind(): (cardKind: string) => string | null {
  const { t } = useTexts();
  return (cardKind) => {
    const { scheme, funding } = cardKindParts(cardKind);
    const code = scheme?.toLowerCase() ?? '';
    const known = textOrCode(t, 'cardScheme', code);
    const words = [
      ...(scheme === null ? [] : [known === code ? scheme : known]),
      ...(funding === null ? [] : [t(`money.cardFunding.${funding}`)]),
    ];
    return words.length === 0 ? null : words.join(' ');
  };
}
