import { expect, test } from 'vitest';
import { beginLine, readLines } from '../src/chapters/lines';
import { chapterAt, drawMarks } from '../src/player/chapters';
import { begin, step, stepped } from '../src/player/finds';
import { parseBoard, tileAt } from '../src/player/storyboard';

const BOARD = `WEBVTT

00:00:00.000 --> 00:00:10.000
storyboard-1.jpg#xywh=0,0,160,90

00:00:10.000 --> 00:00:20.000
storyboard-1.jpg#xywh=160,0,160,90

01:00:00.500 --> 01:00:07.250
storyboard-2.jpg#xywh=0,90,160,90
`;

test('a moment is shown by the part of the sheet that has begun last', () => {
  const tiles = parseBoard(BOARD);
  expect(tiles.map((tile) => [tile.start, tile.end, tile.sheet, tile.x, tile.y])).toEqual([
    [0, 10_000, 'storyboard-1.jpg', 0, 0],
    [10_000, 20_000, 'storyboard-1.jpg', 160, 0],
    [3_600_500, 3_607_250, 'storyboard-2.jpg', 0, 90],
  ]);
  expect([0, 9_999, 10_000, 3_600_499, 9e9].map((at) => tiles.indexOf(tileAt(tiles, at) ?? tiles[0]!))).toEqual(
    [0, 0, 1, 1, 2],
  );
  expect(parseBoard(BOARD.replace(/\n/g, '\r\n'))).toEqual(tiles);
  expect([parseBoard('WEBVTT\n'), tileAt([], 5)]).toEqual([[], null]);
});

test('chapters name their moments and mark where they begin', () => {
  const chapters = [{ start: 0, title: '导学' }, { start: 60_000, title: '第一章' }];
  expect([0, 59_999, 60_000].map((at) => chapterAt(chapters, at))).toEqual(['导学', '导学', '第一章']);
  expect(chapterAt([{ start: 500, title: '后' }], 0)).toBe('');
  const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
  drawMarks(group, chapters, 120_000);
  drawMarks(group, chapters, 120_000);
  expect(Array.from(group.children).map((mark) => mark.getAttribute('x'))).toEqual(['499.0']);
});

test('a line is begun among those there are, with the caret after its time', () => {
  const begun = beginLine('00:00 导学\n10:00 第二章\n\n', 61_900);
  expect(begun.text).toBe('00:00 导学\n01:01 \n10:00 第二章\n');
  expect(begun.text.slice(0, begun.caret)).toBe('00:00 导学\n01:01 ');
  expect(beginLine('', 0)).toEqual({ text: '00:00 \n', caret: 6 });
  expect(readLines('随便\n1:02:03 甲 乙\n5：06.5 丙')).toEqual([
    { start: 3_723_000, title: '甲 乙' },
    { start: 306_500, title: '丙' },
  ]);
});

test('what was found is stepped through, around the ends', () => {
  expect([stepped(-1, 1, 3), stepped(-1, -1, 3), stepped(2, 1, 3), stepped(0, -1, 3), stepped(0, 1, 0)]).toEqual(
    [0, 2, 0, 2, -1],
  );
  document.body.innerHTML = `<p><span data-find-place></span></p><button data-find-step="1" hidden></button>
    <ol data-lines><li><button data-t="0" data-hit>一</button></li><li><button data-t="5">二</button></li>
    <li><button data-t="9" data-hit>三</button></li></ol>`;
  const current = (): string => document.querySelector('.is-found')?.textContent ?? '';
  begin();
  expect([current(), document.querySelector('[data-find-place]')?.textContent]).toEqual(['一', '1 / ']);
  expect(document.querySelector<HTMLElement>('[data-find-step]')?.hidden).toBe(false);
  step(1);
  expect(current()).toBe('三');
  step(1);
  expect(current()).toBe('一');
});
