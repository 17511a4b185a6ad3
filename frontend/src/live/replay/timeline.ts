/** What a replay shows at a moment, from what happened until then (pure). */
import type { Mark, SlideFacts } from '../slides/marks';

export interface Entry {
  /** Milliseconds into the replay. */
  t: number;
  seq: number;
  kind: string;
  by: string;
  text?: string;
  slide?: SlideFacts | number | null;
  mark?: Mark | string;
  /** What was asked at this moment. */
  check?: number;
}

export interface Chapter {
  start: number;
  title: string;
}

export interface Moment {
  slide: SlideFacts | null;
  marks: Mark[];
  said: Entry[];
}

const MOST_SAID = 200;

/** How many of the entries have happened at `t`. */
export function countAt(entries: readonly Entry[], t: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.t ?? 0) <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function momentAt(entries: readonly Entry[], count: number): Moment {
  let slide: SlideFacts | null = null;
  const drawn = new Map<number, Map<string, Mark>>();
  const said: Entry[] = [];
  for (const entry of entries.slice(0, count)) {
    if (entry.kind === 'slide') slide = (entry.slide ?? null) as SlideFacts | null;
    else if (typeof entry.slide === 'number') {
      const marks = drawn.get(entry.slide) ?? new Map<string, Mark>();
      drawn.set(entry.slide, marks);
      if (entry.kind === 'wipe') marks.clear();
      else if (typeof entry.mark === 'string') marks.delete(entry.mark);
      else if (entry.mark !== undefined) marks.set(entry.mark.id, entry.mark);
    } else if (entry.text !== undefined) said.push(entry);
  }
  const marks = slide === null ? [] : [...(drawn.get(slide.id)?.values() ?? [])];
  return { slide, marks, said: said.slice(-MOST_SAID) };
}

/** The place of the chapter that is watched at `t`; -1 before the first. */
export function chapterAt(chapters: readonly Chapter[], t: number): number {
  let found = -1;
  chapters.forEach((chapter, place) => {
    if (chapter.start <= t) found = place;
  });
  return found;
}

export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(whole / 3600);
  return hours === 0 ? parts.join(':') : `${String(hours)}:${parts.join(':')}`;
}
