/**
 * Saves answers: the local copy at once, the server within a second, and again until it has them.
 * Merged by revision: what the server keeps newer is never overwritten unasked.
 */
import type { KeptAnswer, SaveAnswer, Sent } from './config';
import type { Draft, Drafts } from './drafts';

export const SAVE_AFTER_MS = 700;
export const RETRY_MS = 3000;

export type PostResult =
  | { kind: 'answer'; status: number; body: SaveAnswer }
  | { kind: 'unreachable' };

export interface ToldAnswer {
  position: number;
  revision: number;
  sent: Sent;
  flagged: boolean;
  cleared: boolean;
}

export interface Message {
  answers: ToldAnswer[];
  events: [string, number][];
}

export type Post = (message: Message, leaving: boolean) => Promise<PostResult>;

export interface Told {
  saving(): void;
  saved(answer: SaveAnswer): void;
  /** Nothing reached the server; so many answers wait here. */
  offline(waiting: number): void;
  revised(position: number, revision: number): void;
  conflict(kept: KeptAnswer, mine: Draft): void;
  unreadable(position: number): void;
  elsewhere(): void;
  /** The ticket ran out or the server knows no such attempt: the state has to be asked anew. */
  lost(): void;
  over(message: string): void;
  refused(message: string): void;
}

export function isEmpty(sent: Sent): boolean {
  return Object.values(sent).every((values) => values.every((value) => value.trim() === ''));
}

/** An answer as the server is told. */
export function told({ position, sent, flagged, seen }: Draft): ToldAnswer {
  return { position, revision: seen, sent, flagged, cleared: isEmpty(sent) };
}

export class Saver {
  private readonly revisions = new Map<number, number>();
  private readonly events: { kind: string; at: number }[] = [];
  private timer = 0;
  private sending: Promise<boolean> | null = null;
  private stopped = false;

  constructor(
    private readonly drafts: Drafts,
    private readonly post: Post,
    private readonly told: Told,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get waiting(): number {
    return this.drafts.all.length;
  }

  know(position: number, revision: number): void {
    this.revisions.set(position, revision);
  }

  /** The member has changed something: kept here at once, on its way within a second. */
  change(position: number, sent: Sent, flagged: boolean): void {
    const before = this.drafts.get(position);
    const seen = before?.seen ?? this.revisions.get(position) ?? 0;
    this.drafts.put({ position, sent, flagged, seen });
    this.told.saving();
    this.plan(SAVE_AFTER_MS);
  }

  /** The member's own answer instead of the newer one the server keeps. */
  insist(mine: Draft): void {
    this.drafts.put({ ...mine, seen: this.revisions.get(mine.position) ?? 0 });
    this.plan(0);
  }

  note(kind: string): void {
    this.events.push({ kind, at: this.now() });
  }

  plan(afterMs: number): void {
    window.clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = window.setTimeout(() => {
      void this.flush();
    }, afterMs);
  }

  /** Nothing more is sent until `resume`. */
  stop(): void {
    this.stopped = true;
    window.clearTimeout(this.timer);
  }

  resume(): void {
    this.stopped = false;
    this.plan(0);
  }

  /** Send what waits (or only ask for the time); true if the server has everything. */
  async flush(leaving = false): Promise<boolean> {
    while (this.sending !== null) await this.sending;
    if (this.stopped) return false;
    this.sending = this.send(leaving);
    try {
      return await this.sending;
    } finally {
      this.sending = null;
    }
  }

  private async send(leaving: boolean): Promise<boolean> {
    const batch = this.drafts.all;
    const events = this.events.splice(0);
    const result = await this.post(
      {
        answers: batch.map(told),
        events: events.map(({ kind, at }) => [kind, Math.round((this.now() - at) / 1000)]),
      },
      leaving,
    );
    if (result.kind === 'unreachable' || result.status >= 500) {
      this.events.unshift(...events);
      this.told.offline(this.waiting);
      this.plan(RETRY_MS);
      return false;
    }
    return this.settle(batch, result.status, result.body);
  }

  private settle(batch: readonly Draft[], status: number, body: SaveAnswer): boolean {
    if (status === 410) {
      this.stop();
      this.told.over(body.error ?? '');
    } else if (status === 401) this.told.lost();
    else if (body.elsewhere === true) {
      this.stop();
      this.told.elsewhere();
    } else if (status !== 200 && body.conflicts === undefined) {
      this.stop();
      this.told.refused(body.error ?? '');
    } else {
      this.acknowledge(batch, body);
      if (this.waiting === 0) this.told.saved(body);
      else this.plan(0);
      return this.waiting === 0;
    }
    return false;
  }

  private acknowledge(batch: readonly Draft[], body: SaveAnswer): void {
    for (const [position, revision] of body.saved) this.keep(batch, position, revision);
    for (const kept of body.conflicts ?? []) {
      const mine = batch.find((draft) => draft.position === kept.position);
      this.keep(batch, kept.position, kept.revision);
      this.drafts.remove(kept.position);
      if (mine !== undefined) this.told.conflict(kept, mine);
    }
    for (const position of body.unreadable) {
      this.drafts.remove(position);
      this.told.unreadable(position);
    }
    const answered = new Set([
      ...body.saved.map(([position]) => position),
      ...(body.conflicts ?? []).map(({ position }) => position),
    ]);
    // Refused without a word: no question that may be answered now.
    if (body.conflicts !== undefined) {
      for (const draft of batch) if (!answered.has(draft.position)) this.drafts.remove(draft.position);
    }
  }

  private keep(batch: readonly Draft[], position: number, revision: number): void {
    this.revisions.set(position, revision);
    this.told.revised(position, revision);
    const draft = this.drafts.get(position);
    if (draft === undefined) return;
    if (batch.includes(draft)) this.drafts.remove(position);
    else this.drafts.put({ ...draft, seen: revision }); // changed while the message was away
  }
}
