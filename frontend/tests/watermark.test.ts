import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Watermark } from '../src/player/watermark';

let stage: HTMLElement;
let watermark: Watermark;

const mark = (): HTMLElement | null => stage.querySelector('.player__watermark');

beforeEach(() => {
  vi.useFakeTimers();
  stage = document.createElement('div');
  document.body.append(stage);
  watermark = new Watermark(stage, '张秀英 0777');
});

afterEach(() => {
  watermark.remove();
  stage.remove();
  vi.useRealTimers();
});

test('names who watches, to the eye alone', () => {
  expect(mark()?.textContent).toBe('张秀英 0777');
  expect(mark()?.getAttribute('aria-hidden')).toBe('true');
});

test('moves to another place', () => {
  const places = new Set<string>();
  for (let step = 0; step < 6; step += 1) {
    places.add(mark()?.style.cssText ?? '');
    vi.advanceTimersByTime(12_000);
  }
  expect(places.size).toBe(6);
});

test('comes back when it is taken away, emptied, hidden or moved', async () => {
  const spoil: ((found: HTMLElement) => void)[] = [
    (found) => {
      found.remove();
    },
    (found) => {
      found.textContent = '';
    },
    (found) => {
      found.hidden = true;
    },
    (found) => {
      found.className = '';
    },
    (found) => {
      found.style.opacity = '0';
    },
  ];
  for (const change of spoil) {
    const found = mark();
    const before = found?.outerHTML;
    expect(found).not.toBeNull();
    if (found !== null) change(found);
    await vi.advanceTimersByTimeAsync(10);
    expect(mark()?.outerHTML).toBe(before);
  }
});

test('goes with the player', () => {
  watermark.remove();
  expect(mark()).toBeNull();
});
