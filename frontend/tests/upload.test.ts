import { describe, expect, it } from 'vitest';
import { CheckedSource, base64, fingerprintOf, hex } from '../src/upload/checksum';
import { summarise, toBegin, type RowState } from '../src/upload/queue';
import { LEAST_PIECE, MOST_PIECE, Meter, figures, pieceBytes, secondsLeft, spokenBytes, spokenSpan } from '../src/upload/rate';

describe('which files go up', () => {
  it('three at once, in their order', () => {
    expect(toBegin(['waiting', 'waiting', 'waiting', 'waiting'])).toEqual([0, 1, 2]);
    expect(toBegin(['sent', 'checking', 'sending', 'waiting', 'waiting'])).toEqual([3]);
    expect(toBegin(['sending', 'sending', 'sending', 'waiting'])).toEqual([]);
  });

  it('what is paused, failed or asked about holds no place', () => {
    const states: RowState[] = ['paused', 'failed', 'asking', 'sending', 'waiting', 'waiting', 'waiting'];
    expect(toBegin(states)).toEqual([4, 5]);
  });

  it('is summed up', () => {
    expect(summarise(['sending', 'waiting', 'paused', 'sent', 'over', 'failed'])).toEqual({
      total: 6, sending: 1, waiting: 1, sent: 2, canPause: true, canResume: true,
    });
    expect(summarise([])).toEqual({
      total: 0, sending: 0, waiting: 0, sent: 0, canPause: false, canResume: false,
    });
  });
});

describe('how fast and how long', () => {
  it('goes by the last seconds', () => {
    const meter = new Meter();
    meter.add(0, 0);
    expect(meter.speed).toBe(0);
    meter.add(1000, 1_000_000);
    expect(meter.speed).toBe(1_000_000);
    for (let second = 2; second <= 30; second += 1) meter.add(second * 1000, 1_000_000 + (second - 1) * 100);
    expect(meter.speed).toBe(100);
  });

  it('forgets a piece that was sent in vain', () => {
    const meter = new Meter();
    meter.add(0, 0);
    meter.add(1000, 5000);
    meter.add(2000, 0);
    expect(meter.speed).toBe(0);
    meter.add(3000, 700);
    expect(meter.speed).toBe(700);
  });

  it('pieces are eight seconds long, within bounds', () => {
    expect(pieceBytes(0)).toBe(MOST_PIECE);
    expect(pieceBytes(10_000)).toBe(LEAST_PIECE);
    expect(pieceBytes(512 * 1024)).toBe(4 * LEAST_PIECE);
    expect(pieceBytes(100_000_000)).toBe(MOST_PIECE);
  });

  it('is said in words that do not jump', () => {
    expect(secondsLeft(100, 0)).toBeNull();
    expect(secondsLeft(1000, 100)).toBe(10);
    expect(spokenSpan(0)).toEqual({ key: 'seconds', values: { count: 1 } });
    expect(spokenSpan(12)).toEqual({ key: 'seconds', values: { count: 15 } });
    expect(spokenSpan(61)).toEqual({ key: 'minutes', values: { count: 2 } });
    expect(spokenSpan(3700)).toEqual({ key: 'hours', values: { hours: 1, minutes: 2 } });
    expect([0, 999, 1536, 1_572_864, 3_500_000_000].map(spokenBytes)).toEqual([
      '0 B', '999 B', '2 KB', '1.5 MB', '3.3 GB',
    ]);
  });
});

describe('the line of figures', () => {
  const strings = { figures: '{sent} / {total}', speed: '{speed}/秒', left: '约剩 {time}', minutes: '{count} 分钟' };

  it('says what there is to go by', () => {
    expect(figures(0, 2_097_152, 0, strings)).toBe('0 B / 2.0 MB');
    expect(figures(1_048_576, 104_857_600, 1_048_576, strings)).toBe('1.0 MB / 100.0 MB · 1.0 MB/秒 · 约剩 2 分钟');
    expect(figures(100, 100, 10, strings)).toBe('100 B / 100 B · 10 B/秒');
  });
});

describe('checksums', () => {
  it('each piece has its own', async () => {
    const source = new CheckedSource(new Blob(['党课abc']));
    const piece = await source.slice(6, 9);
    expect([await piece.value.text(), piece.done]).toEqual(['abc', true]);
    expect(source.checksum).toBe('sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=');
    expect((await source.slice(0, 3)).done).toBe(false);
  });

  it('writes bytes as text', () => {
    expect([base64(new Uint8Array([0, 255])), hex(new Uint8Array([0, 255]))]).toEqual(['AP8=', '00ff']);
  });

  it('knows a file again by its ends', async () => {
    const made = (content: string, at: number): File => new File([content], '课.mp4', { lastModified: at });
    const first = await fingerprintOf(made('abc', 1));
    expect(first).toMatch(/^3-1-[0-9a-f]{32}$/);
    expect(await fingerprintOf(made('abc', 1))).toBe(first);
    expect(await fingerprintOf(made('abd', 1))).not.toBe(first);
    expect(await fingerprintOf(made('abc', 2))).not.toBe(first);
  });
});
