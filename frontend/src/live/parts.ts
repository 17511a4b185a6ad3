/** The parts of a room, in the order of their tabs. */
import type { PartMaker } from './part';

export const PARTS: readonly PartMaker[] = [];
