/** The storyboard's index (WebVTT with `#xywh=`): which part of which sheet shows a moment (pure). */
export interface Tile {
  start: number;
  end: number;
  sheet: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

const ENTRY = /(\d+):(\d\d):(\d\d)\.(\d{3}) --> (\d+):(\d\d):(\d\d)\.(\d{3})\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

/** The tiles in order; what is no entry is passed over. */
export function parseBoard(text: string): Tile[] {
  const tiles: Tile[] = [];
  for (const found of text.replace(/\r\n?/g, '\n').matchAll(ENTRY)) {
    const number = (group: number): number => Number(found[group]);
    const moment = (first: number): number =>
      ((number(first) * 60 + number(first + 1)) * 60 + number(first + 2)) * 1000 + number(first + 3);
    tiles.push({
      start: moment(1), end: moment(5), sheet: found[9] ?? '',
      x: number(10), y: number(11), width: number(12), height: number(13),
    });
  }
  return tiles;
}

/** The tile at a moment: the last that has begun; null before the first. */
export function tileAt(tiles: readonly Tile[], positionMs: number): Tile | null {
  let low = 0;
  let high = tiles.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tiles[middle]?.start ?? 0) <= positionMs) low = middle + 1;
    else high = middle;
  }
  return tiles[low - 1] ?? null;
}
