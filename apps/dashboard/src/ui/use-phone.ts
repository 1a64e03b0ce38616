import { useMediaQuery } from '@mantine/hooks';

/** Below this width there are cards, never tables. */
const PHONE = '(max-width: 47.99em)';

/** True on a screen as narrow as a phone's. */
export const usePhone = (): boolean =>
  useMediaQuery(PHONE, typeof window !== 'undefined' && window.matchMedia(PHONE).matches, { getInitialValueInEffect: false }) ?? false;
