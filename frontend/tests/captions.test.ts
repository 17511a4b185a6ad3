import { afterEach, expect, test } from 'vitest';
import { Captions, chosenCaptions } from '../src/player/captions';
import type { EngineKind } from '../src/player/engine';
import type { PlayerView } from '../src/player/view';
import { lineAt, markLine, onLine } from '../src/player/transcript';

afterEach(() => {
  document.body.innerHTML = '';
});

test('captions are on at first, in the language of the page if the lecture has it', () => {
  expect(chosenCaptions(null, ['zh-Hans', 'en'], 'en')).toEqual({ on: true, lang: 'en' });
  expect(chosenCaptions(null, ['zh-Hans', 'bo'], 'en')).toEqual({ on: true, lang: 'zh-Hans' });
  expect(chosenCaptions(null, [], 'en')).toEqual({ on: true, lang: '' });
});

test('what was chosen holds on the next lecture, as far as it has it', () => {
  expect(chosenCaptions('off:bo', ['zh-Hans', 'bo'], 'zh-Hans')).toEqual({ on: false, lang: 'bo' });
  expect(chosenCaptions('on:bo', ['zh-Hans'], 'zh-Hans')).toEqual({ on: true, lang: 'zh-Hans' });
  expect(chosenCaptions('', ['zh-Hans'], 'zh-Hans')).toEqual({ on: true, lang: 'zh-Hans' });
});

test('the line at a moment is the last that has begun', () => {
  const starts = [400, 2000, 2000, 5000];
  expect([0, 399, 400, 1999, 2000, 4999, 5000, 9e9].map((at) => lineAt(starts, at))).toEqual(
    [-1, -1, 0, 0, 2, 2, 3, 3],
  );
  expect(lineAt([], 10)).toBe(-1);
});

test('one line is marked, and a click anywhere on a line goes to its moment', () => {
  document.body.innerHTML = `<ol data-lines>
    <li><button data-t="400"><span>一</span></button></li><li><button data-t="2000">二</button></li></ol>`;
  const marked = (): string[] =>
    Array.from(document.querySelectorAll('[aria-current]')).map((line) => line.textContent);
  const seen = [0, 500, 2500, 500].map((at) => {
    markLine(at);
    return marked();
  });
  expect(seen).toEqual([[], ['一'], ['二'], ['一']]);
  const gone: number[] = [];
  onLine((at) => gone.push(at));
  document.querySelector('span')?.click();
  document.body.click();
  expect(gone).toEqual([400]);
});

test('an engine that plays HLS itself is given no track beside those of the playlist', () => {
  const made = (kind: EngineKind): number => {
    document.body.innerHTML = '<video><track kind="captions" src="/a.vtt" srclang="en"></video>';
    const video = document.querySelector('video') as HTMLVideoElement;
    Object.defineProperty(video, 'textTracks', { value: Object.assign(new EventTarget(), { length: 0 }) });
    const view = { video, languages: null, show: () => undefined, pressed: () => undefined, captions: () => undefined };
    const offered = [{ src: '/a.vtt', lang: 'en', label: 'English' }];
    new Captions(view as unknown as PlayerView, offered, kind, undefined);
    return document.querySelectorAll('track').length;
  };
  expect([made('hls'), made('native')]).toEqual([1, 0]);
});
