import { dice } from '../scenarios/dice.js';

/** What a fault strikes: one gateway, or a part of the centre that there is one of. Two faults never share a victim at a time. */
export type Victim = 'gateway' | 'core' | 'broker' | 'postgres' | 'databaseLink';

/** What the plan needs to know of a kind of fault. */
export interface PlannedKind {
  readonly kind: string;
  readonly victim: Victim;
  /** Shortest and longest duration in milliseconds. */
  readonly durationMs: readonly [number, number];
}

/** One fault of the plan. `gateway` is an index. */
export interface Injection {
  readonly atMs: number;
  readonly kind: string;
  readonly gateway: number | undefined;
  readonly durationMs: number;
}

export interface PlanOptions {
  readonly seed: number;
  /** The first fault strikes after this… */
  readonly fromMs: number;
  /** …and the last one is over by then. */
  readonly untilMs: number;
  readonly gateways: number;
  readonly kinds: readonly PlannedKind[];
  /** Mean pause between two faults. */
  readonly gapMs: number;
}

/** Between two faults of one victim it gets so much time to come to itself. */
const REST_MS = 1_500;

/**
 * The faults of an exam: every kind once before any kind a second time, in an order, at times, for durations and at gateways that follow from the seed. Faults
 * of different victims may overlap. The same options give the same plan.
 */
export function planInjections(options: PlanOptions): Injection[] {
  const { seed, fromMs, untilMs, gateways, kinds, gapMs } = options;
  const roll = dice(seed);
  const freeAt = new Map<string, number>();
  const plan: Injection[] = [];
  let deck: PlannedKind[] = [];
  let postponed = 0;
  for (let atMs = fromMs; atMs < untilMs && kinds.length > 0; ) {
    if (deck.length === 0) deck = shuffled(kinds, roll);
    const next = deck.shift()!;
    const gateway = next.victim === 'gateway' ? freeGateway(gateways, freeAt, atMs, roll) : undefined;
    const victim = next.victim === 'gateway' ? `gateway ${gateway}` : next.victim;
    const durationMs = between(next.durationMs, roll);
    const fits = (next.victim !== 'gateway' || gateway !== undefined) && (freeAt.get(victim) ?? 0) <= atMs && atMs + durationMs <= untilMs;
    if (fits) {
      plan.push({ atMs: Math.round(atMs), kind: next.kind, gateway, durationMs });
      freeAt.set(victim, atMs + durationMs + REST_MS);
      postponed = 0;
    } else if (postponed <= deck.length) {
      deck.push(next);
      postponed += 1;
      continue;
    }
    postponed = 0;
    atMs += (gapMs * (50 + roll(101))) / 100;
  }
  return plan;
}

function shuffled<T>(items: readonly T[], roll: (below: number) => number): T[] {
  const deck = [...items];
  for (let i = deck.length - 1; i > 0; i--) {
    const j = roll(i + 1);
    [deck[i], deck[j]] = [deck[j]!, deck[i]!];
  }
  return deck;
}

function freeGateway(
  gateways: number,
  freeAt: ReadonlyMap<string, number>,
  atMs: number,
  roll: (below: number) => number,
): number | undefined {
  const free = Array.from({ length: gateways }, (_, i) => i).filter((i) => (freeAt.get(`gateway ${i}`) ?? 0) <= atMs);
  return free.length === 0 ? undefined : free[roll(free.length)];
}

function between([least, most]: readonly [number, number], roll: (below: number) => number): number {
  return least + roll(most - least + 1);
}
