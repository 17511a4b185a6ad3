/** What can be done to a list of cues: each a new list in order of time (pure). */
import { clock } from '../player/clock';

export interface Cue {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The list after a change, and which of it is chosen then; -1 for none. */
export interface Edited {
  readonly cues: readonly Cue[];
  readonly chosen: number;
}

const NEW_MS = 2000;
const LEAST_MS = 100;

function inOrder(cues: readonly Cue[], chosen: Cue | null): Edited {
  const sorted = [...cues].sort((one, other) => one.start - other.start || one.end - other.end);
  return { cues: sorted, chosen: chosen === null ? -1 : sorted.indexOf(chosen) };
}

/** A cue of two seconds at that moment, shorter where the next one begins before. */
export function add(cues: readonly Cue[], positionMs: number, durationMs: number): Edited {
  const start = Math.round(Math.max(0, Math.min(positionMs, durationMs - LEAST_MS)));
  const following = cues.find((cue) => cue.start > start);
  const most = Math.min(durationMs, following?.start ?? Infinity);
  const made = { start, end: Math.max(start + LEAST_MS, Math.min(start + NEW_MS, most)), text: '' };
  return inOrder([...cues, made], made);
}

export function change(cues: readonly Cue[], at: number, part: Partial<Cue>): Edited {
  const before = cues[at];
  if (before === undefined) return { cues, chosen: at };
  const made = { ...before, ...part };
  return inOrder(cues.map((cue) => (cue === before ? made : cue)), made);
}

/** Cut in two at `caret` of the text; at `positionMs` if it lies inside, else in proportion. */
export function split(cues: readonly Cue[], at: number, caret: number, positionMs: number): Edited {
  const cue = cues[at];
  if (cue === undefined || cue.end - cue.start < 2 * LEAST_MS) return { cues, chosen: at };
  const inside = positionMs > cue.start + LEAST_MS && positionMs < cue.end - LEAST_MS;
  const share = cue.text.length === 0 ? 0.5 : Math.min(0.9, Math.max(0.1, caret / cue.text.length));
  const middle = Math.round(inside ? positionMs : cue.start + (cue.end - cue.start) * share);
  const first = { start: cue.start, end: middle, text: cue.text.slice(0, caret).trim() };
  const second = { start: middle, end: cue.end, text: cue.text.slice(caret).trim() };
  return inOrder(cues.flatMap((one) => (one === cue ? [first, second] : [one])), second);
}

/** One cue of this and the next: Latin words with a space between, others without. */
export function merge(cues: readonly Cue[], at: number): Edited {
  const [cue, next] = [cues[at], cues[at + 1]];
  if (cue === undefined || next === undefined) return { cues, chosen: at };
  const gap = /[A-Za-z0-9,.;:!?]$/.test(cue.text) && /^[A-Za-z0-9]/.test(next.text) ? ' ' : '';
  const made = { start: cue.start, end: Math.max(cue.end, next.end), text: `${cue.text}${gap}${next.text}` };
  return inOrder(cues.flatMap((one) => (one === cue ? [made] : one === next ? [] : [one])), made);
}

export function remove(cues: readonly Cue[], at: number): Edited {
  const kept = cues.filter((_, number) => number !== at);
  return { cues: kept, chosen: Math.min(at, kept.length - 1) };
}

/** All of them later, or earlier; null if one would lie outside the lecture. */
export function shift(cues: readonly Cue[], at: number, byMs: number, durationMs: number): Edited | null {
  const outside = cues.some((cue) => cue.start + byMs < 0 || cue.start + byMs >= durationMs);
  if (outside || !Number.isFinite(byMs)) return null;
  const moved = cues.map((cue) => ({ ...cue, start: cue.start + byMs, end: Math.min(durationMs, cue.end + byMs) }));
  return { cues: moved, chosen: at };
}

/** The last cue that has begun at a moment; -1 before the first. */
export function spokenAt(cues: readonly Cue[], positionMs: number): number {
  let found = -1;
  cues.forEach((cue, number) => {
    if (cue.start <= positionMs && positionMs < cue.end) found = number;
  });
  return found;
}

/** 62500 → 01:02.500 */
export function writeTime(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds));
  return `${clock(whole)}.${String(whole % 1000).padStart(3, '0')}`;
}

/** 1:02.5, 0:01:02,500 or 62.5 as milliseconds; null for what is no time. */
export function readTime(text: string): number | null {
  const found = /^\s*(?:(?:(\d{1,2})[:：])?(\d{1,3})[:：])?(\d{1,5})(?:[.,](\d{1,3}))?\s*$/.exec(text);
  if (found === null) return null;
  const [, hours = '0', minutes, seconds = '0', fraction = ''] = found;
  if (minutes !== undefined && Number(seconds) > 59) return null;
  const whole = (Number(hours) * 60 + Number(minutes ?? '0')) * 60 + Number(seconds);
  return whole * 1000 + Number(fraction.padEnd(3, '0'));
}
