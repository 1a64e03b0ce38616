/** A lane as its group sees it. */
export interface GroupedLane {
  /** Little waits in it: less than is worth a transaction of its own. */
  readonly isLight: boolean;
  /** Messages waiting. */
  readonly queued: number;
}

/** How long a gateway that was refused is left out, and for how long the next time. */
export interface Isolation {
  readonly untilMs: number;
  readonly delayMs: number;
}

/**
 * What the lanes of one core know of each other. When there is much to do each lane has its own transactions, side by side. When there is little, they share one: a
 * transaction costs some milliseconds of processor time whatever is in it, and several small ones at a time would cost all of it and come later. A lane whose messages
 * another one has taken along waits for that transaction, so that a gateway is never in two at once (I1, gateway affinity).
 */
export class LaneGroup<Lane extends GroupedLane> {
  /** Gateways that wait apart, by `<store>/<gateway>`; of all lanes, because lanes carry each other's messages. */
  readonly isolated = new Map<string, Isolation>();
  readonly #lanes: Lane[] = [];
  readonly #busy = new Set<Lane>();
  #ends: (() => void)[] = [];

  join(lane: Lane): void {
    this.#lanes.push(lane);
  }

  /** True when some transaction holds this lane. */
  isBusy(lane: Lane): boolean {
    return this.#busy.has(lane);
  }

  /** True when this lane had better wait: its messages would go with the next transaction of another. */
  couldShare(lane: Lane): boolean {
    return lane.isLight && this.#busy.size > 0;
  }

  /** The lanes whose messages go into the transaction that `lane` begins now: its own, and those of others with little to do. They are held until {@link end}. */
  begin(lane: Lane): readonly Lane[] {
    const companions = lane.isLight
      ? this.#lanes.filter((other) => other !== lane && other.isLight && other.queued > 0 && !this.#busy.has(other))
      : [];
    const held = [lane, ...companions];
    for (const one of held) this.#busy.add(one);
    return held;
  }

  /** Frees what {@link begin} held. */
  end(held: readonly Lane[]): void {
    for (const one of held) this.#busy.delete(one);
    const waiting = this.#ends;
    this.#ends = [];
    for (const resume of waiting) resume();
  }

  /** Resolves when the next transaction of the group has ended. */
  nextEnd(): Promise<void> {
    return new Promise((resolve) => this.#ends.push(resolve));
  }
}
