import type { DialogueField, DialogueFrame } from '@tillward/contracts';

/** A frame between us and a terminal as a driver tells of it, and what is in it: the shapes that the journal keeps. */
export type { DialogueField, DialogueFrame };
