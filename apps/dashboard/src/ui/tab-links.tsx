import { type ReactNode, useEffect, useRef } from 'react';
import classes from './tab-links.module.css';

/** A row of links to the parts of a page. Which part is open stands in the address, so these are links, not ARIA tabs. */
export function TabLinks(props: { label: string; children: ReactNode }) {
  const row = useRef<HTMLElement>(null);
  const shown = useRef<HTMLElement | null>(null);
  // On a phone the row is longer than the screen: the open part must not be outside it.
  useEffect(() => {
    const here = row.current?.querySelector<HTMLElement>('[aria-current="page"]') ?? null;
    if (here === shown.current) return;
    shown.current = here;
    if (here && row.current) row.current.scrollLeft = here.offsetLeft - (row.current.clientWidth - here.offsetWidth) / 2;
  });
  return (
    <nav ref={row} className={classes.tabs} aria-label={props.label}>
      {props.children}
    </nav>
  );
}
