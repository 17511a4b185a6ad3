/** Which of many files go up at once (pure). */
export type RowState =
  | 'waiting' // for its turn
  | 'checking' // what the server knows of it
  | 'asking' // the person, whether to send it all the same
  | 'sending'
  | 'paused'
  | 'failed'
  | 'sent' // the server works on it
  | 'over';

export const AT_ONCE = 3;

const BUSY: readonly RowState[] = ['checking', 'sending'];

/** The places of the rows to begin now, in their order. */
export function toBegin(states: readonly RowState[], most: number = AT_ONCE): number[] {
  const free = most - states.filter((state) => BUSY.includes(state)).length;
  return states
    .map((state, place) => ({ state, place }))
    .filter(({ state }) => state === 'waiting')
    .slice(0, Math.max(0, free))
    .map(({ place }) => place);
}

export interface Summary {
  total: number;
  sending: number;
  waiting: number;
  sent: number;
  canPause: boolean;
  canResume: boolean;
}

export function summarise(states: readonly RowState[]): Summary {
  const count = (...wanted: RowState[]): number => states.filter((state) => wanted.includes(state)).length;
  return {
    total: states.length,
    sending: count('checking', 'sending'),
    waiting: count('waiting'),
    sent: count('sent', 'over'),
    canPause: count('waiting', 'checking', 'sending') > 0,
    canResume: count('paused') > 0,
  };
}
