/**
 * The line to a room: opened again by itself, at once where the page or the network has come back. An
 * iPhone cuts it in the background without a word, so a line that is silent for long is given up.
 * Where sockets are blocked the page asks every few seconds by itself. What is said is kept here and
 * said again until it is acknowledged; the server knows what it has already.
 */
import { csrfToken } from '../core/csrf';
import { socketAddress, type ClassView } from './config';
import type { Reply, RoomEvent } from './part';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
const SILENT_MS = 45_000;
const STALE_MS = 20_000;
const ASK_MS = 3000;
/** A server hears so many of one line at once. */
const MOST_AT_ONCE = 3;
/** So many times in a row a socket was not even opened: it may be blocked. */
const BLOCKED_AFTER = 2;
/** Nobody is helped by trying again: signed out, elsewhere, cut off. */
const FINAL_CODES = [1008, 4401, 4409, 4429];

export interface RoomFrame {
  hello?: boolean;
  ping?: string;
  now?: number;
  since?: number;
  seq?: number;
  events?: RoomEvent[];
  set?: Partial<ClassView>;
  aside?: Record<string, unknown>;
  ok?: string;
  no?: string;
  why?: string;
  id?: string;
}

export type RoomState = 'connecting' | 'open' | 'broken' | 'over';

export interface RoomTalk {
  frame(frame: RoomFrame): void;
  state(state: RoomState, code: number): void;
}

export interface RoomAddresses {
  room: string;
  /** Where to say and to ask by plain requests; a page without them has a way of its own. */
  say?: string;
  events?: string;
}

interface Waiting {
  said: Record<string, unknown>;
  done: (reply: Reply) => void;
  sent: boolean;
}

export class RoomLine {
  private socket: WebSocket | null = null;
  private tries = 0;
  private unopened = 0;
  private timer = 0;
  private watch = 0;
  private asking = 0;
  private heardAt = 0;
  private seen = 0;
  private ended = false;
  private isOpen = false;
  private readonly waiting = new Map<string, Waiting>();

  constructor(
    private readonly addresses: RoomAddresses,
    private readonly device: string,
    private readonly talk: RoomTalk,
  ) {}

  open(): void {
    window.addEventListener('online', this.again);
    window.addEventListener('pageshow', this.shown);
    document.addEventListener('visibilitychange', this.shown);
    this.watch = window.setInterval(() => {
      if (performance.now() - this.heardAt > SILENT_MS) this.again();
    }, 5000);
    this.connect();
  }

  close(): void {
    this.ended = true;
    window.clearTimeout(this.timer);
    window.clearInterval(this.watch);
    window.clearInterval(this.asking);
    window.removeEventListener('online', this.again);
    window.removeEventListener('pageshow', this.shown);
    document.removeEventListener('visibilitychange', this.shown);
    this.socket?.close();
  }

  /** Say something until it is acknowledged: the reply comes after it is kept, or refused. */
  say(verb: string, body: object = {}): Promise<Reply> {
    const id = randomName(12);
    const said = { ...body, do: verb, id };
    return new Promise((done) => {
      const waiting = { said, done, sent: false };
      this.waiting.set(id, waiting);
      this.pump();
    });
  }

  /** What waits is sent in its order, a few at a time: the others follow as replies come. */
  private pump(): void {
    if (!this.isOpen && this.asking === 0) return;
    let under = 0;
    for (const waiting of this.waiting.values()) {
      if (under >= MOST_AT_ONCE) return;
      under += 1;
      if (waiting.sent) continue;
      waiting.sent = true;
      if (this.isOpen) this.socket?.send(JSON.stringify(waiting.said));
      else void this.post(waiting);
    }
  }

