/** Something the palette can go to or do. */
export interface PaletteItem {
  readonly id: string;
  readonly label: string;
  /** Other words it is found by: the other language's name, ids. */
  readonly words: readonly string[];
}

const MOST = 30;

/** Items that hold every typed word, those whose name begins with the text first. */
export function find<T extends PaletteItem>(items: readonly T[], typed: string): T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const text = words.join(' ');
  const hits = items.filter((item) => {
    const all = [item.label, ...item.words].join(' ').toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const begins = (item: T): number => (item.label.toLowerCase().startsWith(text) ? 0 : 1);
  return hits
    .map((item, at) => ({ item, at }))
    .sort((a, b) => begins(a.item) - begins(b.item) || a.at - b.at)
    .slice(0, MOST)
    .map(({ item }) => item);
}

/** The chosen place after a key; it goes round at the ends. */
export function moved(at: number, count: number, key: string): number {
  if (count === 0) return 0;
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count;
    case 'ArrowUp':
      return (at - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return at;
  }
}
