/** What the server tells of a class that is over. */
import type { Chapter, Entry } from './timeline';

export interface Told {
  replay: string;
  slides: string;
  length: number;
  entries: Entry[];
  chapters: Chapter[];
  lesson: string;
}

export const NOTHING_TOLD: Told = { replay: '', slides: '', length: 0, entries: [], chapters: [], lesson: '' };

/** Null where it cannot be had. */
export async function askTold(address: string): Promise<Told | null> {
  try {
    const answer = await fetch(address);
    return answer.ok ? ((await answer.json()) as Told) : null;
  } catch {
    return null;
  }
}