  private replied(id: string, reply: Reply): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    waiting?.done(reply);
    this.pump();
  }

  private readonly shown = (): void => {
    if (document.visibilityState !== 'visible') return;
    if (this.socket === null || performance.now() - this.heardAt > STALE_MS) this.again();
  };

  private readonly again = (): void => {
    if (this.ended) return;
    const old = this.socket;
    this.socket = null;
    old?.close();
    window.clearTimeout(this.timer);
    this.connect();
  };

  private connect(): void {
    this.lost();
    this.talk.state(this.tries === 0 ? 'connecting' : 'broken', 0);
    this.heardAt = performance.now();
    const after = `device=${this.device}&after=${String(this.seen)}`;
    const socket = new WebSocket(`${socketAddress(this.addresses.room)}?${after}`);
    this.socket = socket;
    let opened = false;
    socket.addEventListener('open', () => {
      opened = true;
      this.unopened = 0;
    });
    socket.addEventListener('message', (event) => {
      if (socket === this.socket) this.told(JSON.parse(String(event.data)) as RoomFrame);
    });
    socket.addEventListener('close', (event) => {
      if (!opened) this.unopened += 1;
      if (socket === this.socket) this.broken(event.code);
    });
  }

  private told(frame: RoomFrame): void {
    this.heardAt = performance.now();
    if (frame.ping !== undefined) this.socket?.send(JSON.stringify({ pong: frame.ping }));
    if (frame.hello === true) {
      this.tries = 0;
      this.isOpen = true;
      window.clearInterval(this.asking);
      this.asking = 0;
      this.talk.state('open', 0);
    }
    this.take(frame);
    if (frame.hello === true) this.pump();
  }

  /** Each event once and in order, whichever way it came. */
  private take(frame: RoomFrame): void {
    if (frame.ok !== undefined) this.replied(frame.ok, { ...frame });
    else if (frame.no !== undefined) {
      // The server was too busy to do it: it is said again.
      const waiting = frame.id === undefined ? undefined : this.waiting.get(frame.id);
      if (frame.no === 'busy' && waiting !== undefined) {
        window.setTimeout(() => {
          waiting.sent = false;
          this.pump();
        }, 1000);
      } else this.replied(frame.id ?? '', { ...frame });
    }
    if (frame.events !== undefined) {
      frame.events = frame.events.filter(({ seq }) => seq > this.seen);
      this.seen = Math.max(this.seen, ...frame.events.map(({ seq }) => seq));
    }
    this.talk.frame(frame);
  }

  /** Of what was sent by this line and not acknowledged it is not known whether it came. */
  private lost(): void {
    if (this.isOpen) for (const waiting of this.waiting.values()) waiting.sent = false;
    this.isOpen = false;
  }

  private broken(code: number): void {
    this.socket = null;
    this.lost();
    if (this.ended) return;
    if (FINAL_CODES.includes(code)) {
      this.ended = true;
      window.clearInterval(this.asking);
      this.talk.state('over', code);
      return;
    }
    if (this.unopened >= BLOCKED_AFTER && this.addresses.events !== undefined) this.ask();
    else if (this.asking === 0) this.talk.state('broken', code);
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries);
    this.tries += 1;
    // Not all at the same moment: a thousand of them come back after a restart.
    this.timer = window.setTimeout(
      () => {
        this.connect();
      },
      wait * (0.5 + Math.random()),
    );
  }

  // --- Where sockets are blocked ----------------------------------------------------------------

  private ask(): void {
    if (this.asking !== 0) return;
    this.asking = window.setInterval(() => void this.askOnce(), ASK_MS);
    void this.askOnce();
  }

  private async askOnce(): Promise<void> {
    const body = new URLSearchParams({ after: String(this.seen), device: this.device });
    const frame = await this.fetched(this.addresses.events, body);
    if (frame === null || this.isOpen || this.ended) return;
    this.talk.state('open', 0);
    this.take(frame);
    this.pump();
  }

  private async post(waiting: Waiting): Promise<void> {
    waiting.sent = true;
    const frame = await this.fetched(this.addresses.say, JSON.stringify(waiting.said));
    if (frame === null) waiting.sent = false;
    else this.take(frame);
  }

  private async fetched(address: string | undefined, body: BodyInit): Promise<RoomFrame | null> {
    if (address === undefined) return null;
    try {
      const answer = await fetch(address, { method: 'POST', body, headers: { 'X-CSRFToken': csrfToken() } });
      if (!answer.ok) return null;
      return (await answer.json()) as RoomFrame;
    } catch {
      return null;
    }
  }
}

function randomName(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(36).padStart(2, '0'),
  ).join('');
}

/** A name of this browser's own, so that its lines are known for one device's. */
export function deviceName(store: Storage = localStorage): string {
  try {
    const known = store.getItem('lms-device');
    if (known !== null && /^[a-z0-9]{8,32}$/.test(known)) return known;
    const made = randomName(10);
    store.setItem('lms-device', made);
    return made;
  } catch {
    return '';
  }
}
