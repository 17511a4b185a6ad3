import { describe, expect, it } from 'vitest';
import { cutsOf, pastCut, readTime, writeTime } from '../src/cutting/times';
import { takeOf } from '../src/player/playlist';

describe('the times of the cutting page', () => {
  it('are read as the server reads them', () => {
    expect(['', '75', '1:15', '1：15.5', '1:02:03.007'].map(readTime)).toEqual([null, 75_000, 75_000, 75_500, 3_723_007]);
    expect(readTime('1.15.3')).toBeNaN();
  });

  it('are written as the server writes them', () => {
    expect([0, 75_500, 3_723_007].map(writeTime)).toEqual(['0:00.000', '1:15.500', '1:02:03.007']);
  });

  it('become cuts in order, nothing twice, half-typed rows for nothing', () => {
    const rows = [
      ['0:50', '1:10'],
      ['0:30', '0:40'],
      ['0:35', '0:45'],
      ['0:20', ''],
      ['1.x', '2'],
    ] as const;
    expect(cutsOf('0:10', '1:05', rows, 80_000)).toEqual([
      [0, 10_000],
      [30_000, 45_000],
      [50_000, 80_000],
    ]);
    expect(cutsOf('', '', [['', '']], 80_000)).toEqual([]);
  });

  it('lead past what is cut out', () => {
    const cuts = cutsOf('0:10', '', [], 80_000);
    expect([0, 9_999, 10_000].map((at) => pastCut(cuts, at))).toEqual([10_000, 10_000, null]);
  });
});

describe('a signed address', () => {
  it('names the content it plays', () => {
    expect(takeOf('/hls/token/123/4/lecture/0a1b/master.m3u8')).toBe('0a1b');
    expect(takeOf('')).toBe('');
  });
});
