/** What a part of the room is given and what it gives: the side knows nothing else of any of them. */
import type { ServerTime } from '../contest/clock';
import type { ClassView } from './config';

export interface RoomEvent {
  seq: number;
  kind: string;
  /** The server's clock, ms since 1970. */
  at: number;
  by: string | null;
  byId: number | null;
  [name: string]: unknown;
}

/** `ok` is said after the commit; `why` is a sentence for the person. */
export interface Reply {
  ok?: string;
  no?: string;
  why?: string;
  [name: string]: unknown;
}

export interface RoomContext {
  readonly me: { id: number; name: string };
  readonly leads: boolean;
  readonly inStudio: boolean;
  readonly time: ServerTime;
  /** Over the picture. */
  readonly stage: HTMLElement;
  text(key: string, values?: Record<string, string | number>): string;
  /** Said again until it is acknowledged, also after a cut and where sockets are blocked. */
  say(verb: string, body?: object): Promise<Reply>;
  /** The moment (server's clock) the picture shows that is seen here; null while there is none. */
  shownAt(): number | null;
  /** What the server said of this part when the page was made. */
  config(name: string): unknown;
  show(key: string): void;
  /** A number on a tab that is not open. */
  mark(key: string, count: number): void;
}

export interface RoomPart {
  key: string;
  /** The name of its tab; a part without one has none. */
  title?: string;
  element?: HTMLElement;
  view?(view: ClassView): void;
  /** `isOld`: it happened before this page came, or while its line was cut. */
  event?(event: RoomEvent, isOld: boolean): void;
  aside?(aside: Record<string, unknown>): void;
  opened?(): void;
  closed?(): void;
}

export type PartMaker = (room: RoomContext) => RoomPart;
