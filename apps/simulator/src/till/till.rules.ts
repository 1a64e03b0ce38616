import type { TillRefusalCode } from '@tillward/contracts';

/** What a cashier does after a refusal: `signOn` again, `wait` a moment and serve the next customer, or `giveUp` for a long while (a wrong setting). */
export type AfterRefusal = { readonly next: 'signOn' | 'wait' | 'giveUp'; readonly waitMs: number };

/** The cashier's answer to each refusal. Exhaustive: a new code must be decided here. */
export function afterRefusal(code: TillRefusalCode): AfterRefusal {
  switch (code) {
    case 'operatorNotSignedOn':
      return { next: 'signOn', waitMs: 500 };
    case 'operatorNotCertified':
    case 'unknownOperator':
      return { next: 'signOn', waitMs: 2_000 };
    case 'terminalBusy':
    case 'paymentInDoubt':
    // An agent that has just started knows no terminal before its policy has arrived.
    case 'unknownTerminal':
      return { next: 'wait', waitMs: 2_000 };
    case 'terminalNotSignedOn':
    case 'journalUnavailable':
    case 'gatewayStopping':
      return { next: 'wait', waitMs: 3_000 };
    case 'terminalBlocked':
    case 'terminalClosing':
    case 'terminalClosed':
    case 'outOfHours':
      return { next: 'signOn', waitMs: 10_000 };
    case 'originalNotCompleted':
    case 'originalSettled':
    case 'alreadyGivenBack':
    case 'slipCountDiffers':
    case 'nothingToClose':
      return { next: 'wait', waitMs: 1_000 };
    case 'unauthorised':
    case 'malformed':
    case 'unsupportedMediaType':
    case 'unknownPath':
    case 'tooLarge':
    case 'unknownPayment':
    case 'currencyMismatch':
    case 'idempotencyKeyReused':
    case 'wrongTill':
    case 'tooManyStreams':
    case 'operationUnsupported':
    case 'restrictedMode':
    case 'amountTooLarge':
    case 'partialReversalUnsupported':
    case 'refundNeedsPasscode':
    case 'approverIsAsker':
    case 'personsNotIndependent':
    case 'managerNeeded':
    case 'refundDenied':
    case 'approvalExpired':
    case 'alreadyDecided':
    case 'requestChanged':
    case 'unknownRequest':
    case 'passcodeRequired':
    case 'passcodeWrong':
    case 'tooManyAttempts':
    case 'setupCodeWrong':
    case 'noReceipt':
    case 'notPrinted':
    case 'sameOperator':
    case 'signInRequired':
    case 'foreignOrigin':
    case 'unknownReminder':
    case 'unknownTill':
    case 'terminalOnlyWatched':
      return { next: 'giveUp', waitMs: 30_000 };
  }
}

/** How long to wait before asking a silent agent again: doubling from half a second to ten. `attempt` counts from 0. */
export function silenceMs(attempt: number): number {
  return Math.min(10_000, 500 * 2 ** Math.min(attempt, 10));
}
