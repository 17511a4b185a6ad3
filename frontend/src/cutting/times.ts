/** The times of the cutting page, as the server reads and writes them (pure). */
export type Cut = [number, number];

/** Milliseconds of "1:02:03.5", "62:03" or "3723"; null for an empty field, NaN for no time. */
export function readTime(text: string): number | null {
  const wanted = text.trim();
  if (wanted === '') return null;
  const found = /^(?:(?:(\d{1,2})[:：])?(\d{1,3})[:：])?(\d{1,5})(?:[.．,，](\d{1,3}))?$/.exec(wanted);
  if (found === null) return Number.NaN;
  const [, hours = '0', minutes = '0', seconds = '0', fraction = '0'] = found;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(fraction.padEnd(3, '0'));
}

export function writeTime(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds));
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor(whole / 60_000) % 60;
  const seconds = String(Math.floor(whole / 1000) % 60).padStart(2, '0');
  const rest = String(whole % 1000).padStart(3, '0');
  const lead = hours > 0 ? `${String(hours)}:${String(minutes).padStart(2, '0')}` : String(minutes);
  return `${lead}:${seconds}.${rest}`;
}

/** What is cut, in order, nothing twice; fields that are no times yet count for nothing. */
export function cutsOf(head: string, tail: string, rows: readonly (readonly [string, string])[], length: number): Cut[] {
  const wanted: Cut[] = [];
  const end = readTime(head);
  const start = readTime(tail);
  if (end !== null) wanted.push([0, end]);
  if (start !== null) wanted.push([start, length]);
  for (const [first, last] of rows) wanted.push([readTime(first) ?? Number.NaN, readTime(last) ?? Number.NaN]);
  const cuts: Cut[] = [];
  const sound = wanted.filter(([from, to]) => from < to && from < length).sort((one, other) => one[0] - other[0]);
  for (const [from, to] of sound) {
    const last = cuts[cuts.length - 1];
    if (last !== undefined && from <= last[1]) last[1] = Math.min(length, Math.max(last[1], to));
    else cuts.push([from, Math.min(length, to)]);
  }
  return cuts;
}

/** Where to go on from a moment that is cut out; null if it is not. */
export function pastCut(cuts: readonly Cut[], at: number): number | null {
  const cut = cuts.find(([from, to]) => at >= from && at < to);
  return cut === undefined ? null : cut[1];
}
