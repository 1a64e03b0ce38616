import type { ReactNode } from 'react';
import classes from './tab-links.module.css';

/** A row of links to the parts of a page. Which part is open stands in the address, so these are links, not ARIA tabs. */
export function TabLinks(props: { label: string; children: ReactNode }) {
  return (
    <nav className={classes.tabs} aria-label={props.label}>
      {props.children}
    </nav>
  );
}
