/** What is drawn on a slide, as the server tells it; places from 0 to SCALE across and down (pure). */

export const SCALE = 10_000;
const MOST_POINTS = 400;

export type Tool = 'pen' | 'highlighter' | 'line' | 'rectangle' | 'text';

export interface Mark {
  id: string;
  tool: Tool;
  colour: string;
  size: number;
  points: number[];
  text?: string;
}

export interface SlideFacts {
  id: number;
  deck: number;
  n: number;
  of: number;
  key: string;
  w: number;
  h: number;
  text: string;
  at?: number;
}

export const SIZES: Readonly<Record<Tool, number>> = { pen: 40, highlighter: 220, line: 40, rectangle: 40, text: 320 };

/** No more points than the server takes: every second one is left out as long as there are too many. */
export function thinned(points: readonly number[]): number[] {
  let kept = [...points];
  while (kept.length > 2 * MOST_POINTS) {
    const last = kept.slice(-2);
    kept = kept.filter((_value, at) => Math.floor(at / 2) % 2 === 0);
    kept.push(...last);
  }
  return kept;
}

/** Things that happened at a moment of the picture, each done when the picture gets there. */
export class InStep {
  private waiting: { at: number; act: () => void }[] = [];

  /** So long at most something waits for a picture that stands still, in milliseconds. */
  constructor(private readonly patience = 12_000) {}

  add(at: number, act: () => void): void {
    this.waiting.push({ at, act });
  }

  /** Do what is due, in order. `shown` null: there is no picture to wait for. */
  due(shown: number | null, now: number): void {
    for (;;) {
      const [first] = this.waiting;
      if (first === undefined) return;
      if (shown !== null && first.at > shown && now - first.at < this.patience) return;
      this.waiting.shift();
      first.act();
    }
  }

  clear(): void {
    this.waiting = [];
  }
}
