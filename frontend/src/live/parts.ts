/** The parts of a room, in the order of their tabs. */
import type { PartMaker } from './part';
import { ask } from './talk/ask';
import { chat } from './talk/chat';
import { hands } from './talk/hands';

export const PARTS: readonly PartMaker[] = [chat, ask, hands];
