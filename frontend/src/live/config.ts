/** What the server tells the pages of a live class (JSON in the page, and over the room's line). */

export interface ClassView {
  state: 'scheduled' | 'waiting' | 'on_air' | 'paused' | 'closed' | 'cancelled';
  lost: boolean;
  reason: string;
  begun: number | null;
  people?: number;
}

export interface LiveConfig {
  socket: string;
  picture: string;
  address: string;
  page: string;
  signIn: string;
  now: number;
  set: ClassView;
  live?: string;
  replay?: string;
  strings: Record<string, string>;
}

export interface StudioConfig {
  socket: string;
  room: string;
  uplink: string;
  page: string;
  signIn: string;
  now: number;
  set: ClassView;
  press: { pause: string; resume: string };
  strings: Record<string, string>;
}

/** The address of a websocket of our own server. */
export function socketAddress(path: string, base: string = location.href): string {
  const address = new URL(path, base);
  address.protocol = address.protocol.replace('http', 'ws');
  return address.href;
}
