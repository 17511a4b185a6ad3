/** What the server tells the player (JSON in the page), and what it answers. */
import type { Chapter } from './chapters';
import type { Span } from './spans';

export interface CaptionSource {
  src: string;
  lang: string;
  label: string;
}

export interface PlayerConfig {
  lesson: number;
  startUrl: string;
  beatUrl: string;
  playlist: string;
  poster: string;
  durationMs: number;
  resumeMs: number;
  covered: Span[];
  maxRate: number;
  rates: number[];
  lockSeek: boolean;
  completed: boolean;
  captions: CaptionSource[];
  chapters: Chapter[];
  storyboard: string;
  beatSeconds: number;
  requiredMs?: number;
  /** Shown to a room: nothing is reported, nobody's progress is kept. */
  unrecorded?: boolean;
  /** Who is watching, drawn over an internal lecture; "" over every other. */
  watermark?: string;
  strings: Record<string, string>;
}

export interface StartAnswer {
  session: string;
  token: string;
  settleUrl: string;
  playlistUrl?: string;
  playlist: string;
  refreshSeconds: number;
  resumeMs: number;
  covered: Span[];
  completed: boolean;
  resumed: boolean;
  nextSeq?: number;
  /** A presence check still waits for its answer. */
  check?: boolean;
  checkUrl?: string;
}

export interface CheckQuestion {
  asked: boolean;
  question: string;
  options: string[];
}

export interface CheckAnswer {
  right: boolean | null;
  message: string;
}

export interface SettleAnswer {
  coveredMs: number;
  requiredMs: number;
  completed: boolean;
  message: string;
}

export function readConfig(element: Element): PlayerConfig {
  const holder = document.getElementById(element.getAttribute('data-config') ?? 'player-config');
  return JSON.parse(holder?.textContent ?? '{}') as PlayerConfig;
}
