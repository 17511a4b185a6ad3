/**
 * How far behind the newest picture one plays (pure): near, without standing still every moment. What
 * is ahead of the player is played a little faster, and left out where it has become too much.
 */
const NEAREST = 0.3;
const FARTHEST = 1.6;
const STEP = 0.25;
const CALM_MS = 20_000;
const JUMP_SECONDS = 2.5;

export interface Pace {
  rate: number;
  /** Leave out so much that this many seconds are ahead; null to leave nothing out. */
  jumpTo: number | null;
}

export class Pacer {
  private wanted = NEAREST;
  private changedAt = -Infinity;

  /** The player stood still for want of data: keep more. */
  stalled(nowMs: number): void {
    if (nowMs - this.changedAt < 1000) return;
    this.wanted = Math.min(FARTHEST, this.wanted + STEP);
    this.changedAt = nowMs;
  }

  /** What to do with `ahead` seconds before the player. */
  next(ahead: number, nowMs: number): Pace {
    if (nowMs - this.changedAt > CALM_MS && this.wanted > NEAREST) {
      this.wanted = Math.max(NEAREST, this.wanted - STEP);
      this.changedAt = nowMs;
    }
    if (ahead > this.wanted + JUMP_SECONDS) return { rate: 1, jumpTo: this.wanted };
    if (ahead > this.wanted + 1) return { rate: 1.25, jumpTo: null };
    if (ahead > this.wanted + 0.25) return { rate: 1.08, jumpTo: null };
    return { rate: 1, jumpTo: null };
  }

  get target(): number {
    return this.wanted;
  }
}
