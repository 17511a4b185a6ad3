/**
 * Who is watching, drawn over an internal lecture: it moves slowly, so that no part of the picture
 * can be cut out without it, and comes back when it is taken away. It stops nobody; it names them.
 */
import '../styles/watermark.css';

const MOVE_MS = 12_000;
/** Fixed places, each away from the one before: nothing random, so a test can wait for one. */
const PLACES: readonly (readonly [number, number])[] = [
  [6, 8],
  [52, 62],
  [12, 40],
  [58, 14],
  [30, 74],
  [64, 38],
];

export class Watermark {
  private readonly mark: HTMLElement;
  private readonly guard: MutationObserver;
  private readonly timer: number;
  private place = 0;

  constructor(
    private readonly stage: HTMLElement,
    private readonly text: string,
  ) {
    this.mark = document.createElement('div');
    this.draw();
    this.guard = new MutationObserver(() => {
      if (!this.isWhole) this.draw();
    });
    this.guard.observe(stage, {
      childList: true,
      subtree: true,
      characterData: true,
      attributes: true,
      attributeFilter: ['class', 'style', 'hidden'],
    });
    this.timer = window.setInterval(() => {
      this.place = (this.place + 1) % PLACES.length;
      this.draw();
    }, MOVE_MS);
  }

  remove(): void {
    this.guard.disconnect();
    window.clearInterval(this.timer);
    this.mark.remove();
  }

  private get style(): string {
    const [left, top] = PLACES[this.place] ?? [6, 8];
    return `left: ${String(left)}%; top: ${String(top)}%;`;
  }

  private get isWhole(): boolean {
    const { mark } = this;
    return (
      mark.parentNode === this.stage &&
      mark.textContent === this.text &&
      mark.className === 'player__watermark' &&
      mark.style.cssText === this.style &&
      !mark.hidden
    );
  }

  private draw(): void {
    const { mark } = this;
    if (mark.textContent !== this.text) mark.textContent = this.text;
    mark.className = 'player__watermark';
    mark.hidden = false;
    // Who reads the page aloud knows who they are.
    mark.setAttribute('aria-hidden', 'true');
    mark.style.cssText = this.style;
    if (mark.parentNode !== this.stage) this.stage.append(mark);
  }
}
