/** The server's clock as far as it can be known here: what it said last is always a little old. */

const KEPT = 12;

export class ServerTime {
  private readonly seen: number[] = [];

  constructor(private readonly own: () => number = () => performance.now()) {}

  /** The server said it was `now`; of several the one that was least late is the best. */
  said(now: number): void {
    this.seen.push(now - this.own());
    if (this.seen.length > KEPT) this.seen.shift();
  }

  get now(): number {
    return this.own() + (this.seen.length === 0 ? 0 : Math.max(...this.seen));
  }
}
