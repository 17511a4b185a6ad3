/**
 * Cuts play into beats: stretches of content really played one after another, none longer than
 * `beatMs` of content or of time. A jump, a change of speed or of visibility begins a new beat (pure).
 */
export interface Played {
  from: number;
  to: number;
  rate: number;
  visible: boolean;
}

export interface Sample {
  /** Place in the recording, ms. */
  position: number;
  /** A monotonic clock, ms. */
  at: number;
  rate: number;
  visible: boolean;
}

/** Content may run this much ahead of the clock between two samples before it counts as a jump. */
const JUMP_SLACK_MS = 750;

export class Recorder {
  private start: Sample | null = null;
  private last: Sample | null = null;

  constructor(private readonly beatMs: number) {}

  /** Tell where play is now; returns the beats that this finished. */
  sample(now: Sample): Played[] {
    const { start, last } = this;
    if (start === null || last === null) {
      this.begin(now);
      return [];
    }
    const moved = now.position - last.position;
    const elapsed = Math.max(0, now.at - last.at);
    const jumped = moved < -50 || moved > elapsed * Math.max(last.rate, now.rate) + JUMP_SLACK_MS;
    if (jumped) {
      const finished = this.finish();
      this.begin(now);
      return finished;
    }
    const finished: Played[] = [];
    let from = start.position;
    while (now.position - from >= this.beatMs) {
      finished.push({ from, to: from + this.beatMs, rate: start.rate, visible: start.visible });
      from += this.beatMs;
    }
    const changed = now.rate !== start.rate || now.visible !== start.visible;
    const long = now.at - start.at >= this.beatMs;
    if (finished.length > 0 || changed || long) {
      if ((changed || long) && now.position > from) {
        finished.push({ from, to: now.position, rate: start.rate, visible: start.visible });
        from = now.position;
      }
      this.start = { ...now, position: from };
    }
    this.last = now;
    return finished.map(rounded).filter((beat) => beat.to > beat.from);
  }

  /** Play stopped (pause, seek, end, leaving): whatever is open becomes a beat. */
  finish(): Played[] {
    const { start, last } = this;
    this.start = this.last = null;
    if (start === null || last === null) return [];
    const beat = rounded({
      from: start.position,
      to: last.position,
      rate: start.rate,
      visible: start.visible,
    });
    return beat.to > beat.from ? [beat] : [];
  }

  private begin(now: Sample): void {
    this.start = this.last = now;
  }
}

function rounded(beat: Played): Played {
  return { ...beat, from: Math.round(beat.from), to: Math.round(beat.to) };
}
