import { expect, test } from 'vitest';
import { add, change, merge, readTime, remove, shift, split, spokenAt, writeTime, type Cue } from '../src/caption-editor/cues';

const CUES: Cue[] = [
  { start: 1000, end: 3000, text: '同志们好，请坐。' },
  { start: 3000, end: 5000, text: '今天讲党章。' },
  { start: 8000, end: 9000, text: 'Thank you' },
];
const LENGTH = 10_000;

test('a new cue stands in its place and leaves room for the next', () => {
  const early = add(CUES, 7000.4, LENGTH);
  expect([early.chosen, early.cues[early.chosen]]).toEqual([2, { start: 7000, end: 8000, text: '' }]);
  const late = add(CUES, 12_000, LENGTH);
  expect([late.chosen, late.cues[late.chosen]]).toEqual([3, { start: 9900, end: 10_000, text: '' }]);
  expect(add([], 0, LENGTH).cues).toEqual([{ start: 0, end: 2000, text: '' }]);
});

test('a changed time moves the cue to its place', () => {
  const moved = change(CUES, 0, { start: 9500, end: 9800 });
  expect([moved.chosen, moved.cues.map((cue) => cue.start)]).toEqual([2, [3000, 8000, 9500]]);
  expect(change(CUES, 9, { text: '无' }).cues).toBe(CUES);
});

test('a cue is cut at the caret, at the playing moment where that lies inside', () => {
  const here = split(CUES, 0, 5, 1800);
  expect(here.cues.slice(0, 2)).toEqual([
    { start: 1000, end: 1800, text: '同志们好，' },
    { start: 1800, end: 3000, text: '请坐。' },
  ]);
  expect(here.chosen).toBe(1);
  expect(split(CUES, 0, 4, 9000).cues[0]?.end).toBe(2000);
  expect(split([{ start: 0, end: 150, text: '短' }], 0, 1, 0).cues).toHaveLength(1);
});

test('two cues become one', () => {
  expect(merge(CUES, 0).cues[0]).toEqual({ start: 1000, end: 5000, text: '同志们好，请坐。今天讲党章。' });
  const latin = merge([{ start: 0, end: 1, text: 'Good' }, { start: 1, end: 2, text: 'day' }], 0);
  expect(latin.cues[0]?.text).toBe('Good day');
  expect(merge(CUES, 2).cues).toBe(CUES);
});

test('what is removed is gone, and its neighbour chosen', () => {
  expect([remove(CUES, 2).chosen, remove(CUES, 0).chosen, remove([], -1).chosen]).toEqual([1, 0, -1]);
});

test('all are shifted or none', () => {
  expect(shift(CUES, 0, 1500, LENGTH)?.cues.map((cue) => [cue.start, cue.end])).toEqual([
    [2500, 4500], [4500, 6500], [9500, 10_000],
  ]);
  expect([shift(CUES, 0, -1001, LENGTH), shift(CUES, 0, 2000, LENGTH), shift(CUES, 0, NaN, LENGTH)]).toEqual([null, null, null]);
});

test('times are read as people write them, and written so that they are read', () => {
  expect(['1:02.5', '0:01:02,500', '62.5', '1：02.500'].map(readTime)).toEqual([62_500, 62_500, 62_500, 62_500]);
  expect(['', '1:75', 'x', '1:2:3:4', '-1'].map(readTime)).toEqual([null, null, null, null, null]);
  for (const time of [0, 999, 62_500, 3_723_004]) expect(readTime(writeTime(time))).toBe(time);
});

test('the cue being spoken is the one around the moment', () => {
  expect([0, 1000, 2999, 3000, 6000].map((at) => spokenAt(CUES, at))).toEqual([-1, 0, 0, 1, -1]);
});
