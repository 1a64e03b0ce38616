import { useComputedColorScheme } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { useTexts } from '../i18n/use-texts.js';
import { DARK, LIGHT, type Palette } from '../tokens.js';
import classes from './chart.module.css';
import type { Picture as Drawn, PictureOption } from './engine.js';

/** Makes what is drawn, for a scheme's colours and a width in CSS pixels. The same function as long as the data are the same. */
export type Draw = (ink: Palette, width: number) => PictureOption;

/**
 * A picture in room that is kept for it: nothing moves when it appears. Screen readers skip it, the figure around it says the same in words and as a table.
 * `pick` is the pointer's shortcut for a link the table has.
 */
export function Picture({ height, draw, pick }: { height: number; draw: Draw; pick?: ((at: number) => void) | undefined }) {
  const { t } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const picked = useRef(pick);
  picked.current = pick;
  const [width, setWidth] = useState(0);
  const [state, setState] = useState<'waiting' | 'there' | 'failed'>('waiting');
  const ink = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark' ? DARK : LIGHT;
  const still = useReducedMotion(false, { getInitialValueInEffect: false });

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    let left = false;
    import('./engine.js').then(
      ({ pictureIn }) => {
        if (left) return;
        drawn.current = pictureIn(element, (at) => picked.current?.(at));
        setState('there');
      },
      () => {
        // On a bad network the table says the same.
        if (!left) setState('failed');
      },
    );
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    watch.observe(element);
    return () => {
      left = true;
      watch.disconnect();
      drawn.current?.end();
      drawn.current = null;
    };
  }, []);

  useEffect(() => {
    if (state !== 'there' || width === 0) return;
    drawn.current?.fit();
    drawn.current?.show(draw(ink, width), !still);
  }, [state, width, draw, ink, still]);

  return (
    <div className={classes.room} style={{ height }} data-state={state} data-testid="picture">
      {state === 'failed' ? <p className={classes.failed}>{t('money.chart.failed')}</p> : null}
      <div ref={box} className={classes.picture} aria-hidden="true" data-pick={pick !== undefined} />
    </div>
  );
}
