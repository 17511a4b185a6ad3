/**
 * Saves the whole list a moment after the last change, one request at a time. What it calls saved the
 * server has written; a request whose answer was lost is sent again with whatever there is by then.
 */
import { csrfToken } from '../core/csrf';
import type { Cue } from './cues';

export type Row = [number, number, string];
export type SaverState = 'idle' | 'dirty' | 'saving' | 'saved' | 'offline' | 'signed_out' | 'refused' | 'moved';

export interface Moved {
  message: string;
  version: number;
  cues: Row[];
}

interface Report {
  state(state: SaverState, more: { time?: string; message?: string; moved?: Moved }): void;
}

const WAIT_MS = 1200;
const RETRY_MS = 8000;

export class Saver {
  private timer = 0;
  private running = false;
  private held = false;
  private change = 0;
  private savedChange = 0;
  /** What was refused is on the page alone, until it is changed and saved. */
  private refused = false;

  constructor(
    private readonly url: string,
    private readonly key: string,
    private version: number,
    private readonly cues: () => readonly Cue[],
    private readonly report: Report,
  ) {}

  get isSettled(): boolean {
    return this.change === this.savedChange && !this.running && !this.refused;
  }

  /** Something has changed: save it soon. */
  touch(): void {
    this.change += 1;
    if (this.held) return;
    this.report.state('dirty', {});
    this.plan(WAIT_MS);
  }

  /** Save now what is not saved yet. */
  flush(): void {
    if (this.change !== this.savedChange && !this.held) this.plan(0);
  }

  /** After a conflict: go on from that version, with one's own list or with theirs. */
  resume(version: number, isChanged: boolean): void {
    this.version = version;
    this.held = false;
    if (isChanged) {
      this.change += 1;
      this.plan(0);
    } else {
      this.savedChange = this.change;
    }
  }

  private plan(milliseconds: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), milliseconds);
  }

  private async send(): Promise<void> {
    if (this.running || this.held || this.change === this.savedChange) return;
    const sent = this.change;
    const rows = this.cues().filter((cue) => cue.text.trim() !== '').map((cue): Row => [cue.start, cue.end, cue.text]);
    if (rows.length === 0 && this.version === 0) {
      // Begun and nothing written yet: there is nothing to save, and nothing wrong.
      this.savedChange = sent;
      this.report.state('idle', {});
      return;
    }
    this.running = true;
    this.report.state('saving', {});
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrfToken() },
        body: JSON.stringify({ version: this.version, key: this.key, cues: rows }),
      });
      if (response.redirected || response.status === 401 || response.status === 403) {
        this.report.state('signed_out', {});
        this.plan(RETRY_MS);
      } else if (response.status === 409) {
        const moved = (await response.json()) as Moved;
        this.held = true;
        this.report.state('moved', { message: moved.message, moved });
      } else if (response.status === 422) {
        const { message } = (await response.json()) as { message: string };
        this.savedChange = sent; // not sent again before it is changed
        this.refused = true;
        this.report.state('refused', { message });
      } else if (response.ok) {
        const answer = (await response.json()) as { version: number; time: string };
        this.version = answer.version;
        this.savedChange = sent;
        this.refused = false;
        this.report.state(this.change === sent ? 'saved' : 'dirty', { time: answer.time });
      } else {
        throw new Error(String(response.status));
      }
    } catch {
      this.report.state('offline', {});
      this.plan(RETRY_MS);
    } finally {
      this.running = false;
      if (this.change !== sent && !this.held) this.plan(WAIT_MS);
    }
  }
}
