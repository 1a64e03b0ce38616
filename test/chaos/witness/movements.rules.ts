/** Money that moved, as a terminal's own ledger has it. */
export interface Booking {
  readonly store: string;
  readonly terminal: string;
  readonly kind: 'sale' | 'reversal' | 'refund';
  /** What the terminal calls it: the reference it was given, in protocols that give one, else its own trace number. Unique in a terminal's ledger. */
  readonly name: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/** Money that moved, as core has it. */
export interface CoreMovement extends Booking {
  readonly paymentId: string;
  /** The till's name for it. */
  readonly key: string | null;
}

/** What a till was told about an order that was acknowledged. */
export interface Acknowledged {
  readonly key: string;
  readonly paymentId: string | undefined;
  readonly bookedMinor: number;
  readonly kind: Booking['kind'];
  readonly store: string;
  readonly terminal: string;
}

/** The comparison of the three witnesses. Lists hold what to look for; the counts are their lengths. */
export interface MovementFindings {
  /** Movements that core must know: every booking, and every acknowledgement that no booking stands behind. */
  readonly sent: number;
  readonly inCore: number;
  /** Booked at a terminal, or acknowledged to a till, and not in core. */
  readonly lost: readonly string[];
  /** In core more often than at the terminal; or one order of a till that became several. */
  readonly doubled: readonly string[];
  readonly amountMismatch: readonly string[];
  /** In core and at no terminal. A part of `doubled`. */
  readonly inventedByCore: readonly string[];
  /** Booked at a terminal and not in core. A part of `lost`. */
  readonly ledgerMissing: readonly string[];
  /** Acknowledged to a till and not in core. Those without a booking are a part of `lost`, the others have theirs there. */
  readonly acknowledgedMissing: readonly string[];
}

const placeOf = ({ kind, store, terminal, name }: Booking) => `${kind} ${store}/${terminal}/${name}`;

/** Money that core says moved for an order that no till ever sent, or for a till's order twice. `keys`: every key the tills have used. */
export function unorderedMovements(core: readonly CoreMovement[], keys: ReadonlySet<string>): string[] {
  return core
    .filter(({ key }) => key === null || !keys.has(key))
    .map(
      (movement) =>
        `${placeOf(movement)}: ${movement.amountMinor} ${movement.currency} under the key ${movement.key ?? '(none)'}, which no till has used`,
    );
}

/** Compares what terminals booked, what core says and what tills were told, movement by movement: by store, terminal, kind and the terminal's name
 * for it, and by the till's key. */
export function compareMovements(
  ledger: readonly Booking[],
  core: readonly CoreMovement[],
  tills: readonly Acknowledged[],
): MovementFindings {
  const booked = Map.groupBy(ledger, placeOf);
  const known = Map.groupBy(core, placeOf);
  const lost: string[] = [];
  const lostBookings: Booking[] = [];
  const invented: string[] = [];
  const wrong: string[] = [];
  let inCore = 0;
  for (const place of new Set([...booked.keys(), ...known.keys()])) {
    const atTerminal = booked.get(place) ?? [];
    const atCore = known.get(place) ?? [];
    const pairs = Math.min(atTerminal.length, atCore.length);
    inCore += pairs;
    for (const booking of atTerminal.slice(pairs)) {
      lostBookings.push(booking);
      lost.push(`${place}: ${booking.amountMinor} ${booking.currency} booked, not in core`);
    }
    for (const { paymentId, amountMinor, currency } of atCore.slice(pairs)) {
      invented.push(`${place}: ${amountMinor} ${currency} in core (${paymentId}), not booked`);
    }
    wrong.push(...unequal(place, atTerminal, atCore, pairs));
  }
  const byPayment = new Map(core.map((movement) => [movement.paymentId, movement]));
  const byKey = Map.groupBy(
    core.filter(({ key }) => key !== null),
    ({ key }) => key!,
  );
  const acknowledgedMissing: string[] = [];
  /** Those that no booking stands behind: the others are among the lost bookings already. */
  const unbooked: string[] = [];
  for (const acknowledged of tills) {
    const { key, paymentId, bookedMinor } = acknowledged;
    const movement = (paymentId === undefined ? undefined : byPayment.get(paymentId)) ?? byKey.get(key)?.[0];
    if (movement === undefined) {
      const finding = `${key} (${paymentId ?? 'no id'}): ${bookedMinor} acknowledged to the till, not in core`;
      acknowledgedMissing.push(finding);
      const at = lostBookings.findIndex((booking) => isSameMoney(booking, acknowledged));
      if (at < 0) unbooked.push(finding);
      else lostBookings.splice(at, 1);
    } else if (movement.amountMinor !== bookedMinor) {
      wrong.push(`${key}: ${bookedMinor} acknowledged to the till, ${movement.amountMinor} in core`);
    }
  }
  const repeated = [...byKey].flatMap(([key, movements]) =>
    movements.slice(1).map(({ paymentId }) => `${key}: one order of a till became another payment, ${paymentId}`),
  );
  return {
    sent: ledger.length + unbooked.length,
    inCore,
    lost: [...lost, ...unbooked],
    ledgerMissing: lost,
    doubled: [...invented, ...repeated],
    amountMismatch: wrong,
    inventedByCore: invented,
    acknowledgedMissing,
  };
}

function isSameMoney(booking: Booking, { store, terminal, kind, bookedMinor }: Acknowledged): boolean {
  return booking.store === store && booking.terminal === terminal && booking.kind === kind && booking.amountMinor === bookedMinor;
}

/** Of the movements present on both sides, those that find no partner with the same money. */
function unequal(place: string, booked: readonly Booking[], known: readonly Booking[], pairs: number): string[] {
  const money = ({ amountMinor, currency }: Booking) => `${amountMinor} ${currency}`;
  const rest = known.map(money);
  const without = booked.filter((booking) => {
    const at = rest.indexOf(money(booking));
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  const excess = booked.length - pairs;
  return without.slice(excess).map((booking) => `${place}: ${money(booking)} booked, ${rest.join(', ')} in core`);
}
