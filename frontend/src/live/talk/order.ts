/** What can be said of lists without a page (pure). */
import type { Question } from './shapes';

/** What is not answered yet first; of these what more people want, then what was asked first. */
export function inOrder(questions: Iterable<Question>): Question[] {
  return [...questions].sort(
    (one, other) =>
      Number(other.state === 'open') - Number(one.state === 'open') ||
      other.votes - one.votes ||
      one.q - other.q,
  );
}

/** How many of `count` lines have to go so that `more` find room among `most`. */
export function tooMany(count: number, more: number, most: number): number {
  return Math.max(0, Math.min(count, count + more - most));
}

/** What is known of a line's place: its number in the room, or that it is on its way there. */
export interface Placed {
  [name: string]: string | undefined;
  seq?: string;
  state?: string;
}

/** Whether a line that stands has its place after one that comes. */
export function comesAfter(stands: Placed, comes: Placed): boolean {
  if (comes.seq === undefined) return false;
  if (stands.seq === undefined) return stands.state === 'sending';
  return Number(stands.seq) > Number(comes.seq);
}

const PART_CHARS = 2000;

/** A description of a call in parts a message may have. */
export function inParts(text: string, most: number = PART_CHARS): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += most) parts.push(text.slice(at, at + most));
  return parts;
}

/** Parts as they come, in whatever order; the whole once all are there. */
export class Gathered {
  private readonly parts = new Map<string, string[]>();

  /** `call` names what the parts belong to; of an older one nothing is kept. */
  add(call: string, part: number, parts: number, data: string): string | null {
    const known = this.parts.get(call) ?? [];
    known[part] = data;
    this.parts.clear();
    this.parts.set(call, known);
    const there = Array.from({ length: parts }, (_, at) => known[at]);
    return there.every((one) => one !== undefined) ? there.join('') : null;
  }
}
