/**
 * The way of a beat: kept first, sent in batches, forgotten only when the server has answered for it.
 * Beats of an earlier visit go out with the token they were played under.
 */
import type { Played } from './recorder';
import type { Beat, BeatStore, StoredBeat } from './store';

export const MOST_BEATS = 200;

export interface BeatAnswer {
  acked: number[];
  refused: { seq: number; reason: string }[];
  coveredMs: number;
  open: boolean;
  /** Somebody is to say that they are there; what is not acked waits for that. */
  check?: boolean;
}

export type PostResult =
  | { kind: 'answer'; answer: BeatAnswer }
  | { kind: 'expired' }
  | { kind: 'rejected' }
  | { kind: 'unreachable' };

export type PostBeats = (token: string, beats: readonly Beat[], leaving: boolean) => Promise<PostResult>;

export interface FlushReport {
  /** Beats that still wait. */
  waiting: number;
  /** The server could be reached (or there was nothing to say). */
  reached: boolean;
  /** The token of the running session is no longer good: start again. */
  expired: boolean;
  /** The last answer for the running session. */
  answer: BeatAnswer | null;
}

export class BeatQueue {
  private token = '';
  private nextSeq = 1;
  private running: Promise<FlushReport> | null = null;
  /** What this visit still waits for, at hand when the page goes away and nothing may be awaited. */
  private readonly pending = new Map<number, StoredBeat>();

  constructor(
    private readonly lesson: number,
    private readonly store: BeatStore,
    private readonly post: PostBeats,
  ) {}

  /** A session began (or was resumed, then `seq` must go on above what it has seen). */
  async open(token: string, firstSeq: number): Promise<void> {
    const kept = await this.store.all(this.lesson);
    const highest = kept.reduce((most, beat) => (beat.token === token ? Math.max(most, beat.seq) : most), 0);
    if (token !== this.token) this.pending.clear();
    this.token = token;
    this.nextSeq = Math.max(firstSeq, highest + 1);
  }

  async add(played: readonly Played[]): Promise<void> {
    if (played.length === 0) return;
    await this.store.put(this.numbered(played));
  }

  /** The page goes away: keep and send at once, awaiting neither; a beat sent twice counts once. */
  farewell(played: readonly Played[]): void {
    const beats = this.numbered(played);
    if (beats.length > 0) void this.store.put(beats).catch(() => undefined);
    if (this.pending.size > 0) {
      const last = [...this.pending.values()].slice(-MOST_BEATS);
      void this.post(this.token, last.map(bare), true).catch(() => undefined);
    }
  }

  private numbered(played: readonly Played[]): StoredBeat[] {
    const beats = played.map((beat) => ({
      ...beat,
      seq: this.nextSeq++,
      lesson: this.lesson,
      token: this.token,
    }));
    for (const beat of beats) this.pending.set(beat.seq, beat);
    return beats;
  }

  private async forget(beats: readonly StoredBeat[]): Promise<void> {
    for (const beat of beats) if (beat.token === this.token) this.pending.delete(beat.seq);
    await this.store.remove(beats);
  }

  async waiting(): Promise<number> {
    return (await this.store.all(this.lesson)).length;
  }

  /** Send what waits; one sending at a time, a second caller waits for the first. */
  async flush(): Promise<FlushReport> {
    if (this.running !== null) await this.running;
    this.running ??= this.send().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async send(): Promise<FlushReport> {
    const report: FlushReport = { waiting: 0, reached: true, expired: false, answer: null };
    const kept = await this.store.all(this.lesson);
    const tokens = [...new Set(kept.map((beat) => beat.token))].filter((token) => token !== '');
    for (const token of tokens) {
      let mine = kept.filter((beat) => beat.token === token);
      while (mine.length > 0) {
        const batch = mine.slice(0, MOST_BEATS);
        mine = mine.slice(MOST_BEATS);
        const result = await this.post(token, batch.map(bare), false);
        if (result.kind === 'unreachable') {
          report.reached = false;
          break;
        }
        if (result.kind === 'answer') {
          await this.forget(settledBy(result.answer, batch));
          if (token === this.token) report.answer = result.answer;
        } else if (token === this.token && result.kind === 'expired') {
          report.expired = true;
          break;
        } else {
          // A finished session's token has run out, or the server cannot read these: they can never count.
          await this.forget(batch);
        }
      }
      if (!report.reached) break;
    }
    report.waiting = await this.waiting();
    return report;
  }

  /** The running token ran out: its beats are played content still, and go on under the new session. */
  async moveTo(token: string, firstSeq: number): Promise<void> {
    const old = this.token;
    const kept = (await this.store.all(this.lesson)).filter((beat) => beat.token === old);
    await this.open(token, firstSeq);
    if (old === token) return;
    await this.add(kept.map(({ from, to, rate, visible }) => ({ from, to, rate, visible })));
    await this.store.remove(kept);
  }
}

function bare({ seq, from, to, rate, visible }: StoredBeat): Beat {
  return { seq, from, to, rate, visible };
}

function settledBy(answer: BeatAnswer, batch: readonly StoredBeat[]): StoredBeat[] {
  const settled = new Set([...answer.acked, ...answer.refused.map((refusal) => refusal.seq)]);
  return batch.filter((beat) => settled.has(beat.seq));
}
