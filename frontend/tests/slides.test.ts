import { describe, expect, it } from 'vitest';
import { InStep, SIZES, thinned } from '../src/live/slides/marks';

describe('in step with the picture', () => {
  it('does what is due, in order, and no more', () => {
    const steps = new InStep();
    const done: string[] = [];
    for (const [at, name] of [[1000, 'a'], [2000, 'b'], [1500, 'c']] as const) {
      steps.add(at, () => done.push(name));
    }
    steps.due(999, 3000);
    expect(done).toEqual([]);
    steps.due(1600, 3000);
    expect(done).toEqual(['a']);
    steps.due(2000, 3000);
    expect(done).toEqual(['a', 'b', 'c']);
  });

  it('waits for no picture where there is none, and not for ever where it stands still', () => {
    const steps = new InStep(10_000);
    const done: string[] = [];
    steps.add(5000, () => done.push('a'));
    steps.due(null, 5000);
    expect(done).toEqual(['a']);
    steps.add(6000, () => done.push('b'));
    steps.due(5500, 15_999);
    expect(done).toEqual(['a']);
    steps.due(5500, 16_000);
    expect(done).toEqual(['a', 'b']);
  });
});

describe('thinned', () => {
  it('keeps the ends and stays below what the server takes', () => {
    const points = Array.from({ length: 10_000 }, (_value, at) => at);
    const kept = thinned(points);
    expect(kept.length).toBeLessThanOrEqual(802);
    expect(kept.slice(0, 2)).toEqual([0, 1]);
    expect(kept.slice(-2)).toEqual([9998, 9999]);
    expect(kept.length % 2).toBe(0);
  });

  it('knows a size for each tool', () => {
    expect(Object.keys(SIZES)).toEqual(['pen', 'highlighter', 'line', 'rectangle', 'text']);
  });
});
