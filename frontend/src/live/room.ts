/**
 * The line to a room: opened again by itself, at once where the page or the network has come back. An
 * iPhone cuts it in the background without a word, so a line that is silent for long is given up.
 */
import { socketAddress, type ClassView } from './config';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
const SILENT_MS = 45_000;
const STALE_MS = 20_000;
/** Nobody is helped by trying again: signed out, elsewhere, cut off. */
const FINAL_CODES = [1008, 4401, 4409, 4429];

export interface RoomFrame {
  hello?: boolean;
  ping?: string;
  now?: number;
  seq?: number;
  set?: Partial<ClassView>;
}

export type RoomState = 'connecting' | 'open' | 'broken' | 'over';

export interface RoomTalk {
  frame(frame: RoomFrame): void;
  state(state: RoomState, code: number): void;
}

export class RoomLine {
  private socket: WebSocket | null = null;
  private tries = 0;
  private timer = 0;
  private watch = 0;
  private heardAt = 0;
  private ended = false;
  private readonly address: string;

  constructor(path: string, device: string, private readonly talk: RoomTalk) {
    this.address = `${socketAddress(path)}?device=${device}`;
  }

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
    window.removeEventListener('online', this.again);
    window.removeEventListener('pageshow', this.shown);
    document.removeEventListener('visibilitychange', this.shown);
    this.socket?.close();
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
    this.talk.state(this.tries === 0 ? 'connecting' : 'broken', 0);
    this.heardAt = performance.now();
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.addEventListener('message', (event) => {
      if (socket === this.socket) this.told(JSON.parse(String(event.data)) as RoomFrame);
    });
    socket.addEventListener('close', (event) => {
      if (socket === this.socket) this.broken(event.code);
    });
  }

  private told(frame: RoomFrame): void {
    this.heardAt = performance.now();
    if (frame.ping !== undefined) this.socket?.send(JSON.stringify({ pong: frame.ping }));
    if (frame.hello === true) {
      this.tries = 0;
      this.talk.state('open', 0);
    }
    this.talk.frame(frame);
  }

  private broken(code: number): void {
    this.socket = null;
    if (this.ended) return;
    if (FINAL_CODES.includes(code)) {
      this.ended = true;
      this.talk.state('over', code);
      return;
    }
    this.talk.state('broken', code);
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
}

/** A name of this browser's own, so that its lines are known for one device's. */
export function deviceName(store: Storage = localStorage): string {
  try {
    const known = store.getItem('lms-device');
    if (known !== null && /^[a-z0-9]{8,32}$/.test(known)) return known;
    const made = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) =>
      byte.toString(36).padStart(2, '0'),
    ).join('');
    store.setItem('lms-device', made);
    return made;
  } catch {
    return '';
  }
}
