/** What the server tells a live final, and what it is told. */
import type { Sent } from '../exam/config';

export interface ContestConfig {
  mode: 'play' | 'watch' | 'host' | 'screen';
  socket: string;
  byTeam: boolean;
  plays: boolean;
  listed: boolean;
  now: number;
  signIn: string;
  result: string;
  strings: Record<string, string>;
}

export interface Turn {
  number: number;
  round: string;
  kind: 'turn' | 'all' | 'buzz' | 'risk';
  points: string;
  to: number | null;
  toLabel: string;
  opensAt: number;
  closesAt: number;
  called: number | null;
  calledLabel: string;
  answerUntil: number;
  cap: number;
  closed: boolean;
  void: string;
  corrected: boolean;
}

export interface Buzz {
  side: number;
  label: string;
  arrived: number;
  allowance: number;
  counts: number;
}

export interface Outcome {
  side: number;
  label: string;
  right: boolean;
  given: boolean;
  points: string;
}

export interface Staking {
  number: number;
  side: number;
  label: string;
  until: number;
  points: number;
  stakes: number[];
}

export interface Row {
  /** None before anything has been settled. */
  place: number | null;
  id: number;
  label: string;
  points: string;
}

/** All that is public; a frame brings the parts that have changed. */
export interface View {
  phase: 'draft' | 'lobby' | 'running' | 'finished' | 'cancelled';
  paused: boolean;
  reason: string;
  players: number;
  playing: number;
  turn: Turn | null;
  question: { item: number; kind: string; html: string } | null;
  answered: number[];
  buzzes: number;
  order: Buzz[] | null;
  results: Outcome[];
  tally: [number, number] | null;
  key: string[] | null;
  staking: Staking | null;
  board: Row[];
}

/** What one player is told of themselves. */
export interface Me {
  player: number;
  side: number;
  label: string;
  sideLabel: string;
  place: number;
  points: string;
  sidePlace: number;
  sidePoints: string;
  started: boolean;
  turn: number | null;
  sent: Sent | null;
}

export interface Frame {
  ping?: string;
  now?: number;
  hello?: boolean;
  seq?: number;
  set?: Partial<View>;
  me?: Me | null;
  ok?: string;
  no?: string;
  id?: number;
}
