import { type Attempts, afterRight, afterWrong, FREE_OF_PAIR, FREE_OF_PLACE, mayTry, NO_ATTEMPTS } from './attempts.rules.js';

/** Checks that may wait for the processor at once: beyond that somebody is guessing, not working. A place that is known has room of its own. */
const AT_ONCE = 4;
const AT_ONCE_KNOWN = 8;
/** How long a place stays known for a person after the last right attempt there. */
const KNOWN_FOR_MS = 30 * 24 * 3_600_000;
/** More than a store has of people and places; what nobody has tried for longest goes first. */
const MOST_COUNTS = 5_000;

/** Who may try a secret now. `free` is how many wrong attempts one person has at all unknown places together. */
export class AttemptGate {
  readonly #free: number;
  readonly #pairs = new Map<string, Attempts>();
  readonly #persons = new Map<string, Attempts>();
  readonly #places = new Map<string, Attempts>();
  readonly #known = new Map<string, number>();
  #checking = 0;

  constructor(free: number) {
    this.#free = free;
  }

  /**
   * Looks at one attempt of a person at a place (a till, a client of the console), unless there were too many: null. Counted as wrong before it is looked at, so that attempts at the same moment
   * count too, and not any more once it was right. A place where the person has been right lately is judged by its own wrong attempts alone: what others try elsewhere shuts nobody out there.
   */
  async try(person: string, place: string, now: number, check: () => Promise<boolean>): Promise<boolean | null> {
    const pair = `${person}\n${place}`;
    const isKnown = now < (this.#known.get(pair) ?? Number.NEGATIVE_INFINITY);
    const counts: { of: Map<string, Attempts>; key: string; free: number }[] = [{ of: this.#pairs, key: pair, free: FREE_OF_PAIR }];
    if (!isKnown) {
      counts.push({ of: this.#persons, key: person, free: this.#free }, { of: this.#places, key: place, free: FREE_OF_PLACE });
    }
    if (this.#checking >= (isKnown ? AT_ONCE_KNOWN : AT_ONCE)) return null;
    if (!counts.every(({ of, key, free }) => mayTry(of.get(key) ?? NO_ATTEMPTS, now, free))) return null;
    const taken = counts.map(({ of, key }) => count(of, key, now));
    this.#checking += 1;
    let isRight: boolean;
    try {
      isRight = await check();
    } finally {
      this.#checking -= 1;
    }
    if (!isRight) return false;
    for (const one of taken) uncount(one);
    this.#pairs.delete(pair);
    putLast(this.#known, pair, now + KNOWN_FOR_MS);
    return true;
  }

  /** Nothing tried of a person before counts any more: the secret is another one. */
  forget(person: string): void {
    this.#persons.delete(person);
    for (const pair of [...this.#pairs.keys()]) if (pair.startsWith(`${person}\n`)) this.#pairs.delete(pair);
  }
}

/** An attempt that was counted before it was looked at. */
interface Counted {
  readonly of: Map<string, Attempts>;
  readonly key: string;
  readonly was: Attempts;
  readonly is: Attempts;
}

function count(of: Map<string, Attempts>, key: string, now: number): Counted {
  const was = of.get(key) ?? NO_ATTEMPTS;
  const is = afterWrong(was, now);
  putLast(of, key, is);
  return { of, key, was, is };
}

function uncount({ of, key, was, is }: Counted): void {
  const present = of.get(key);
  if (present === undefined) return;
  of.set(key, present === is ? was : afterRight(present));
}

function putLast<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MOST_COUNTS) return;
  const [first] = map.keys();
  map.delete(first!);
}
