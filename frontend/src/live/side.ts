/** The side of a room: its parts behind tabs, the same for members and in the studio. */
import { ServerTime } from '../contest/clock';
import { button, make } from '../contest/elements';
import { fill } from '../exam/config';
import type { ClassView, SideConfig } from './config';
import type { Reply, RoomContext, RoomPart } from './part';
import { PARTS } from './parts';
import { deviceName, RoomLine, type RoomFrame, type RoomState } from './room';

export interface SideOwner {
  stage: HTMLElement;
  inStudio: boolean;
  shownAt(): number | null;
  view(view: ClassView): void;
  state(state: RoomState, code: number): void;
  aside?(aside: Record<string, unknown>): void;
}

interface Tab {
  part: RoomPart;
  button: HTMLButtonElement;
  count: HTMLElement;
  panel: HTMLElement;
}

export class Side {
  readonly element = make('section', 'live-side');
  readonly time = new ServerTime();
  private readonly line: RoomLine;
  private readonly tabs = new Map<string, Tab>();
  private readonly parts: RoomPart[];
  private view: ClassView;
  private current = '';

  constructor(
    private readonly config: SideConfig,
    private readonly owner: SideOwner,
  ) {
    this.time.said(config.now);
    this.view = config.set;
    this.line = new RoomLine(config, deviceName(), {
      frame: (frame) => {
        this.told(frame);
      },
      state: (state, code) => {
        this.element.dataset['line'] = state;
        owner.state(state, code);
      },
    });
    const room = this.context();
    this.parts = PARTS.map((maker) => maker(room));
    this.draw();
  }

  /** Say something for the page around the side. */
  say(verb: string, body?: object): Promise<Reply> {
    return this.line.say(verb, body);
  }

  open(): void {
    for (const part of this.parts) part.view?.(this.view);
    this.line.open();
  }

  close(): void {
    this.line.close();
  }

  private context(): RoomContext {
    const { config, owner, time } = this;
    return {
      me: config.me,
      leads: config.leads,
      inStudio: owner.inStudio,
      time,
      stage: owner.stage,
      text: (key, values = {}) => fill(config.strings[key] ?? '', values),
      say: (verb, body) => this.line.say(verb, body),
      shownAt: () => owner.shownAt(),
      config: (name) => config.parts[name],
      show: (key) => {
        this.show(key);
      },
      mark: (key, count) => {
        this.mark(key, count);
      },
    };
  }

  private draw(): void {
    const list = make('div', 'live-side__tabs');
    list.setAttribute('role', 'tablist');
    list.setAttribute('aria-label', this.config.strings['side'] ?? '');
    const panels: HTMLElement[] = [];
    for (const part of this.parts) {
      if (part.title === undefined || part.element === undefined) continue;
      const count = make('span', 'live-side__count');
      count.hidden = true;
      const tab = button(part.title, 'live-side__tab', () => {
        this.show(part.key);
      });
      tab.append(count);
      tab.id = `live-tab-${part.key}`;
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-controls', `live-panel-${part.key}`);
      const panel = make('div', 'live-side__panel', part.element);
      panel.id = `live-panel-${part.key}`;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', tab.id);
      list.append(tab);
      panels.push(panel);
      this.tabs.set(part.key, { part, button: tab, count, panel });
    }
    list.addEventListener('keydown', (event) => {
      this.moved(event);
    });
    this.element.replaceChildren(list, ...panels);
    this.element.hidden = this.tabs.size === 0;
    const [first] = this.tabs.keys();
    if (first !== undefined) this.show(first);
  }

  /** As a list of tabs is walked by the keyboard: left, right, first, last. */
  private moved(event: KeyboardEvent): void {
    const keys = [...this.tabs.keys()];
    const at = keys.indexOf(this.current);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: keys.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const key = keys[(to + keys.length) % keys.length];
    if (key === undefined) return;
    this.show(key);
    this.tabs.get(key)?.button.focus();
  }

  private show(key: string): void {
    const next = this.tabs.get(key);
    if (next === undefined || key === this.current) return;
    const last = this.tabs.get(this.current);
    this.current = key;
    for (const [name, tab] of this.tabs) {
      const isOpen = name === key;
      tab.button.setAttribute('aria-selected', String(isOpen));
      tab.button.tabIndex = isOpen ? 0 : -1;
      tab.panel.hidden = !isOpen;
    }
    this.mark(key, 0);
    last?.part.closed?.();
    next.part.opened?.();
  }

  private mark(key: string, count: number): void {
    const tab = this.tabs.get(key);
    if (tab === undefined) return;
    const shown = key === this.current ? 0 : count;
    tab.count.hidden = shown === 0;
    tab.count.textContent = shown > 99 ? '99+' : String(shown);
  }

  private told(frame: RoomFrame): void {
    if (frame.now !== undefined) this.time.said(frame.now);
    if (frame.set !== undefined) {
      this.view = { ...this.view, ...frame.set };
      for (const part of this.parts) part.view?.(this.view);
      this.owner.view(this.view);
    }
    const isOld = frame.since !== undefined;
    for (const event of frame.events ?? []) {
      for (const part of this.parts) part.event?.(event, isOld);
    }
    if (frame.aside !== undefined) {
      for (const part of this.parts) part.aside?.(frame.aside);
      this.owner.aside?.(frame.aside);
    }
  }
}
