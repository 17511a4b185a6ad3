/** What the server tells a sitting (JSON in the page), and what it answers. */

/** What a form of a question sends: lists of strings by name, without the question's prefix. */
export type Sent = Record<string, string[]>;

export interface ExamConfig {
  attempt: string;
  ticket: string;
  /** The tab that writes; empty: none yet. */
  tab: string;
  pageUrl: string;
  answersUrl: string;
  stateUrl: string;
  takeOverUrl: string;
  remainingMs: number;
  watched: boolean;
  forward: boolean;
  strings: Record<string, string>;
}

export interface KeptAnswer {
  position: number;
  revision: number;
  answer: Sent;
  flagged: boolean;
}

export interface SaveAnswer {
  saved: [number, number][];
  unreadable: number[];
  savedAt: string;
  remainingMs: number;
  conflicts?: KeptAnswer[];
  elsewhere?: boolean;
  error?: string;
}

export interface StateAnswer {
  open: boolean;
  ticket: string;
  tab: string;
  remainingMs: number;
  answers: KeptAnswer[];
  url?: string;
  error?: string;
}

export function readConfig(element: Element): unknown {
  const holder = document.getElementById(element.getAttribute('data-config') ?? '');
  return JSON.parse(holder?.textContent ?? '{}');
}

/** `fill('还有 {count} 题', {count: 3})`. */
export function fill(words: string, values: Record<string, string | number>): string {
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
