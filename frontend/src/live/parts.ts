/** The parts of a room, in the order of their tabs. */
import type { PartMaker } from './part';
import { groupsPart } from './groups/tab';
import { slidesPart } from './slides/part';

export const PARTS: readonly PartMaker[] = [slidesPart, groupsPart];
