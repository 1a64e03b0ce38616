import { RESULT } from '@tillward/driver-zvt';
import type { SeededRandom } from '../seeded-random.js';

/** What the host answers to an authorisation. */
export type HostAnswer =
  | { readonly approved: true; readonly authorisationCode: string }
  | { readonly approved: false; readonly resultCode: number };

/** The acquirer's host as one terminal sees it: up or down, approving most cards. */
export class AcquirerHost {
  /** False: the terminal gets no connection. */
  up: boolean;
  private declineCodes: number[] = [];

  constructor(
    private readonly random: SeededRandom,
    private readonly declineRate: number,
    up = true,
  ) {
    this.up = up;
  }

  /** Declines the next authorisation with this code. */
  declineNext(resultCode: number): void {
    this.declineCodes.push(resultCode);
  }

  /** Decides about a card. A host that is down is the terminal's `no connection`. */
  authorise(): HostAnswer {
    if (!this.up) return { approved: false, resultCode: RESULT.noConnection };
    const ordered = this.declineCodes.shift();
    if (ordered !== undefined) return { approved: false, resultCode: ordered };
    if (this.random.chance(this.declineRate)) return { approved: false, resultCode: this.random.pick([0x05, 0x71, 0x78]) };
    return { approved: true, authorisationCode: this.authorisationCode() };
  }

  /** Takes note of a reversal or a refund; declines only what it was told to decline. */
  giveBack(): HostAnswer {
    if (!this.up) return { approved: false, resultCode: RESULT.noConnection };
    const ordered = this.declineCodes.shift();
    if (ordered !== undefined) return { approved: false, resultCode: ordered };
    return { approved: true, authorisationCode: this.authorisationCode() };
  }

  /** Result code of whatever else needs the host: a sign-on, a diagnosis, a settlement, stored transactions. */
  connect(): number {
    return this.up ? RESULT.ready : RESULT.noConnection;
  }

  private authorisationCode(): string {
    return String(this.random.integer(0, 999_999)).padStart(6, '0');
  }
}
