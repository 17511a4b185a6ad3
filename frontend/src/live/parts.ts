/** The parts of a room, in the order of their tabs. */
import { makeChecks } from './checks';
import type { PartMaker } from './part';

export const PARTS: readonly PartMaker[] = [makeChecks];
