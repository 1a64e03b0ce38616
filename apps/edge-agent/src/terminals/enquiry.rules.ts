const FIRST_ENQUIRY_DELAY_MS = 500;
const LONGEST_ENQUIRY_DELAY_MS = 30_000;

/** Pause before enquiry `attempt` (0: the first), doubling from half a second to half a minute. */
export function enquiryDelayMs(attempt: number): number {
  return Math.min(LONGEST_ENQUIRY_DELAY_MS, FIRST_ENQUIRY_DELAY_MS * 2 ** Math.min(attempt, 10));
}
