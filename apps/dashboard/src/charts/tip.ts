import { FONT, type Palette } from '../tokens.js';

/** The tip of a row or column under the pointer. Its lines are set as text, never as markup: names are what people typed. */
export function tipOf(ink: Palette, linesOf: (at: number) => readonly string[]) {
  return {
    trigger: 'item' as const,
    confine: true,
    transitionDuration: 0,
    backgroundColor: ink.surface,
    borderColor: ink.edge,
    borderWidth: 1,
    padding: 10,
    textStyle: { color: ink.text, fontFamily: FONT, fontSize: 13 },
    formatter: (about: unknown) => {
      const tip = document.createElement('div');
      for (const [at, line] of linesOf(indexOf(about)).entries()) {
        const element = document.createElement(at === 0 ? 'strong' : 'div');
        element.textContent = line;
        tip.append(element);
      }
      return tip;
    },
  };
}

/** ECharts says it for one item as an object, for an axis as a list of them. */
function indexOf(about: unknown): number {
  const one: unknown = Array.isArray(about) ? about[0] : about;
  return typeof one === 'object' && one !== null && 'dataIndex' in one && typeof one.dataIndex === 'number' ? one.dataIndex : -1;
}
