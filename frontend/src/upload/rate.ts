/** How fast bytes go, how long the rest takes, how long the next piece should be (pure). */
import { fill } from '../player/clock';

const WINDOW_MS = 8000;
const PIECE_SECONDS = 8;
const MEGABYTE = 1024 * 1024;
export const LEAST_PIECE = MEGABYTE;
export const MOST_PIECE = 8 * MEGABYTE;

/** Bytes a second over the last seconds; a pause is forgotten by `reset`. */
export class Meter {
  private marks: [number, number][] = [];

  add(atMs: number, sent: number): void {
    const last = this.marks[this.marks.length - 1];
    if (last !== undefined && sent < last[1]) this.marks = []; // a piece was sent in vain
    this.marks.push([atMs, sent]);
    while (this.marks.length > 2 && atMs - (this.marks[0]?.[0] ?? atMs) > WINDOW_MS) this.marks.shift();
  }

  reset(): void {
    this.marks = [];
  }

  /** 0 until there is something to go by. */
  get speed(): number {
    const first = this.marks[0];
    const last = this.marks[this.marks.length - 1];
    if (first === undefined || last === undefined || last[0] - first[0] < 500) return 0;
    return ((last[1] - first[1]) * 1000) / (last[0] - first[0]);
  }
}

/** Seconds for the rest at this speed; null where nobody can say. */
export function secondsLeft(bytes: number, speed: number): number | null {
  return speed > 0 ? Math.ceil(bytes / speed) : null;
}

/** About eight seconds' worth: what a cut line loses is bounded by time, not by size. */
export function pieceBytes(speed: number): number {
  if (speed <= 0) return MOST_PIECE;
  const wanted = Math.round((speed * PIECE_SECONDS) / MEGABYTE) * MEGABYTE;
  return Math.min(MOST_PIECE, Math.max(LEAST_PIECE, wanted));
}

/** 1536000 → 1.5 MB. */
export function spokenBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(unit < 2 ? 0 : 1)} ${units[unit] ?? ''}`;
}

export interface Span {
  key: 'seconds' | 'minutes' | 'hours';
  values: Record<string, number>;
}

/** A length of time as its sentence is chosen: rounded so that it does not jump. */
export function spokenSpan(seconds: number): Span {
  if (seconds < 60) return { key: 'seconds', values: { count: Math.max(1, Math.ceil(seconds / 5) * 5) } };
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return { key: 'minutes', values: { count: minutes } };
  return { key: 'hours', values: { hours: Math.floor(minutes / 60), minutes: minutes % 60 } };
}

/** 12.5 MB / 80.0 MB · 2.1 MB/秒 · 约剩 1 分钟, as far as there is something to go by. */
export function figures(sent: number, total: number, speed: number, strings: Record<string, string>): string {
  const text = (key: string, values: Record<string, string | number>): string => fill(strings[key] ?? '', values);
  const words = [text('figures', { sent: spokenBytes(sent), total: spokenBytes(total) })];
  if (speed > 0) words.push(text('speed', { speed: spokenBytes(speed) }));
  const left = secondsLeft(total - sent, speed);
  if (left !== null && sent < total) {
    const span = spokenSpan(left);
    words.push(text('left', { time: text(span.key, span.values) }));
  }
  return words.join(' · ');
}
