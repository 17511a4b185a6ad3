/** What the server tells the pages of a live class (JSON in the page, and over the room's line). */

export interface ClassView {
  state: 'scheduled' | 'waiting' | 'on_air' | 'paused' | 'closed' | 'cancelled';
  lost: boolean;
  reason: string;
  begun: number | null;
  people?: number;
  /** How things stand in the parts of the room, by subject. */
  [subject: string]: unknown;
}

export interface SideConfig {
  room: string;
  say: string;
  events: string;
  me: { id: number; name: string };
  leads: boolean;
  parts: Record<string, unknown>;
  now: number;
  set: ClassView;
  strings: Record<string, string>;
}

export interface LiveConfig extends SideConfig {
  picture: string;
  address: string;
  page: string;
  signIn: string;
  live?: string;
  replay?: string;
}

export interface StudioConfig extends SideConfig {
  socket: string;
  uplink: string;
  page: string;
  signIn: string;
  press: { pause: string; resume: string };
}

/** The address of a websocket of our own server. */
export function socketAddress(path: string, base: string = location.href): string {
  const address = new URL(path, base);
  address.protocol = address.protocol.replace('http', 'ws');
  return address.href;
}
