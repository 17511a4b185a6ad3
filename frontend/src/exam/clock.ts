/** The time that is left, by the server's clock: the device's own may be set to anything. */

export class ServerClock {
  private endsAt: number;

  constructor(
    remainingMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.endsAt = this.now() + remainingMs;
  }

  get remainingMs(): number {
    return Math.max(0, this.endsAt - this.now());
  }

  /** What the server has just said; by how much the end has moved. */
  set(remainingMs: number): number {
    const endsAt = this.now() + remainingMs;
    const moved = endsAt - this.endsAt;
    this.endsAt = endsAt;
    return moved;
  }
}

/** 5 025 000 → 01:23:45; a part second still counts as one. */
export function shown(remainingMs: number): string {
  const seconds = Math.ceil(remainingMs / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

const WARNINGS_MINUTES = [1, 5, 10];

/** The warning (in minutes) that is due between two looks at the clock; 0: none. */
export function warningBetween(beforeMs: number, nowMs: number): number {
  return WARNINGS_MINUTES.find((minutes) => beforeMs > minutes * 60_000 && nowMs <= minutes * 60_000) ?? 0;
}
