import { expect, test } from 'vitest';
import { clock, fill } from '../src/player/clock';
import { keyAction } from '../src/player/keys';
import { SignedFolder } from '../src/player/playlist';

test('times read as people write them', () => {
  expect(clock(754_999)).toBe('12:34');
  expect(clock(3_723_000)).toBe('1:02:03');
  expect(clock(-5)).toBe('00:00');
});

test('words take their values and leave unknown places alone', () => {
  expect(fill('{count} 条，{who}', { count: 3 })).toBe('3 条，{who}');
});

test('addresses of a renewed token move to its folder, others stay', () => {
  const base = 'https://school.example/lessons/1';
  const folder = new SignedFolder('/hls/old/100/7/asset/master.m3u8', base);
  const segment = 'https://school.example/hls/old/100/7/asset/360/seg-1.m4s';
  expect(folder.current(segment)).toBe(segment);
  folder.renew('/hls/new/200/7/asset/master.m3u8');
  expect(folder.current(segment)).toBe('https://school.example/hls/new/200/7/asset/360/seg-1.m4s');
  folder.renew('/hls/newer/300/7/asset/master.m3u8');
  expect(folder.current(segment)).toBe('https://school.example/hls/newer/300/7/asset/360/seg-1.m4s');
  expect(folder.current('https://school.example/static/poster.jpg')).toBe('https://school.example/static/poster.jpg');
});

test('keys act, but not with a modifier or in a select, and a button keeps its space bar', () => {
  const root = document.createElement('div');
  root.innerHTML = '<button>放</button><select></select><input type="range">';
  document.body.append(root);
  const press = (key: string, on: string, more: KeyboardEventInit = {}): string | null => {
    let action: string | null = null;
    const listen = (event: Event): void => {
      action = keyAction(event as KeyboardEvent);
    };
    root.addEventListener('keydown', listen, { once: true });
    root.querySelector(on)?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }));
    return action;
  };
  expect(press('k', 'button')).toBe('toggle');
  expect(press('F', 'button')).toBe('fullscreen');
  expect(press('ArrowLeft', 'input')).toBe('back');
  expect(press(' ', 'button')).toBe(null);
  expect(press(' ', 'input')).toBe('toggle');
  expect(press('m', 'select')).toBe(null);
  expect(press('f', 'button', { ctrlKey: true })).toBe(null);
  expect(press('x', 'button')).toBe(null);
});
