/** The parts of a room, in the order of their tabs. */
import { makeChecks } from './checks';
import { groupsPart } from './groups/tab';
import type { PartMaker } from './part';
import { slidesPart } from './slides/part';
import { ask } from './talk/ask';
import { chat } from './talk/chat';
import { hands } from './talk/hands';

export const PARTS: readonly PartMaker[] = [chat, ask, hands, makeChecks, slidesPart, groupsPart];
