/**
 * What lies at a place of the seek bar, shown above it: a small picture, the time, the chapter.
 * The pictures are fetched when somebody first points at the bar, or, on a line that saves data,
 * first drags; where there are none, time and chapter remain.
 */
import { chapterAt, drawMarks, type Chapter } from './chapters';
import { clock } from './clock';
import { parseBoard, tileAt, type Tile } from './storyboard';
import type { PlayerView } from './view';

const SHOWN_MS = 1500;
const RETRY_MS = 30_000;

export interface PreviewSource {
  /** The address of the storyboard's index; empty where there is none. */
  storyboard: string;
  chapters: readonly Chapter[];
  durationMs: number;
}

export class Preview {
  private tiles: readonly Tile[] = [];
  private askedAt = -Infinity;
  private timer = 0;
  private dragging = false;
  private readonly box: HTMLElement;
  private readonly picture: HTMLElement;

  constructor(
    private readonly view: PlayerView,
    private readonly source: PreviewSource,
    private readonly current: (address: string) => string,
  ) {
    this.box = view.find('[data-preview]');
    this.picture = view.find('[data-preview-picture]');
    drawMarks(view.find('[data-marks]'), source.chapters, source.durationMs);
    view.chapterAt = (positionMs): string => chapterAt(source.chapters, positionMs);
    const { seek } = view;
    seek.addEventListener('pointermove', (event) => {
      this.point(event);
    });
    seek.addEventListener('pointerdown', (event) => {
      this.dragging = true;
      this.point(event);
    });
    for (const over of ['pointerup', 'pointercancel', 'pointerleave', 'blur'] as const) {
      seek.addEventListener(over, () => {
        this.dragging = false;
        this.hideSoon(over === 'pointerleave' || over === 'blur' ? 0 : SHOWN_MS);
      });
    }
    seek.addEventListener('keydown', (event) => {
      if (!/^(Arrow|Page|Home|End)/.test(event.key)) return;
      // The player moves on the same event, a little later.
      window.setTimeout(() => {
        this.show(Number(seek.value), true);
        this.hideSoon(SHOWN_MS);
      }, 0);
    });
  }

  private point(event: PointerEvent): void {
    if (event.pointerType !== 'mouse' && !this.dragging) return;
    const bar = this.view.seek.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - bar.left) / Math.max(1, bar.width)));
    this.show(share * this.source.durationMs, this.dragging);
  }

  private show(positionMs: number, isWanted: boolean): void {
    window.clearTimeout(this.timer);
    if (isWanted || !savesData()) void this.fetch(positionMs);
    this.box.hidden = false;
    this.draw(positionMs);
  }

  private draw(positionMs: number): void {
    const { durationMs, chapters } = this.source;
    this.view.find('[data-preview-time]').textContent = clock(positionMs);
    this.view.find('[data-preview-chapter]').textContent = chapterAt(chapters, positionMs);
    const tile = tileAt(this.tiles, positionMs);
    this.picture.hidden = tile === null;
    if (tile !== null) {
      const { style } = this.picture;
      style.width = `${String(tile.width)}px`;
      style.height = `${String(tile.height)}px`;
      style.backgroundImage = `url("${new URL(tile.sheet, this.address).href}")`;
      style.backgroundPosition = `-${String(tile.x)}px -${String(tile.y)}px`;
    }
    const room = this.view.seek.clientWidth;
    const half = this.box.offsetWidth / 2;
    const at = (positionMs / Math.max(1, durationMs)) * room;
    this.box.style.left = `${String(Math.max(half, Math.min(room - half, at)))}px`;
  }

  private get address(): string {
    return this.current(new URL(this.source.storyboard, location.href).href);
  }

  private async fetch(positionMs: number): Promise<void> {
    const now = performance.now();
    if (this.source.storyboard === '' || this.tiles.length > 0 || now - this.askedAt < RETRY_MS) return;
    this.askedAt = now;
    try {
      const response = await fetch(this.address);
      if (!response.ok) return;
      this.tiles = parseBoard(await response.text());
      if (!this.box.hidden) this.draw(positionMs);
    } catch {
      // A line that is gone: the time alone is shown, and asked again later.
    }
  }

  private hideSoon(milliseconds: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.box.hidden = true;
    }, milliseconds);
  }
}

function savesData(): boolean {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  return connection?.saveData === true;
}
