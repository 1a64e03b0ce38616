import type { ErrorCondition } from '@tillward/driver-nexo';
import type { SeededRandom } from '../seeded-random.js';

/** What the host answers. */
export type HostVerdict =
  | { readonly approved: true; readonly approvalCode: string }
  | { readonly approved: false; readonly condition: ErrorCondition; readonly message: string };

/** The provider's host as one terminal sees it: up or down, approving most cards. */
export class SimulatedHost {
  up = true;
  private ordered: ErrorCondition[] = [];

  constructor(
    private readonly random: SeededRandom,
    private readonly declineRate: number,
  ) {}

  /** Declines the next sale with this condition. */
  declineNext(condition: ErrorCondition): void {
    this.ordered.push(condition);
  }

  /** Forgets what it was told to decline. */
  clear(): void {
    this.ordered = [];
    this.up = true;
  }

  /** Decides about a card. */
  authorise(): HostVerdict {
    if (!this.up) return { approved: false, condition: 'UnreachableHost', message: 'Host unreachable' };
    const ordered = this.ordered.shift();
    if (ordered !== undefined) return { approved: false, condition: ordered, message: 'Declined on request' };
    if (this.random.chance(this.declineRate)) {
      return { approved: false, condition: 'Refusal', message: this.random.pick(['Not enough balance', 'Do not honour', 'Card expired']) };
    }
    return { approved: true, approvalCode: String(this.random.integer(0, 999_999)).padStart(6, '0') };
  }

  /** Takes note of money given back; it says no to none. */
  giveBack(): HostVerdict {
    if (!this.up) return { approved: false, condition: 'UnreachableHost', message: 'Host unreachable' };
    return { approved: true, approvalCode: String(this.random.integer(0, 999_999)).padStart(6, '0') };
  }
}
