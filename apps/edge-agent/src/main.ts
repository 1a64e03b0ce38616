import { setFlagsFromString } from 'node:v8';
import { keepUnusedOut } from './start.memory.js';

/*
 * A gateway has little memory and the agent waits for devices nearly all the time. Without these flags the young generation grows to 32 MB while modules
 * load and never shrinks, and the compilers' own pages and code outweigh what they would gain. They count only for what is loaded afterwards,
 * hence the dynamic import.
 */
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--no-opt');
setFlagsFromString('--no-maglev');
setFlagsFromString('--no-sparkplug');
keepUnusedOut();

// A word behind the program's name is a command of its own; without one it is the agent.
if (process.argv.length > 2) await import('./enrolment.process.js');
else await import('./agent.process.js');
