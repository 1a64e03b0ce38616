import { BarChart, type BarSeriesOption, ScatterChart, type ScatterSeriesOption } from 'echarts/charts';
import { GridComponent, type GridComponentOption, TooltipComponent, type TooltipComponentOption } from 'echarts/components';
import { type ComposeOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

// Only what the pictures here are made of; loaded when the first of them is shown, so outside every page's budget (UX.md, Budgets).
use([BarChart, ScatterChart, GridComponent, TooltipComponent, SVGRenderer]);

/** What ECharts is asked to draw: bars and points on two axes. */
export type PictureOption = ComposeOption<BarSeriesOption | ScatterSeriesOption | GridComponentOption | TooltipComponentOption>;

/** One picture on the screen. */
export interface Picture {
  /** Draws it anew; what moved glides there when `animate` is set. */
  show(option: PictureOption, animate: boolean): void;
  /** Takes its element's size. */
  fit(): void;
  /** Removes it. */
  end(): void;
}

/** An empty picture of its element's size, as SVG: sharp at every zoom, and its words are words. `pick` hears which row or column was pressed. */
export function pictureIn(element: HTMLElement, pick: (at: number) => void): Picture {
  const chart = init(element, null, { renderer: 'svg' });
  chart.on('click', ({ dataIndex }) => {
    if (typeof dataIndex === 'number') pick(dataIndex);
  });
  return {
    show: (option, animate) => chart.setOption({ animation: animate, animationDuration: 300, ...option }, { replaceMerge: ['series'] }),
    fit: () => chart.resize(),
    end: () => chart.dispose(),
  };
}
