import { describe, expect, test } from 'vitest';
import { addSpan, allowedPosition, coveredMs, edgeMs, mergeSpans, type Span } from '../src/player/spans';

describe('watched spans', () => {
  test('touching and overlapping pieces become one', () => {
    expect(mergeSpans([[0, 10], [10, 20], [15, 30], [40, 50]])).toEqual([[0, 30], [40, 50]]);
  });

  test('a piece without length changes nothing', () => {
    expect(addSpan([[0, 10]], 5, 5)).toEqual([[0, 10]]);
    expect(addSpan([[0, 10]], 30, 20)).toEqual([[0, 10]]);
  });

  test('the order of pieces does not matter', () => {
    const pieces: Span[] = [[5, 9], [0, 6], [20, 22], [8, 21], [40, 41]];
    const backwards = [...pieces].reverse();
    expect(mergeSpans(pieces)).toEqual([[0, 22], [40, 41]]);
    expect(mergeSpans(backwards)).toEqual([[0, 22], [40, 41]]);
  });

  test('content counts once and the edge is the furthest moment', () => {
    const spans = mergeSpans([[0, 10], [5, 20], [50, 60]]);
    expect(coveredMs(spans)).toBe(30);
    expect(edgeMs(spans)).toBe(60);
    expect(edgeMs([])).toBe(0);
  });

  test('a first viewing goes no further than its edge, back is free', () => {
    expect(allowedPosition(90_000, 60_000, true)).toBe(60_000);
    expect(allowedPosition(60_800, 60_000, true)).toBe(60_800);
    expect(allowedPosition(10_000, 60_000, true)).toBe(10_000);
    expect(allowedPosition(-5, 60_000, true)).toBe(0);
    expect(allowedPosition(90_000, 60_000, false)).toBe(90_000);
  });
});
