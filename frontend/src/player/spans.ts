/** Watched stretches of a recording, `[from, to)` in milliseconds: sorted, disjoint, merged (pure). */
export type Span = readonly [from: number, to: number];

export function addSpan(spans: readonly Span[], from: number, to: number): Span[] {
  if (!(to > from)) return [...spans];
  const merged: Span[] = [];
  let left = from;
  let right = to;
  for (const [start, end] of spans) {
    if (end < left || start > right) {
      merged.push([start, end]);
    } else {
      left = Math.min(left, start);
      right = Math.max(right, end);
    }
  }
  merged.push([left, right]);
  return merged.sort((one, other) => one[0] - other[0]);
}

export function mergeSpans(spans: readonly Span[]): Span[] {
  return spans.reduce<Span[]>((merged, [from, to]) => addSpan(merged, from, to), []);
}

export function coveredMs(spans: readonly Span[]): number {
  return spans.reduce((sum, [from, to]) => sum + (to - from), 0);
}

/** The furthest moment ever watched: up to here a first viewing may seek. */
export function edgeMs(spans: readonly Span[]): number {
  return spans.reduce((edge, [, to]) => Math.max(edge, to), 0);
}

/** How far the keyboard and the slider may go: a courtesy only, the server decides what counts. */
export const EDGE_SLACK_MS = 1000;

export function allowedPosition(wantedMs: number, furthestMs: number, locked: boolean): number {
  if (!locked) return Math.max(0, wantedMs);
  return wantedMs > furthestMs + EDGE_SLACK_MS ? furthestMs : Math.max(0, wantedMs);
}
