/** The transcript beside the video: the line being spoken is marked, a line clicked is gone to. */
import { followFinds } from './finds';

const LINE = '[data-t]';

/** The last of the ascending `starts` that is not after `positionMs`; -1 before the first. */
export function lineAt(starts: readonly number[], positionMs: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= positionMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function startOf(line: Element): number {
  return Number(line.getAttribute('data-t'));
}

/** `go` is called with the moment of a line that was clicked; what was looked for is stepped through. */
export function onLine(go: (milliseconds: number) => void): void {
  followFinds();
  document.addEventListener('click', (event) => {
    const line = (event.target as Element).closest(LINE);
    if (line !== null) go(startOf(line));
  });
}

/** Nothing is kept between calls: the lines come and go with the tab they stand in. */
export function markLine(positionMs: number): void {
  const lines = Array.from(document.querySelectorAll<HTMLElement>(LINE));
  const line = lines[lineAt(lines.map(startOf), positionMs)] ?? null;
  const before = lines.find((one) => one.hasAttribute('aria-current')) ?? null;
  if (line === before) return;
  before?.removeAttribute('aria-current');
  line?.setAttribute('aria-current', 'true');
  const list = line?.closest<HTMLElement>('[data-lines]') ?? null;
  // A reader who has scrolled away is left alone.
  if (line !== null && list !== null && (before === null || isWithin(before, list))) {
    list.scrollTop = line.offsetTop - (list.clientHeight - line.offsetHeight) / 2;
  }
}

function isWithin(line: HTMLElement, list: HTMLElement): boolean {
  const top = line.offsetTop - list.scrollTop;
  return top + line.offsetHeight > 0 && top < list.clientHeight;
}
