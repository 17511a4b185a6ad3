import { describe, expect, it } from 'vitest';
import { InStep, SIZES, thinned, type Mark, type SlideFacts } from '../src/live/slides/marks';
import { chapterAt, clockText, countAt, momentAt, type Entry } from '../src/live/replay/timeline';

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

describe('the replay', () => {
  const page = (id: number): SlideFacts => ({ id, deck: 1, n: id, of: 2, key: '', w: 16, h: 9, text: '' });
  const stroke = (id: string): Mark => ({ id, tool: 'pen', colour: 'red', size: 40, points: [0, 0, 1, 1] });
  const head = { seq: 0, by: '李' };
  const entries: Entry[] = [
    { ...head, t: 1000, kind: 'slide', slide: page(1) },
    { ...head, t: 2000, kind: 'mark', slide: 1, mark: stroke('a') },
    { ...head, t: 2500, kind: 'mark', slide: 1, mark: stroke('b') },
    { ...head, t: 3000, kind: 'chat', text: '好' },
    { ...head, t: 4000, kind: 'unmark', slide: 1, mark: 'a' },
    { ...head, t: 5000, kind: 'slide', slide: page(2) },
    { ...head, t: 6000, kind: 'slide', slide: page(1) },
    { ...head, t: 7000, kind: 'wipe', slide: 1 },
    { ...head, t: 8000, kind: 'slide', slide: null },
  ];
  const at = (t: number): [number | undefined, string, number] => {
    const { slide, marks, said } = momentAt(entries, countAt(entries, t));
    return [slide?.id, marks.map(({ id }) => id).join(''), said.length];
  };

  it('shows at each moment what stood there then, forwards and backwards', () => {
    expect([0, 1000, 2600, 4500, 5500, 6500, 7500, 9000].map(at)).toEqual([
      [undefined, '', 0],
      [1, '', 0],
      [1, 'ab', 0],
      [1, 'b', 1],
      [2, '', 1],
      [1, 'b', 1],
      [1, '', 1],
      [undefined, '', 1],
    ]);
  });

  it('knows the chapter of a moment', () => {
    const chapters = [{ start: 0, title: 'a' }, { start: 60_000, title: 'b' }];
    expect([0, 59_999, 60_000].map((t) => chapterAt(chapters, t))).toEqual([0, 0, 1]);
    expect([5, 75, 3725].map(clockText)).toEqual(['00:05', '01:15', '1:02:05']);
  });
});
