/** What the server says of chat, questions, hands and calls. */

export interface Waits {
  message: number;
  byId: number;
  by: string;
  at: number;
  text: string;
}

export interface Muted {
  id: number;
  name: string;
  why: string;
  until: number | null;
}

export interface ChatLook {
  waiting: Waits[];
  muted: string | null;
  mutes: Muted[];
}

export interface ChatConfig extends ChatLook {
  most: number;
  slow: number[];
  minutes: number[];
}

export interface ChatStands {
  open: boolean;
  review: boolean;
  slow: number;
  pinned: { seq: number; by: string; text: string } | null;
}

export interface Question {
  q: number;
  text: string;
  state: 'open' | 'answered' | 'dismissed' | 'withdrawn';
  note: string;
  asker: string;
  askerId: number;
  votes: number;
}

export interface AskLook {
  questions: Question[];
  voted: number[];
}

export interface Person {
  id: number;
  name: string;
}

export type How = '' | 'voice' | 'picture' | 'text';

export interface OnStage extends Person {
  hand: number;
  how: How;
}

export interface HandsStand {
  stage: OnStage | null;
  queue: Person[];
  count: number;
}

export interface Call {
  call: number;
  who: number;
  name: string;
}

export interface Signal {
  kind: 'offer' | 'answer' | 'bye';
  call: string;
  part: number;
  parts: number;
  data: string;
  hand: number;
  from: number;
}

export const OPEN_CHAT: ChatStands = { open: true, review: false, slow: 0, pinned: null };
export const NO_HANDS: HandsStand = { stage: null, queue: [], count: 0 };

/** Whether people may speak in the room now. */
export function isHeld(state: string): boolean {
  return state === 'waiting' || state === 'on_air' || state === 'paused';
}
