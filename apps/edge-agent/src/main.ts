import { setFlagsFromString } from 'node:v8';

/*
 * A gateway has little memory and the agent waits for devices nearly all the time. Without these flags the young generation grows to 32 MB while modules
 * load and never shrinks, and the compilers' own pages and code outweigh what they would gain. They count only for what is loaded afterwards,
 * hence the dynamic import.
 */
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--no-opt');
setFlagsFromString('--no-maglev');
setFlagsFromString('--no-sparkplug');

await import('./agent.process.js');
